import { crc32 } from "node:zlib";
import { either } from "@gradfold/core";
import { describe, expect, test } from "vitest";
import { steps, trajectory } from "../src/index.ts";
import { load, record, type Recorder, resume } from "../src/node/index.ts";
import { blockBytes } from "../src/node/disk.ts";
import { readHead, slotCount } from "../src/recording/journal.ts";
import { sourceOf } from "../src/recording/source.ts";
import { type Change, memoryDisk, systemError } from "./memory.ts";
import { append, failure, recordedTo, right, start, states, textOf, whole } from "./recorded.ts";

/* What a recorder writes: how much, where, and the bytes that are there in the end. */

/** A disk that lists the changes of the journal. */
const watchedDisk = (before: (change: Change) => void = () => undefined) => {
  const writes: number[] = [];
  const changes: Change["kind"][] = [];
  const disk = memoryDisk((change, length) => {
    if (change.path !== "/f") return;
    before(change);
    if (change.kind === "write") writes.push(length);
    if (["write", "truncate"].includes(change.kind)) changes.push(change.kind);
  });
  return { ...disk, disk, writes, changes };
};

const bytesOf = ({ files }: Pick<ReturnType<typeof memoryDisk>, "files">): Uint8Array =>
  files.get("/f")?.bytes ?? new Uint8Array();

/** The bytes of a journal that was closed. */
const closed = (n: number, every: number, size = 4): Uint8Array => {
  const disk = memoryDisk();
  right(recordedTo(disk.fs, n, every, size).close());
  return bytesOf(disk);
};

/** Bytes of a state of the run, and of a trailer. */
const tail = 48 + 32;

describe.each([1, 3, 4, 100])("a journal with %i steps to a record", (every) => {
  test.each([12, 13, 14])("of %i steps has the same bytes in whatever chunks it was appended", (n) => {
    const bytes = closed(n, every);
    for (const size of [1, 2, 3, 7, 100]) expect(closed(n, every, size)).toEqual(bytes);
    const disk = memoryDisk();
    disk.files.set("/f", { bytes });
    expect(right(load("/f", { fs: disk.fs })).keyframes.length).toBe(1 + Math.ceil(n / every));
  });
  test("has a state for each record when it is finished", () => {
    const once = memoryDisk();
    right(recordedTo(once.fs, 30, every, 29).finish());
    for (const size of [1, 3, 30]) {
      const disk = memoryDisk();
      const made = right(recordedTo(disk.fs, 30, every, size).finish());
      expect(made.keyframes.map((frame) => frame.step)).toEqual([
        ...Array.from({ length: Math.ceil(30 / every) }, (_, i) => i * every),
        30,
      ]);
      expect(bytesOf(disk)).toEqual(bytesOf(once));
    }
  });
  test("that is resumed and closed between is the same too, whatever is left behind it", () => {
    for (const left of [0, 1, 500]) {
      const disk = memoryDisk();
      disk.files.set("/f", { bytes: closed(5, every) });
      for (let k = 5; k < 14; k += 3) {
        const bytes = new Uint8Array(bytesOf(disk).length + left).fill(7);
        bytes.set(bytesOf(disk));
        disk.files.set("/f", { bytes });
        const { recorder } = right(resume("/f", start, { fs: disk.fs }));
        append(recorder, k, Math.min(k + 3, 14), 2);
        right(recorder.close());
      }
      expect(bytesOf(disk)).toEqual(closed(14, every));
    }
  });
  test("keeps the state within a record twice", () => {
    for (let n = 10; n <= 14; n++) {
      const bytes = closed(n, every);
      const { slots } = right(readHead(sourceOf(bytes), crc32));
      for (let slot = 0; slot < slotCount; slot++) {
        const disk = memoryDisk();
        disk.files.set("/f", { bytes: bytes.slice().fill(255, slots + slot * tail, slots + (slot + 1) * tail) });
        const found = right(load("/f", { fs: disk.fs }));
        expect([found.steps, textOf(found.final)]).toEqual([n, states[n]]);
      }
    }
  });
  test("is closed in a write to each slot that needs it", () => {
    for (let n = 1; n <= 14; n++) {
      const { fs, writes } = watchedDisk();
      const recorder = recordedTo(fs, n, every, 1);
      writes.length = 0;
      right(recorder.close());
      expect(writes.every((length) => length === tail)).toBe(true);
      expect(writes.length).toBeLessThanOrEqual(3);
    }
  });
  test("stays as it is where nothing is appended, and is synced for nothing", () => {
    for (const end of ["close", "finish"] as const) {
      const { fs, disk, changes } = watchedDisk();
      disk.files.set("/f", { bytes: closed(14, every) });
      const { recorder } = right(resume("/f", start, { fs }));
      right(recorder.append(trajectory.slice(whole, 14, 15)));
      for (let i = 0; i < 3; i++) right(recorder.sync());
      right<unknown>(recorder[end]());
      expect(changes).toEqual([]);
    }
  });
  test("is written again from the last sync on, and no more, by a sync that follows one that failed", () => {
    let isRefusing = false;
    const { fs, writes } = watchedDisk(({ kind }) => {
      if (kind === "sync" && isRefusing) throw systemError("EIO");
    });
    const begun = recordedTo(fs, 8, every);
    right(begun.close());
    const { recorder } = right(resume("/f", start, { fs }));
    let synced = 8;
    for (const n of [11, 12, 15, 30]) {
      append(recorder, synced, n);
      isRefusing = true;
      for (let i = 0; i < 2; i++) expect(failure(recorder.sync())).toMatchObject({ code: "EIO" });
      isRefusing = false;
      writes.length = 0;
      right(recorder.sync());
      const records = Math.floor(n / every) - Math.floor(synced / every);
      const slot = n % every === 0 ? 0 : tail;
      expect(writes.reduce((sum, length) => sum + length, 0)).toBe(8 * (n - synced) + records * tail + slot);
      writes.length = 0;
      right(recorder.sync());
      expect(writes).toEqual([]);
      synced = n;
    }
    right(recorder.close());
  });
});

