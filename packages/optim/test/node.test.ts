import * as nodeFs from "node:fs";
import { spawnSync } from "node:child_process";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { valueAndGrad } from "@gradfold/autodiff";
import {
  array,
  DecodeError,
  type Either,
  either,
  mean,
  mul,
  type NDArray,
  numerics,
  option,
  square,
  sub,
  toTypedArray,
  tree,
} from "@gradfold/core";
import { afterAll, describe, expect, test } from "vitest";
import { recording, repeat, sgd, steps, trainState, trainStep, trajectory } from "../src/index.ts";
import { FileError, type FileSystem, load, record, type Recorder, resume, save } from "../src/node/index.ts";
import { beginJournal, headLength } from "../src/recording/journal.ts";
import { type Change, memoryDisk, systemError } from "./memory.ts";

const right = <A>(result: Either<Error, A>): A => {
  if (either.isLeft(result)) throw result.left;
  return result.right;
};
const failure = (result: Either<Error, unknown>): Error => {
  if (either.isRight(result)) throw new Error("it went well");
  return result.left;
};
const bits = (state: unknown) => tree.leaves(state).map(toTypedArray);

const optimizer = sgd(0.1, { momentum: 0.9 });
const step = trainStep(
  valueAndGrad((a: NDArray<[2]>, scale: NDArray<[]>) => mean(square(sub(mul(a, scale), array([1, 2]))))),
  optimizer,
);
const start = trainState(array([0.5, 0.75]), optimizer);
const inputs = (n: number) => repeat(array(1.5), n);
const whole = trajectory.fold(step, start, inputs(30));

/** A state as text, which compares fast. */
const textOf = (state: unknown): string => bits(state).join(" | ");
const states = Array.from(whole.states(0), textOf);

/** Records steps from … to of the run, in chunks. */
const append = (recorder: Recorder, from: number, to: number, size = 4): void => {
  for (let k = from; k < to; k += size) right(recorder.append(trajectory.slice(whole, k, Math.min(k + size, to) + 1)));
};

const folder = nodeFs.mkdtempSync(join(tmpdir(), "gradfold-optim-"));
afterAll(() => nodeFs.rmSync(folder, { recursive: true }));

test("what recording asks of a file system is what Node's has", () => {
  const real: FileSystem = nodeFs;
  expect(Object.keys(memoryDisk().fs).every((name) => name in real)).toBe(true);
});

describe("a saved recording", () => {
  test("loads as it was, over an older one, and leaves nothing else in the folder", () => {
    const path = join(folder, "saved.safetensors");
    right(save(path, recording.of(trajectory.slice(whole, 0, 3))));
    right(save(path, recording.of(whole, { description: { a: "b" } })));
    const read = right(load(path));
    expect(recording.encode(read)).toEqual(recording.encode(recording.of(whole, { description: { a: "b" } })));
    expect(nodeFs.readdirSync(folder).filter((name) => name.includes("saved"))).toEqual(["saved.safetensors"]);
  });
  test("that cannot be written or read is a typed error with the system's code", () => {
    const missing = failure(save(join(folder, "none/such"), recording.of(whole)));
    expect(missing).toBeInstanceOf(FileError);
    expect(missing).toMatchObject({ code: "ENOENT" });
    expect(failure(load(join(folder, "none")))).toMatchObject({ code: "ENOENT" });
    expect(failure(load(folder))).toMatchObject({ code: "EISDIR" });
    nodeFs.writeFileSync(join(folder, "text"), "no recording at all, but some words");
    expect(failure(load(join(folder, "text")))).toBeInstanceOf(DecodeError);
  });
  test("is the old one or the new one, whatever fails", () => {
    const [old, next] = [recording.of(trajectory.slice(whole, 0, 3)), recording.of(whole)];
    const changes: Change[] = [];
    right(save("/f", next, { fs: memoryDisk((change) => void changes.push(change)).fs }));
    expect(changes.map(({ kind }) => kind)).toEqual(["open", "write", "sync", "close", "rename", "sync", "close"]);
    for (const code of ["ENOSPC", "EIO", "EROFS"])
      for (let bad = 0; bad < changes.length; bad++) {
        let count = -1;
        let armed = false;
        const disk = memoryDisk(() => {
          if (armed && ++count === bad) throw systemError(code);
        });
        right(save("/f", old, disk));
        armed = true;
        const result = save("/f", next, disk);
        expect(failure(result)).toMatchObject({ name: "FileError", code });
        const read = recording.encode(right(load("/f", disk)));
        expect([old, next].map((made) => recording.encode(made))).toContainEqual(read);
        expect([...disk.files.keys()]).toEqual(["/f"]);
        expect(disk.openFiles()).toBe(0);
      }
  });
  test("is written whole though every write takes a few bytes only", () => {
    const { fs } = memoryDisk(({ kind }, length) => (kind === "write" ? Math.min(length, 7) : undefined));
    right(save("/f", recording.of(whole), { fs }));
    expect(recording.encode(right(load("/f", { fs })))).toEqual(recording.encode(recording.of(whole)));
    const stuck = memoryDisk(({ kind }) => (kind === "write" ? 0 : undefined));
    expect(failure(save("/f", recording.of(whole), stuck))).toMatchObject({ code: "EIO" });
  });
});

