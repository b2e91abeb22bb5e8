import { lazy } from "@gradfold/core/transform";
import type { RunCourse } from "./course.ts";
import { bytesOf, frameOf, framesOf, type Keyframe, keyframeInterval, nearest, thin } from "./keyframe.ts";
import { lazily } from "./lazy.ts";
import { judge, type Outcome } from "./outcome.ts";
import { checkTree } from "../argument.ts";
import { asValue, byName } from "../value.ts";
import { concatenateRows, listsOf, type Rows } from "./rows.ts";
import { firstOf, grow, lengthOf } from "./series.ts";
import { type AnyInputs, type AnyStep, type AnyTrajectory, growthAt } from "./trajectory.ts";
import { join, rowsOf, take, type Transitions, transitionsOf } from "./transitions.ts";

/** How a run grows: what it does at each step, and what of it is kept. */
export interface Growth {
  /** Undefined for a run whose states are made of those of another one. */
  readonly step: AnyStep | undefined;
  readonly course: RunCourse;
  /** Bytes that keyframes may take. */
  readonly budget: number;
  /** What grew already; undefined for a run that only looks at another one. */
  readonly grown: Grown | undefined;
}

/** What was added to a run, with steps counted from its end. Parts are kept as `series.ts` says. */
export interface Grown {
  readonly base: AnyTrajectory;
  readonly interval: number;
  readonly keyframes: readonly (readonly Keyframe<unknown>[])[];
  readonly transitions: readonly Transitions[];
  readonly final: unknown;
}

/** The metric that training steps have, for a run without a step to ask. */
const noRows: Rows = Object.freeze({ length: 0, columns: byName([["loss", new Float64Array()]]) });

const noMetrics = listsOf(noRows);

const singleRun = lazily("outcome");

/** The run of a single state, which is copied: its owner may go on to change it. */
export const begin = (name: string, what: string, given: unknown, growth: Omit<Growth, "grown">): AnyTrajectory => {
  checkTree(name, what, given);
  const state = asValue(name, given);
  const { step, course, budget } = growth;
  return singleRun(
    { outcome: () => judge({ first: undefined, from: 0, later: undefined }, 0, () => state) },
    {
      length: 1,
      metrics: noMetrics,
      final: state,
      keyframes: framesOf([{ step: 0, state }]),
      states: () => [state],
      recomputed: () => [[state, undefined] as const],
      rows: () => noRows,
      [growthAt]: { step, course, budget, grown: undefined },
    },
  );
};

/** States of what was added, from state k on; state 0 is the base's last one. */
function* statesOf({ keyframes, transitions, final }: Grown, from: number): Generator {
  const n = lengthOf(transitions);
  let { step, state } = from < n ? (nearest(keyframes, from) ?? { step: n, state: final }) : { step: n, state: final };
  for (; step < n; step++) {
    if (step >= from) yield state;
    const next = nearest(keyframes, step + 1);
    state = next?.step === step + 1 ? next.state : take(transitions, state, step)[0];
  }
  yield final;
}

/**
 * The states from state k on, counted from the start of the base. Generators stand outside of the runs that they serve: a
 * generator function's first call makes a hidden class, which would keep its run alive.
 */
function* statesThrough(grown: Grown, from: number): Generator {
  const past = grown.base.length - 1;
  let k = from;
  if (k < past)
    for (const state of grown.base.states(k)) {
      yield state;
      if (++k === past) break;
    }
  yield* statesOf(grown, k - past);
}

/** The states from state k on, counted from the start of the base, without a look at those that are kept behind it. */
function* recompute(grown: Grown, from: number): Generator<readonly [unknown, unknown]> {
  const { base, transitions } = grown;
  const past = base.length - 1;
  let state: unknown;
  for (const pair of from <= past
    ? base.recomputed(from)
    : [[firstOf(statesOf(grown, from - past)), undefined] as const]) {
    yield pair;
    [state] = pair;
  }
  for (let i = Math.max(from - past, 0); i < lengthOf(transitions); i++) {
    const pair = take(transitions, state, i);
    yield pair;
    [state] = pair;
  }
}

