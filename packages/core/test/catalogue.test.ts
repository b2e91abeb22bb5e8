import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as compareModule from "../src/operations/compare.ts";
import { operationOf } from "../src/operations/family/operation.ts";
import { catalogue } from "./laws/catalogue.ts";

const folder = new URL("../src/operations/", import.meta.url);
const sources = readdirSync(folder)
  .filter((file) => file.endsWith(".ts"))
  .map((file) => readFileSync(new URL(file, folder), "utf8"));

/** Names given to families or to whole records in the sources. */
const namesIn = (source: string): readonly string[] =>
  Array.from(source.matchAll(/\b(?:name: |compare\(|question\(|elementwise\()"(\w+)"/g), ([, name = ""]) => name);

test("every primitive of the library has its laws tried", () => {
  const written = new Set(sources.flatMap(namesIn));
  expect(written.size).toBeGreaterThan(20);
  expect(catalogue.map(({ name }) => name).toSorted()).toEqual([...written].toSorted());
});

test("every comparison is in the catalogue", () => {
  for (const comparison of Object.values(compareModule))
    expect(catalogue.map(({ name }) => name)).toContain(operationOf(comparison)?.primitive.name);
});
