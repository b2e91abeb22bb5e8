import { either } from "@gradfold/core";
import { describe, expect, test } from "vitest";
import { trajectory } from "../src/index.ts";
import { load, record, type Recorder, resume } from "../src/node/index.ts";
import { type Change, memoryDisk, systemError } from "./memory.ts";
import { append, failure, recordedTo, right, start, states, textOf, whole } from "./recorded.ts";

type Disk = ReturnType<typeof memoryDisk>;

/** A journal with these bytes resumes, and is true to the run; of so many steps it has all. */
const expectSteps = (bytes: Uint8Array, least: number): void => {
  const disk = memoryDisk();
  disk.files.set("/f", { bytes });
  const { recorder, steps: at, state } = right(resume("/f", start, { fs: disk.fs }));
  expect(textOf(state)).toBe(states[at]);
  const read = right(load("/f", { fs: disk.fs }));
  expect([read.steps, textOf(read.final)]).toEqual([at, states[at]]);
  expect(at).toBeGreaterThanOrEqual(least);
  expect(Array.from(read.metrics["loss"] ?? []).slice(0, least)).toEqual(whole.metrics.loss.slice(0, least));
  right(recorder.close());
  expect([...disk.files.keys()]).toEqual(["/f"]);
};

const journalIn = ({ files }: Disk): Uint8Array => files.get("/f")?.bytes.slice() ?? new Uint8Array();

/** Small numbers that follow from each other, as if by chance. */
const chance = (seed: number) => {
  let x = seed;
  return (n: number): number => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    return Math.floor((x / 2 ** 32) * n);
  };
};

