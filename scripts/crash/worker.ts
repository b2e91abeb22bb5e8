/* A process that records run number `argv[3]` into `argv[2]`, and goes on where an earlier one was killed. */
import { either, orThrow } from "@gradfold/core";
import { trajectory } from "@gradfold/optim";
import { FileError, load, record, resume } from "@gradfold/optim/node";
import { inputsOf, start, step } from "./run.ts";

const [path = "", number = "0"] = process.argv.slice(2);
const inputs = inputsOf(Number(number));
const part = (k: number, n: number) => ({
  length: Math.min(n, inputs.length - k),
  at: (i: number) => inputs.at(k + i),
});

const begin = () => {
  const first = trajectory.fold(step, start, part(0, 1));
  const recorder = orThrow(record(path, first, { every: 1 + (Number(number) % 7) }));
  return { recorder, state: first.final, steps: 1 };
};

process.send?.("started");
const resumed = resume(path, start);
// Killed when all was done: what does not go on but can be read is finished.
if (either.isLeft(resumed) && either.isRight(load(path))) process.exit();
const isNew = either.isLeft(resumed) && resumed.left instanceof FileError && resumed.left.code === "ENOENT";
const opened = isNew ? begin() : orThrow(resumed);
const { recorder } = opened;
let { state, steps } = opened;
while (steps < inputs.length) {
  const chunk = trajectory.fold(step, state, part(steps, 1 + (steps % 5)));
  orThrow(recorder.append(chunk));
  if (steps % 40 < 5) orThrow(recorder.sync());
  state = chunk.final;
  steps += chunk.length - 1;
}
orThrow(recorder.finish());
