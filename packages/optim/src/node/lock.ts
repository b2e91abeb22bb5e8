import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { attempted, codeOf, FileError } from "./error.ts";
import { statsOf, withFile, writeAll } from "./disk.ts";
import type { FileSystem } from "./fileSystem.ts";
import { type Holder, holderIn, isGone, isGoneByText, markOf, patience, self } from "./holder.ts";
import { clearLeftovers, draftOf, silenceOf } from "./leftover.ts";

/*
 * The writer of a file has a folder `PATH.lock` with one empty file in it, whose name is the mark of its process. The folder
 * is made elsewhere and renamed, which fails where there is one that is not empty: so it is there with its mark in it
 * or not at all. A mark is removed by its name, so nobody who takes over from a process that is gone removes the mark of
 * one that took over before. No hard links are needed.
 */

/** What the only writer of a file holds. */
export interface Lock {
  /** Throws when another process has taken over, or the file is gone. Gives a sign of life if asked, or if one is due. */
  readonly confirm: (file: number, isAsked: boolean) => void;
  readonly release: () => void;
}

const lockedBy = (path: string, lock: string, who: string, silence?: number): FileError => {
  const way =
    silence === undefined
      ? "End it first."
      : `It cannot be seen from here, and gave a sign of life ${Math.max(Math.round(silence / 1000), 0)} s ago. After ${patience / 1000} s without one its lock is taken over; if you know that it has ended, remove ${lock}.`;
  return new FileError(`${path} is being written by ${who}. ${way}`, "ELOCKED");
};

const nameOf = ({ pid, host }: Holder): string => `process ${pid} on ${host || "this machine"}`;

/** Removes the marks in a lock, or throws if the process of one of them lives. */
const clear = (fs: FileSystem, path: string, lock: string, now: string): void => {
  for (const name of fs.readdirSync(lock)) {
    const holder = holderIn(name);
    const mark = join(lock, name);
    const silence = holder === undefined ? 0 : silenceOf(fs, mark, now);
    if (holder !== undefined && !isGone(holder, silence)) {
      const me = self();
      const isSeen = holder.boot === me.boot && holder.space === me.space;
      throw lockedBy(path, lock, nameOf(holder), isSeen ? undefined : silence);
    }
    fs.unlinkSync(mark);
  }
  // A rename replaces an empty folder, but not on every system.
  attempted(() => fs.rmdirSync(lock));
};

/** The same for a file in its place, as version 1 made it. Whoever makes a folder of it meanwhile is not disturbed. */
const clearFile = (fs: FileSystem, path: string, lock: string, now: string): void => {
  const bytes = new Uint8Array(2048);
  const length = withFile(fs, lock, "r", (file) => fs.readSync(file, bytes, 0, bytes.length, 0));
  const silence = silenceOf(fs, lock, now);
  if (!isGoneByText(String.fromCharCode(...bytes.subarray(0, length)), silence))
    throw lockedBy(path, lock, "another process", silence);
  fs.unlinkSync(lock);
};

const makeDraft = (fs: FileSystem, draft: string, mark: string): void => {
  try {
    fs.mkdirSync(draft);
  } catch (e) {
    if (codeOf(e) !== "EEXIST") throw e;
  }
  withFile(fs, join(draft, mark), "w", (file) => writeAll(fs, file, new Uint8Array(1), 0));
};

const remove = (fs: FileSystem, draft: string, mark: string): void => {
  attempted(() => fs.unlinkSync(join(draft, mark)));
  attempted(() => fs.rmdirSync(draft));
};

/** How a rename says that there is something in its place already. */
const taken: readonly (string | undefined)[] = ["ENOTEMPTY", "EEXIST", "ENOTDIR", "EPERM", "EACCES", "EISDIR"];

/** Between syncs, a process that writes gives a sign of life each time that these milliseconds have passed. */
const signEvery = 1000;

/** Puts the draft of a lock in its place, if there is none whose process lives. */
const place = (fs: FileSystem, path: string, lock: string, draft: string, mark: string): void => {
  for (let tries = 1; ; tries++) {
    try {
      return fs.renameSync(draft, lock);
    } catch (e) {
      if (tries === 100 || !taken.includes(codeOf(e))) throw e;
    }
    try {
      if (fs.statSync(lock).isDirectory()) clear(fs, path, lock, join(draft, mark));
      else clearFile(fs, path, lock, join(draft, mark));
    } catch (e) {
      // Another process was faster, with what it removed or with its own.
      if (codeOf(e) !== "ENOENT") throw e;
    }
  }
};

/** Makes this process the only writer of a file; the path is the one that its links lead to. */
const takeLock = (fs: FileSystem, path: string): Lock => {
  const lock = `${path}.lock`;
  const [draft, mark] = [draftOf(lock), markOf(self())];
  try {
    makeDraft(fs, draft, mark);
    clearLeftovers(fs, path, join(draft, mark));
    place(fs, path, lock, draft, mark);
  } catch (e) {
    remove(fs, draft, mark);
    throw e;
  }
  const sign = fs.openSync(join(lock, mark), "r+");
  let confirmed = performance.now();
  return {
    confirm: (file, isAsked) => {
      if (fs.fstatSync(file).nlink === 0) throw new FileError(`${path} was removed while it was written.`, "ENOENT");
      const isDue = isAsked || performance.now() - confirmed > signEvery;
      // Other machines see, and make, changes by name.
      if (fs.fstatSync(sign).nlink === 0 || (isDue && statsOf(fs, join(lock, mark)) === undefined))
        throw new FileError(`${path} was taken over, as nothing was heard of this process.`, "ELOCKED");
      if (!isDue) return;
      writeAll(fs, sign, new Uint8Array(1), 0);
      confirmed = performance.now();
    },
    release: () => {
      attempted(() => fs.closeSync(sign));
      remove(fs, lock, mark);
    },
  };
};

/** Something done as the only writer of a file: who fails gives the lock back. */
export const locked = <A>(fs: FileSystem, path: string, work: (lock: Lock) => A): A => {
  const lock = takeLock(fs, path);
  try {
    return work(lock);
  } catch (e) {
    lock.release();
    throw e;
  }
};
