/*
 * The little of Node that this folder uses, declared by hand: with Node's own declarations the whole package would see
 * its globals. The tests hold `FileSystem` against the real `node:fs`.
 */

declare module "node:fs" {
  const fs: unknown;
  export default fs;
}

declare module "node:path" {
  export const dirname: (path: string) => string;
}

declare module "node:os" {
  export const hostname: () => string;
}

declare module "node:perf_hooks" {
  export const performance: { readonly timeOrigin: number };
}

declare module "node:process" {
  export const pid: number;
  export const kill: (pid: number, signal: 0) => true;
}
