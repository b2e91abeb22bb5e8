/* What every consumer computes: the README's run, operation by operation and compiled, with its figure. */
import {
  type Metrics,
  option,
  type Recording,
  recording,
  type Step,
  steps,
  type Trajectory,
  trajectory,
} from "gradfold";
import { jit, scan } from "gradfold/compile";
import { lossCurve, type Render } from "gradfold/viz";

/** A recording as text that shows every bit of its states and metrics. */
export const bits = (made: Recording): string =>
  Array.from(recording.encode(made), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** The results as one line of text: equal texts are results equal to the last bit. */
export const results = <State>(
  run: Trajectory<State, Metrics>,
  step: Step<State, void, Metrics>,
  render: Render,
): string => {
  const start = option.getOrElse(() => run.final)(trajectory.at(run, 0));
  const inputs = steps(run.length - 1);
  const runs = {
    eager: run,
    jit: trajectory.fold(jit(step), start, inputs),
    scan: trajectory.fold(step, start, inputs, { scan }),
  };
  const texts = Object.entries(runs).map(([name, each]) => [name, bits(recording.of(each))]);
  return JSON.stringify({ ...Object.fromEntries(texts), figure: render(lossCurve(run.metrics)) });
};
