import { readFileSync } from "node:fs";
import { crc32 } from "node:zlib";
import {
  add,
  array,
  broadcastTo,
  either,
  mul,
  type NDArray,
  option,
  slice,
  toTypedArray,
  transpose,
  tree,
  zeros,
} from "@gradfold/core";
import { contiguous } from "@gradfold/core/library";
import { describe, expect, test } from "vitest";
import { recording, steps, trajectory } from "../src/index.ts";
import { inner } from "../src/trajectory/trajectory.ts";
import { load, record, resume } from "../src/node/index.ts";
import { readHead } from "../src/recording/journal.ts";
import { sourceOf } from "../src/recording/source.ts";
import { memoryDisk } from "./memory.ts";
import { append, inputs, recordedTo, right, start, states, step, textOf, whole } from "./recorded.ts";

const diskOf = (bytes: Uint8Array) => {
  const disk = memoryDisk();
  disk.files.set("/f", { bytes });
  return disk;
};

const bytesOf = ({ files }: ReturnType<typeof memoryDisk>): Uint8Array => files.get("/f")?.bytes ?? new Uint8Array();

/** The bytes of a journal that was closed. */
const closed = (n: number, every: number, size = 4): Uint8Array => {
  const disk = memoryDisk();
  right(recordedTo(disk.fs, n, every, size).close());
  return bytesOf(disk);
};

/** What there is in a journal is true, what is not there is said, and the run goes on to its end. */
const judge = (bytes: Uint8Array, n: number) => {
  const disk = diskOf(bytes);
  const read = right(load("/f", only(disk)));
  const { recorder, steps: at, state, damage } = right(resume("/f", start, only(disk)));
  expect(bytesOf(disk)).toEqual(bytes);
  expect([at, read.steps]).toEqual([recorder.steps(), at]);
  expect([textOf(state), textOf(read.final)]).toEqual([states[at], states[at]]);
  const lost = (read.lost ?? []).flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i));
  whole.metrics.loss.slice(0, at).forEach((loss: number, k: number) => {
    if (!Object.is(read.metrics["loss"]?.[k], lost.includes(k) ? NaN : loss))
      throw new Error(`another loss of step ${k}`);
  });
  for (const frame of read.keyframes) expect(textOf(frame.state)).toBe(states[frame.step]);
  for (const { from, to } of read.lost ?? [])
    expect(damage.map((one) => [one.from, one.to])).toContainEqual([from, to]);
  if (at < n) expect(damage.at(-1)).toMatchObject({ from: at });
  // What is recorded from here on is recorded, and what was lost is computed again.
  append(recorder, at, 30);
  const again = right(load("/f", only(disk)));
  expect([again.steps, again.lost]).toEqual([30, read.lost]);
  const finished = right(recorder.finish());
  expect(recording.encode(right(load("/f", only(disk))))).toEqual(recording.encode(finished));
  const run = right(trajectory.reopen(finished, step, inputs(30), { like: start }));
  expect(trajectory.diff(run, whole)).toEqual(option.none);
  expect(run.metrics).toEqual(whole.metrics);
  expect([disk.openFiles(), [...disk.files.keys()], [...disk.folders]]).toEqual([0, ["/f"], ["/"]]);
  return { at, lost: lost.length, damage };
};

/** Options are a file system alone. */
const only = ({ fs }: ReturnType<typeof memoryDisk>) => ({ fs });

describe.each([1, 3, 4, 100])("a journal with %i steps to a record", (every) => {
  const bytes = closed(14, every);
  const journal = right(readHead(sourceOf(bytes), crc32));

  test("loses one record at most when any bit is flipped, says so, and goes on", () => {
    const intact = recording.encode(right(load("/f", only(diskOf(bytes)))));
    for (let i = 0; i < 8 * bytes.length; i += i < 8 * journal.slots ? 997 : 113) {
      const flipped = bytes.slice();
      flipped[i >>> 3] = (flipped[i >>> 3] ?? 0) ^ (1 << (i & 7));
      const { at, lost, damage } = judge(flipped, 14);
      expect(14 - at + lost).toBeLessThanOrEqual(every);
      if (damage.length > 0) continue;
      expect(recording.encode(right(load("/f", only(diskOf(flipped)))))).toEqual(intact);
    }
  });
  test("that is cut off anywhere gives all that is left of it", () => {
    for (let n = journal.slots; n < bytes.length; n += 19) {
      const { at } = judge(bytes.slice(0, n), 0);
      const records = Math.floor((n - journal.records) / journal.record);
      expect(at).toBeGreaterThanOrEqual(Math.max(records, 0) * every);
    }
    for (let n = 0; n < journal.slots; n += 37)
      expect(either.isLeft(resume("/f", start, only(diskOf(bytes.slice(0, n)))))).toBe(n < journal.slots / 2 + 32);
  });
  test("with garbage behind it, or zeros, as a loss of power leaves them, is what it was", () => {
    for (const byte of [0, 255, 103]) {
      const longer = new Uint8Array(bytes.length + 3000).fill(byte);
      longer.set(bytes);
      expect(judge(longer, 14)).toMatchObject({ at: 14, lost: 0 });
    }
  });
  test("with a block of it in another place loses what was there", () => {
    const { records, record, slots } = journal;
    for (const [from, to, length] of [
      [records, records + record, record],
      [records + record, records, record],
      [0, slots, journal.tail],
      [records, slots, journal.tail],
    ] as const) {
      if (to + length > bytes.length || from + length > bytes.length) continue;
      const copied = bytes.slice();
      copied.copyWithin(to, from, from + length);
      judge(copied, 0);
    }
  });
});

