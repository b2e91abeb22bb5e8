import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const source = (name: string): string => fileURLToPath(new URL(`../src/${name}`, import.meta.url));

/** What a module imports, and what that imports in turn: packages by name. */
const packagesFrom = (path: string, seen = new Set<string>()): Set<string> =>
  [...readFileSync(path, "utf8").matchAll(/^(?:import|export) (?!type )[^;]*? from "([^"]+)"/gm)].reduce(
    (found, [, name = ""]) => {
      if (!name.startsWith(".")) return found.add(name);
      const next = resolve(dirname(path), name);
      if (seen.has(next)) return found;
      seen.add(next);
      return new Set([...found, ...packagesFrom(next, seen)]);
    },
    new Set<string>(),
  );

test("the main entry needs neither Node nor jsdom nor Plot", () => {
  expect([...packagesFrom(source("index.ts"))].toSorted()).toEqual(["@gradfold/core/library", "@noble/hashes/sha2.js"]);
});

test("the entry for Node loads jsdom and Plot on the first drawing only", () => {
  const packages = packagesFrom(source("node.ts"));
  expect(packages).not.toContain("jsdom");
  expect(packages).not.toContain("@observablehq/plot");
});
