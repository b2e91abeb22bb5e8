/*
 * A package's JavaScript in as few files as it has ways in: Node takes about a millisecond for every file that it loads.
 * fp-ts comes along in the few functions that are used, where its CommonJS files would cost more than all of core.
 *
 *     tsx scripts/bundle.ts packages/core
 */
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";

type Manifest = {
  readonly exports: Readonly<Record<string, { readonly source: string }>>;
  readonly dependencies?: Readonly<Record<string, string>>;
};

const included = "fp-ts";

/** Node cannot load fp-ts' modules, which say no extensions; a bundler can, and drops what is not used. */
const asModules: Plugin = {
  name: "fp-ts as modules",
  setup: (builder) => {
    builder.onResolve({ filter: /^fp-ts\/lib\// }, ({ path, resolveDir, kind }) =>
      builder.resolve(path.replace("/lib/", "/es6/"), { resolveDir, kind }),
    );
  },
};

/** Replaces the JavaScript in a package's `dist`, beside its declarations. */
export const bundle = async (folder: string): Promise<void> => {
  const { exports, dependencies = {} } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
  const dist = join(folder, "dist");
  const old = existsSync(dist) ? readdirSync(dist, { recursive: true, encoding: "utf8" }) : [];
  for (const path of old) if (/\.js(\.map)?$/.test(path)) rmSync(join(dist, path));
  await build({
    entryPoints: Object.values(exports).map(({ source }) => join(folder, source)),
    outbase: join(folder, "src"),
    outdir: dist,
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2023",
    charset: "utf8",
    sourcemap: true,
    external: ["node:*", ...Object.keys(dependencies).filter((name) => name !== included)],
    plugins: [asModules],
    logLevel: "warning",
  });
  const license = join(folder, "node_modules", included, "LICENSE");
  if (existsSync(license)) copyFileSync(license, join(dist, `LICENSE-${included}`));
};

const [, script = "", ...folders] = process.argv;
if (resolve(script) === fileURLToPath(import.meta.url))
  await Promise.all(folders.map((folder) => bundle(resolve(folder))));
