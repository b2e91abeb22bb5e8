import { eye, type NDArray, reshape, transpose, tree } from "@gradfold/core";
import { sizeOf, typed, zerosOf } from "@gradfold/core/transform";
import { batch, spread } from "./batch.ts";
import { grad } from "./grad.ts";
import { jvp } from "./jvp.ts";
import { onLeaves } from "./leaves.ts";
import { pullLeaves } from "./pull.ts";
import { push } from "./push.ts";
import type { Argument, Arguments, Hessian, Jacobian, LossOf } from "./static.ts";
import { refuseIntegers } from "./vjp.ts";

type AnyFunction = (...args: readonly unknown[]) => unknown;

interface Jac {
  <P = NDArray, A extends readonly unknown[] = [], R = NDArray>(
    f: (params: P, ...rest: A) => R,
  ): (params: Argument<P>, ...rest: Arguments<A>) => Jacobian<R, P>;
}

/** All directions of an array, one after another: [size, ...shape]. */
const basis = ({ shape, dtype }: NDArray): NDArray => {
  const n = sizeOf(shape);
  return reshape(eye(n, { dtype }), [n, ...shape]);
};

/** Each of some arrays in turn moved in all its directions, and what follows from it. */
const inAllDirections = (
  xs: readonly NDArray[],
  f: (directions: readonly (NDArray | null)[]) => readonly NDArray[],
): readonly (readonly NDArray[])[] =>
  xs.map((x, k) => {
    const batched = batch(
      ([direction]) => f(xs.map((_, i) => (i === k ? (direction ?? null) : null))),
      [basis(x)],
      [true],
    );
    return spread(batched, sizeOf(x.shape));
  });

/** The function of the first argument alone. */
const ofFirst = (name: string, f: AnyFunction, params: unknown, rest: readonly unknown[]) => {
  const on = onLeaves((p: unknown) => f(p, ...rest), [params]);
  refuseIntegers(name, tree.flatten(params));
  return { ...on, params: tree.flatten(params) };
};

/** A tree of results, each leaf a tree of parameters, of the blocks [result][parameter]. */
const blocksOf = (
  restore: (leaves: readonly unknown[]) => unknown,
  { structure }: tree.Flat,
  blocks: readonly (readonly NDArray[])[],
): unknown => restore(blocks.map((row) => tree.unflatten(structure, row)));

/**
 * The Jacobian of a function with respect to its first argument, column by column in forward mode: for each leaf of the
 * result a tree like the parameters, whose leaves have the shape of the result followed by that of the parameter. Good
 * for few parameters and many results.
 *
 * @throws DTypeError when a parameter is not a float
 * @example
 * import { array, square, toNested } from "@gradfold/core";
 * import { jacfwd } from "@gradfold/autodiff";
 * toNested(jacfwd((x) => square(x))(array([1, 2]))); // => [ [ 2, 0 ], [ 0, 4 ] ]
 */
export const jacfwd = typed<Jac>((f: AnyFunction) => (params: unknown, ...rest: readonly unknown[]) => {
  const { call, restore, params: flat } = ofFirst("jacfwd", f, params, rest);
  const { leaves } = flat;
  let outputs: readonly NDArray[] = [];
  const columns = inAllDirections(leaves, (directions) => {
    const pushed = push(call, leaves, directions);
    ({ outputs } = pushed);
    return outputs.map((x, i) => pushed.tangents[i] ?? zerosOf(x));
  });
  if (columns.length === 0) outputs = call(leaves);
  const blocks = outputs.map((_, i) =>
    columns.map((column, k) => {
      // A column is [size of the parameter, ...result].
      const all = column[i] ?? zerosOf({ shape: [], dtype: "float64" });
      const last = transpose(all, [...all.shape.slice(1).map((_, axis) => axis + 1), 0]);
      return reshape(last, [...all.shape.slice(1), ...(leaves[k]?.shape ?? [])]);
    }),
  );
  return blocksOf(restore, flat, blocks);
});

/**
 * The same, row by row in reverse mode: good for many parameters and few results. See {@link jacfwd}.
 *
 * @throws DTypeError when a parameter is not a float
 * @example
 * import { array, square, toNested } from "@gradfold/core";
 * import { jacrev } from "@gradfold/autodiff";
 * toNested(jacrev((x) => square(x))(array([1, 2]))); // => [ [ 2, 0 ], [ 0, 4 ] ]
 */
export const jacrev = typed<Jac>((f: AnyFunction) => (params: unknown, ...rest: readonly unknown[]) => {
  const { call, restore, params: flat } = ofFirst("jacrev", f, params, rest);
  const { leaves } = flat;
  const { outputs, pullBack } = pullLeaves(call, leaves);
  const rows = inAllDirections(outputs, (directions) => {
    const cotangents = pullBack(directions);
    return leaves.map((x, k) => cotangents[k] ?? zerosOf(x));
  });
  const blocks = rows.map((row, i) =>
    row.map((all, k) => reshape(all, [...(outputs[i]?.shape ?? []), ...(leaves[k]?.shape ?? [])])),
  );
  return blocksOf(restore, flat, blocks);
});

interface HessianOf {
  <P = NDArray, A extends readonly unknown[] = [], R = NDArray<[]>>(
    f: LossOf<P, A, R>,
  ): (params: Argument<P>, ...rest: Arguments<A>) => Hessian<P>;
}

/**
 * The second derivatives of a scalar loss with respect to its first argument: for each parameter a tree like the
 * parameters, whose leaves have the shapes of both. It is `jacfwd(grad(f))`.
 *
 * @throws ShapeError when the loss is not a scalar; DTypeError when a parameter or the loss is not a float
 * @example
 * import { array, mul, sum, square, toNested } from "@gradfold/core";
 * import { hessian } from "@gradfold/autodiff";
 * toNested(hessian((x) => mul(sum(x), sum(square(x))))(array([1, 2]))); // => [ [ 10, 6 ], [ 6, 14 ] ]
 */
export const hessian = typed<HessianOf>((f: (...args: readonly unknown[]) => NDArray<[]>) => jacfwd(grad(f)));

interface Hvp {
  <P = NDArray, A extends readonly unknown[] = [], R = NDArray<[]>>(
    f: LossOf<P, A, R>,
  ): (params: Argument<P>, vector: Argument<NoInfer<P>>, ...rest: Arguments<A>) => P;
}

/**
 * The Hessian of a scalar loss times a vector, a tree like the parameters, at about the cost of two gradients: forward
 * mode over reverse mode (B. A. Pearlmutter, "Fast exact multiplication by the Hessian", 1994).
 *
 * @throws ShapeError when the loss is not a scalar; TreeError, ShapeError or DTypeError when the vector is not like the
 *   parameters
 * @example
 * import { array, mul, sum, square, toNested } from "@gradfold/core";
 * import { hvp } from "@gradfold/autodiff";
 * toNested(hvp((x) => mul(sum(x), sum(square(x))))(array([1, 2]), array([1, 0]))); // => [ 10, 6 ]
 */
export const hvp = typed<Hvp>(
  (f: (...args: readonly unknown[]) => NDArray<[]>) =>
    (params: unknown, vector: unknown, ...rest: readonly unknown[]) =>
      jvp((p: unknown) => grad(f)(p, ...rest), [params], [vector])[1],
);
