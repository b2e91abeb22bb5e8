/*
 * Kills processes that record runs, at random instants, and starts them again: does every run end as the one that nobody
 * disturbed, to the last bit?
 *
 *     tsx --conditions=source scripts/crash.ts [kills] [runs]
 */
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { option, orThrow } from "@gradfold/core";
import { trajectory } from "@gradfold/optim";
import { load } from "@gradfold/optim/node";
import { buildSync } from "esbuild";
import { type Check, expectEqual, makeChecks } from "./checks.ts";
import { inputsOf, start, step } from "./crash/run.ts";
import { root } from "./doctest.ts";

const [kills = 60, runs = 6] = process.argv.slice(2).map(Number);

const folder = mkdtempSync(join(tmpdir(), "gradfold-crash-"));
const worker = join(folder, "worker.mjs");
buildSync({
  entryPoints: [join(root, "scripts/crash/worker.ts")],
  outfile: worker,
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  conditions: ["source"],
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
});

const started = (child: ChildProcess): Promise<unknown> => new Promise((resolve) => child.once("message", resolve));

type End = { readonly code: number | null; readonly errors: string };

const ended = (child: ChildProcess): Promise<End> =>
  new Promise((resolve) => {
    const errors: string[] = [];
    child.stderr?.on("data", (text) => errors.push(String(text)));
    child.once("exit", (code) => resolve({ code, errors: errors.join("") }));
  });

/** Lets a process work on a run for a while, and tells whether it was killed before it was done. */
const disturb = async (path: string, run: number, milliseconds: number): Promise<boolean> => {
  const child = fork(worker, [path, String(run)], { silent: true });
  const end = ended(child);
  await Promise.race([started(child), end]);
  const timer = setTimeout(() => child.kill("SIGKILL"), milliseconds);
  const { code, errors } = await end;
  clearTimeout(timer);
  if (code !== null && code !== 0) throw new Error(`a resumed process failed with ${code}: ${errors}`);
  return code === null;
};

/** How long a process that nobody kills works, in milliseconds. */
const whole = async (): Promise<number> => {
  const begin = performance.now();
  await disturb(join(folder, "whole"), 0, 1e6);
  return performance.now() - begin;
};

const longest = Math.min(await whole(), 1000) / 4;
const counts = { killed: 0, resumed: 0 };

const survives = (run: number): Check => [
  `run ${run} ends as it would have without being killed`,
  async () => {
    const path = join(folder, `run-${run}`);
    let left = Math.ceil(kills / runs);
    // Instants lie close together at first, where files are made.
    while (await disturb(path, run, left > 0 ? longest * Math.random() ** 2 : 1e6)) {
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

await makeChecks(
  "crash",
  Array.from({ length: runs }, (_, i) => survives(i + 1)),
);
const strangers = readdirSync(folder).filter((name) => !/^(worker\.mjs|whole|run-\d+)$/.test(name));
console.log(`${counts.killed} kills over ${counts.resumed} runs; left behind: ${strangers.join(", ") || "nothing"}`);
rmSync(folder, { recursive: true });
