import { DTypeError, type NDArray, ShapeError, tree } from "@gradfold/core";
import {
  atNewLevel,
  formatShape,
  isFloat,
  isNDArray,
  isRecord,
  sameShape,
  typed,
  zerosOf,
} from "@gradfold/core/transform";
import { openTape } from "./tape.ts";

/** A function's result, and the map from a cotangent of each of its leaves to one of each argument leaf. */
export interface Pulled<R> {
  readonly result: R;
  readonly leaves: readonly NDArray[];
  readonly pullBack: (cotangents: readonly NDArray[]) => readonly NDArray[];
}

const refuseIntegers = (name: string, { leaves, paths }: tree.Flat): void => {
  leaves.forEach((x, i) => {
    if (isFloat(x.dtype)) return;
    const place = paths[i] === "" ? "the argument" : paths[i];
    throw new DTypeError(
      `${name}: only floats have derivatives, but ${place} is ${x.dtype} ${formatShape(x.shape)}. ` +
        "Cast it, or pass it as an argument that is not differentiated.",
    );
  });
};

/** Replaces the arrays in a result, whatever else it is made of. */
const mapArrays = (result: unknown, f: (x: NDArray) => NDArray): unknown => {
  if (isNDArray(result)) return f(result);
  if (Array.isArray(result)) return result.map((part) => mapArrays(part, f));
  if (!isRecord(result)) return result;
  return Object.fromEntries(Object.entries(result).map(([name, part]) => [name, mapArrays(part, f)]));
};

/**
 * Runs `f` on followed copies of some leaves; `outputs` names the leaves of the result that cotangents will come for.
 * Nothing of the transform is left in the result.
 */
export const pull = <R>(
  name: string,
  inputs: tree.Flat,
  f: (leaves: readonly NDArray[]) => R,
  outputs: (result: R) => readonly NDArray[],
): Pulled<R> => {
  refuseIntegers(name, inputs);
  return atNewLevel((level) => {
    const tape = openTape(level);
    try {
      const result = f(inputs.leaves.map(tape.watch));
      const watched = outputs(result);
      return {
        result: typed<(result: R) => R>((x: unknown) => mapArrays(x, tape.unwatch))(result),
        leaves: watched.map(tape.unwatch),
        pullBack: (cotangents) => {
          const sums = tape.pullBack(watched, cotangents);
          return inputs.leaves.map((x, i) => sums[i] ?? zerosOf(x));
        },
      };
    } finally {
      tape.close();
    }
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
  const call = (leaves: readonly NDArray[]): unknown =>
    f(
      ...typed<(list: unknown) => readonly unknown[]>((list: unknown) => list)(
        tree.unflatten(inputs.structure, leaves),
      ),
    );
  const { result, leaves, pullBack } = pull("vjp", inputs, call, tree.leaves);
  return [result, (cotangent: unknown) => tree.unflatten(inputs.structure, pullBack(matching(cotangent, leaves)))];
});
