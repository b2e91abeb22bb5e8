import * as nodeFs from "node:fs";
import { spawnSync } from "node:child_process";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { either } from "@gradfold/core";
import { afterAll, describe, expect, test } from "vitest";
import { trajectory } from "../src/index.ts";
import { load, record, resume, save } from "../src/node/index.ts";
import { type Holder, holderIn, isGone, markOf, patience, self } from "../src/node/holder.ts";
import { recording } from "../src/index.ts";
import { memoryDisk, systemError } from "./memory.ts";
import { failure, right, start, whole } from "./recorded.ts";

const folder = nodeFs.mkdtempSync(join(tmpdir(), "gradfold-lock-"));
afterAll(() => nodeFs.rmSync(folder, { recursive: true }));

let files = 0;
/** The path of a journal that goes on. */
const journal = (): string => {
  const path = join(folder, `run-${files++}`);
  right(right(record(path, trajectory.slice(whole, 0, 3))).close());
  return path;
};

/** What is beside a file, under its name. */
const beside = (path: string): readonly string[] =>
  nodeFs.readdirSync(folder).filter((name) => name.startsWith(`${path.slice(folder.length + 1)}.`));

const lockBy = (path: string, holder: Holder): void => {
  nodeFs.mkdirSync(`${path}.lock`);
  nodeFs.writeFileSync(join(`${path}.lock`, markOf(holder)), "");
};

const ended = (): number => spawnSync(process.execPath, ["-e", ""]).pid;

const silent = (path: string, milliseconds: number): void => {
  const then = (nodeFs.statSync(path).mtimeMs - milliseconds) / 1000;
  nodeFs.utimesSync(path, then, then);
};

const locked = (path: string): void => {
  expect(failure(resume(path, start))).toMatchObject({ name: "FileError", code: "ELOCKED" });
};

/** A lock is taken over, and nothing is left of it. */
const free = (path: string): void => {
  right(right(resume(path, start)).recorder.close());
  expect(beside(path)).toEqual([]);
};

test("a file has one writer, whatever its path", () => {
  const path = journal();
  const other = join(folder, "a-link");
  nodeFs.symlinkSync(path, other);
  nodeFs.mkdirSync(join(folder, "within"));
  nodeFs.symlinkSync(folder, join(folder, "within", "back"));
  const ways = [
    path,
    other,
    join(folder, "within", "..", path.slice(folder.length)),
    join(folder, "within", "back", path.slice(folder.length)),
  ];
  for (const one of ways) {
    const { recorder } = right(resume(one, start));
    for (const another of ways) {
      locked(another);
      expect(failure(record(another, whole))).toMatchObject({ code: "ELOCKED" });
    }
    right(recorder.close());
  }
  free(path);
  nodeFs.linkSync(path, join(folder, "a-hard-link"));
  for (const one of [path, join(folder, "a-hard-link")])
    expect(failure(resume(one, start))).toMatchObject({ code: "EMLINK" });
  nodeFs.unlinkSync(join(folder, "a-hard-link"));
  free(path);
});

test("what is reached by a link is finished and saved where the link leads", () => {
  const path = journal();
  const link = join(folder, "latest");
  nodeFs.symlinkSync(path, link);
  right(right(resume(link, start)).recorder.finish());
  expect(nodeFs.lstatSync(link).isSymbolicLink()).toBe(true);
  expect(right(load(path)).steps).toBe(2);
  right(save(link, recording.of(whole)));
  expect([nodeFs.lstatSync(link).isSymbolicLink(), right(load(path)).steps]).toEqual([true, 30]);
});

describe("the lock of a process", () => {
  const me = self();
  test("that has ended is taken over, also when its id is another's now", () => {
    for (const holder of [
      { ...me, pid: ended() },
      { ...me, start: "1" },
      { ...me, pid: process.ppid, start: "1" },
      { ...me, boot: "0123456789ab" },
      { ...me, boot: "0123456789ab", space: "7" },
    ]) {
      const path = journal();
      lockBy(path, holder);
      free(path);
    }
  });
  test("that lives is not", () => {
    const path = journal();
    lockBy(path, me);
    silent(join(`${path}.lock`, markOf(me)), 1e9);
    locked(path);
  });
  test("that cannot be seen from here is taken over when nothing was heard of it for a while", () => {
    for (const holder of [
      { ...me, boot: "0123456789ab", host: "pod-7f9c" },
      { ...me, space: "7", host: "pod-7f9c" },
      { ...me, space: "7" },
    ]) {
      const path = journal();
      lockBy(path, holder);
      const { message } = failure(resume(path, start));
      expect(message).toContain(`is being written by process ${me.pid} on ${holder.host}. It cannot be seen from here`);
      expect(message).toContain(`remove ${nodeFs.realpathSync(path)}.lock`);
      silent(join(`${path}.lock`, markOf(holder)), patience + 1000);
      free(path);
    }
  });
  test("gives signs of life, and writes nothing once another has taken over", () => {
    const path = journal();
    const { recorder } = right(resume(path, start));
    const mark = join(`${path}.lock`, markOf(me));
    silent(mark, 1e6);
    const before = nodeFs.statSync(mark).mtimeMs;
    right(recorder.append(trajectory.slice(whole, 2, 5)));
    right(recorder.sync());
    expect(nodeFs.statSync(mark).mtimeMs).toBeGreaterThan(before + 9e5);
    nodeFs.unlinkSync(mark);
    nodeFs.writeFileSync(join(`${path}.lock`, markOf({ ...me, space: "7", host: "another" })), "");
    const bytes = nodeFs.readFileSync(path);
    expect(failure(recorder.append(trajectory.slice(whole, 4, 7)))).toMatchObject({ code: "ELOCKED" });
    expect(failure(recorder.finish())).toMatchObject({ code: "ELOCKED" });
    expect(nodeFs.readFileSync(path)).toEqual(bytes);
    // The other's lock is left as it is.
    expect(nodeFs.readdirSync(`${path}.lock`).length).toBe(1);
    locked(path);
  });
  test("that a loss of power left empty, or with what is no mark, is free", () => {
    for (const names of [[], [".DS_Store"], ["", "half_a_mark"]]) {
      const path = journal();
      nodeFs.mkdirSync(`${path}.lock`);
      for (const name of names) if (name !== "") nodeFs.writeFileSync(join(`${path}.lock`, name), "");
      free(path);
    }
  });
  test("is no file's that begins with its name", () => {
    const path = journal();
    const { recorder } = right(resume(path, start));
    nodeFs.copyFileSync(path, `${path}0`);
    free(`${path}0`);
    right(recorder.close());
  });
});

