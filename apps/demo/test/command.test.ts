import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { demo } from "./demo.ts";

const folder = mkdtempSync(join(tmpdir(), "gradfold-demo-"));

beforeEach(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("the demo prints the data, the mistaken product, the descent and the fit beside the closed form", async () => {
  const { code, out, err } = await demo("--no-pictures");
  expect([code, err]).toEqual([0, ""]);
  expect(out).toContain("float64 [5, 2]\n[[-0.52866014,  1.        ],");
  expect(out).toContain("x.shape: [100, 2]");
  expect(out).toContain("m @ x + b: ShapeError: matmul: inner sizes differ: [2] @ [100, 2] (2 is not 100).");
  expect(out).toContain("First guess a = float64 [2] [0.5 , 0.75], mean squared error 5.2125");
  expect(out.match(/^ +\d+0? +\d+\.\d{4}$/gm)?.map((line) => Number(line.trim().split(/ +/)[0]))).toEqual([
    0, 10, 20, 30, 40, 50, 60, 70, 80, 90,
  ]);
  expect(out).toMatch(/^ +after +0\.0839$/m);
  expect(out).toMatch(/^fitted +2\.9223 +2\.5326 +0\.0839\nleast squares +2\.9249 +2\.5326 +0\.0839\ntruth +3\.0000/m);
});

test("the pictures are written whole and named, and are those of the documentation", async () => {
  const { code, out } = await demo("--out", folder);
  expect(code).toBe(0);
  expect(out).toContain(`wrote ${join(folder, "replay.html")}`);
  expect(readdirSync(folder).toSorted()).toEqual(["fit.svg", "loss.svg", "replay.html"]);
  expect(readFileSync(join(folder, "fit.svg"), "utf8")).toBe(readFileSync("docs/fit.svg", "utf8"));
  expect(Buffer.byteLength(readFileSync(join(folder, "replay.html")))).toBeLessThanOrEqual(25_000);
});

test.each([
  [["--steps", "-3"], "A whole number from 0 to 1000000 is needed."],
  [["--steps", "ten"], "A whole number from 0 to 1000000 is needed."],
  [["--steps", "1e9"], "A whole number from 0 to 1000000 is needed."],
  [["--steps", ""], "A whole number from 0 to 1000000 is needed."],
  [["--steps"], "argument missing"],
  [["--batch-size", "0"], "A whole number from 1 to 100 is needed."],
  [["--batch-size", "101"], "A whole number from 1 to 100 is needed."],
  [["--learning-rate", "-1"], "A number above 0 is needed."],
  [["--learning-rate", "fast"], "A number above 0 is needed."],
  [["--learning-rate", "Infinity"], "A number above 0 is needed."],
  [["--seed", "0.5"], "A whole number from 0 to 4294967295 is needed."],
  [["--optimizer", "adam"], "Allowed choices are sgd, momentum."],
  [["--dtype", "int8"], "Allowed choices are float64, float32."],
  [["--nonsense"], "unknown option '--nonsense'"],
  [["nonsense"], "too many arguments"],
  [["replay", "--steps", "x"], "A whole number from 0 to 1000000 is needed."],
])("%j is a usage error: one line and exit code 2", async (argv, complaint) => {
  const { code, out, err } = await demo(...argv);
  expect([code, out]).toEqual([2, ""]);
  expect(err).toMatch(/^error: .*\n$/);
  expect(err).toContain(complaint);
});

test("help is no error", async () => {
  const { code, out } = await demo("--help");
  expect(code).toBe(0);
  for (const option of [
    "--steps",
    "--learning-rate",
    "--batch-size",
    "--seed",
    "--optimizer",
    "--out",
    "--no-pictures",
  ])
    expect(out).toContain(option);
});

test("a folder that cannot be written to is one line and exit code 1, and nothing is left behind", async () => {
  writeFileSync(folder, "a file where a folder should be");
  const { code, err } = await demo("--out", join(folder, "pictures"));
  expect(code).toBe(1);
  expect(err).toMatch(/^error: cannot write to .*\n$/);
  expect(err).not.toContain("    at ");
  expect(readFileSync(folder, "utf8")).toBe("a file where a folder should be");
});

test("a failed write leaves the folder as it was", async () => {
  await demo("--out", folder, "--steps", "1");
  const before = readdirSync(folder);
  rmSync(join(folder, "replay.html"));
  mkdirSync(join(folder, "replay.html", "taken"), { recursive: true });
  const { code } = await demo("--out", folder, "--steps", "2");
  expect(code).toBe(1);
  expect(readdirSync(folder)).toEqual(before);
});

test("without steps the first guess stands", async () => {
  const { code, out } = await demo("--steps", "0", "--out", folder);
  expect(code).toBe(0);
  expect(out).toMatch(/^fitted +0\.5000 +0\.7500 +5\.2125$/m);
  expect(readdirSync(folder)).toHaveLength(3);
});

test.each([
  ["float64", "100"],
  ["float32", "300"],
])("a learning rate of 1.5 diverges, and the demo says so in words, in %s", async (dtype, steps) => {
  const { code, out } = await demo("--learning-rate", "1.5", "--dtype", dtype, "--steps", steps, "--out", folder);
  expect(code).toBe(0);
  expect(out).toMatch(/The run diverged at step 11: its loss, \d\.\d+e\+7, is too large\. On all rows, learning rates/);
  expect(readFileSync(join(folder, "loss.svg"), "utf8")).not.toMatch(/NaN|Infinity/);
});

test("mini-batches and momentum run, and say that the last loss is on all rows", async () => {
  const { out } = await demo("--batch-size", "16", "--optimizer", "momentum", "--steps", "30", "--no-pictures");
  expect(out).toContain("30 steps of momentum, learning rate 0.1, batches of 16 a step, float64");
  expect(out).toMatch(/^ +after +\d\.\d{4} {2}\(on all rows\)$/m);
});
