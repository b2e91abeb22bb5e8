import { expect, test } from "vitest";
import { read } from "../files.ts";
import { calls } from "../names/calls.ts";
import { freeNames, memberNames } from "../names/expression.ts";
import { libraries } from "../names/libraries.ts";
import { groupsOf, mapped, oursOf } from "../names/library.ts";
import { only } from "../names/only.ts";
import { ours, spaces } from "../names/ours.ts";
import { renewed } from "../names/page.ts";
import { theirs } from "../names/theirs.ts";
import * as variables from "../names/variables.ts";

const expressions = [...new Set(libraries.flatMap(oursOf))];
const onlyHere = only.flatMap(([, , names]) => names.split(" "));
const isVariable = (name: string): boolean => Object.hasOwn(variables, name) || name === "NDArray";

const repeated = (names: readonly string[]): readonly string[] => names.filter((name, i) => names.indexOf(name) !== i);

/** The names of a library, as `np.linalg.norm`. */
const all = (key: string): readonly string[] =>
  Object.entries(theirs(key).names).flatMap(([place, names]) => names.map((name) => `${place}.${name}`));

test("docs/coming-from.md says what the data says", async () => {
  await expect(renewed(read("docs/coming-from.md"))).toMatchFileSnapshot("../../docs/coming-from.md");
});

test.each(libraries)("Every name of $title is mapped, once", (library) => {
  const names = all(library.key);
  const numpy = new Set(all("numpy"));
  const alike = Object.entries(library.alike ?? {}).flatMap(([place, other]) =>
    names.filter((name) => name.startsWith(`${place}.`) && numpy.has(name.replace(place, other))),
  );
  const found = [...mapped(library), ...alike];
  expect(repeated(names)).toEqual([]);
  expect(repeated(found)).toEqual([]);
  expect(found.toSorted()).toEqual(names.toSorted());
});

test("Every name here that the page uses exists", () => {
  const unknown = expressions.flatMap((expression) => [
    ...freeNames(expression).filter((name) => !ours.has(name) && !spaces.has(name) && !isVariable(name)),
    ...memberNames(expression).filter((name) => spaces.has(name.split(".")[0] ?? "") && !ours.has(name)),
  ]);
  expect(unknown).toEqual([]);
});

test("Every name here stands beside one of theirs, or is said to be only here", () => {
  const used = new Set(expressions.flatMap((expression) => [...freeNames(expression), ...memberNames(expression)]));
  expect([...ours].filter((name) => !used.has(name) && !onlyHere.includes(name))).toEqual([]);
  expect(onlyHere.filter((name) => used.has(name) || !ours.has(name))).toEqual([]);
  expect(repeated(onlyHere)).toEqual([]);
});

test("Every call that was computed by another library stands on the page", () => {
  const rows = libraries.flatMap(groupsOf).flatMap(({ rows }) => rows);
  const names = new Set(rows.flatMap(({ theirs }) => theirs));
  expect([...calls.keys()].filter((name) => !names.has(name))).toEqual([]);
});

test("No variable of the examples bears a name of the packages", () => {
  expect(Object.keys(variables).filter((name) => ours.has(name) || spaces.has(name))).toEqual([]);
});