describe("a lock of version 1", () => {
  const host = encodeURIComponent(hostname());
  const write = (text: string): string => {
    const path = journal();
    nodeFs.writeFileSync(`${path}.lock`, text);
    return path;
  };
  test("is taken over from a process that has ended, or began before this boot, or later than its lock says", () => {
    for (const text of [
      "",
      "\0\0\0\0",
      "12",
      `1 1600000000000.5 ${host}`,
      `${ended()} ${performance.timeOrigin} ${host}`,
      `${process.pid} ${performance.timeOrigin - 60_000} ${host}`,
    ])
      free(write(text));
  });
  test("of a process that lives holds, and its text is in no message", () => {
    const path = write(`${process.pid} ${performance.timeOrigin} ${host}`);
    locked(path);
    const far = write("12 1600000000000.5 \u001b[31mevil");
    const { message } = failure(resume(far, start));
    expect(message).not.toContain("evil");
    silent(`${far}.lock`, patience + 1000);
    free(far);
  });
});

test("what processes that have ended left is cleared away, and nothing else", () => {
  const path = journal();
  const gone = markOf({ ...self(), pid: ended() });
  const kept = [`${path}.notes.tmp`, `${path}.1234.tmp`, `${path}.${markOf(self())}.other`];
  for (const file of kept) nodeFs.writeFileSync(file, "");
  nodeFs.writeFileSync(`${path}.${gone}.tmp`, "half of a file");
  nodeFs.mkdirSync(`${path}.lock.${gone}.tmp`);
  nodeFs.writeFileSync(join(`${path}.lock.${gone}.tmp`, gone), "");
  right(right(resume(path, start)).recorder.close());
  expect(beside(path).toSorted()).toEqual(kept.map((file) => file.slice(folder.length + 1)).toSorted());
  nodeFs.writeFileSync(`${path}.${gone}.tmp`, "half of a file");
  right(save(path, recording.of(whole)));
  expect(beside(path).length).toBe(kept.length);
});

test("marks are read as they were written, and nothing else is one", () => {
  for (const holder of [self(), { pid: 1, start: "0", boot: "", space: "", host: "" }])
    expect(holderIn(markOf(holder))).toEqual(holder);
  for (const text of ["", "1", "1_2_3_4", "x_1_a_1_h", "1_1_a_1_h_h", `${"1".repeat(11)}_1_a_1_h`])
    expect(holderIn(text)).toBeUndefined();
});

test("where a system tells nothing of its processes, their ids and their silence do", () => {
  const me: Holder = { pid: process.pid, start: "1", boot: "", space: "", host: "here" };
  expect(isGone({ ...me, pid: ended() }, 0, me)).toBe(true);
  expect(isGone({ ...me, pid: process.ppid }, 0, me)).toBe(false);
  expect(isGone({ ...me, pid: process.ppid }, patience + 1, me)).toBe(true);
  expect(isGone({ ...me, pid: ended(), host: "there" }, 0, me)).toBe(false);
  expect(isGone({ ...me, pid: ended(), host: "there" }, patience + 1, me)).toBe(true);
});

test("locks need no hard links, and no rename over an empty folder", () => {
  const { fs, files: held, folders } = memoryDisk();
  const strict: typeof fs = {
    ...fs,
    renameSync: (from, to) => {
      if (folders.has(to)) throw systemError("EPERM");
      fs.renameSync(from, to);
    },
  };
  fs.mkdirSync("/f.lock");
  right(right(record("/f", whole, { fs: strict })).close());
  expect([[...held.keys()], [...folders]]).toEqual([["/f"], ["/"]]);
});

describe("what is no file", () => {
  const pipe = join(folder, "pipe");
  const there = spawnSync("mkfifo", [pipe]).status === 0;
  test("is refused in words, and stays what it is", () => {
    for (const path of [...(there ? [pipe] : []), "/dev/null", folder])
      for (const result of [load(path), resume(path, start), record(path, whole), save(path, recording.of(whole))]) {
        const error = failure(result);
        expect(error).toMatchObject({ name: "FileError", code: path === folder ? "EISDIR" : "EINVAL" });
        expect(error.message).toMatch(
          /^(load|resume|record|save): .* is a (pipe, a socket or a device|folder), not a file\.$/,
        );
      }
    expect(nodeFs.statSync("/dev/null").isCharacterDevice()).toBe(true);
    expect(either.isLeft(load(join(folder, "none")))).toBe(true);
  });
});