describe("an append", () => {
  test("within a record writes its rows and a state, however long the record is", () => {
    for (const every of [64, 4096, 65_536]) {
      const { fs, writes } = watchedDisk();
      const recorder = recordedTo(fs, 1, every);
      for (let k = 1; k < 30; k++) {
        writes.length = 0;
        append(recorder, k, k + 1);
        expect(writes).toEqual([8, tail]);
      }
      right(recorder.close());
    }
  });
  test("of whole records writes them at once, and nothing else", () => {
    const { fs, writes } = watchedDisk();
    const recorder = right(record("/f", trajectory.slice(whole, 0, 5), { every: 4, fs }));
    writes.length = 0;
    append(recorder, 4, 28, 24);
    expect(writes).toEqual([6 * (4 * 8 + tail)]);
    right(recorder.close());
  });
  test("of no steps writes nothing", () => {
    const { fs, writes } = watchedDisk();
    const recorder = recordedTo(fs, 4, 4);
    writes.length = 0;
    right(recorder.append(trajectory.slice(whole, 4, 5)));
    expect(writes).toEqual([]);
    right(recorder.close());
  });
});

describe("a run of more than a block", () => {
  /** A record has 2 ** 14 bytes: a block is 64 of them. */
  const [every, names] = [9, Array.from({ length: 227 }, (_, j) => `metric${j}`)];
  const size = every * 8 * names.length + 40;
  const block = (blockBytes / size) * every;
  const n = 2.5 * block + 1;
  const run = trajectory.fold(
    (k: number) => [k + 1, Object.fromEntries(names.map((name, j) => [name, k + j / 256]))],
    0,
    steps(n),
  );
  const begin = (fs: ReturnType<typeof memoryDisk>["fs"], first: number): Recorder =>
    right(record("/f", trajectory.slice(run, 0, first + 1), { every, fs }));

  test.each([0, 1, every, every + 1])("is written in blocks, behind %i steps, as if it came in pieces", (first) => {
    const pieces = memoryDisk();
    const slow = begin(pieces.fs, first);
    for (let k = first; k < n; k += 400) right(slow.append(trajectory.slice(run, k, Math.min(k + 400, n) + 1)));
    right(slow.close());

    const { fs, disk, writes } = watchedDisk();
    const recorder = begin(fs, first);
    writes.length = 0;
    right(recorder.append(trajectory.slice(run, first, n + 1)));
    const blocks = writes.slice(0, 2);
    expect(writes.length).toBe(4);
    for (const length of blocks) expect(Math.abs(length - blockBytes)).toBeLessThan(size);
    if (first % every === 0) expect(blocks).toEqual([blockBytes, blockBytes]);
    right(recorder.close());
    expect(Buffer.compare(bytesOf(disk), bytesOf(pieces))).toBe(0);
  });
  test("has the blocks that were written before one that was refused, and goes on behind them", () => {
    for (const bad of [0, 1, 2, 3]) {
      let left = Infinity;
      const { fs, disk } = watchedDisk(({ kind }) => {
        if (kind === "write" && left-- === 0) throw systemError("ENOSPC");
      });
      const recorder = begin(fs, every);
      left = bad;
      expect(either.isLeft(recorder.append(trajectory.slice(run, every, n + 1)))).toBe(true);
      left = Infinity;
      const at = every + Math.min(bad, 2) * block;
      expect(recorder.steps()).toBe(at);
      right(recorder.append(trajectory.slice(run, at, n + 1)));
      const { metrics, final } = right(recorder.finish());
      expect([final, Object.keys(metrics)]).toEqual([n, Object.keys(run.metrics)]);
      expect(right(load("/f", { fs: disk.fs })).steps).toBe(n);
    }
  });
  test("is written again in blocks when a sync failed", () => {
    let isRefusing = true;
    const { fs, writes } = watchedDisk(({ kind }) => {
      if (kind === "sync" && isRefusing) throw systemError("EIO");
    });
    const recorder = begin(fs, every);
    right(recorder.append(trajectory.slice(run, every, n + 1)));
    expect(failure(recorder.sync())).toMatchObject({ code: "EIO" });
    writes.length = 0;
    isRefusing = false;
    right(recorder.sync());
    const bytes = n * 8 * names.length + Math.floor(n / every) * 40;
    expect(writes).toEqual([40, blockBytes, blockBytes, bytes - 2 * blockBytes]);
    right(recorder.close());
  });
});
