import type { FileSystem } from "../src/node/index.ts";

/** A system's error. */
export const systemError = (code: string): Error => Object.assign(new Error(`${code}: as if`), { code });

/** One change of a disk, as it was asked for: for a test to refuse, or to cut off. */
export interface Change {
  readonly kind: "open" | "write" | "sync" | "truncate" | "rename" | "unlink" | "close" | "mkdir" | "rmdir";
  readonly path: string;
}

interface File {
  bytes: Uint8Array;
}

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf("/")) || "/";

/**
 * A disk in memory. `before` sees every change first: it may throw a system's error, or, for a write, give the number of
 * bytes that are written.
 */
export const memoryDisk = (before: (change: Change, length: number) => number | void = () => undefined) => {
  const files = new Map<string, File>();
  const folders = new Set(["/"]);
  const open = new Map<number, { readonly path: string; readonly file: File }>();
  let next = 3;
  const fileOf = (path: string): File => {
    const file = files.get(path);
    if (file === undefined) throw systemError(folders.has(path) ? "EISDIR" : "ENOENT");
    return file;
  };
  const opened = (descriptor: number) => {
    const found = open.get(descriptor);
    if (found === undefined) throw systemError("EBADF");
    return found;
  };
  const within = (folder: string): readonly string[] =>
    [...files.keys(), ...folders].filter((path) => path !== "/" && folderOf(path) === folder);
  const checkFolder = (path: string): void => {
    if (!folders.has(path)) throw systemError(files.has(path) ? "ENOTDIR" : "ENOENT");
  };
  const statsOf = (file: File | undefined) => ({
    size: file?.bytes.length ?? 0,
    nlink: file === undefined || [...files.values()].includes(file) ? 1 : 0,
    ino: 1,
    mtimeMs: 0,
    isFile: () => file !== undefined,
    isDirectory: () => file === undefined,
  });
  const ask = (kind: Change["kind"], path: string, length = 0): number => before({ kind, path }, length) ?? length;
  const fs: FileSystem = {
    openSync: (path, flags) => {
      if (flags !== "r") ask("open", path);
      checkFolder(folderOf(path));
      if (flags === "w" && !files.has(path)) files.set(path, { bytes: new Uint8Array() });
      const file = folders.has(path) && flags === "r" ? { bytes: new Uint8Array() } : fileOf(path);
      if (flags === "w") file.bytes = new Uint8Array();
      open.set(next, { path, file });
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
      const bytes = new Uint8Array(length);
      bytes.set(file.bytes.subarray(0, length));
      file.bytes = bytes;
    },
    fstatSync: (descriptor) => statsOf(opened(descriptor).file),
    statSync: (path) => statsOf(folders.has(path) ? undefined : fileOf(path)),
    realpathSync: (path) => {
      if (!folders.has(path)) fileOf(path);
      return path;
    },
    renameSync: (from, to) => {
      ask("rename", to);
      const file = files.get(from);
      if (file !== undefined) {
        if (folders.has(to)) throw systemError("EISDIR");
        files.set(to, file);
        files.delete(from);
        return;
      }
      checkFolder(from);
      if (files.has(to)) throw systemError("ENOTDIR");
      if (within(to).length > 0) throw systemError("ENOTEMPTY");
      for (const path of within(from)) {
        files.set(`${to}${path.slice(from.length)}`, fileOf(path));
        files.delete(path);
      }
      folders.delete(from);
      folders.add(to);
    },
    unlinkSync: (path) => {
      ask("unlink", path);
      fileOf(path);
      files.delete(path);
    },
    mkdirSync: (path) => {
      ask("mkdir", path);
      if (files.has(path) || folders.has(path)) throw systemError("EEXIST");
      checkFolder(folderOf(path));
      folders.add(path);
    },
    rmdirSync: (path) => {
      ask("rmdir", path);
      checkFolder(path);
      if (within(path).length > 0) throw systemError("ENOTEMPTY");
      folders.delete(path);
    },
    readdirSync: (path) => {
      checkFolder(path);
      return within(path).map((one) => one.slice(one.lastIndexOf("/") + 1));
    },
  };
  return { fs, files, folders, openFiles: () => open.size, pathOf: (descriptor: number) => opened(descriptor).path };
};
