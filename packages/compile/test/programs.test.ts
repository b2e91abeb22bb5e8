import { expect, test } from "vitest";
import { jit } from "../src/index.ts";
import { expectSameBits } from "./bits.ts";
import { programs } from "./programs.ts";

test("Programs have names of their own", () => {
  expect(new Set(programs.map(({ name }) => name)).size).toBe(programs.length);
});

test.each(programs)("$name: compiled, it gives the bits of eager code", ({ f, xs }) => {
  const compiled = jit(f);
  const wanted = f(...xs);
  expect(compiled.backend).toBe("wasm");
  expectSameBits(compiled(...xs), wanted);
  expectSameBits(compiled(...xs), wanted);
});
