import fs from "node:fs";

/** What is known of a file or folder. */
export interface Stats {
  /** Bytes. */
  readonly size: number;
  /** How many names it has. */
  readonly nlink: number;
  /** The number of the file on its disk. */
  readonly ino: number;
  /** When it was last written to, in milliseconds since 1970. */
  readonly mtimeMs: number;
  /** Whether it is a file. */
  readonly isFile: () => boolean;
  /** Whether it is a folder. */
  readonly isDirectory: () => boolean;
}

/** What recording asks of a file system: functions of `node:fs`, or of something that stands in for it. */
export interface FileSystem {
  /** Opens a file and gives its number. */
  readonly openSync: (path: string, flags: string) => number;
  /** Closes an open file. */
  readonly closeSync: (file: number) => void;
  /** Reads bytes from a position on, and gives how many were read. */
  readonly readSync: (file: number, into: Uint8Array, offset: number, length: number, position: number) => number;
  /** Writes bytes from a position on, and gives how many were written. */
  readonly writeSync: (file: number, from: Uint8Array, offset: number, length: number, position: number) => number;
  /** Waits until all that was written is on the disk. */
  readonly fsyncSync: (file: number) => void;
  /** Cuts a file to a length in bytes. */
  readonly ftruncateSync: (file: number, length: number) => void;
  /** What is known of an open file. */
  readonly fstatSync: (file: number) => Stats;
  /** What is known of the file or folder of a path. */
  readonly statSync: (path: string) => Stats;
  /** The path without symbolic links. */
  readonly realpathSync: (path: string) => string;
  /** Gives a file another name, in place of what had it. */
  readonly renameSync: (from: string, to: string) => void;
  /** Deletes a file. */
  readonly unlinkSync: (path: string) => void;
  /** Makes a folder. */
  readonly mkdirSync: (path: string) => void;
  /** Deletes an empty folder. */
  readonly rmdirSync: (path: string) => void;
  /** The names in a folder. */
  readonly readdirSync: (path: string) => readonly string[];
}

/** Node's own. The one cast: see system.d.ts. */
export const nodeFiles = fs as FileSystem;
