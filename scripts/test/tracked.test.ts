import { expect, test } from "vitest";
import { type Tracked, unwanted } from "../tracked.ts";

const text = (path: string, words = "words"): Tracked => ({ path, bytes: new TextEncoder().encode(words) });
const binary = (path: string): Tracked => ({ path, bytes: Uint8Array.of(1, 0, 2) });

test("Texts of ordinary size are kept", () => {
  expect(unwanted([text("README.md"), text("a.ts", "x".repeat(500_000))])).toEqual([]);
});

test("What is large is refused, whatever it is", () => {
  const wheel = { path: "jax.whl", bytes: new Uint8Array(500_001) };
  const reads = text("a.test.ts", 'load("jax.whl")');
  expect(unwanted([wheel, reads])).toEqual(["jax.whl has 500001 bytes, more than 500000"]);
});

test("A binary is kept where a test names it, and else refused", () => {
  expect(unwanted([binary("a/old.bin"), text("b/old.test.ts", 'read("old.bin")')])).toEqual([]);
  expect(unwanted([binary("a/old.bin"), text("b/old.ts", 'read("old.bin")')])).toEqual([
    "a/old.bin is binary, and no test names it",
  ]);
});