describe.each([1, 3, 100])("a recorder with %i steps to a record", (every) => {
  const options = { every, description: { learningRate: "0.1" } };

  test("leaves a journal that loads as the run so far, at any time that it was synced", () => {
    const { fs } = memoryDisk();
    const recorder = right(record("/f", trajectory.slice(whole, 0, 2), { ...options, fs }));
    for (let k = 1; k < 30; k += 4) {
      append(recorder, k, Math.min(k + 4, 30), 3);
      right(recorder.sync());
      const read = right(load("/f", { fs }));
      expect([read.steps, read.description]).toEqual([recorder.steps(), options.description]);
      const run = right(trajectory.reopen(read, step, inputs(30), { like: start }));
      expect(trajectory.diff(run, trajectory.slice(whole, 0, recorder.steps() + 1))).toEqual(option.none);
      expect(run.metrics).toEqual(trajectory.slice(whole, 0, recorder.steps() + 1).metrics);
    }
  });
  test("is finished as the safetensors file of the whole run, and gives its lock back", () => {
    const { fs, files, openFiles } = memoryDisk();
    const recorder = right(record("/f", trajectory.slice(whole, 0, 2), { ...options, fs }));
    expect([...files.keys()]).toEqual(["/f.lock", "/f"]);
    append(recorder, 1, 30);
    const made = right(recorder.finish());
    expect([...files.keys()]).toEqual(["/f"]);
    expect(openFiles()).toBe(0);
    expect(right(recording.decode(files.get("/f")?.bytes ?? new Uint8Array())).metrics).toEqual(
      recording.of(whole).metrics,
    );
    expect(trajectory.diff(right(trajectory.reopen(made, step, inputs(30))), whole)).toEqual(option.none);
    expect(() => recorder.append(whole)).toThrow("record: the recorder of /f is closed.");
    expect(failure(resume("/f", start, { fs }))).toBeInstanceOf(DecodeError);
  });
  test("goes on where it was closed, as one that never was", () => {
    const { fs } = memoryDisk();
    right(right(record("/f", trajectory.slice(whole, 0, 2), { ...options, fs })).close());
    for (let k = 1; k < 30;) {
      const { recorder, steps: at, state, description } = right(resume("/f", start, { fs }));
      expect([at, recorder.steps(), description]).toEqual([k, k, options.description]);
      const more = trajectory.fold(step, state, inputs(Math.min(5, 30 - k)));
      right(recorder.append(more));
      right(recorder.close());
      k += more.length - 1;
    }
    const run = right(trajectory.reopen(right(load("/f", { fs })), step, inputs(30)));
    expect(trajectory.diff(run, whole)).toEqual(option.none);
    expect(run.metrics).toEqual(whole.metrics);
  });

  const journal = (): Uint8Array => {
    const { fs, files } = memoryDisk();
    const recorder = right(record("/f", trajectory.slice(whole, 0, 2), { ...options, fs }));
    append(recorder, 1, 10, 2);
    right(recorder.sync());
    append(recorder, 10, 14, 2);
    right(recorder.close());
    return files.get("/f")?.bytes ?? new Uint8Array();
  };
  /** What a disk with these bytes gives back: the states up to some step, or an error of the right type. */
  const judge = (bytes: Uint8Array): number | "refused" => {
    const disk = memoryDisk();
    disk.files.set("/f", { bytes });
    const read = load("/f", disk);
    const found = resume("/f", start, disk);
    if (either.isRight(found)) {
      const { steps: at, state, recorder } = found.right;
      expect(textOf(state)).toBe(states[at]);
      right(recorder.close());
    } else expect(found.left).toBeInstanceOf(DecodeError);
    expect([...disk.files.keys()]).toEqual(["/f"]);
    expect(disk.openFiles()).toBe(0);
    if (either.isLeft(read)) {
      expect(read.left).toBeInstanceOf(DecodeError);
      return "refused";
    }
    const { steps: n, final, metrics, keyframes } = read.right;
    expect(textOf(final)).toBe(states[n]);
    expect(String(metrics["loss"])).toBe(String(whole.metrics.loss.slice(0, n)));
    expect(keyframes.find((frame) => textOf(frame.state) !== states[frame.step])).toBeUndefined();
    return n;
  };
  const bytes = journal();
  const head = headLength(bytes);

  test("torn anywhere, gives the run up to its last whole record", () => {
    let last = -1;
    for (let n = 0; n <= bytes.length; n += n < head ? 37 : 1) {
      const at = judge(bytes.slice(0, n));
      if (at === "refused") expect(last).toBe(-1);
      else {
        expect(at).toBeGreaterThanOrEqual(last);
        last = at;
      }
    }
    expect(last).toBe(14);
  });
  test("with garbage behind it, or zeros, as a loss of power leaves them, is what it was", () => {
    for (const byte of [0, 255, 103]) {
      const longer = new Uint8Array(bytes.length + 3000).fill(byte);
      longer.set(bytes);
      expect(judge(longer)).toBe(14);
    }
  });
  test("with any bit flipped, gives a prefix or is refused", () => {
    for (let i = 0; i < 8 * bytes.length; i += i < 8 * head ? 97 : 13) {
      const flipped = bytes.slice();
      flipped[i >>> 3] = (flipped[i >>> 3] ?? 0) ^ (1 << (i & 7));
      const at = judge(flipped);
      if (at !== "refused") expect(at).toBeLessThan(14);
    }
  });
  test("with any write, sync or rename refused, keeps a prefix, and takes the rest when there is room again", () => {
    const changes: Change[] = [];
    const play = (disk: ReturnType<typeof memoryDisk>): Error | undefined => {
      const begun = record("/f", trajectory.slice(whole, 0, 2), { ...options, fs: disk.fs });
      if (either.isLeft(begun)) return begun.left;
      const recorder = begun.right;
      const errors: Error[] = [];
      const note = (result: Either<Error, unknown>) => either.isLeft(result) && errors.push(result.left);
      while (recorder.steps() < 30) {
        note(recorder.append(trajectory.slice(whole, recorder.steps(), Math.min(recorder.steps() + 4, 30) + 1)));
        note(recorder.sync());
      }
      note(recorder.finish());
      return errors[0];
    };
    expect(play(memoryDisk((change) => void changes.push(change)))).toBeUndefined();
    for (const code of ["ENOSPC", "EIO"])
      for (let bad = 0; bad < changes.length; bad++) {
        let count = -1;
        const disk = memoryDisk(({ kind }, length) => {
          if (++count !== bad) return;
          // A full disk takes a part first.
          if (code === "ENOSPC" && kind === "write" && length > 1) return length >>> 1;
          throw systemError(code);
        });
        const error = play(disk);
        if (error !== undefined) expect(error).toMatchObject({ name: "FileError", code });
        const left = disk.files.get("/f");
        if (left === undefined) continue;
        const n = judge(left.bytes);
        expect(n).not.toBe("refused");
      }
  });
});

