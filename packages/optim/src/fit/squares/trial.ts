import { add, cast, equal, type Scalar, type Vector } from "@gradfold/core";
import { project } from "../bounds.ts";
import type { FlatState } from "../state.ts";
import { accelerated } from "./acceleration.ts";
import { withinBounds } from "./bounded.ts";
import { stepWithin } from "./damping.ts";
import { lengthIn, predicted } from "./local.ts";
import type { Memory, Squares } from "./problem.ts";
import type { Outlook } from "./radius.ts";

/** Where a step leads, and what is expected of it. */
export interface Tried extends Outlook {
  readonly x: Vector;
  readonly residuals: Vector;
  readonly value: Scalar;
}

/** Where the best step within the radius leads. */
export const tryStep = (squares: Squares, { x, memory }: FlatState<Memory>): Tried => {
  const { residuals, loss, bounds } = squares;
  const { local, radius } = memory;
  const trial = stepWithin(local, radius);
  const straight = withinBounds(local, x, trial, bounds);
  const step = bounds === null && loss.isPlain ? accelerated(residuals, local, x, trial) : straight;
  const reached = project(add(x, cast(step, x.dtype)), bounds);
  const found = residuals.at(reached);
  return {
    ...predicted(local, straight),
    length: lengthIn(local, straight),
    isWhole: equal(trial.damping, 0),
    x: reached,
    residuals: found,
    value: loss.value(found),
  };
};
