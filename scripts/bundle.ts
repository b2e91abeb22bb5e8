/*
 * A package's JavaScript in as few files as it has ways in: Node takes about a millisecond for every file that it loads.
 * CommonJS packages come along in what is used of them: found and loaded one by one they would cost more than all of core.
 *
 *     tsx scripts/bundle.ts packages/core
 */
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import { eagerly } from "./eager.ts";

type Manifest = {
  readonly exports: Readonly<Record<string, { readonly default: string }>>;
  readonly dependencies?: Readonly<Record<string, string>>;
};

/** What comes along though a package depends on it, since its declarations refer to it. */
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

/**
 * What is used of packages that wait until they are asked. ndarray-ops compiles all its operations as it is loaded, which
 * takes longer than loading core; fflate and crc-32 make tables.
 */
const waiting: Readonly<Record<string, readonly string[]>> = {
  "ndarray-ops": ["assign"],
  "crc-32": ["buf"],
  "crc-32/crc32c.js": ["buf"],
  fflate: ["Inflate", "zipSync"],
};

/**
 * A module whose functions and classes make their package when one of them is first called. What is used of it is a text
 * until then, since V8 looks through all functions of a file that it loads, called or not.
 */
const stub = async (path: string, resolveDir: string, inputs: Set<string>): Promise<string> => {
  const names = waiting[path] ?? [];
  const { outputFiles, metafile } = await build({
    stdin: { contents: `export { ${names.join(", ")} } from "${path}";`, resolveDir },
    bundle: true,
    minify: true,
    format: "iife",
    globalName: "made",
    target: "es2023",
    charset: "ascii",
    metafile: true,
    write: false,
    logLevel: "warning",
  });
  for (const input of Object.keys(metafile.inputs)) inputs.add(input);
  const text = outputFiles.map((file) => file.text).join("");
  return [
    `let kept;`,
    `const load = () => (kept ??= new Function(${JSON.stringify(`${text};return made`)})());`,
    `const later = (name) => function (...given) { const f = load()[name]; return new.target ? new f(...given) : f(...given); };`,
    ...names.map((name) => `export const ${name} = /* @__PURE__ */ later("${name}");`),
    `export default { ${names.join(", ")} };`,
  ].join("\n");
};

const atFirstUse = (inputs: Set<string>): Plugin => ({
  name: "packages at first use",
  setup: (builder) => {
    builder.onResolve({ filter: new RegExp(`^(${Object.keys(waiting).join("|")})$`) }, ({ path, resolveDir }) => ({
      path,
      namespace: "first use",
      pluginData: resolveDir,
    }));
    builder.onLoad({ filter: /./, namespace: "first use" }, async ({ path, pluginData }) => ({
      contents: await stub(path, pluginData as string, inputs),
    }));
  },
});

/**
 * Packages nearly all of whose functions run in the first call of one of them: compile takes a program through all of
 * its stages. Compiled as the package is loaded, they are read once, and not again in every function around them.
 */
const atOnce: Plugin = {
  name: "functions compiled when loaded",
  setup: (builder) => {
    builder.onLoad({ filter: /\/packages\/compile\/src\/.*\.ts$/ }, ({ path }) => ({
      contents: eagerly(path, readFileSync(path, "utf8")),
      loader: "ts",
    }));
  },
};

/** The folders of the installed packages that are among the files of a bundle. */
const packagesIn = (paths: readonly string[]): ReadonlySet<string> =>
  new Set(paths.flatMap((path) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path) ?? []));

/** The sources of the files that a package is loaded by: several entries may share one. */
const sourcesOf = (exports: Manifest["exports"]): readonly string[] => [
  ...new Set(Object.values(exports).map((entry) => entry.default.replace("./dist/", "src/").replace(/\.js$/, ".ts"))),
];

/** Replaces the JavaScript in a package's `dist`, beside its declarations. */
export const bundle = async (folder: string): Promise<void> => {
  const { exports, dependencies = {} } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
  const dist = join(folder, "dist");
  const old = existsSync(dist) ? readdirSync(dist, { recursive: true, encoding: "utf8" }) : [];
  for (const path of old) if (/\.js(\.map)?$|^LICENSE-/.test(path)) rmSync(join(dist, path));
  const inputs = new Set<string>();
  const { metafile } = await build({
    entryPoints: sourcesOf(exports).map((source) => join(folder, source)),
    outbase: join(folder, "src"),
    outdir: dist,
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2023",
    charset: "ascii",
    // V8 skips the body of a function that has not been called yet; of an arrow function it makes a tree.
    supported: { arrow: false },
    sourcemap: true,
    external: ["node:*", ...Object.keys(dependencies).filter((name) => name !== included)],
    minifyWhitespace: true,
    minifySyntax: true,
    // Node shows the line that throws.
    lineLimit: 100,
    metafile: true,
    plugins: [asModules, atFirstUse(inputs), atOnce],
    logLevel: "warning",
  });
  for (const path of packagesIn([...Object.keys(metafile.inputs), ...inputs])) {
    const [licence = "LICENSE"] = readdirSync(path).filter((name) => /^licen[cs]e/i.test(name));
    copyFileSync(join(path, licence), join(dist, `LICENSE-${basename(path)}`));
  }
};

const [, script = "", ...folders] = process.argv;
if (resolve(script) === fileURLToPath(import.meta.url))
  await Promise.all(folders.map((folder) => bundle(resolve(folder))));