describe.each([
  [1, 1],
  [3, 1],
  [4, 3],
  [7, 2],
  [7, 17],
  [100, 5],
])("with %i steps to a record, appended in chunks of %i", (every, size) => {
  test("what append took survives a kill in any write, at any byte of it", () => {
    let said = 0;
    const images: { readonly bytes: Uint8Array; readonly said: number }[] = [];
    const disk: Disk = memoryDisk(({ kind, path }, length) => {
      if (path !== "/f" || said === 0) return;
      images.push({ bytes: journalIn(disk), said });
      if (kind !== "write") return;
      // A system writes a part first; the next write does the rest.
      return Math.max(length >>> 1, 1);
    });
    const recorder = right(record("/f", trajectory.slice(whole, 0, 2), { every, fs: disk.fs }));
    said = 1;
    for (let k = 1; k < 30; k += size) {
      append(recorder, k, Math.min(k + size, 30), size);
      said = recorder.steps();
      if (k % 3 === 0) right(recorder.sync());
    }
    right(recorder.close());
    images.push({ bytes: journalIn(disk), said });
    expect(said).toBe(30);
    for (const image of images) expectSteps(image.bytes, image.said);
  });
  test("what sync took survives a loss of power, whatever of the later writes is on the disk", () => {
    const draw = chance(every * 31 + size);
    type Write = { readonly at: number; readonly bytes: Uint8Array } | { readonly length: number };
    let [base, synced]: [Uint8Array, number] = [new Uint8Array(), 0];
    let writes: Write[] = [];
    const memory = memoryDisk();
    const isJournal = (file: number) => memory.pathOf(file) === "/f";
    const fs: typeof memory.fs = {
      ...memory.fs,
      writeSync: (file, from, offset, length, at) => {
        if (isJournal(file)) writes.push({ at, bytes: from.slice(offset, offset + length) });
        return memory.fs.writeSync(file, from, offset, length, at);
      },
      ftruncateSync: (file, length) => {
        if (isJournal(file)) writes.push({ length });
        memory.fs.ftruncateSync(file, length);
      },
      fsyncSync: (file) => {
        if (isJournal(file)) [base, writes] = [journalIn(memory), []];
      },
    };
    /** The disk as a loss of power may leave it: any of the writes, in any order, some of them in part. */
    const image = (): Uint8Array => {
      let bytes = base.slice();
      for (const write of writes.toSorted(() => draw(3) - 1)) {
        if (draw(2) === 0) continue;
        const length = "length" in write ? Math.max(write.length, bytes.length) : write.at + write.bytes.length;
        const next = new Uint8Array(Math.max(bytes.length, length));
        next.set(bytes);
        if ("at" in write) {
          const [from, to] = draw(3) === 0 ? [draw(write.bytes.length), write.bytes.length] : [0, write.bytes.length];
          next.set(write.bytes.subarray(from, draw(3) === 0 ? from + draw(to - from + 1) : to), write.at + from);
        }
        bytes = next;
      }
      return bytes;
    };
    const recorder = right(record("/f", trajectory.slice(whole, 0, 2), { every, fs }));
    right(recorder.sync());
    synced = 1;
    for (let k = 1; k < 30; k += size) {
      append(recorder, k, Math.min(k + size, 30), size);
      for (let i = 0; i < 6; i++) expectSteps(image(), synced);
      if (draw(4) > 0) continue;
      right(recorder.sync());
      synced = recorder.steps();
    }
    right(recorder.close());
    expectSteps(base, 30);
  });
  test("whatever the system refuses, nothing that was taken is lost, and the rest is taken when it refuses no more", () => {
    let said = 0;
    const play = (disk: Disk): Error | undefined => {
      const begun = record("/f", trajectory.slice(whole, 0, 2), { every, fs: disk.fs });
      said = 0;
      if (either.isLeft(begun)) return begun.left;
      const recorder = begun.right;
      said = 1;
      const errors: Error[] = [];
      const note = (result: ReturnType<Recorder["sync"]>) => {
        if (either.isLeft(result)) errors.push(result.left);
        else said = recorder.steps();
      };
      while (recorder.steps() < 30) {
        note(recorder.append(trajectory.slice(whole, recorder.steps(), Math.min(recorder.steps() + size, 30) + 1)));
        if (recorder.steps() % 2 === 0) note(recorder.sync());
      }
      const made = recorder.finish();
      if (either.isRight(made)) expect(made.right.steps).toBe(30);
      else errors.push(made.left);
      return errors[0];
    };
    const changes: Change[] = [];
    expect(play(memoryDisk((change) => void changes.push(change)))).toBeUndefined();
    for (const way of ["refused", "half"])
      for (let bad = 0; bad < changes.length; bad += changes.length > 200 ? 3 : 1) {
        let count = -1;
        let isBroken = false;
        const code = way === "half" ? "ENOSPC" : "EIO";
        const disk: Disk = memoryDisk(({ kind }, length) => {
          if (isBroken && kind === "write" && way === "half") {
            isBroken = false;
            throw systemError(code);
          }
          if (++count !== bad) return;
          if (kind === "write" && way === "half" && length > 1) {
            isBroken = true;
            return length >>> 1;
          }
          throw systemError(code);
        });
        const error = play(disk);
        if (error !== undefined) expect(error).toMatchObject({ name: "FileError", code });
        expect(disk.openFiles()).toBe(0);
        const left = disk.files.get("/f");
        if (left === undefined) {
          expect(said).toBe(0);
          continue;
        }
        const read = right(load("/f", { fs: disk.fs }));
        expect(read.steps).toBeGreaterThanOrEqual(said);
        expect([textOf(read.final), read.lost]).toEqual([states[read.steps], undefined]);
        if (either.isLeft(resume("/f", start, { fs: disk.fs }))) expect(read.steps).toBe(30);
      }
  });
});

describe("an append", () => {
  /** The writes to the journal that something makes. */
  const countingDisk = () => {
    const writes: number[] = [];
    const disk: Disk = memoryDisk(({ kind, path }, length) => {
      if (kind === "write" && path === "/f") writes.push(length);
    });
    return { disk, writes };
  };
  const tail = 48 + 32 + 8;

  test("within a record writes its rows and a state, however long the record is", () => {
    for (const every of [64, 4096, 65_536]) {
      const { disk, writes } = countingDisk();
      const recorder = recordedTo(disk.fs, 1, every);
      for (let k = 1; k < 30; k++) {
        writes.length = 0;
        append(recorder, k, k + 1);
        expect(writes.length).toBe(2);
        expect(writes[0]).toBe(8);
        expect(writes[1]).toBeLessThanOrEqual(tail);
      }
      right(recorder.close());
    }
  });
  test("of whole records writes them at once, and nothing else", () => {
    const { disk, writes } = countingDisk();
    const recorder = right(record("/f", trajectory.slice(whole, 0, 5), { every: 4, fs: disk.fs }));
    writes.length = 0;
    append(recorder, 4, 28, 24);
    expect(writes.length).toBe(1);
    expect(writes[0]).toBeLessThanOrEqual(6 * (4 * 8 + tail));
    right(recorder.close());
  });
  test("of no steps writes nothing", () => {
    const { disk, writes } = countingDisk();
    const recorder = recordedTo(disk.fs, 4, 4);
    writes.length = 0;
    right(recorder.append(trajectory.slice(whole, 4, 5)));
    expect(writes).toEqual([]);
    right(recorder.close());
  });
});

