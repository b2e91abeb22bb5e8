import { eye, type NDArray, reshape, transpose, tree } from "@gradfold/core";
import { sizeOf, typed } from "@gradfold/core/library";
import { flattenAs, zerosOf } from "@gradfold/core/transform";
import { checkLike } from "./alike.ts";
import { type Argnums, argnumsOf, choose, type Options } from "./argnums.ts";
import { batch, spread } from "./batch.ts";
import { checkCallback } from "./callback.ts";
import { filled } from "./derived.ts";
import { elementAt } from "./element.ts";
import { differentiate } from "./grad.ts";
import { remembering } from "./leaves.ts";
import { placeIn } from "./place.ts";
import { pullLeaves } from "./pull.ts";
import { push } from "./push.ts";
import type { Argument, Arguments, Differentiated, Hessian, Jacobian, LossOf, Named } from "./static.ts";

type AnyFunction = (...args: readonly unknown[]) => unknown;

export interface Jac {
  /** The derivatives of every element of the results with regard to every element of the parameters. */
  <P = NDArray, A extends readonly unknown[] = [], R = NDArray, const N extends Named = undefined>(
    f: (params: P, ...rest: A) => R,
    options?: {
      /** Which arguments to differentiate, counted from 0: one, or a list of them. The first by default. */
      readonly argnums: N;
    },
  ): (params: Argument<P>, ...rest: Arguments<A>) => Jacobian<R, Differentiated<P, A, N>>;
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

/** A tree of results, each leaf a tree of what is differentiated, of the blocks [result][parameter]. */
const blocksOf = (
  restore: (leaves: readonly unknown[]) => unknown,
  { structure }: tree.Flat,
  blocks: readonly (readonly NDArray[])[],
): unknown => restore(blocks.map((row) => tree.unflatten(structure, row)));

const byColumns =
  (name: string, f: AnyFunction, argnums: Argnums) =>
  (...args: readonly unknown[]): unknown => {
    const { inputs, apply } = choose(name, f, argnums, args);
    const { leaves } = inputs;
    const { call, restore } = remembering(name, apply);
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
        const all = elementAt(column, i);
        const last = transpose(all, [...all.shape.slice(1).map((_, axis) => axis + 1), 0]);
        return reshape(last, [...all.shape.slice(1), ...elementAt(leaves, k).shape]);
      }),
    );
    return blocksOf(restore, inputs, blocks);
  };

/**
 * The Jacobian of a function with respect to its first argument, column by column in forward mode: for each leaf of the
 * result a tree like the parameters, whose leaves have the shape of the result followed by that of the parameter. Good
 * for few parameters and many results.
 *
 * @param options - `argnums`: which arguments to differentiate instead, counted from 0; of a list, the parameters are a list
 * @throws DTypeError when a parameter is not a float; DomainError when there is no such argument
 * @example
 * import { array, jacfwd, square, toNested } from "gradfold";
 * toNested(jacfwd((x) => square(x))(array([1, 2]))); // => [ [ 2, 0 ], [ 0, 4 ] ]
 */
export const jacfwd = typed<Jac>((f: AnyFunction, options?: Options) => {
  checkCallback("jacfwd", "the first argument", f, "jacfwd(f)(x)");
  return byColumns("jacfwd", f, argnumsOf("jacfwd", options));
});

/**
 * The same, row by row in reverse mode: good for many parameters and few results. See {@link jacfwd}.
 *
 * @param options - `argnums`: which arguments to differentiate instead, counted from 0; of a list, the parameters are a list
 * @throws DTypeError when a parameter is not a float; DomainError when there is no such argument
 * @example
 * import { array, jacrev, mul, type NDArray, toNested } from "gradfold";
 * const f = (x: NDArray, y: NDArray) => mul(x, y);
 * toNested(jacrev(f, { argnums: 1 })(array([1, 2]), array([3, 4]))); // => [ [ 1, 0 ], [ 0, 2 ] ]
 */
