import { setImmediate } from "node:timers/promises";
import { DecodeError, type Either, either, orThrow } from "@gradfold/core";
import { type Recording, sliceInputs, trajectory } from "@gradfold/optim";
import { load, record, type Recorder, resume } from "@gradfold/optim/node";
import { describe, madeBy } from "./described.ts";
import { type Descent, descentOf, type Run, type State } from "./fit.ts";
import type { Made } from "./option.ts";
import { makeProblem, type Problem } from "./problem.ts";

/** Signals that ask a process to end, and the exit code by which shells report each. */
const endings = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

type Ending = keyof typeof endings;

/** A run that was stopped from outside, and can go on. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** A run and what it was made of. */
export interface Reopened {
  readonly run: Run;
  readonly problem: Problem;
  readonly made: Made;
}

/** So many steps are taken before signals are looked at. */
const chunk = 100;

/** The disk is waited for once in so many milliseconds. */
const syncEvery = 1000;

/** The run of a recording, of which the ends are computed again. */
const reopen = (whole: Recording, { step, start, inputs }: Descent, check: "all" | "ends"): Either<Error, Run> =>
  trajectory.reopen(whole, step, inputs, { like: start, check });

/** Listens to the signals that end a process, until the first: the second ends it at once. */
const listen = (): { readonly heard: () => Ending | undefined; readonly leave: () => void } => {
  let first: Ending | undefined;
  const signals = Object.keys(endings) as Ending[];
  const listeners = signals.map((signal) => [signal, () => stop(signal)] as const);
  const leave = (): void => listeners.forEach(([signal, listener]) => process.off(signal, listener));
  const stop = (signal: Ending): void => {
    first = signal;
    leave();
  };
  listeners.forEach(([signal, listener]) => process.on(signal, listener));
  return { heard: () => first, leave };
};

/** Takes the steps that are left, recording them. A signal ends the chunk, saves and stops. */
const carryOn = async (path: string, recorder: Recorder, state: State, descent: Descent): Promise<Recording> => {
  const { step, inputs } = descent;
  const { heard, leave } = listen();
  try {
    let now = state;
    let synced = performance.now();
    while (recorder.steps() < inputs.length && heard() === undefined) {
      const from = recorder.steps();
      const run = trajectory.fold(step, now, sliceInputs(inputs, from, Math.min(from + chunk, inputs.length)));
      orThrow(recorder.append(run));
      now = run.final;
      if (performance.now() - synced > syncEvery) {
        orThrow(recorder.sync());
        synced = performance.now();
      }
      await setImmediate();
    }
  } catch (e) {
    // The first error says more than one of closing.
    recorder.close();
    throw e;
  } finally {
    leave();
  }
  const signal = heard();
  if (recorder.steps() === inputs.length || signal === undefined) return orThrow(recorder.finish());
  orThrow(recorder.close());
  throw new Interrupted(
    `stopped after ${recorder.steps()} of ${inputs.length} steps, saved in ${path}. Go on with: pnpm demo resume ${path}`,
    endings[signal],
  );
};

/** A descent that is recorded as it goes. */
export const recorded = async (path: string, problem: Problem, made: Made): Promise<Run> => {
  const descent = descentOf(problem, made);
  const begun = trajectory.fold(descent.step, descent.start, sliceInputs(descent.inputs, 0, 0));
  const every = Math.max(1, Math.ceil(made.steps / 1000));
  const recorder = orThrow(record(path, begun, { description: describe(made), every }));
  return orThrow(reopen(await carryOn(path, recorder, descent.start, descent), descent, "ends"));
};

/** What the description in a file says. */
const problemOf = (description: Recording["description"]): Pick<Reopened, "problem" | "made"> => {
  const made = orThrow(madeBy(description));
  return { made, problem: makeProblem(made.seed, made.dtype) };
};

/** A descent that goes on where its recording ends; one that has ended is the one in the file. */
export const resumed = async (path: string, warn: (words: string) => void): Promise<Reopened> => {
  const read = orThrow(load(path));
  const { made, problem } = problemOf(read.description);
  const descent = descentOf(problem, made);
  const going = resume(path, descent.start);
  const isFinished = either.isLeft(going) && going.left instanceof DecodeError && read.steps === descent.inputs.length;
  if (isFinished) return { run: orThrow(reopen(read, descent, "ends")), problem, made };
  const { recorder, state, damage } = orThrow(going);
  for (const { what } of damage) warn(`${path} is damaged. ${what}`);
  const whole = await carryOn(path, recorder, state, descent);
  return { run: orThrow(reopen(whole, descent, "ends")), problem, made };
};

/** The descent in a file, every step of it computed again and found the same. */
export const reopened = (path: string): Reopened => {
  const whole = orThrow(load(path));
  const { made, problem } = problemOf(whole.description);
  return { run: orThrow(reopen(whole, descentOf(problem, made), "all")), problem, made };
};

/** A recorded descent from step k on with another learning rate, for as many steps as it had left, or as are asked for. */
export const forked = ({ run, problem, made }: Reopened, k: number, other: Partial<Made>): Run => {
  const after = { ...made, ...other, steps: k + (other.steps ?? Math.max(run.length - 1 - k, 0)) };
  const { step, inputs } = descentOf(problem, after);
  return trajectory.fork(run, k, step, sliceInputs(inputs, k));
};

/** The recording in a file, for its numbers. */
export const metricsIn = (path: string): Recording["metrics"] =>
  orThrow(either.map(({ metrics }: Recording) => metrics)(load(path)));
