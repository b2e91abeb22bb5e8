import type { FileSystem } from "../src/node/index.ts";

/** A system's error. */
export const systemError = (code: string): Error => Object.assign(new Error(`${code}: as if`), { code });

/** One change of a disk, as it was asked for: for a test to refuse, or to cut off. */
export interface Change {
  readonly kind: "open" | "write" | "sync" | "truncate" | "rename" | "link" | "unlink" | "close";
  readonly path: string;
}

/**
 * A disk in memory. `before` sees every change first: it may throw a system's error, or, for a write, give the number of
 * bytes that are written.
 */
export const memoryDisk = (before: (change: Change, length: number) => number | void = () => undefined) => {
  const files = new Map<string, { bytes: Uint8Array }>();
  const open = new Map<number, { readonly path: string; readonly file: { bytes: Uint8Array } }>();
  let next = 3;
  const fileOf = (path: string) => {
    const file = files.get(path);
    if (file === undefined) throw systemError("ENOENT");
    return file;
  };
  const opened = (descriptor: number) => {
    const found = open.get(descriptor);
    if (found === undefined) throw systemError("EBADF");
    return found;
  };
  const ask = (kind: Change["kind"], path: string, length = 0): number => before({ kind, path }, length) ?? length;
  const fs: FileSystem = {
    openSync: (path, flags) => {
      const isFolder = path === "/" || path === ".";
      if (flags !== "r") ask("open", path);
      if (flags === "w") files.set(path, { bytes: new Uint8Array() });
      open.set(next, { path, file: isFolder ? { bytes: new Uint8Array() } : fileOf(path) });
      return next++;
    },
    closeSync: (descriptor) => {
      const { path } = opened(descriptor);
      open.delete(descriptor);
      ask("close", path);
    },
    readSync: (descriptor, into, offset, length, position) => {
      const part = opened(descriptor).file.bytes.subarray(position, position + length);
      into.set(part, offset);
      return part.length;
    },
    writeSync: (descriptor, from, offset, length, position) => {
      const { path, file } = opened(descriptor);
      const written = ask("write", path, length);
      const bytes = new Uint8Array(Math.max(file.bytes.length, position + written));
      bytes.set(file.bytes);
      bytes.set(from.subarray(offset, offset + written), position);
      file.bytes = bytes;
      return written;
    },
    fsyncSync: (descriptor) => void ask("sync", opened(descriptor).path),
    ftruncateSync: (descriptor, length) => {
      const { path, file } = opened(descriptor);
      ask("truncate", path);
      file.bytes = file.bytes.slice(0, length);
    },
    fstatSync: (descriptor) => ({ size: opened(descriptor).file.bytes.length }),
    renameSync: (from, to) => {
      ask("rename", to);
      files.set(to, fileOf(from));
      files.delete(from);
    },
    linkSync: (from, to) => {
      ask("link", to);
      if (files.has(to)) throw systemError("EEXIST");
      files.set(to, fileOf(from));
    },
    unlinkSync: (path) => {
      ask("unlink", path);
      fileOf(path);
      files.delete(path);
    },
  };
  return { fs, files, openFiles: () => open.size };
};
