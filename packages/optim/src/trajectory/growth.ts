import { lazy } from "@gradfold/core/library";
import type { IsLast, RunCourse } from "./course.ts";
import { behind, type Frames, joinFrames, listed, placeOf, singleFrame, stateAt, stepAt, thin } from "./frames.ts";
import { bytesOf, frameOf, framesOf, type Keyframe, keyframeInterval } from "./keyframe.ts";
import { lazily } from "./lazy.ts";
import { type Diverged, divergedIn, endedAt } from "./outcome.ts";
import { checkTree } from "../argument.ts";
import { sliceInputs } from "../gathering.ts";
import { asValue, byName, frozen } from "../value.ts";
import { concatenateRows, listsOf, type Rows } from "./rows.ts";
import { firstOf, grow, lengthOf } from "./series.ts";
import { type AnyInputs, type AnyStep, type AnyTrajectory, inner, type Inner } from "./trajectory.ts";
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
interface Part {
  readonly base: AnyTrajectory;
  readonly interval: number;
  readonly frames: readonly Frames[];
  readonly transitions: readonly Transitions[];
  readonly final: unknown;
}

interface Grown extends Part {
  /** How the run diverged by its losses, if it did. */
  readonly diverged: Diverged | undefined;
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
    { outcome: lazy(() => endedAt(0, state)) },
    {
      length: 1,
      metrics: noMetrics,
      final: state,
      keyframes: framesOf([{ step: 0, state }]),
      states: () => [state],
      [inner]: {
        step,
        course,
        budget,
        grown: undefined,
        recomputed: () => [[state, undefined] as const],
        rows: () => noRows,
      },
    },
  );
};

/** Makes a value of a state that was made anew, or leaves it as it is. */
type Finish = (state: unknown) => unknown;

/** States of what was added, from state k on; state 0 is the base's last one. */
function* statesOf({ frames, transitions, final }: Part, from: number, finish: Finish = frozen): Generator {
  const n = lengthOf(transitions);
  let place = placeOf(frames, from);
  if (from < n && place !== undefined) {
    let step = stepAt(frames, place) ?? 0;
    let state = finish(stateAt(frames, place));
    place = behind(frames, place);
    for (;;) {
      if (step >= from) yield state;
      if (++step === n) break;
      if (stepAt(frames, place) === step) {
        state = finish(stateAt(frames, place));
        place = behind(frames, place);
      } else [state] = take(transitions, state, step - 1);
    }
  }
  yield final;
}

/**
 * The states from state k on, counted from the start of the base. Generators stand outside of the runs that they serve: a
 * generator function's first call makes a hidden class, which would keep its run alive.
 */
function* statesThrough(grown: Part, from: number, finish?: Finish): Generator {
  const past = grown.base.length - 1;
  let k = from;
  if (k < past)
    for (const state of grown.base.states(k)) {
      yield state;
      if (++k === past) break;
    }
  yield* statesOf(grown, k - past, finish);
}

/** All states of a run for a function that hands them to nobody, and so may have them before they are frozen. */
export const passingStates = (run: AnyTrajectory): Iterable<unknown> => {
  const { grown } = run[inner];
  return grown === undefined ? run.states(0) : statesThrough(grown, 0, (state) => state);
};

/** The states from state k on, counted from the start of the base, without a look at those that are kept behind it. */
function* recompute(grown: Part, from: number): Generator<readonly [unknown, unknown]> {
  const { base, transitions } = grown;
  const past = base.length - 1;
  let state: unknown;
  for (const pair of from <= past
    ? base[inner].recomputed(from)
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
 * How a run that grew to n steps diverged by its losses. What was judged before stays judged; a final state without a loss now
 * has one.
 */
const divergedAfter = (
  before: AnyTrajectory | undefined,
  n: number,
  rows: Inner["rows"],
  states: AnyTrajectory["states"],
): Diverged | undefined => {
  const from = (before?.length ?? 1) - 1;
  if (before !== undefined && from > 0) {
    const { grown } = before[inner];
    const known = grown === undefined ? before.outcome : grown.diverged;
    if (known?.kind === "diverged" && known.step < from) return known;
  }
  const { loss: later } = rows(from, n).columns;
  const first = (from === 0 ? later : rows(0, 1).columns["loss"])?.[0];
  return divergedIn({ first, from, later }, (k) => firstOf(states(k)));
};

const grownRun = lazily("metrics", "keyframes", "outcome");

/** The run of a base and what was added to it; the run before, to which it was added, knows how it diverged. */
export const regrow = (growth: Omit<Growth, "grown">, part: Part, before?: AnyTrajectory): AnyTrajectory => {
  const { base, frames, transitions, final } = part;
  const past = base.length - 1;
  const n = past + lengthOf(transitions);
  const rows = (from: number, to: number): Rows => {
    if (to <= past && past > 0) return base[inner].rows(from, to);
    const added = transitions.length === 0 ? noRows : rowsOf(transitions, Math.max(from - past, 0), to - past);
    return from < past ? concatenateRows([base[inner].rows(from, past), added]) : added;
  };
  const states = (from: number): Iterable<unknown> => statesThrough(part, from);
  const metrics = lazy(() => listsOf(rows(0, n)));
  const allKeyframes = lazy(() =>
    framesOf([
      ...base.keyframes,
      ...frames.flatMap((each) => listed(each, past)).slice(1), // the first is the base's last state
    ]),
  );
  const diverged = divergedAfter(before, n, rows, states);
  const outcome = lazy(() => diverged ?? endedAt(n, final));
  return grownRun(
    { metrics, keyframes: allKeyframes, outcome },
    {
      length: n + 1,
      final,
      states,
      [inner]: { ...growth, grown: { ...part, diverged }, recomputed: (from: number) => recompute(part, from), rows },
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
    frames: [singleFrame(0, run.final)],
    transitions: [],
    final: run.final,
    diverged: undefined,
  };

/** A run and some steps more, for a function of some name; a step may be the last one before all are taken. */
export const advance = (
  name: string,
  run: AnyTrajectory,
  step: AnyStep,
  inputs: AnyInputs,
  growth: Growth = run[inner],
  isLast?: IsLast,
): AnyTrajectory => {
  const grown = grownOf(run, growth);
  const done = lengthOf(grown.transitions);
  const bytes = bytesOf(run.final);
  const interval = Math.max(grown.interval, keyframeInterval(bytes, done + inputs.length, growth.budget));
  const kept = interval === grown.interval ? grown.frames : [thin(grown.frames, interval)];
  const last = kept.at(-1)?.steps.at(-1) ?? 0;
  const keep = { from: done, first: Math.max(last + interval, done + 1), interval };
  const [before] = grown.transitions;
  const names = before && Object.keys(before.columns);
  const { taken, final, columns, frames: added } = growth.course(name, step, run.final, inputs, keep, names, isLast);
  const { base } = grown;
  const frames = grow(kept, added, joinFrames);
  const transitions = grow(grown.transitions, transitionsOf(step, sliceInputs(inputs, 0, taken), columns), join);
  const { course, budget } = growth;
  return regrow({ step, course, budget }, { base, interval, frames, transitions, final }, run);
};
