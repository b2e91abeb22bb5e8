import { DecodeError, type Either, either } from "@gradfold/core";
import { batchSize, dtypes, learningRate, type Made, optimizers, seed, steps } from "./option.ts";

const program = "gradfold demo";

/** What a run was made by, for its recording. */
export const describe = (made: Made): Readonly<Record<string, string>> => ({
  program,
  steps: String(made.steps),
  learningRate: String(made.learningRate),
  batchSize: String(made.batchSize),
  seed: String(made.seed),
  optimizer: made.optimizer,
  dtype: made.dtype,
});

const oneOf = <A extends string>(words: readonly A[], word: string): A => {
  const found = words.find((one) => one === word);
  if (found === undefined) throw new Error(`${word} is none of ${words.join(", ")}.`);
  return found;
};

/** What the run of a recording was made by, checked as a command line is. */
export const madeBy = (description: Readonly<Record<string, string>>): Either<DecodeError, Made> => {
  const text = (name: string): string => description[name] ?? "";
  if (text("program") !== program)
    return either.left(new DecodeError("malformed", "This recording is not one of the demo's."));
  try {
    return either.right({
      steps: steps(text("steps")),
      learningRate: learningRate(text("learningRate")),
      batchSize: batchSize(text("batchSize")),
      seed: seed(text("seed")),
      optimizer: oneOf(optimizers, text("optimizer")),
      dtype: oneOf(dtypes, text("dtype")),
    });
  } catch (e) {
    const why = e instanceof Error ? e.message : String(e);
    return either.left(new DecodeError("malformed", `The recording does not say how it was made: ${why}`));
  }
};
