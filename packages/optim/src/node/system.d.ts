/*
 * The little of Node that this folder uses, declared by hand: with Node's own declarations the whole package would see
 * its globals. The tests hold `FileSystem` against the real `node:fs`.
 */

declare module "node:fs" {
  const fs: unknown;
  export default fs;
}

declare module "node:path" {
  export const basename: (path: string) => string;
  export const dirname: (path: string) => string;
  export const join: (...parts: readonly string[]) => string;
}

declare module "node:os" {
  export const hostname: () => string;
  export const uptime: () => number;
}

declare module "node:perf_hooks" {
  export const performance: { readonly timeOrigin: number; readonly now: () => number };
}

declare module "node:process" {
  export const pid: number;
  export const kill: (pid: number, signal: 0) => true;
}

declare module "node:zlib" {
  export const crc32: (bytes: Uint8Array, seed?: number) => number;
}
