import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { transformSync } from "esbuild";
import { expect, test } from "vitest";
import { eagerly } from "../eager.ts";

const run = (text: string): unknown => {
  const { code } = transformSync(text, { loader: "ts" });
  // oxlint-disable-next-line typescript/no-implied-eval -- the texts stand below
  return (new Function(`${code}; return value;`) as () => unknown)();
};

test.each([
  ["an expression", "const value = [1, 2].map((x) => x + 1);"],
  ["an object", "const value = ((x: number) => ({ x }))(3);"],
  ["a block", "const value = ((x: number): number => { return x * 2; })(3);"],
  ["an expression on a line of its own", "const f = (x: number) =>\n  x + 1;\nconst value = f(1);"],
  [
    "functions that end together",
    "const f = (x: number) => (y: number) => (z: number) => [x, y, z];\nconst value = f(1)(2)(3);",
  ],
  [
    "types with arrows",
    "type F = (x: number) => number;\nconst f = (g: F): ((x: number) => number) => (x) => g(x);\nconst value = f((x) => -x)(2);",
  ],
  [
    "generics, defaults and rests",
    "const f = <T>(x: T, y = (z: number) => z, ...rest: readonly T[]) => [x, y(1), rest];\nconst value = f(1, undefined, 2, 3);",
  ],
  ["names", "const f = () => 1;\nconst value = f.name;"],
])("A function is the same compiled at once, with its lines: %s", (_, text) => {
  const eager = eagerly("text.ts", text);
  expect(run(eager)).toEqual(run(text));
  expect(eager.split("\n")).toHaveLength(text.split("\n").length);
  expect(eager.match(/\(function /g)).not.toBeNull();
});

test("A promise is the same", async () => {
  const text = "const value = (async (x: number) => await x)(1);";
  expect(await run(eagerly("text.ts", text))).toBe(await run(text));
});

test("`this` would be another one, and is refused", () => {
  expect(() => eagerly("text.ts", "const f = function () { return [1].map(() => this); };")).toThrow("text.ts: `this`");
  expect(() => eagerly("text.ts", "const f = (;")).toThrow("text.ts");
});

test("No arrow is left in compile but in types", () => {
  const folder = join(import.meta.dirname, "../../packages/compile/src");
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) =>
    path.endsWith(".ts"),
  )) {
    const { code } = transformSync(eagerly(name, readFileSync(join(folder, name), "utf8")), { loader: "ts" });
    expect(code.replaceAll(/\/\/.*|\/\*[^]*?\*\/|`[^`]*`|"[^"]*"/g, "")).not.toContain("=>");
  }
});