test("a run whose states have another form than the first is refused, and nothing of it is taken", () => {
  const { fs, openFiles, folders, files } = memoryDisk();
  const odd = trajectory.map(whole, (state) => (state.step === whole.final.step ? [state, 0] : [state]));
  expect(() => record("/f", odd, { fs, every: 4 })).toThrow("record: a state has another form than the first one at ");
  expect([openFiles(), [...files.keys()], [...folders]]).toEqual([0, ["/f"], ["/"]]);
  expect(right(load("/f", { fs })).steps).toBe(0);
});

test.each(["close", "finish"] as const)("%s after an append that failed leaves what was recorded before", (end) => {
  for (const [every, size] of [
    [3, 8],
    [100, 8],
    [1, 8],
  ] as const)
    for (let bad = 0; bad < 3; bad++) {
      let left = Infinity;
      const disk: Disk = memoryDisk(({ kind, path }, length) => {
        if (kind === "write" && path === "/f" && left-- === 0) throw systemError("ENOSPC");
        return length;
      });
      const recorder = recordedTo(disk.fs, 8, every, 3);
      left = bad;
      const result = recorder.append(trajectory.slice(whole, 8, 8 + size + 1));
      left = Infinity;
      const said = either.isRight(result) ? 16 : 8;
      expect(recorder.steps()).toBeGreaterThanOrEqual(said);
      const steps = recorder.steps();
      right<unknown>(recorder[end]());
      expect(right(load("/f", { fs: disk.fs })).steps).toBe(steps);
    }
});

test("a file that was removed while it was recorded into takes nothing more", () => {
  const disk = memoryDisk();
  const recorder = recordedTo(disk.fs, 4, 4);
  disk.files.delete("/f");
  expect(failure(recorder.append(trajectory.slice(whole, 4, 6)))).toMatchObject({ code: "ENOENT" });
  expect(recorder.steps()).toBe(4);
  expect(failure(recorder.finish())).toMatchObject({ code: "ENOENT" });
});

test("a sync that failed is made good by the next: what the system gave up is written again", () => {
  let [isRefusing, dirty]: [boolean, Uint8Array] = [false, new Uint8Array()];
  const memory = memoryDisk();
  const isJournal = (file: number) => memory.pathOf(file) === "/f";
  let onDisk: Uint8Array = new Uint8Array();
  // A system that forgets, with the error, what it had to write.
  const fs: typeof memory.fs = {
    ...memory.fs,
    writeSync: (file, from, offset, length, at) => {
      const written = memory.fs.writeSync(file, from, offset, length, at);
      if (!isJournal(file)) return written;
      const next = new Uint8Array(Math.max(dirty.length, at + written));
      next.set(dirty);
      next.fill(1, at, at + written);
      dirty = next;
      return written;
    },
    fsyncSync: (file) => {
      if (!isJournal(file)) return;
      const [now, changed] = [journalIn(memory), dirty];
      dirty = new Uint8Array();
      if (isRefusing) throw systemError("EIO");
      const next = new Uint8Array(now.length);
      next.set(onDisk.subarray(0, now.length));
      changed.forEach((bit, i) => bit === 1 && i < now.length && (next[i] = now[i] ?? 0));
      onDisk = next;
    },
  };
  for (const every of [3, 100]) {
    [isRefusing, dirty] = [false, new Uint8Array()];
    const recorder = recordedTo(fs, 8, every);
    onDisk = journalIn(memory);
    right(recorder.sync());
    append(recorder, 8, 14, 2);
    isRefusing = true;
    expect(failure(recorder.sync())).toMatchObject({ code: "EIO" });
    isRefusing = false;
    append(recorder, 14, 15);
    right(recorder.sync());
    expectSteps(onDisk.slice(), 15);
    right(recorder.close());
    memory.files.clear();
  }
});
