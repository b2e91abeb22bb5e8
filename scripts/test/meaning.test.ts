import * as autodiff from "@gradfold/autodiff";
import * as compile from "@gradfold/compile";
import { expect, test } from "vitest";
import { exportsOf } from "../exports.ts";
import { packages } from "../files.ts";
import { entries, flat, spaces } from "../names/ours.ts";

/** The names that two entries export, with the reason. */
const shared: Readonly<Record<string, string>> = {
  scan: "autodiff, compile: the same function of the same types; one runs as WebAssembly",
  render: "viz, viz/node: one is given a document, the other makes its own",
  replayPage: "viz, viz/node: the page of viz, given the render of its entry",
};

/** The members of namespaces that bear the name of a function outside, with the reason. */
const namesakes: Readonly<Record<string, string>> = {
  "random.split": "JAX's name for new keys of a key",
  "tree.allClose": "allClose, of trees",
  "tree.fromJSON": "fromJSON, of trees",
  "tree.stack": "stack, of trees",
  "tree.zerosLike": "zerosLike, of trees",
  "program.print": "print, of a program",
  "trajectory.slice": "slice, of a run's states",
  "transform.clip": "clip, of updates; Optax's name",
};

const repeated = (names: readonly string[]): readonly string[] => names.filter((name, i) => names.indexOf(name) !== i);

test("A name that two entries export means the same in both", () => {
  expect(repeated(flat).toSorted()).toEqual(Object.keys(shared).toSorted());
  for (const [name, reason] of Object.entries(shared)) {
    const where = Object.keys(entries).filter((entry) => Object.hasOwn(entries[entry] ?? {}, name));
    expect(reason.split(": ")[0]).toBe(where.join(", "));
  }
});

test("scan of autodiff and of compile have one type", () => {
  const pair: readonly [typeof autodiff.scan, typeof compile.scan] = [compile.scan, autodiff.scan];
  expect(pair).toHaveLength(2);
});

test("A namespace is nothing else", () => {
  const names = Object.values(entries).flatMap(Object.keys);
  expect([...spaces.keys()].filter((space) => names.filter((name) => name === space).length > 1)).toEqual([]);
});

test("A type bears the name of one thing only", () => {
  const types = packages.flatMap((folder) =>
    [...exportsOf(`${folder}/src/index.ts`, "type").keys()].filter((name) => !name.includes(".")),
  );
  expect(types.length).toBeGreaterThan(100);
  expect(repeated([...types, ...flat.filter((name) => !Object.hasOwn(shared, name)), ...spaces.keys()])).toEqual([]);
});

test("A member of a namespace bears the name of a function outside for a reason", () => {
  const outside = new Set([...flat, ...spaces.keys()]);
  const found = [...spaces].flatMap(([space, names]) =>
    names.filter((name) => outside.has(name)).map((name) => `${space}.${name}`),
  );
  expect(found.toSorted()).toEqual(Object.keys(namesakes).toSorted());
});
