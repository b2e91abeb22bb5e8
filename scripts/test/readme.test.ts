import { expect, test } from "vitest";
import { fencesOf, readmeExample } from "../doctest.ts";

/** A program without its imports, which end the first part of it. */
const body = (code = ""): string => code.replaceAll(/^import [^;]*;\n/gm, "").trim();

test("The README of what users install shows the example of the README, which runs", () => {
  const shown = fencesOf("packages/gradfold/README.md")[0]?.code;
  expect(body(shown)).toBe(body(readmeExample()?.code));
  expect(shown).toMatch(/^import \{[^}]*\} from "gradfold";\n\n(?!import)/);
});
