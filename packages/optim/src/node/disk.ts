import { basename, dirname, join } from "node:path";
import type { Source } from "../recording/source.ts";
import { attempted, codeOf, FileError } from "./error.ts";
import type { FileSystem, Stats } from "./fileSystem.ts";
import { clearLeftovers, draftOf } from "./leftover.ts";

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

/** What there is at a path, if there is something. */
export const statsOf = (fs: FileSystem, path: string): Stats | undefined => {
  try {
    return fs.statSync(path);
  } catch (e) {
    if (codeOf(e) === "ENOENT") return undefined;
    throw e;
  }
};

/**
 * The file that a path leads to, whatever links it leads over; nothing need be there yet.
 *
 * @throws FileError for a folder, and for what is read or written without an end: a pipe, a device
 */
export const fileAt = (fs: FileSystem, path: string): { readonly path: string; readonly stats: Stats | undefined } => {
  const stats = statsOf(fs, path);
  if (stats === undefined) return { path: join(fs.realpathSync(dirname(path)), basename(path)), stats };
  if (stats.isDirectory()) throw new FileError(`${path} is a folder, not a file.`, "EISDIR");
  if (!stats.isFile()) throw new FileError(`${path} is a pipe, a socket or a device, not a file.`, "EINVAL");
  return { path: fs.realpathSync(path), stats };
};

/** Node refuses to write 2 GiB in one call. */
const mostAtOnce = 2 ** 30;

/** Writes all bytes from a position on: one call may write only some of them. */
export const writeAll = (fs: FileSystem, file: number, bytes: Uint8Array, position: number): void => {
  let done = 0;
  while (done < bytes.length) {
    const written = fs.writeSync(file, bytes, done, Math.min(bytes.length - done, mostAtOnce), position + done);
    if (written === 0) throw new FileError("the file takes no more bytes.", "EIO");
    done += written;
  }
};

/** The bytes from a position on, as many as there are. */
const readUpTo = (fs: FileSystem, file: number, bytes: Uint8Array, position: number): number => {
  let done = 0;
  while (done < bytes.length) {
    const read = fs.readSync(file, bytes, done, bytes.length - done, position + done);
    if (read === 0) break;
    done += read;
  }
  return done;
};

/** An open file, piece by piece. What is missing, since it was cut off in the meantime, is zeros. */
export const sourceIn = (fs: FileSystem, file: number): Source => ({
  length: fs.fstatSync(file).size,
  read: (into, at) => void into.fill(0, readUpTo(fs, file, into, at)),
});

/** Some bytes in a row. */
export const together = (parts: readonly Uint8Array[]): Uint8Array => {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
};

/** The number of bytes that are gathered before they are written. */
export const blockBytes = 2 ** 20;

/** The same bytes in fewer parts: each write costs as much as some thousand bytes. */
function* gathered(parts: Iterable<Uint8Array>): Generator<Uint8Array> {
  let [waiting, length]: [Uint8Array[], number] = [[], 0];
  for (const part of parts) {
    waiting.push(part);
    length += part.length;
    if (length < blockBytes) continue;
    yield together(waiting);
    [waiting, length] = [[], 0];
  }
  yield together(waiting);
}

/** Some systems know no syncing of folders. */
const syncFolder = (fs: FileSystem, folder: string): void => {
  try {
    withFile(fs, folder, "r", (file) => fs.fsyncSync(file));
  } catch (e) {
    if (!["EISDIR", "EPERM", "EINVAL", "EACCES", "ENOTSUP"].includes(codeOf(e) ?? "")) throw e;
  }
};

/**
 * Writes a file whole or not at all: beside its place, synced, renamed, and the folder synced too, so that after a loss of
 * power there is the old file or the new one. A link stays, and leads to the new file.
 */
export const writeAtomically = (fs: FileSystem, path: string, parts: Iterable<Uint8Array>): void => {
  const { path: place } = fileAt(fs, path);
  const draft = draftOf(place);
  try {
    withFile(fs, draft, "w", (file) => {
      let position = 0;
      for (const part of gathered(parts)) {
        writeAll(fs, file, part, position);
        position += part.length;
      }
      fs.fsyncSync(file);
    });
    clearLeftovers(fs, place, draft);
    fs.renameSync(draft, place);
  } catch (e) {
    // The first error says more.
    attempted(() => fs.unlinkSync(draft));
    throw e;
  }
  syncFolder(fs, dirname(place));
};
