/* The packages as a stranger gets them: packed as for publishing, and installed with npm in an empty folder. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundle } from "./bundle.ts";
import { type Check, expectEqual, makeChecks, run } from "./checks.ts";
import { entries } from "./entries.ts";
import { readmeExample } from "./doctest.ts";
import { packages, read, root } from "./files.ts";

/** The packages of which the compiler makes declarations only. */
export const bundled = packages.filter((folder) => read(`${folder}/package.json`).includes("scripts/bundle.ts"));

export const bin = (name: string): string => join(root, "node_modules/.bin", name);

/** What would be published of a package. */
export type Packed = {
  readonly name: string;
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
};

/** Builds from nothing, for a compiler leaves the output of deleted sources; then packs into a folder. */
const packInto = async (folder: string): Promise<readonly Packed[]> => {
  for (const name of packages) rmSync(join(root, name, "dist"), { recursive: true, force: true });
  await run(root, bin("tsc"), "-b", ...packages);
  await Promise.all(bundled.map((name) => bundle(join(root, name))));
  mkdirSync(folder);
  const pack = ["--filter", "./packages/*", "pack", "--json", "--pack-destination", folder];
  return JSON.parse(await run(root, "pnpm", ...pack)) as readonly Packed[];
};

/** Installs what was packed, and further packages, in a folder. */
export const installIn = async (
  folder: string,
  packed: readonly Packed[],
  further: readonly string[] = [],
): Promise<void> => {
  const dependencies = Object.fromEntries(packed.map(({ name, filename }) => [name, `file:${filename}`]));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module", dependencies }));
  const flags = ["--no-audit", "--no-fund", "--no-package-lock", "--prefer-offline"];
  await run(folder, "npm", "install", ...flags, ...further);
};

const install = async (consumer: string): Promise<readonly Packed[]> => {
  const packed = await packInto(join(consumer, "tarballs"));
  await installIn(consumer, packed);
  return packed;
};

/** Makes checks where the packages are installed: outside the checkout, so that nothing else is found. */
export const makeConsumerChecks = async (
  report: string,
  checks: (consumer: string, packed: readonly Packed[]) => Promise<readonly Check[]>,
): Promise<void> => {
  const consumer = mkdtempSync(join(tmpdir(), "gradfold-"));
  try {
    await makeChecks(report, await checks(consumer, await install(consumer)));
  } catch (error) {
    await makeChecks(report, [
      ["a stranger can install the packages and compile the example", () => Promise.reject(error)],
    ]);
  } finally {
    rmSync(consumer, { recursive: true });
  }
};

/** Compiles TypeScript against the installed packages, with all that their declarations say. */
export const compile = async (consumer: string, name: string, code: string): Promise<void> => {
  writeFileSync(join(consumer, `${name}.ts`), code);
  const settings = ["--strict", "--target", "ES2023", "--lib", "ES2023,DOM", "--module", "NodeNext", "--types", ""];
  await run(consumer, bin("tsc"), ...settings, "--rewriteRelativeImportExtensions", `${name}.ts`);
};

/** What plain Node does with the installed packages, and with the example compiled to readme.js. */
export const smoke = (consumer: string, node: string, label: string): readonly Check[] => {
  const names = (type: string, loaded: string): Promise<string> =>
    run(consumer, node, `--input-type=${type}`, "-e", `console.log(Object.keys(${loaded}).sort().join())`);
  const same = async (entry: string): Promise<void> =>
    expectEqual(await names("commonjs", `require("${entry}")`), await names("module", `await import("${entry}")`));
  return [
    ...entries.map((entry): Check => [`${label}: import and require give the same ${entry}`, () => same(entry)]),
    ...(readmeExample()
      ? [[`${label}: the README's example runs`, () => run(consumer, node, "readme.js")] as const]
      : []),
  ];
};
