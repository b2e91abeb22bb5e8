import fs from "node:fs";

/** What is known of a file or folder. */
export interface Stats {
  readonly size: number;
  /** How many names it has. */
  readonly nlink: number;
  readonly ino: number;
  readonly mtimeMs: number;
  readonly isFile: () => boolean;
  readonly isDirectory: () => boolean;
}

/** What recording asks of a file system: functions of `node:fs`, or of something that stands in for it. */
export interface FileSystem {
  readonly openSync: (path: string, flags: string) => number;
  readonly closeSync: (file: number) => void;
  readonly readSync: (file: number, into: Uint8Array, offset: number, length: number, position: number) => number;
  readonly writeSync: (file: number, from: Uint8Array, offset: number, length: number, position: number) => number;
  readonly fsyncSync: (file: number) => void;
  readonly ftruncateSync: (file: number, length: number) => void;
  readonly fstatSync: (file: number) => Stats;
  readonly statSync: (path: string) => Stats;
  readonly realpathSync: (path: string) => string;
  readonly renameSync: (from: string, to: string) => void;
  readonly unlinkSync: (path: string) => void;
  readonly mkdirSync: (path: string) => void;
  readonly rmdirSync: (path: string) => void;
  readonly readdirSync: (path: string) => readonly string[];
}

/** Node's own. The one cast: see system.d.ts. */
export const nodeFiles = fs as FileSystem;
