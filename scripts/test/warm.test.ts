/* A warm call runs no more functions and allocates no more bytes than bounds that are the figures of an earlier version. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { bundled } from "../child.ts";
import { root } from "../files.ts";

const { file: program, remove } = bundled({ entryPoints: [join(root, "scripts/warm.ts")] });

afterAll(remove);

/** What is optimized allocates less, at a time that is not the same in every run; nor is that of a collection. */
const settled = [
  "--expose-gc",
  "--no-opt",
  "--single-threaded",
  ...["min", "max"].map((m) => `--${m}-semi-space-size=64`),
];

interface Cost {
  readonly functions: Readonly<Record<string, number>>;
  readonly bytes: number;
}

const costOf = (name: string): Cost =>
  JSON.parse(execFileSync(process.execPath, [...settled, program, name], { encoding: "utf8" })) as Cost;

test.each([
  { name: "linear regression", functions: 61, bytes: 4537 },
  { name: "a state of 20 arrays", functions: 230, bytes: 15_297 },
  { name: "a state of 100 arrays", functions: 1110, bytes: 85_068 },
  { name: "the last result", functions: 17, bytes: 561 },
  { name: "the same array", functions: 17, bytes: 561 },
  { name: "two arrays in turn", functions: 33, bytes: 665 },
  { name: "eight batches in turn", functions: 36, bytes: 545 },
])("A warm call on $name runs at most $functions functions and allocates about $bytes bytes", (most) => {
  const { functions, bytes } = costOf(most.name);
  const count = Object.values(functions).reduce((sum, times) => sum + times, 0);
  expect(count, JSON.stringify(functions)).toBeLessThanOrEqual(most.functions);
  // Objects' headers are not the same size in every version of the engine.
  expect(bytes).toBeLessThanOrEqual(1.1 * most.bytes);
  expect(Math.min(count, bytes)).toBeGreaterThan(10);
});