/**
 * The outcome of a run that grew to n steps. What was judged before stays judged; a final state without a loss now has one.
 * It stands outside of the new run, which would keep the old one alive.
 */
const outcomeAfter = (
  before: AnyTrajectory | undefined,
  n: number,
  rows: AnyTrajectory["rows"],
  states: AnyTrajectory["states"],
): Outcome => {
  const from = (before?.length ?? 1) - 1;
  const outcomeBefore = from === 0 ? undefined : before?.outcome;
  if (outcomeBefore?.kind === "diverged" && outcomeBefore.step < from) return outcomeBefore;
  const { loss: later } = rows(from, n).columns;
  const first = (from === 0 ? later : rows(0, 1).columns["loss"])?.[0];
  return judge({ first, from, later }, n, (k) => firstOf(states(k)));
};

const grownRun = lazily("metrics", "keyframes");

/** The run of a base and what was added to it; the outcome of the run before, to which it was added, is known. */
export const regrow = (growth: Growth & { readonly grown: Grown }, before?: AnyTrajectory): AnyTrajectory => {
  const { base, keyframes, transitions, final } = growth.grown;
  const past = base.length - 1;
  const n = past + lengthOf(transitions);
  const rows = (from: number, to: number): Rows => {
    if (to <= past && past > 0) return base.rows(from, to);
    const added = transitions.length === 0 ? noRows : rowsOf(transitions, Math.max(from - past, 0), to - past);
    return from < past ? concatenateRows([base.rows(from, past), added]) : added;
  };
  const states = (from: number): Iterable<unknown> => statesThrough(growth.grown, from);
  const metrics = lazy(() => listsOf(rows(0, n)));
  const allKeyframes = lazy(() =>
    framesOf([
      ...base.keyframes,
      ...keyframes.flat().flatMap((frame) => (frame.step === 0 ? [] : [shift(frame, past)])),
    ]),
  );
  return grownRun(
    { metrics, keyframes: allKeyframes },
    {
      length: n + 1,
      final,
      outcome: outcomeAfter(before, n, rows, states),
      states,
      recomputed: (from: number) => recompute(growth.grown, from),
      rows,
      [growthAt]: growth,
    },
  );
};

/** The same keyframe, with its step counted from elsewhere. */
export const shift = <State>(frame: Keyframe<State>, by: number): Keyframe<State> =>
  by === 0 ? frame : frameOf(frame.step + by, () => frame.state);

/** What a run may grow on: what grew already, or nothing. */
const grownOf = (run: AnyTrajectory, { grown }: Growth): Grown =>
  grown ?? {
    base: run,
    interval: 1,
    keyframes: [[{ step: 0, state: run.final }]],
    transitions: [],
    final: run.final,
  };

/** A run and some steps more, for a function of some name. */
export const advance = (
  name: string,
  run: AnyTrajectory,
  step: AnyStep,
  inputs: AnyInputs,
  growth: Growth = run[growthAt],
): AnyTrajectory => {
  const grown = grownOf(run, growth);
  const done = lengthOf(grown.transitions);
  const bytes = bytesOf(run.final);
  const interval = Math.max(grown.interval, keyframeInterval(bytes, done + inputs.length, growth.budget));
  const kept = interval === grown.interval ? grown.keyframes : [thin(grown.keyframes.flat(), interval)];
  const last = kept.at(-1)?.at(-1)?.step ?? 0;
  const keep = { from: done, first: Math.max(last + interval, done + 1), interval };
  const [before] = grown.transitions;
  const names = before && Object.keys(before.columns);
  const { final, columns, keyframes } = growth.course(name, step, run.final, inputs, keep, names);
  const { base } = grown;
  const frames = grow(kept, keyframes, (a, b) => [...a, ...b]);
  const transitions = grow(grown.transitions, transitionsOf(step, inputs, columns), join);
  const { course, budget } = growth;
  return regrow({ step, course, budget, grown: { base, interval, keyframes: frames, transitions, final } }, run);
};
