import { dirname } from "node:path";
import { pid } from "node:process";
import { codeOf, FileError } from "./error.ts";
import type { FileSystem } from "./fileSystem.ts";

/* Files as bytes. These throw the system's errors. */

/** Works with an open file, and closes it whatever happens. */
export const withFile = <A>(fs: FileSystem, path: string, flags: string, work: (file: number) => A): A => {
  const file = fs.openSync(path, flags);
  try {
    return work(file);
  } finally {
    fs.closeSync(file);
  }
};

/** Writes all bytes from a position on: one call may write only some of them. */
export const writeAll = (fs: FileSystem, file: number, bytes: Uint8Array, position: number): void => {
  let done = 0;
  while (done < bytes.length) {
    const written = fs.writeSync(file, bytes, done, bytes.length - done, position + done);
    if (written === 0) throw new FileError("write: the file takes no more bytes", "EIO");
    done += written;
  }
};

/** The bytes from a position on, as many as there are. */
export const readUpTo = (fs: FileSystem, file: number, length: number, position: number): Uint8Array => {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const read = fs.readSync(file, bytes, done, length - done, position + done);
    if (read === 0) break;
    done += read;
  }
  return bytes.subarray(0, done);
};

export const readAll = (fs: FileSystem, path: string): Uint8Array =>
  withFile(fs, path, "r", (file) => readUpTo(fs, file, fs.fstatSync(file).size, 0));

/** Some systems know no syncing of folders. */
const syncFolder = (fs: FileSystem, folder: string): void => {
  try {
    withFile(fs, folder, "r", (file) => fs.fsyncSync(file));
  } catch (e) {
    if (!["EISDIR", "EPERM", "EINVAL", "EACCES", "ENOTSUP"].includes(codeOf(e) ?? "")) throw e;
  }
};

/** Removes what may not be there. */
export const remove = (fs: FileSystem, path: string): void => {
  try {
    fs.unlinkSync(path);
  } catch (e) {
    if (codeOf(e) !== "ENOENT") throw e;
  }
};

/**
 * Writes a file whole or not at all: beside its place, synced, renamed, and the folder synced too, so that after a loss of
 * power there is the old file or the new one.
 */
export const writeAtomically = (fs: FileSystem, path: string, bytes: Uint8Array): void => {
  const draft = `${path}.${pid}.tmp`;
  try {
    withFile(fs, draft, "w", (file) => {
      writeAll(fs, file, bytes, 0);
      fs.fsyncSync(file);
    });
    fs.renameSync(draft, path);
  } catch (e) {
    try {
      remove(fs, draft);
    } catch {
      // The first error says more.
    }
    throw e;
  }
  syncFolder(fs, dirname(path));
};
