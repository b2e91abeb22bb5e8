import { frozen } from "../../value.ts";
import type { Keep, RunCourse } from "../course.ts";
import type { Alike } from "./alike.ts";
import { alikeOf } from "./feed.ts";
import { type AnyScan, type Caller, type Loop, over } from "./loop.ts";
import { openCollector } from "./reader.ts";

/** A loop over units of steps from one of them on; the state behind it may be kept as well. */
interface Piece {
  readonly loop: Loop;
  readonly lengths: readonly number[];
  readonly keepsLast: boolean;
}

/** The next loop over alike steps of which `left` units are left, and a state is to be kept behind `due` steps. */
const pieceOf = (
  caller: Caller,
  { unit, name, remembered }: Alike,
  left: number,
  due: number,
  interval: number,
): Piece => {
  const group = Math.max(1, Math.ceil(interval / unit.steps));
  if (group === 1) {
    const isKept = interval > 1 || !unit.keeps; // else each of its states is kept, its last one too
    return { loop: over(caller, unit, left, isKept), lengths: [left], keepsLast: false };
  }
  const missing = Math.max(1, Math.ceil(due / unit.steps));
  if (missing === group && left >= group) {
    const groups = Math.floor(left / group);
    const inner = remembered(`${group} times ${name}`, (by) => over(by, unit, group, false));
    return { loop: over(caller, inner, groups, true), lengths: [groups, group], keepsLast: false };
  }
  const count = Math.min(missing, left);
  return { loop: over(caller, unit, count, false), lengths: [count], keepsLast: count === missing };
};

/** Steps in loops, each a single call of `scan`; the same states and metrics to the last bit. */
export const inLoops =
  (scan: AnyScan): RunCourse =>
  (name, step, start, inputs, { from, first, interval }: Keep, before) => {
    const caller = { name, scan };
    const collector = openCollector(name, inputs.length, from, before);
    let state = start;
    let done = 0;
    let due = first - from;
    for (const alike of alikeOf(caller, step, inputs, interval)) {
      for (let i = 0; i < alike.count;) {
        const { loop, lengths, keepsLast } = pieceOf(caller, alike, alike.count - i, due - done, interval);
        const [next, out] = loop.body(state, alike.feed(i, lengths));
        loop.read(collector, out, { row: 0, count: 1, axes: 0 }, done);
        state = frozen(next);
        done += loop.steps;
        i += loop.steps / alike.unit.steps;
        if (keepsLast) collector.state(state, done);
        if (keepsLast || loop.keeps) due = done + interval;
      }
    }
    return { taken: done, final: state, columns: collector.columns(), frames: collector.frames() };
  };
