/* What users install has everything that the packages have, under the same names. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

type Names = Readonly<Record<string, unknown>>;

/** The entries, and of which entries of the packages they are made. */
const parts: Readonly<Record<string, readonly string[]>> = {
  gradfold: ["@gradfold/autodiff", "@gradfold/core", "@gradfold/optim"],
  "gradfold/compile": ["@gradfold/compile"],
  "gradfold/node": ["@gradfold/optim/node"],
  "gradfold/viz": ["@gradfold/viz"],
  "gradfold/viz/node": ["@gradfold/viz/node"],
};

/** What packages on top are made of: not for everyday programs. */
const within = /^@gradfold\/(core|autodiff)\/\w+$/;

const folder = fileURLToPath(new URL("../..", import.meta.url));

type Manifest = { readonly name: string; readonly exports: Names };

/** Every way into a package. */
const entriesOf = (name: string): readonly string[] => {
  const manifest = JSON.parse(readFileSync(`${folder}/${name}/package.json`, "utf8")) as Manifest;
  return Object.keys(manifest.exports).map((path) => `${manifest.name}${path.slice(1)}`);
};

test("The entries are those of the manifest, and hold every entry of every package", () => {
  const others = readdirSync(folder).filter((name) => name !== "gradfold");
  const entries = others.flatMap(entriesOf).filter((entry) => !within.test(entry));
  expect(Object.keys(parts)).toEqual(entriesOf("gradfold"));
  expect(Object.values(parts).flat().toSorted()).toEqual(entries.toSorted());
});

test.each(Object.entries(parts))("%s has every name of its packages, as the same value", async (entry, sources) => {
  const whole = (await import(entry)) as Names;
  const given = await Promise.all(sources.map(async (source) => (await import(source)) as Names));
  const pairs = given.flatMap((names) => Object.entries(names));
  // Of a name that two packages have, `export *` has neither.
  expect(pairs.filter(([name, value]) => whole[name] !== value).map(([name]) => name)).toEqual([]);
  expect(Object.keys(whole)).toHaveLength(pairs.length);
});
