import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** The folder of this program. */
export const here = fileURLToPath(new URL("..", import.meta.url));

/** The checkout that this program is part of. */
export const root = resolve(here, "../..");

/** Finds what `pnpm bench:peers` installed. */
export const installed = createRequire(`${here}.peers/package.json`);

const module = (text: string): string => `data:text/javascript,${encodeURIComponent(text)}`;

/** Arguments by which Node takes the packages from a checkout that is built, whoever imports them. */
export const packagesOf = (checkout: string): readonly string[] => {
  const importer = JSON.stringify(pathToFileURL(join(resolve(checkout), "apps/bench/package.json")));
  const hook = `export const resolve = (name, context, next) =>
    next(name, name.startsWith("@gradfold/") ? { ...context, parentURL: ${importer} } : context);`;
  return ["--import", module(`import { register } from "node:module"; register(${JSON.stringify(module(hook))});`)];
};

/** The command for a file of this program, with the packages of a checkout. */
export const inNode = (checkout: string, file: string) =>
  [process.execPath, ...packagesOf(checkout), join(here, "dist", file)] as const;
