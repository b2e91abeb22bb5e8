import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type Action, after, type Playback } from "../src/replay/playback.ts";

const start: Playback = { index: 0, length: 3, playing: true, direction: 1, speed: 1, mode: "once" };

/** The frames shown in so many ticks. */
const course = (from: Playback, ticks: number): readonly number[] =>
  Array.from({ length: ticks })
    .reduce<readonly Playback[]>(
      (states) => [...states, ...states.slice(-1).map((now) => (now.playing ? after(now, { kind: "tick" }) : now))],
      [from],
    )
    .map((now) => now.index);

test("once stops at the end", () => {
  expect(course(start, 4)).toEqual([0, 1, 2, 2, 2]);
  expect(after({ ...start, index: 2 }, { kind: "tick" }).playing).toBe(false);
});

test("once in reverse stops at the beginning", () => {
  expect(course({ ...start, index: 2, direction: -1 }, 3)).toEqual([2, 1, 0, 0]);
});

test("loop begins again", () => expect(course({ ...start, mode: "loop" }, 4)).toEqual([0, 1, 2, 0, 1]));

test("loop in reverse begins again at the end", () => {
  expect(course({ ...start, mode: "loop", direction: -1 }, 4)).toEqual([0, 2, 1, 0, 2]);
});

test("reflect turns round at both ends", () => {
  expect(course({ ...start, mode: "reflect" }, 6)).toEqual([0, 1, 2, 1, 0, 1, 2]);
});

test("playing from the end begins at the beginning", () => {
  expect(after({ ...start, index: 2, playing: false }, { kind: "play" })).toEqual({ ...start, index: 0 });
});

test("showing a frame pauses", () => expect(after(start, { kind: "show", index: 1 }).playing).toBe(false));

test("a single frame does not play", () => {
  expect(after({ ...start, length: 1, playing: false }, { kind: "play" }).playing).toBe(false);
});

const action: fc.Arbitrary<Action> = fc.oneof(
  fc.constantFrom("tick", "play", "pause", "reverse", "faster", "slower").map((kind): Action => ({ kind })),
  fc.integer({ min: -5, max: 9 }).map((index): Action => ({ kind: "show", index })),
  fc.constantFrom(0.25, 0.5, 1, 2, 4, 8).map((speed): Action => ({ kind: "speed", speed })),
  fc.constantFrom("once", "loop", "reflect").map((mode): Action => ({ kind: "mode", mode })),
);

test("whatever happens, the frame exists, the speed is on the list, and the past is not changed", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), fc.array(action), (length, actions) => {
      const end = actions.reduce((now, next) => after(Object.freeze(now), next), { ...start, length });
      expect(end.index).toBeGreaterThanOrEqual(0);
      expect(end.index).toBeLessThan(length);
      expect([0.25, 0.5, 1, 2, 4, 8]).toContain(end.speed);
    }),
  );
});

test("reversing twice is as if nothing had been", () => {
  expect(after(after(start, { kind: "reverse" }), { kind: "reverse" })).toEqual(start);
});
