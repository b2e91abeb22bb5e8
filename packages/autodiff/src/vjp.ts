import { type NDArray, tree } from "@gradfold/core";
import { typed } from "@gradfold/core/library";
import { flattenAs, zerosOf } from "@gradfold/core/transform";
import { refuseIntegers } from "./argnums.ts";
import { checkCallback } from "./callback.ts";
import { checkCotangents } from "./alike.ts";
import { onLeaves } from "./leaves.ts";
import { argumentPlace, placeIn } from "./place.ts";
import { pullLeaves } from "./pull.ts";

/** A cotangent for each leaf of the result, of its shape, and of its dtype where that has derivatives. */
const cotangentsOf = (cotangent: unknown, outputs: tree.Flat): readonly NDArray[] => {
  const place = placeIn("the cotangent");
  const given = flattenAs("vjp", cotangent, place, outputs.leaves);
  checkCotangents("vjp: the cotangent must be like the result", place, given, outputs);
  return given.leaves;
};

/**
 * The result of `f` and its pullback: the linear map from a cotangent of the result to one of each argument
 * (a vector-Jacobian product). Arguments and result are trees of arrays.
 *
 * @throws DTypeError for an integer argument; TreeError, ShapeError or DTypeError when the cotangent is not like the result
 * @example
 * import { array, mul, toNested, vjp } from "gradfold";
 * const [, pullback] = vjp((a, b) => mul(a, b), array([1, 2]), array([3, 4]));
 * pullback(array([1, 1])).map(toNested); // => [ [ 3, 4 ], [ 1, 2 ] ]
 */
export const vjp = typed<
  <A extends readonly unknown[] = NDArray[], R = NDArray>(
    f: (...primals: A) => R,
    ...primals: NoInfer<A>
  ) => readonly [output: R, pullback: (cotangent: R) => A]
>((f: (...primals: readonly unknown[]) => unknown, ...primals: readonly unknown[]) => {
  checkCallback("vjp", "the first argument", f, "vjp(f, x)");
  const on = onLeaves("vjp", f, primals);
  const { leaves, structure } = on.inputs;
  refuseIntegers("vjp", on.inputs, argumentPlace);
  const { outputs, pullBack } = pullLeaves(on.call, leaves);
  const result = on.restore(outputs);
  const wanted = tree.flatten(result);
  return [
    result,
    (cotangent: unknown) => {
      const sums = pullBack(cotangentsOf(cotangent, wanted));
      return tree.unflatten(
        structure,
        leaves.map((x, i) => sums[i] ?? zerosOf(x)),
      );
    },
  ];
});