test("steps that are lost are written as stretches of the run, or refused", () => {
  const made = recording.of(trajectory.slice(whole, 0, 11));
  const lost = [
    { from: 2, to: 3 },
    { from: 5, to: 10 },
  ];
  expect(right(recording.decode(recording.encode({ ...made, lost }))).lost).toEqual(lost);
  expect(right(recording.decode(recording.encode({ ...made, lost: [] }))).lost).toBeUndefined();
  for (const bad of [
    [{ from: 2, to: 2 }],
    [{ from: -1, to: 2 }],
    [{ from: 0, to: 11 }],
    [{ from: 0.5, to: 2 }],
    [
      { from: 4, to: 6 },
      { from: 5, to: 7 },
    ],
  ])
    expect(() => recording.encode({ ...made, lost: bad })).toThrow("recording.encode: lost must be stretches");
});

describe("a journal of version 1", () => {
  const fixture = (name: string) => new Uint8Array(readFileSync(new URL(`fixtures/${name}`, import.meta.url)));
  interface State {
    readonly n: number;
    readonly w: NDArray;
    readonly k: NDArray;
    readonly mask: NDArray;
    readonly none: null;
    readonly list: readonly NDArray[];
  }
  const first: State = {
    n: 1,
    w: array([1, 2, 3], { dtype: "float32" }),
    k: array(0, { dtype: "int32" }),
    mask: array([true, false]),
    none: null,
    list: [array([[0.5]])],
  };
  const next = (s: State): [State, { loss: number; other: number }] => [
    {
      ...s,
      n: s.n * 1.5,
      w: mul(s.w, 0.5),
      k: add(s.k, array(1, { dtype: "int32" })),
      list: s.list.map((x) => add(x, 0.25)),
    },
    { loss: s.n, other: s.n / 3 },
  ];
  const run = trajectory.fold(next, first, steps(20));
  const old = fixture("version1-short-records.journal");

  test("is read, and does not go on: its numbers are of another version", () => {
    const disk = diskOf(old);
    const read = right(load("/f", only(disk)));
    expect([read.steps, read.description, read.lost]).toEqual([11, { made: "by version 1" }, undefined]);
    expect(read.metrics).toEqual(run[inner].rows(0, 11).columns);
    expect(textOf(read.final)).toBe(textOf([...run.states(11)][0]));
    expect(resume("/f", first, only(disk))).toMatchObject({
      left: {
        message: "resume: /f: a journal of version 1 is read by load, and goes on no more. Record its last state anew.",
      },
    });
  });
  test("with any bit flipped gives the rest of it, or is refused by its head", () => {
    for (let i = 0; i < 8 * old.length; i += 61) {
      const flipped = old.slice();
      flipped[i >>> 3] = (flipped[i >>> 3] ?? 0) ^ (1 << (i & 7));
      const found = load("/f", only(diskOf(flipped)));
      if (either.isLeft(found)) {
        expect(found.left).toMatchObject({ name: "DecodeError" });
        expect(i).toBeLessThan(8 * 1400);
        continue;
      }
      const { steps: count, lost = [], metrics } = found.right;
      expect(lost.length > 0 || count < 11).toBe(true);
      const losses = metrics["loss"] ?? [];
      for (let k = 0; k < count; k++)
        expect(losses[k]).toBe(lost.some(({ from, to }) => from <= k && k < to) ? NaN : run.metrics.loss[k]);
      expect(textOf(found.right.final)).toBe(textOf([...run.states(count)][0]));
    }
  });
});

test("the leaves of a state keep their bits behind one another, whatever their types and sizes", () => {
  const leaves = (n: number): readonly unknown[] => [
    array([n % 2 === 0, true, n % 3 === 0]),
    array([n / 3, -0, NaN]),
    array([n / 7], { dtype: "float32" }),
    n % 2 === 1,
    array(-n, { dtype: "int32" }),
    n / 9,
    slice(array([1, n, 3, 4 * n], { dtype: "float32" }), [[1, 3]]),
    transpose(array([[1, n, 2, n / 11]])),
    contiguous("float32", [2], Float32Array.of(77, n, n / 5, 77), 1),
    zeros([2, 2], { dtype: "bool" }),
    broadcastTo(array(n / 13), [3]),
  ];
  const count = leaves(0).length;
  for (let first = 0; first < count; first++) {
    const state = (n: number) => ({ n, rest: [...leaves(n).slice(first), ...leaves(n).slice(0, first)] });
    const run = trajectory.fold(({ n }: ReturnType<typeof state>) => [state(n + 1), { loss: n }], state(0), steps(7));
    for (let n = 1; n <= 7; n++) {
      const disk = memoryDisk();
      const recorder = right(record("/f", trajectory.slice(run, 0, 1), { every: 3, fs: disk.fs }));
      for (let k = 0; k < n; k++) right(recorder.append(trajectory.slice(run, k, k + 2)));
      const elements = (given: unknown) => tree.leaves(given).map(toTypedArray);
      expect(elements(right(load("/f", { fs: disk.fs })).final)).toEqual(elements(state(n)));
      right(recorder.close());
    }
  }
});
