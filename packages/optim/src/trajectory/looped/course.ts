import { frozen } from "../../value.ts";
import type { Keep, RunCourse } from "../course.ts";
import type { Alike, Keeping } from "./alike.ts";
import { alikeOf } from "./feed.ts";
import { type AnyScan, type Caller, type Loop, over } from "./loop.ts";
import { openCollector } from "./reader.ts";

/** A loop over steps from one of them on; the state behind it may be kept as well. */
interface Piece {
  readonly loop: Loop;
  readonly lengths: readonly number[];
  readonly keepsLast: boolean;
}

/** Behind how many steps a state is to be kept, and how many steps behind that the next one. */
interface Due {
  readonly due: number;
  readonly interval: number;
}

/** The next loop over alike steps, of which `left` units are left. */
const pieceOf = (
  caller: Caller,
  { unit, grouped }: Alike,
  left: number,
  kept: Keeping,
  { due, interval }: Due,
): Piece => {
  if (kept !== "some")
    return { loop: over(caller, unit, left, kept === "all" && !unit.keeps), lengths: [left], keepsLast: false };
  const groups = due === interval ? Math.floor(left / interval) : 0;
  if (groups > 0)
    return { loop: over(caller, grouped(interval), groups, true), lengths: [groups, interval], keepsLast: false };
  const count = Math.min(due, left);
  return { loop: over(caller, unit, count, false), lengths: [count], keepsLast: count === due };
};

/** Steps in loops, each a single call of `scan`; the same states and metrics to the last bit. */
export const inLoops =
  (scan: AnyScan): RunCourse =>
  (name, step, start, inputs, { from, first, interval }: Keep, before) => {
    const caller = { name, scan };
    const collector = openCollector(name, inputs.length, from, before);
    let carried = start;
    let state = start;
    let done = 0;
    let due = first - from;
    const kept: Keeping = interval === 1 ? "all" : due > inputs.length ? "none" : "some";
    for (const alike of alikeOf(caller, step, inputs, kept)) {
      carried = alike.enter?.(state) ?? state;
      for (let i = 0; i < alike.count;) {
        const { loop, lengths, keepsLast } = pieceOf(caller, alike, alike.count - i, kept, {
          due: due - done,
          interval,
        });
        const [next, out] = loop.body(carried, alike.feed(i, lengths));
        loop.read(collector, out, { row: 0, count: 1, axes: 0 }, done);
        carried = next;
        state = frozen(loop.leave(next));
        done += loop.steps;
        i += loop.steps / alike.unit.steps;
        if (keepsLast) collector.state(state, done);
        if (keepsLast || loop.keeps) due = done + interval;
      }
    }
    return { taken: done, final: state, columns: collector.columns(), frames: collector.frames() };
  };
