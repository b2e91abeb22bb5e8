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
    let taken = (): number => 0;
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
        if (!isJournal(file)) return;
        for (let i = 0; i < 3; i++) if (synced > 0) expectSteps(image(), synced);
        [base, writes, synced] = [journalIn(memory), [], taken()];
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
    taken = recorder.steps;
    right(recorder.sync());
    for (let k = 1; k < 30; k += size) {
      append(recorder, k, Math.min(k + size, 30), size);
      for (let i = 0; i < 6; i++) expectSteps(image(), synced);
      if (draw(4) === 0) right(recorder.sync());
    }
    right(recorder.close());
    expectSteps(base, 30);
    expect(base).toEqual(journalIn(memory));
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

test("a run whose states have another form than the first is refused, and nothing of it is taken", () => {
  const { fs, openFiles, folders, files } = memoryDisk();
  const odd = trajectory.map(whole, (state) => (state.step === whole.final.step ? [state, 0] : [state]));
  expect(() => record("/f", odd, { fs, every: 4 })).toThrow("record: a state has another form than the first one at ");
  expect([openFiles(), [...files.keys()], [...folders]]).toEqual([0, ["/f"], ["/"]]);
  expect(right(load("/f", { fs })).steps).toBe(0);
});

describe.each(["refused", "cut off"])("an append of which a write is %s", (way) => {
  test.each(["close", "finish"] as const)("leaves what was recorded before, as if it never was, to %s", (end) => {
    for (const [every, size] of [
      [3, 8],
      [100, 8],
      [1, 8],
    ] as const)
      for (let bad = 0; bad < 3; bad++) {
        let left = Infinity;
        const disk: Disk = memoryDisk(({ kind, path }, length) => {
          if (kind !== "write" || path !== "/f") return;
          left--;
          if (left === -1 && way === "cut off" && length > 1) return length - 1;
          if (left < 0) throw systemError("ENOSPC");
        });
        const recorder = recordedTo(disk.fs, 8, every, 3);
        left = bad;
        const result = recorder.append(trajectory.slice(whole, 8, 8 + size + 1));
        left = Infinity;
        const steps = either.isRight(result) ? 16 : 8;
        expect(recorder.steps()).toBe(steps);
        right<unknown>(recorder[end]());
        expect(right(load("/f", { fs: disk.fs })).steps).toBe(steps);
        const other = memoryDisk();
        right<unknown>(recordedTo(other.fs, steps, every)[end]());
        expect(journalIn(disk)).toEqual(journalIn(other));
      }
  });
});

test("a file that was removed while it was recorded into takes nothing more", () => {
  const disk = memoryDisk();
  const recorder = recordedTo(disk.fs, 4, 4);
  disk.files.delete("/f");
  expect(failure(recorder.append(trajectory.slice(whole, 4, 6)))).toMatchObject({ code: "ENOENT" });
  right(recorder.append(trajectory.slice(whole, 4, 5)));
  expect(recorder.steps()).toBe(4);
  expect(failure(recorder.finish())).toMatchObject({ code: "ENOENT" });
});

test("a file that was cut off while it was recorded into is not finished", () => {
  const disk = memoryDisk();
  const recorder = recordedTo(disk.fs, 8, 4);
  const cut = journalIn(disk).slice(0, -1);
  disk.fs.ftruncateSync(disk.fs.openSync("/f", "r+"), cut.length);
  expect(failure(recorder.finish()).message).toBe("record: /f gives back 5 of 8 steps.");
  expect(journalIn(disk)).toEqual(cut);
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
  for (const every of [3, 100])
    for (const isResumed of [false, true]) {
      [isRefusing, dirty] = [false, new Uint8Array()];
      const begun = recordedTo(fs, 8, every);
      onDisk = journalIn(memory);
      right(isResumed ? begun.close() : begun.sync());
      const recorder = isResumed ? right(resume("/f", start, { fs })).recorder : begun;
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
