import { DTypeError, type NDArray, ShapeError, tree } from "@gradfold/core";
import { formatShape, isFloat, sameShape, typed, zerosOf } from "@gradfold/core/transform";
import { listOf } from "./leaves.ts";
import { pull } from "./pull.ts";

/** Integers and truths have no derivatives. */
export const refuseIntegers = (name: string, { leaves, paths }: tree.Flat): void => {
  leaves.forEach((x, i) => {
    if (isFloat(x.dtype)) return;
    const place = paths[i] === "" ? "the argument" : paths[i];
    throw new DTypeError(
      `${name}: only floats have derivatives, but ${place} is ${x.dtype} ${formatShape(x.shape)}. ` +
        "Cast it, or pass it as an argument that is not differentiated.",
    );
  });
};

interface Vjp {
  <A extends readonly unknown[] = NDArray[], R = NDArray>(
    f: (...primals: A) => R,
    ...primals: NoInfer<A>
  ): readonly [output: R, pullback: (cotangent: R) => A];
}

/** One cotangent for each output leaf, of its shape. */
const matching = (cotangent: unknown, outputs: readonly NDArray[]): readonly NDArray[] => {
  const given = tree.leaves(cotangent);
  if (given.length !== outputs.length)
    throw new ShapeError(`vjp: ${given.length} cotangents for ${outputs.length} results. Give one for each leaf.`);
  given.forEach((c, i) => {
    const shape = outputs[i]?.shape ?? [];
    if (!sameShape(c.shape, shape))
      throw new ShapeError(
        `vjp: a cotangent has the shape of its result: ${formatShape(c.shape)} is not ${formatShape(shape)}`,
      );
  });
  return given;
};

/**
 * The result of `f` and its pullback: the linear map from a cotangent of the result to one of each argument
 * (a vector-Jacobian product). Arguments and result are trees of arrays.
 *
 * @throws DTypeError for an integer argument; ShapeError when a cotangent does not have its result's shape
 * @example
 * import { array, mul, toNested } from "@gradfold/core";
 * import { vjp } from "@gradfold/autodiff";
 * const [, pullback] = vjp((a, b) => mul(a, b), array([1, 2]), array([3, 4]));
 * pullback(array([1, 1])).map(toNested); // => [ [ 3, 4 ], [ 1, 2 ] ]
 */
export const vjp = typed<Vjp>((f: (...primals: readonly unknown[]) => unknown, ...primals: readonly unknown[]) => {
  const inputs = tree.flatten(primals);
  refuseIntegers("vjp", inputs);
  const call = (leaves: readonly NDArray[]): unknown => f(...listOf(inputs.structure, leaves));
  const { result, outputs, pullBack } = pull(call, inputs.leaves, tree.leaves);
  return [
    result,
    (cotangent: unknown) => {
      const sums = pullBack(matching(cotangent, outputs));
      return tree.unflatten(
        inputs.structure,
        inputs.leaves.map((x, i) => sums[i] ?? zerosOf(x)),
      );
    },
  ];
});
