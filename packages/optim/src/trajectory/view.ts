import { DomainError } from "@gradfold/core";
import { lazy, typed } from "@gradfold/core/transform";
import { stepByStep } from "./course.ts";
import { shift } from "./growth.ts";
import { frameOf } from "./keyframe.ts";
import { lazily } from "./lazy.ts";
import { judge } from "./outcome.ts";
import { sliceRows } from "./rows.ts";
import { firstOf } from "./series.ts";
import type { AnyTrajectory, Trajectory } from "./trajectory.ts";

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

interface Slice {
  <State, M, Batch>(run: Trajectory<State, M, Batch>, from: number, to?: number): Trajectory<State, M, Batch>;
}

/**
 * The states from … to - 1 of a run, and what lies between them, as a run of its own.
 *
 * @param to - the end, which is not included (all that there are)
 * @throws DomainError unless 0 ≤ from < to ≤ length
 * @example
 * import { steps, trajectory } from "@gradfold/optim";
 * const run = trajectory.fold((n: number) => [n * 2, { loss: n }], 1, steps(10));
 * const middle = trajectory.slice(run, 2, 5);
 * [...middle.states(0)]; // => [ 4, 8, 16 ]
 * middle.metrics.loss; // => Float64Array(2) [ 4, 8 ]
 */
export const slice = typed<Slice>((run: AnyTrajectory, from: number, to: number = run.length): AnyTrajectory => {
  const isWhole = Number.isInteger(from) && Number.isInteger(to);
  if (!isWhole || from < 0 || from >= to || to > run.length)
    throw new DomainError(`trajectory.slice: no states ${from} to ${to} in a run of ${run.length}.`);
  if (from === 0 && to === run.length) return run;
  const n = to - from - 1;
  const start = lazy(() => firstOf(run.states(from)));
  const final = lazy(() => (to === run.length ? run.final : firstOf(run.states(to - 1))));
  const states = (k: number): Iterable<unknown> => first(n + 1 - k, run.states(from + k));
  const rows = (a: number, b: number) => run.rows(from + a, from + b);
  const metrics = lazy(() => sliceRows(rows(0, n), 0, n).columns);
  const outcome = lazy(() => {
    const { loss } = rows(0, n).columns;
    return judge({ first: loss?.[0], from: 0, later: loss }, n, (k) => firstOf(states(k)));
  });
  const keyframes = lazy(() => [
    frameOf(0, start),
    ...run.keyframes.filter(({ step }) => step > from && step < to).map((frame) => shift(frame, -from)),
  ]);
  return viewOf(
    { metrics, final, outcome, keyframes },
    {
      length: n + 1,
      states,
      recomputed: (k: number) => first(n + 1 - k, run.recomputed(from + k)),
      rows,
      growth: { ...run.growth, grown: undefined },
    },
  );
});

function* mapped<A, B>(f: (value: A) => B, values: Iterable<A>): Generator<B> {
  for (const value of values) yield f(value);
}

interface MapRun {
  <A, B, M>(run: Trajectory<A, M>, f: (state: A) => B): Trajectory<B, M>;
}

/**
 * A run whose states are a pure function of another run's, computed when they are asked for; its metrics are the same.
 *
 * @example
 * import { steps, trajectory } from "@gradfold/optim";
 * const run = trajectory.fold((n: number) => [n * 2, {}], 1, steps(10));
 * trajectory.at(trajectory.map(run, (n) => [n, n + 1]), 3); // => { _tag: 'Some', value: [ 8, 9 ] }
 */
export const map = typed<MapRun>((run: AnyTrajectory, f: (state: unknown) => unknown): AnyTrajectory => {
  const final = lazy(() => f(run.final));
  const metrics = lazy(() => sliceRows(run.rows(0, run.length - 1), 0, run.length - 1).columns);
  const keyframes = lazy(() => run.keyframes.map((frame) => frameOf(frame.step, () => f(frame.state))));
  return viewOf(
    { metrics, final, outcome: () => run.outcome, keyframes },
    {
      length: run.length,
      states: (from: number) => mapped(f, run.states(from)),
      recomputed: (from: number) =>
        mapped(([state, metrics]: readonly [unknown, unknown]) => [f(state), metrics] as const, run.recomputed(from)),
      rows: run.rows,
      growth: { step: undefined, course: stepByStep, budget: run.growth.budget, grown: undefined },
    },
  );
});