export const jacrev = typed<Jac>((f: AnyFunction, options?: Options) => {
  checkCallback("jacrev", "the first argument", f, "jacrev(f)(x)");
  const argnums = argnumsOf("jacrev", options);
  return (...args: readonly unknown[]) => {
    const { inputs, apply } = choose("jacrev", f, argnums, args);
    const { leaves } = inputs;
    const { call, restore } = remembering("jacrev", apply);
    const { outputs, pullBack } = pullLeaves(call, leaves);
    const rows = inAllDirections(outputs, (directions) => {
      const cotangents = pullBack(directions);
      return leaves.map((x, k) => cotangents[k] ?? zerosOf(x));
    });
    const blocks = rows.map((row, i) =>
      row.map((all, k) => reshape(all, [...elementAt(outputs, i).shape, ...elementAt(leaves, k).shape])),
    );
    return blocksOf(restore, inputs, blocks);
  };
});

/** The gradient of a loss, for derivatives of it under a name of their own. */
const gradientFor = (name: string, f: AnyFunction, options: Options | undefined): AnyFunction => {
  const both = differentiate(name, f, options);
  return (...args) => both(...args)[1];
};

/**
 * The second derivatives of a scalar loss with respect to its first argument: for each parameter a tree like the
 * parameters, whose leaves have the shapes of both. It is `jacfwd(grad(f))`.
 *
 * @param options - `argnums`: which arguments to differentiate instead, counted from 0; of a list, the parameters are a list
 * @throws ShapeError when the loss is not a scalar; DTypeError when a parameter or the loss is not a float; DomainError
 *   when there is no such argument
 * @example
 * import { array, hessian, mul, square, sum, toNested } from "gradfold";
 * toNested(hessian((x) => mul(sum(x), sum(square(x))))(array([1, 2]))); // => [ [ 10, 6 ], [ 6, 14 ] ]
 */
export const hessian = typed<
  <P = NDArray, A extends readonly unknown[] = [], R = NDArray<[]>, const N extends Named = undefined>(
    f: LossOf<"hessian", P, A, R>,
    options?: {
      /** Which arguments to differentiate, counted from 0: one, or a list of them. The first by default. */
      readonly argnums: N;
    },
  ) => (params: Argument<P>, ...rest: Arguments<A>) => Hessian<Differentiated<P, A, N>>
>((f: AnyFunction, options?: Options) => {
  const gradient = gradientFor("hessian", f, options);
  return byColumns("hessian", gradient, argnumsOf("hessian", options));
});

/**
 * The Hessian of a scalar loss times a vector, a tree like the parameters, at about the cost of two gradients: forward
 * mode over reverse mode (B. A. Pearlmutter, "Fast exact multiplication by the Hessian", 1994).
 *
 * @param options - `argnums`: which arguments of the loss are the parameters, counted from 0; the vector, always second, is
 *   like them
 * @throws ShapeError when the loss is not a scalar; TreeError, ShapeError or DTypeError when the vector is not like the
 *   parameters; DomainError when there is no such argument
 * @example
 * import { array, hvp, mul, square, sum, toNested } from "gradfold";
 * toNested(hvp((x) => mul(sum(x), sum(square(x))))(array([1, 2]), array([1, 0]))); // => [ 10, 6 ]
 */
export const hvp = typed<
  <P = NDArray, A extends readonly unknown[] = [], R = NDArray<[]>, const N extends Named = undefined>(
    f: LossOf<"hvp", P, A, R>,
    options?: {
      /** Which arguments to differentiate, counted from 0: one, or a list of them. The first by default. */
      readonly argnums: N;
    },
  ) => (
    params: Argument<P>,
    vector: Argument<NoInfer<Differentiated<P, A, N>>>,
    ...rest: Arguments<A>
  ) => Differentiated<P, A, N>
>((f: AnyFunction, options?: Options) => {
  const gradient = gradientFor("hvp", f, options);
  const argnums = argnumsOf("hvp", options);
  return (params: unknown, vector: unknown, ...rest: readonly unknown[]) => {
    const { inputs, apply } = choose("hvp", gradient, argnums, [params, ...rest]);
    const place = placeIn("the vector");
    const along = flattenAs("hvp", vector, place, inputs.leaves);
    checkLike("hvp: the vector must be like the parameters", place, along, inputs);
    const pushed = push((leaves) => tree.leaves(apply(leaves)), inputs.leaves, along.leaves);
    return tree.unflatten(inputs.structure, filled(pushed.tangents, pushed.outputs));
  };
});
