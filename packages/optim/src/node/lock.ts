import { hostname } from "node:os";
import { performance } from "node:perf_hooks";
import { kill, pid } from "node:process";
import { bytesOfText } from "../recording/safetensors.ts";
import { readAll, remove, withFile, writeAll } from "./disk.ts";
import { codeOf, FileError } from "./error.ts";
import type { FileSystem } from "./fileSystem.ts";

/*
 * A file `PATH.lock` beside the recording names the process that writes to it. One whose process is gone, as after a
 * crash, is taken over; one of another machine, where this cannot be known, is not.
 */

/** The process: its number alone would be had again, as in a container that restarts. */
const ownName = (): string => `${pid} ${performance.timeOrigin} ${encodeURIComponent(hostname())}`;

const isAlive = (other: number): boolean => {
  try {
    return kill(other, 0);
  } catch (e) {
    return codeOf(e) === "EPERM";
  }
};

/** Whether a lock's writer is known to be gone. */
const isStale = (name: string): boolean => {
  const [, other, host] = /^(\d{1,10}) \S+ (\S+)$/.exec(name) ?? [];
  if (host !== encodeURIComponent(hostname())) return false;
  return Number(other) === pid ? name !== ownName() : !isAlive(Number(other));
};

const nameIn = (fs: FileSystem, path: string): string => String.fromCharCode(...readAll(fs, path).subarray(0, 512));

/** Makes the lock with its name in it, in one act; false when there is one. */
const create = (fs: FileSystem, lock: string): boolean => {
  const draft = `${lock}.${pid}`;
  try {
    withFile(fs, draft, "w", (file) => writeAll(fs, file, bytesOfText(ownName()), 0));
    fs.linkSync(draft, lock);
    return true;
  } catch (e) {
    if (codeOf(e) === "EEXIST") return false;
    throw e;
  } finally {
    remove(fs, draft);
  }
};

/** Puts a stale lock aside. Of several processes that try, one moves it; the others find nothing, or a new lock. */
const putAside = (fs: FileSystem, lock: string): void => {
  const aside = `${lock}.${pid}`;
  fs.renameSync(lock, aside);
  // Between the look at the old lock and its removal another process may have made a new one: it keeps it.
  if (isStale(nameIn(fs, aside))) remove(fs, aside);
  else fs.renameSync(aside, lock);
};

/** Makes this process the only writer of a file, and gives what ends that. */
export const takeLock = (fs: FileSystem, path: string): (() => void) => {
  const lock = `${path}.lock`;
  for (let tries = 0; tries < 3; tries++) {
    if (create(fs, lock)) return () => remove(fs, lock);
    try {
      const name = nameIn(fs, lock);
      if (!isStale(name))
        throw new FileError(`record: process ${name} writes to ${path}. End it, or remove ${lock}.`, "ELOCKED");
      putAside(fs, lock);
    } catch (e) {
      // Gone in the meantime: try again.
      if (codeOf(e) !== "ENOENT") throw e;
    }
  }
  throw new FileError(`record: the lock ${lock} cannot be had.`, "ELOCKED");
};
