import type { NDArray } from "@gradfold/core";
import { isFloat, isNDArray, isRecord, typed } from "@gradfold/core/library";
import { atNewLevel } from "@gradfold/core/transform";
import type { Pulled } from "./compound.ts";
import { openTape } from "./tape.ts";

/** A function's result free of the transform, and those of its leaves that cotangents will come for. */
export interface PulledResult<R> extends Pulled {
  readonly result: R;
}

/** Replaces the arrays in a result, whatever else it is made of. */
const mapArrays = (result: unknown, f: (x: NDArray) => NDArray): unknown => {
  if (isNDArray(result)) return f(result);
  if (Array.isArray(result)) return result.map((part) => mapArrays(part, f));
  if (!isRecord(result)) return result;
  return Object.fromEntries(Object.entries(result).map(([name, part]) => [name, mapArrays(part, f)]));
};

/**
 * Runs `f` on some leaves, of which it follows the wanted floats; `outputs` names the leaves of the result that cotangents
 * will come for. Nothing of the transform is left in the result.
 */
export const pull = <R>(
  f: (leaves: readonly NDArray[]) => R,
  inputs: readonly NDArray[],
  outputs: (result: R) => readonly NDArray[],
  wanted?: readonly boolean[],
): PulledResult<R> =>
  atNewLevel((level) => {
    const tape = openTape(level);
    const follows = inputs.map((x, i) => isFloat(x.dtype) && wanted?.[i] !== false);
    try {
      const result = f(inputs.map((x, i) => (follows[i] === true ? tape.watch(x) : x)));
      const results = outputs(result);
      return {
        result: typed<(result: R) => R>((x: unknown) => mapArrays(x, tape.unwatch))(result),
        outputs: results.map(tape.unwatch),
        pullBack: (cotangents, before = []) => {
          const watched = follows.flatMap((followed, i) => (followed ? [before[i] ?? null] : []));
          const sums = tape.pullBack(results, cotangents, watched);
          let next = 0;
          return follows.map((followed) => (followed ? (sums[next++] ?? null) : null));
        },
      };
    } finally {
      tape.close();
    }
  });

const same = <A>(x: A): A => x;

/** The same for a function from leaves to leaves. */
export const pullLeaves = (
  f: (leaves: readonly NDArray[]) => readonly NDArray[],
  inputs: readonly NDArray[],
  wanted?: readonly boolean[],
): Pulled => pull(f, inputs, same, wanted);
