import { cond } from "@gradfold/autodiff";
import { type NDArray, reshape, type Shape, slice, TreeError } from "@gradfold/core";
import { describe, isList, isRecord } from "@gradfold/core/library";

/*
 * Steps as loops in loops. What they give is a tree of arrays whose first axes are those of the loops; it is read in the
 * order of the steps.
 */

/** A loop, as autodiff's `scan` and the compiler's. */
export type AnyScan = (
  f: Body,
  init: unknown,
  xs: unknown,
  options: { readonly length: number },
) => readonly [unknown, unknown];

/** Goes on from a state with what its steps are fed with; gives the next state, and what there is to read. */
export type Body = (state: unknown, fed: unknown) => readonly [state: unknown, out: unknown];

/** Which rows of an array are meant, when the axes of the `axes` loops around are taken as one. */
interface Turns {
  readonly row: number;
  readonly count: number;
  readonly axes: number;
}

/** Receives what loops gave. */
export interface Reader {
  /** The metrics of as many steps, from step `at` on, with their names in the order in which the step gives them. */
  readonly metrics: (stacked: unknown, rows: Turns, at: number, names: readonly string[]) => void;
  /** The states behind `at` steps, `at + every`, and so on. */
  readonly states: (stacked: unknown, rows: Turns, at: number, every: number) => void;
}

/** Some steps: a single one, a loop of loops, or loops one after another. */
export interface Loop {
  readonly steps: number;
  /** Whether states are among what it gives. */
  readonly keeps: boolean;
  readonly body: Body;
  /** The state in what is carried from turn to turn, which may hold more than it. */
  readonly leave: (carried: unknown) => unknown;
  /** What a loop of this one calls at every turn, which may give the state too. A compiled loop is found by it. */
  readonly turn: Readonly<Record<"plain" | "kept", Body>>;
  /** Reads its turns, of which the first one starts at step `at`. */
  readonly read: (reader: Reader, out: unknown, rows: Turns, at: number) => void;
}

/** Where nothing is carried beside the state. */
const itself = (carried: unknown): unknown => carried;

const loop = ({ body, leave, ...known }: Omit<Loop, "turn">): Loop => {
  const plain: Body = (state, fed) => {
    const [next, out] = body(state, fed);
    return [next, { out }];
  };
  const kept: Body = (state, fed) => {
    const [next, out] = body(state, fed);
    return [next, { out, state: leave(next) }];
  };
  return { ...known, leave, body, turn: { plain, kept } };
};

/** A single step, whose `body` gives what it carries on and a record of metrics. */
export const oneStep = (body: Body, leave: Loop["leave"] = itself): Loop => {
  let names: readonly string[] = []; // trees, of which loops are made, sort them
  return loop({
    steps: 1,
    keeps: false,
    leave,
    body: (state, fed) => {
      const [next, metrics] = body(state, fed);
      if (isRecord(metrics)) names = Object.keys(metrics);
      return [next, metrics];
    },
    read: (reader, out, rows, at) => reader.metrics(out, rows, at, names),
  });
};

/** For whom loops run: errors bear its name. */
export interface Caller {
  readonly name: string;
  readonly scan: AnyScan;
}

/** A loop over another one, which may keep the state behind each turn. */
export const over = (caller: Caller, inner: Loop, count: number, keeps: boolean): Loop =>
  loop({
    steps: count * inner.steps,
    keeps: keeps || inner.keeps,
    leave: inner.leave,
    body: (state, fed) => {
      const looped = caller.scan(inner.turn[keeps ? "kept" : "plain"], state, fed, { length: count });
      const [next, given] = isList(looped) ? looped : [];
      if (isRecord(given) && "out" in given) return [next, given];
      throw new TreeError(
        `${caller.name}: scan must give [carry, ys], as that of @gradfold/autodiff does, not ${describe(looped)}.`,
      );
    },
    read: (reader, given, { row, count: turns, axes }, at) => {
      const { out, state } = given as { readonly out: unknown; readonly state?: unknown }; // as `body` gives it
      const rows = { row: row * count, count: turns * count, axes: axes + 1 };
      inner.read(reader, out, rows, at);
      if (keeps) reader.states(state, rows, at + inner.steps, inner.steps);
    },
  });

/** A loop that makes what it is fed with of something else. */
export const fedWith = (inner: Loop, from: (fed: unknown) => unknown): Loop =>
  loop({ ...inner, body: (state, fed) => inner.body(state, from(fed)) });

/** One of two loops of as many steps, as a truth says that is found in what they are fed with. */
export const oneOf = (isFirst: (fed: unknown) => NDArray<[]>, first: Loop, second: Loop): Loop =>
  loop({
    ...first,
    body: (state, fed) => cond(isFirst(fed), first.body, second.body, state, fed),
  });

/** A loop, and which numbers of a vector it is fed with, in which shape. */
export interface Stretch {
  readonly loop: Loop;
  readonly from: number;
  readonly to: number;
  readonly shape: Shape;
}

/** Loops one after another, fed with a vector of which each takes its own stretch. */
export const inTurn = (stretches: readonly Stretch[]): Loop => {
  const steps = stretches.reduce((sum, each) => sum + each.loop.steps, 0);
  return loop({
    steps,
    keeps: stretches.some((each) => each.loop.keeps),
    leave: itself,
    body: (start, fed) => {
      let state = start;
      const outs = stretches.map((each) => {
        const numbers = slice(fed as NDArray, [[each.from, each.to]]); // a row of a matrix
        const [next, out] = each.loop.body(state, reshape(numbers, each.shape));
        state = next;
        return out;
      });
      return [state, outs];
    },
    read: (reader, outs, { row, count, axes }, at) => {
      for (let i = 0; i < count; i++) {
        let first = at + i * steps;
        for (const [j, each] of stretches.entries()) {
          each.loop.read(reader, (outs as readonly unknown[])[j], { row: row + i, count: 1, axes }, first);
          first += each.loop.steps;
        }
      }
    },
  });
};
