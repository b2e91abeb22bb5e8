import * as nodeFs from "node:fs";
import { crc32 } from "node:zlib";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { array, DecodeError, type NDArray, numerics, option } from "@gradfold/core";
import { afterAll, describe, expect, test } from "vitest";
import { recording, steps, trainState, trajectory } from "../src/index.ts";
import { FileError, type FileSystem, load, record, resume, save } from "../src/node/index.ts";
import { beginJournal } from "../src/recording/journal.ts";
import { type Change, memoryDisk, systemError } from "./memory.ts";
import { append, failure, inputs, optimizer, right, start, step, whole } from "./recorded.ts";

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
        right(save("/f", old, { fs: disk.fs }));
        armed = true;
        const result = save("/f", next, { fs: disk.fs });
        expect(failure(result)).toMatchObject({ name: "FileError", code });
        const read = recording.encode(right(load("/f", { fs: disk.fs })));
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
    expect(failure(save("/f", recording.of(whole), { fs: stuck.fs }))).toMatchObject({ code: "EIO" });
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
    const { fs, files, folders, openFiles } = memoryDisk();
    const recorder = right(record("/f", trajectory.slice(whole, 0, 2), { ...options, fs }));
    expect([...files.keys()].filter((name) => !name.startsWith("/f.lock/"))).toEqual(["/f"]);
    expect([...folders]).toEqual(["/", "/f.lock"]);
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
});

describe("a file that is recorded into", () => {
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
    disk.files.set("/f", beginJournal({ ...first, numerics: numerics + 1 }, 1, crc32));
    expect(failure(resume("/f", start, { fs: disk.fs })).message).toBe(
      `resume: /f: the numbers are those of version ${numerics + 1}, which this program, of ${numerics}, cannot compute. Record its last state, which load reads, anew.`,
    );
    disk.files.set("/f", { bytes: recording.encode(first) });
    expect(failure(resume("/f", start, { fs: disk.fs })).message).toBe(
      "recording.decode: no recording that goes on: it is finished, or was none.",
    );
    expect(disk.openFiles()).toBe(0);
  });
});
