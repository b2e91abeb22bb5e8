import { array, type Either, either, mean, mul, type NDArray, square, sub, toTypedArray, tree } from "@gradfold/core";
import { sgd, steps, trainState, trainStep, trajectory } from "../src/index.ts";
import { type FileSystem, record, type Recorder } from "../src/node/index.ts";

export const right = <A>(result: Either<Error, A>): A => {
  if (either.isLeft(result)) throw result.left;
  return result.right;
};

export const failure = (result: Either<Error, unknown>): Error => {
  if (either.isRight(result)) throw new Error("it went well");
  return result.left;
};

export const optimizer = sgd(0.1, { momentum: 0.9 });

/** A loss and its gradient, written out: these tests take many thousands of steps. */
export const step = trainStep((a: NDArray<[2]>, scale: NDArray<[]>) => {
  const error = sub(mul(a, scale), array([1, 2]));
  return [mean(square(error)), mul(error, scale)] as const;
}, optimizer);

export const start = trainState(array([0.5, 0.75]), optimizer);
export const inputs = (n: number) => steps(n, array(1.5));

/** A run of thirty steps, and its states as texts, which compare fast. */
export const whole = trajectory.fold(step, start, inputs(30));
export const textOf = (state: unknown): string => tree.leaves(state).map(toTypedArray).join(" | ");
export const states = Array.from(whole.states(0), textOf);

/** Records steps from … to - 1 of the run, in chunks. */
export const append = (recorder: Recorder, from: number, to: number, size = 4): void => {
  for (let k = from; k < to; k += size) right(recorder.append(trajectory.slice(whole, k, Math.min(k + size, to) + 1)));
};

/** A journal of the first n steps of the run, recorded in chunks. */
export const recordedTo = (fs: FileSystem, n: number, every: number, size = 4): Recorder => {
  const options = { every, description: { learningRate: "0.1" }, fs };
  const recorder = right(record("/f", trajectory.slice(whole, 0, Math.min(2, n + 1)), options));
  append(recorder, Math.min(1, n), n, size);
  return recorder;
};
