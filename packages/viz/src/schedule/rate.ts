import { isNDArray, view } from "@gradfold/core/library";
import type { NDArray } from "@gradfold/core";
import { type Check, isArray, isList, reading, refuse } from "../check.ts";
import { column, type Numbers, numberOrNull } from "../column.ts";
import type { Value } from "../number.ts";

/** The rate of each step: a function of how many steps were taken before, the rates themselves, or one for all. */
export type RateCurve = ((count: number) => number | NDArray) | Numbers | number;

/** A schedule before it is asked for its rates. */
export interface Schedule {
  /** How many steps it knows; undefined for any number. */
  readonly length: number | undefined;
  readonly at: (step: number) => Value;
}

/** The number in an array of one element. */
const scalar: Check<Value> = (given, place) => {
  if (!isNDArray(given)) return numberOrNull(given, place);
  const { data, offset, size } = view(given, place());
  return size === 1 ? (data[offset] ?? null) : refuse(place, "a number or an array of one", given);
};

/** A schedule as it was given. */
export const scheduleOf =
  (op: string): Check<Schedule> =>
  (given, place) => {
    if (typeof given === "number") return { length: undefined, at: () => given };
    if (typeof given === "function") {
      // The one cast: it is a function, and is called with a number, as its type asks.
      const call = given as (count: number) => unknown;
      const at = (step: number): Value => {
        const name = (): string => `${place()}(${step})`;
        const rate = reading(op, () => call(step), name().slice(op.length + 2));
        return scalar(rate, name);
      };
      return { length: undefined, at };
    }
    const isGiven = isList(given) && !isArray(given);
    const rates = column(numberOrNull)(
      isGiven ? given : refuse(place, "a function of the step, a list of rates or a rate", given),
      place,
    );
    return { length: rates.length, at: (step) => rates[step] ?? null };
  };
