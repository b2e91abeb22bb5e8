import {
  abs,
  greater,
  greaterEqual,
  isFinite,
  lessEqual,
  logicalAnd,
  logicalNot,
  maximum,
  mul,
  type Scalar,
  sub,
  type Vector,
  where,
  zeros,
} from "@gradfold/core";
import { greatest } from "./greatest.ts";
import type { Limits, Tolerances } from "./tolerances.ts";

/**
 * How a search ended, at the number that its state carries as `status`; that of one which goes on is 0.
 *
 * @example
 * import { array, fitStatuses, item, minimize, square } from "gradfold";
 * fitStatuses[item(minimize((x) => square(x), array(3)).status)]; // => 'converged by gradient'
 */
export const fitStatuses = [
  "running",
  "converged by gradient",
  "converged by value",
  "converged by step",
  "at a bound",
  "stalled",
  "limit reached",
  "diverged",
] as const;

/** How a search ended, in words. */
export type FitStatus = (typeof fitStatuses)[number];

const numberOf = (status: FitStatus): number => fitStatuses.indexOf(status);

/** What a status is told from, before a step and after it. */
export interface Place {
  readonly x: Vector;
  readonly value: Scalar;
  readonly gradientNorm: Scalar;
  /** How many steps were taken. */
  readonly steps: Scalar;
  /** Whether a component of the gradient presses against a bound. */
  readonly isBound: Scalar;
  /** Whether the objective curves downwards in some direction; not known by default. */
  readonly isSaddle?: Scalar;
}

/** A status, and whether it holds. */
export type Case = readonly [status: FitStatus, holds: Scalar];

/** The number of the first status that holds; 0 where none does. */
export const statusOf = (cases: readonly Case[]): Scalar =>
  cases.reduceRight<Scalar>((rest, [status, holds]) => where(holds, numberOf(status), rest), zeros([]));

/**
 * Where there is nothing more to gain, a place at a bound is told from one inside; a saddle or a maximum, where a method knows
 * of one, is no such place.
 */
export const settled = (status: FitStatus, test: Scalar, isBound: Scalar, isSaddle?: Scalar): readonly Case[] => {
  const holds = isSaddle === undefined ? test : logicalAnd(test, logicalNot(isSaddle));
  return [
    ["at a bound", logicalAnd(holds, isBound)],
    [status, holds],
  ];
};

/** Whether a value is finite, and above the least numbers of its dtype, to which only an objective without end falls. */
const isBounded = (value: Scalar): Scalar =>
  logicalAnd(isFinite(value), greater(value, value.dtype === "float32" ? -1e37 : -1e300));

/** A search that is nowhere has diverged. */
export const finiteness = (value: Scalar, gradientNorm: Scalar): Case => [
  "diverged",
  logicalNot(logicalAnd(isBounded(value), isFinite(gradientNorm))),
];

const here = (place: Place, { gradient }: Required<Tolerances>): readonly Case[] => [
  finiteness(place.value, place.gradientNorm),
  ...settled("converged by gradient", lessEqual(place.gradientNorm, gradient), place.isBound, place.isSaddle),
];

/** What a method says of a step beside where it led. */
export interface Signs {
  /** Whether there is no better place to find. */
  readonly isStuck: Scalar;
  /** Whether the objective fell as far as the search went. */
  readonly isEndless: Scalar;
}

/** How a search stands where it starts. */
export const statusAtStart = (place: Place, { tolerances }: Limits): Scalar => statusOf(here(place, tolerances));

/**
 * How a search stands after a step. One that was refused, and left the point where it was, says nothing about convergence.
 */
export const statusAfter = (
  before: Pick<Place, "x" | "value">,
  after: Place,
  signs: Signs,
  { tolerances, maxSteps }: Limits,
): Scalar => {
  const moved = greatest(sub(after.x, before.x));
  const small = (status: FitStatus, change: Scalar, tolerance: number, size: Scalar): readonly Case[] => {
    const holds = logicalAnd(greater(moved, 0), lessEqual(change, mul(size, tolerance)));
    return tolerance === 0 ? [] : settled(status, holds, after.isBound, after.isSaddle);
  };
  const size = maximum(abs(before.value), abs(after.value));
  return statusOf([
    ...here(after, tolerances),
    ["diverged", signs.isEndless],
    ...small("converged by value", abs(sub(before.value, after.value)), tolerances.value, size),
    ...small("converged by step", moved, tolerances.step, greatest(after.x)),
    ["stalled", signs.isStuck],
    ["limit reached", greaterEqual(after.steps, maxSteps)],
  ]);
};
