import { DomainError, DTypeError } from "@gradfold/core";
import { checkFunction, describe, isPromise, lazy, reasonOf, typed } from "@gradfold/core/library";
import { asValue } from "../value.ts";
import { checkRun } from "./check.ts";
import { stepByStep } from "./course.ts";
import { shift } from "./growth.ts";
import { frameOf, framesOf } from "./keyframe.ts";
import { lazily } from "./lazy.ts";
import { judge } from "./outcome.ts";
import { listsOf } from "./rows.ts";
import { firstOf } from "./series.ts";
import { type AnyTrajectory, inner, type Trajectory } from "./trajectory.ts";

/*
 * Runs that look at another run: nothing is computed or copied until it is asked for.
 */

/** The first few of something. */
function* first<A>(count: number, values: Iterable<A>): Generator<A> {
  let left = count;
  if (left === 0) return;
  for (const value of values) {
    yield value;
    if (--left === 0) return;
  }
}

const viewOf = lazily("metrics", "final", "outcome", "keyframes");

/**
 * The states from … to - 1 of a run, and what lies between them, as a run of its own.
 *
 * @param to - the end, which is not included (all that there are)
 * @throws DomainError unless 0 ≤ from < to ≤ length
 * @example
 * import { steps, trajectory } from "gradfold";
 * const run = trajectory.fold((n: number) => [n * 2, { loss: n }], 1, steps(10));
 * const middle = trajectory.slice(run, 2, 5);
 * [...middle.states(0)]; // => [ 4, 8, 16 ]
 * middle.metrics.loss; // => [ 4, 8 ]
 */
export const slice = typed<
  <State, M, Batch>(run: Trajectory<State, M, Batch>, from: number, to?: number) => Trajectory<State, M, Batch>
>((run: AnyTrajectory, from: number, end?: number): AnyTrajectory => {
  checkRun("trajectory.slice", run);
  const { length } = run;
  const to = end ?? length;
  const isWhole = Number.isInteger(from) && Number.isInteger(to);
  if (!isWhole || from < 0 || from >= to || to > length)
    throw new DomainError(`trajectory.slice: no states ${describe(from)} to ${describe(to)} in a run of ${length}.`);
  if (from === 0 && to === run.length) return run;
  const n = to - from - 1;
  const start = lazy(() => firstOf(run.states(from)));
  const final = lazy(() => (to === run.length ? run.final : firstOf(run.states(to - 1))));
  const states = (k: number): Iterable<unknown> => first(n + 1 - k, run.states(from + k));
  const rows = (a: number, b: number) => run[inner].rows(from + a, from + b);
  const metrics = lazy(() => listsOf(rows(0, n)));
  const outcome = lazy(() => {
    const { loss } = rows(0, n).columns;
    return judge({ first: loss?.[0], from: 0, later: loss }, n, (k) => firstOf(states(k)));
  });
  const keyframes = lazy(() =>
    framesOf([
      frameOf(0, start),
      ...run.keyframes.filter(({ step }) => step > from && step < to).map((frame) => shift(frame, -from)),
    ]),
  );
  return viewOf(
    { metrics, final, outcome, keyframes },
    {
      length: n + 1,
      states,
      [inner]: {
        ...run[inner],
        grown: undefined,
        recomputed: (k: number) => first(n + 1 - k, run[inner].recomputed(from + k)),
        rows,
      },
    },
  );
});

function* mapped<A, B>(f: (value: A) => B, values: Iterable<A>): Generator<B> {
  for (const value of values) yield f(value);
}

const checkMapped = (given: unknown): unknown => {
  if (given !== undefined && !isPromise(given)) return given;
  throw new DTypeError(
    `trajectory.map: the function of a state must give a value, not ${describe(given)}.${reasonOf(given)}`,
  );
};

/**
 * A run whose states are a pure function of another run's, computed when they are asked for; its metrics are the same.
 *
 * @throws DTypeError when the function gives nothing, or a promise
 * @example
 * import { steps, trajectory } from "gradfold";
 * const run = trajectory.fold((n: number) => [n * 2, {}], 1, steps(10));
 * trajectory.at(trajectory.map(run, (n) => [n, n + 1]), 3); // => { _tag: 'Some', value: [ 8, 9 ] }
 */
export const map = typed<<A, B, M>(run: Trajectory<A, M>, f: (state: A) => B) => Trajectory<B, M>>(
  (run: AnyTrajectory, given: (state: unknown) => unknown): AnyTrajectory => {
    checkRun("trajectory.map", run);
    checkFunction("trajectory.map", given);
    const f = (state: unknown): unknown => asValue("trajectory.map", checkMapped(given(state)));
    const { budget, recomputed, rows } = run[inner];
    const final = lazy(() => f(run.final));
    const keyframes = lazy(() => framesOf(run.keyframes.map((frame) => frameOf(frame.step, () => f(frame.state)))));
    return viewOf(
      { metrics: () => run.metrics, final, outcome: () => run.outcome, keyframes },
      {
        length: run.length,
        states: (from: number) => mapped(f, run.states(from)),
        [inner]: {
          step: undefined,
          course: stepByStep,
          budget,
          grown: undefined,
          recomputed: (from: number) => mapped(([state, metrics]) => [f(state), metrics] as const, recomputed(from)),
          rows,
        },
      },
    );
  },
);
