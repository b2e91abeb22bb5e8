/*
 * Kills processes that record runs, at random instants, and starts them again: is every step there that they said was
 * recorded, and does every run end as the one that nobody disturbed, to the last bit? And does never more than one of many
 * processes write that open a recording at once?
 *
 *     tsx --conditions=source scripts/crash.ts [kills] [runs] [rivals]
 */
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { option, orThrow } from "@gradfold/core";
import { steps, trajectory } from "@gradfold/optim";
import { load, record } from "@gradfold/optim/node";
import { buildSync } from "esbuild";
import { type Check, expectEqual, makeChecks } from "./checks.ts";
import { inputsOf, start, step } from "./crash/run.ts";
import { root } from "./files.ts";

const [kills = 60, runs = 6, rivals = 20] = process.argv.slice(2).map(Number);

const folder = mkdtempSync(join(tmpdir(), "gradfold-crash-"));
buildSync({
  entryPoints: ["worker", "rival"].map((name) => join(root, `scripts/crash/${name}.ts`)),
  outdir: folder,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  conditions: ["source"],
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
});

const started = (child: ChildProcess): Promise<unknown> => new Promise((resolve) => child.once("message", resolve));

type End = { readonly code: number | null; readonly said: string; readonly errors: string };

const ended = (child: ChildProcess): Promise<End> =>
  new Promise((resolve) => {
    const [said, errors]: [string[], string[]] = [[], []];
    child.stdout?.on("data", (text) => said.push(String(text)));
    child.stderr?.on("data", (text) => errors.push(String(text)));
    child.once("close", (code) => resolve({ code, said: said.join(""), errors: errors.join("") }));
  });

const startOf = (program: string, ...args: readonly string[]): ChildProcess =>
  fork(join(folder, `${program}.mjs`), args, { silent: true });

/** Lets a process work on a run until it has said so much, or for a while, and tells whether it was killed before it was done. */
const disturb = async (path: string, run: number, milliseconds: number, lines = Infinity): Promise<boolean> => {
  const child = startOf("worker", path, String(run));
  const end = ended(child);
  await Promise.race([started(child), end]);
  const timer = setTimeout(() => child.kill("SIGKILL"), milliseconds);
  let heard = 0;
  child.stdout?.on("data", (text) => {
    heard += String(text).split("\n").length - 1;
    if (heard >= lines) child.kill("SIGKILL");
  });
  const { code, said, errors } = await end;
  clearTimeout(timer);
  if (code !== null && code !== 0) throw new Error(`a resumed process failed with ${code}: ${errors}`);
  const recorded = Number(said.trimEnd().split("\n").at(-1) ?? 0);
  if (recorded > 0 && orThrow(load(path)).steps < recorded)
    throw new Error(`${recorded} steps were said to be recorded, but ${orThrow(load(path)).steps} are`);
  counts.said += recorded > 0 ? 1 : 0;
  return code === null;
};

/** How long a process that nobody kills works, in milliseconds. */
const whole = async (): Promise<number> => {
  const begin = performance.now();
  await disturb(join(folder, "whole"), 0, 1e6);
  return performance.now() - begin;
};

const counts = { killed: 0, resumed: 0, said: 0 };
const longest = Math.min(await whole(), 1000) / 4;

const survives = (run: number): Check => [
  `run ${run} ends as it would have without being killed`,
  async () => {
    const path = join(folder, `run-${run}`);
    let left = Math.ceil(kills / runs);
    // Instants lie close together at first, where files are made; every other one is just after an append.
    const moment = (): readonly [milliseconds: number, lines: number] =>
      left % 2 === 0 ? [longest * Math.random() ** 2, Infinity] : [1e6, 1 + Math.floor(10 * Math.random())];
    while (await disturb(path, run, ...(left > 0 ? moment() : ([1e6, Infinity] as const)))) {
      counts.killed++;
      left--;
    }
    counts.resumed++;
    const inputs = inputsOf(run);
    const made = orThrow(load(path));
    const expected = trajectory.fold(step, start, inputs);
    expectEqual(made.steps, inputs.length);
    expectEqual(Array.from(made.metrics["loss"] ?? []), Array.from(expected.metrics.loss));
    const found = trajectory.diff(orThrow(trajectory.reopen(made, step, inputs, { like: start })), expected);
    if (option.isSome(found)) throw new Error(JSON.stringify(found.value));
  },
];

/** Processes that all want the same recording; some are killed while they have it. */
const compete: Check = [
  `of ${rivals} processes that open a recording at once, one writes`,
  async () => {
    const path = join(folder, "rivals");
    const count = 10 * rivals;
    const begun = record(
      path,
      trajectory.fold((n: number) => [n + 1, { loss: n }], 0, steps(1)),
      { every: 4 },
    );
    orThrow(orThrow(begun).close());
    const keep = async (): Promise<void> => {
      const { code, errors } = await ended(startOf("rival", path, String(count)));
      if (code !== null && code !== 0) throw new Error(`a rival failed with ${code}: ${errors}`);
      if (code === null) await keep();
    };
    await Promise.all(Array.from({ length: rivals }, keep));
    const made = orThrow(load(path));
    expectEqual(
      Array.from(made.metrics["loss"] ?? []),
      Array.from({ length: made.steps }, (_, k) => k),
    );
  },
];

await makeChecks("crash", [...Array.from({ length: runs }, (_, i) => survives(i + 1)), compete]);
const strangers = readdirSync(folder).filter((name) => !/^((worker|rival)\.mjs|whole|rivals|run-\d+)$/.test(name));
console.log(
  `${counts.killed} kills over ${counts.resumed} runs, ${counts.said} times after steps were said to be recorded; ` +
    `left behind: ${strangers.join(", ") || "nothing"}`,
);
rmSync(folder, { recursive: true });
