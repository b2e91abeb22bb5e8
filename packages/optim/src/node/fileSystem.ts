import fs from "node:fs";

/** What recording asks of a file system: functions of `node:fs`, or of something that stands in for it. */
export interface FileSystem {
  readonly openSync: (path: string, flags: string) => number;
  readonly closeSync: (file: number) => void;
  readonly readSync: (file: number, into: Uint8Array, offset: number, length: number, position: number) => number;
  readonly writeSync: (file: number, from: Uint8Array, offset: number, length: number, position: number) => number;
  readonly fsyncSync: (file: number) => void;
  readonly ftruncateSync: (file: number, length: number) => void;
  readonly fstatSync: (file: number) => { readonly size: number };
  readonly renameSync: (from: string, to: string) => void;
  readonly linkSync: (from: string, to: string) => void;
  readonly unlinkSync: (path: string) => void;
}

/** Node's own. The one cast: see system.d.ts. */
export const nodeFiles = fs as FileSystem;