describe("a file that is recorded into", () => {
  test("has one writer: a second one, in this process or another, is refused", () => {
    const path = join(folder, "one");
    const recorder = right(record(path, trajectory.slice(whole, 0, 2)));
    expect(failure(resume(path, start))).toMatchObject({ name: "FileError", code: "ELOCKED" });
    expect(failure(record(path, whole))).toMatchObject({ code: "ELOCKED" });
    right(recorder.close());
    expect(nodeFs.existsSync(`${path}.lock`)).toBe(false);
    // A living process that is another one: the one that this was started by.
    nodeFs.writeFileSync(`${path}.lock`, `${process.ppid} 1 ${encodeURIComponent(hostname())}`);
    expect(failure(resume(path, start))).toMatchObject({ code: "ELOCKED" });
    nodeFs.writeFileSync(`${path}.lock`, "1 1 another-machine");
    expect(failure(resume(path, start))).toMatchObject({ code: "ELOCKED" });
  });
  test("is taken over from a process that is gone", () => {
    const path = join(folder, "gone");
    right(right(record(path, trajectory.slice(whole, 0, 2))).close());
    const { pid } = spawnSync(process.execPath, ["-e", ""]);
    for (const name of [`${pid} 1`, `${process.pid} 1`]) {
      nodeFs.writeFileSync(`${path}.lock`, `${name} ${encodeURIComponent(hostname())}`);
      right(right(resume(path, start)).recorder.close());
      expect(nodeFs.readdirSync(folder).filter((file) => file.startsWith("gone"))).toEqual(["gone"]);
    }
  });
  test("is not begun twice, nor over another file", () => {
    const path = join(folder, "twice");
    right(right(record(path, whole)).close());
    expect(failure(record(path, whole))).toMatchObject({ name: "FileError", code: "EEXIST" });
    expect(nodeFs.existsSync(`${path}.lock`)).toBe(false);
  });
  test("in a folder that is not there is a typed error", () => {
    expect(failure(record(join(folder, "none/such"), whole))).toMatchObject({ name: "FileError", code: "ENOENT" });
  });
  test("of another model is refused, and the leaf is named", () => {
    const { fs } = memoryDisk();
    right(right(record("/f", whole, { fs })).close());
    const wide = trainState(array([1, 2, 3]), optimizer);
    expect(failure(resume("/f", wide, { fs })).message).toBe(
      "resume: /f: a recording of another model: optimizer[0].trace: float64 [2] is not float64 [3].",
    );
  });
  test("takes only what goes on where it ended, with the metrics that it began with", () => {
    const { fs } = memoryDisk();
    const recorder = right(record("/f", trajectory.slice(whole, 0, 3), { fs }));
    expect(() => recorder.append(trajectory.slice(whole, 3, 5))).toThrow(
      "record: the run does not begin where the recorded one ends, in optimizer[0].trace.",
    );
    const named = trajectory.fold(
      (state: typeof start, other: NDArray<[]>) => [state, { other }],
      [...whole.states(2)][0] ?? start,
      inputs(2),
    );
    expect(() => recorder.append(named)).toThrow("record: the metric other is none of those that the file has: loss.");
    for (const every of [0, 0.5, 1e9])
      expect(() => record("/g", whole, { fs, every })).toThrow("record: every must be a whole number from 1 to 65536");
  });
  test("of plain numbers goes on with plain numbers", () => {
    const { fs } = memoryDisk();
    right(
      right(
        record(
          "/f",
          trajectory.fold((n: number) => [n + 1, {}], 0, steps(3)),
          { fs },
        ),
      ).close(),
    );
    const { state, steps: at } = right(resume("/f", 0, { fs }));
    expect([state, at]).toEqual([3, 3]);
  });
  test("of another version of the numbers, or of no version, is refused", () => {
    const disk = memoryDisk();
    const first = recording.of(trajectory.slice(whole, 0, 1));
    disk.files.set("/f", beginJournal({ ...first, numerics: numerics + 1 }, 1));
    expect(failure(resume("/f", start, disk)).message).toBe(
      `resume: /f: the numbers are those of version ${numerics + 1}, which this program, of ${numerics}, cannot compute.`,
    );
    disk.files.set("/f", { bytes: recording.encode(first) });
    expect(failure(resume("/f", start, disk)).message).toBe(
      "recording.decode: no recording that goes on: it is finished, or was none.",
    );
    expect(disk.openFiles()).toBe(0);
  });
});
