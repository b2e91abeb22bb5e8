import { isFinite, item, logicalNot, tree, type Vector } from "@gradfold/core";
import type { FlatBounds } from "./bounds.ts";
import { pressed } from "./bounds.ts";
import { namesOf } from "./places.ts";
import type { FitState } from "./state.ts";
import { type FitStatus, fitStatuses } from "./status.ts";
import type { Limits } from "./tolerances.ts";

/** How a search ended. */
export interface FitOutcome {
  /** In a word or two. */
  readonly kind: FitStatus;
  /** Whether there is nothing more to gain nearby: it converged, or presses against a bound. */
  readonly isConverged: boolean;
  /** In a sentence: by which numbers, where, and what to do about it. */
  readonly message: string;
}

/** What is told of a search that ended. */
interface Ended extends Limits {
  readonly state: FitState<unknown>;
  /** The gradient at the point, as a vector; computed where the words need it. */
  readonly gradient: () => Vector;
  readonly bounds: FlatBounds;
  /** What the state's gradientNorm is, in words; the greatest component of the gradient by default. */
  readonly measure?: string;
  /** Other words for some statuses. */
  readonly words?: Partial<Record<FitStatus, string>>;
  /** A sentence besides, or nothing. */
  readonly also?: string;
}

/** A number in three digits. */
export const short = (x: number): string => String(Number(x.toPrecision(3)));

const usual = "the greatest component of the gradient in size";

const sentenceOf = (
  { state, gradient, bounds, tolerances, maxSteps, measure, words }: Ended,
  kind: FitStatus,
): string => {
  const other = words?.[kind];
  if (other !== undefined) return other;
  const norm = `${measure ?? usual} is ${short(item(state.gradientNorm))}`;
  switch (kind) {
    case "converged by gradient":
      return `${norm}, at most ${short(tolerances.gradient)}`;
    case "converged by value":
      return `the last step changed it by at most ${short(tolerances.value)} of its size; ${norm}`;
    case "converged by step":
      return `no number changed by more than ${short(tolerances.step)} of the greatest; ${norm}`;
    case "at a bound":
      return bounds === null
        ? "a number cannot go on"
        : `${namesOf(state.point, pressed(tree.ravel(state.point)[0], gradient(), bounds))}: the value would be less beyond`;
    case "stalled":
      return (
        `no better point was found along the line, though ${norm}. ` +
        "The function's rounding errors may be that large, or its gradient wrong: try checkGradients"
      );
    case "limit reached":
      return `after ${maxSteps} steps ${norm}. Give a greater maxSteps, or a start nearby`;
    case "diverged":
      return item(state.steps) === 0
        ? `at the start the value is ${short(item(state.value))}, or its derivatives are not finite. Begin elsewhere`
        : `at step ${item(state.steps)} the value is ${short(item(state.value))}, where ${notFinite(state.point)}`;
    case "running":
      return `${item(state.steps)} steps were taken`;
  }
};

const notFinite = (point: unknown): string => {
  const [x] = tree.ravel(point);
  const names = namesOf(point, logicalNot(isFinite(x)));
  return names === "" ? "no minimum is in sight, or the gradient is not finite" : `${names} is not finite`;
};

/** The outcome that a state carries; `tell` says it in words, and whether there is nothing more to gain. */
export const outcomeBy = (
  { status, evaluations }: FitState<unknown>,
  tell: (kind: FitStatus) => Pick<FitOutcome, "isConverged" | "message">,
): FitOutcome => {
  const kind = fitStatuses[item(status)] ?? "running";
  const bad = item(evaluations.notFinite);
  const back = bad === 0 ? "" : ` The function was not finite at ${bad} points, from which the search stepped back.`;
  const { isConverged, message } = tell(kind);
  return Object.freeze({ kind, isConverged, message: `${kind}: ${message}.${back}` });
};

/** How a search for a minimum ended, in words; its values are known. */
export const outcomeOf = (ended: Ended): FitOutcome => {
  const told = outcomeBy(ended.state, (kind) => ({
    isConverged: kind.startsWith("converged") || kind === "at a bound",
    message: sentenceOf(ended, kind),
  }));
  return ended.also === undefined ? told : Object.freeze({ ...told, message: `${told.message} ${ended.also}` });
};
