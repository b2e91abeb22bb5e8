/*
 * A process that records run number `argv[3]` into `argv[2]`, and goes on where an earlier one was killed. It says how many
 * steps are recorded as soon as they are.
 */
import { writeSync } from "node:fs";
import { either, orThrow } from "@gradfold/core";
import { trajectory } from "@gradfold/optim";
import { FileError, load, record, resume } from "@gradfold/optim/node";
import { inputsOf, start, step } from "./run.ts";

const [path = "", number = "0"] = process.argv.slice(2);
const run = Number(number);
const inputs = inputsOf(run);
const part = (k: number, n: number) => ({
  length: Math.min(n, inputs.length - k),
  at: (i: number) => inputs.at(k + i),
});

/** Records shorter than what is appended at once, of about its length, and longer than the run. */
const every = [1 + (run % 7), 50, 1000][run % 3] ?? 1;

const begin = () => {
  const first = trajectory.fold(step, start, part(0, 1));
  const recorder = orThrow(record(path, first, { every }));
  return { recorder, state: first.final, steps: 1 };
};

process.send?.("started");
const resumed = resume(path, start);
// Killed when all was done: what does not go on but can be read is finished.
if (either.isLeft(resumed) && either.isRight(load(path))) process.exit();
const isNew = either.isLeft(resumed) && resumed.left instanceof FileError && resumed.left.code === "ENOENT";
const opened = isNew ? begin() : orThrow(resumed);
if ("damage" in opened && opened.damage.length > 0) throw new Error(JSON.stringify(opened.damage));
const { recorder } = opened;
let { state, steps } = opened;
while (steps < inputs.length) {
  const chunk = trajectory.fold(step, state, part(steps, 1 + (steps % 5)));
  orThrow(recorder.append(chunk));
  state = chunk.final;
  steps += chunk.length - 1;
  writeSync(1, `${steps}\n`);
  if (steps % 40 < 5) orThrow(recorder.sync());
}
orThrow(recorder.finish());
