/* The ways into the packages, and whom they are for. */
import { join } from "node:path/posix";
import { packages, read } from "./files.ts";

type Manifest = { readonly name: string; readonly exports: Readonly<Record<string, { readonly source: string }>> };

/** The source of every entry, such as `@gradfold/viz/node`, as a path from the root. */
export const entrySources: ReadonlyMap<string, string> = new Map(
  packages.flatMap((folder) => {
    const { name, exports } = JSON.parse(read(`${folder}/package.json`)) as Manifest;
    return Object.entries(exports).map(
      ([path, { source }]) => [`${name}${path.slice(1)}`, join(folder, source)] as const,
    );
  }),
);

export const entries: readonly string[] = [...entrySources.keys()];

/** The package of an entry: `@gradfold/viz` of `@gradfold/viz/node`. */
export const packageOf = (entry: string): string => /^(?:@[^/]+\/)?[^/]+/.exec(entry)?.[0] ?? entry;

/** The entries that users do not import, and the packages that do: each name of an entry is used by one of them. */
export const audiences: Readonly<Record<string, readonly string[]>> = {
  "@gradfold/core/library": ["optim", "viz"],
  "@gradfold/core/files": ["optim"],
  "@gradfold/core/transform": ["autodiff"],
  "@gradfold/core/compiler": ["compile"],
  "@gradfold/autodiff/compiler": ["compile"],
};

export const isForUsers = (entry: string): boolean => !Object.hasOwn(audiences, entry);
