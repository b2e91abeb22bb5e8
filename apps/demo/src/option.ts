import { InvalidArgumentError } from "commander";
import { n } from "./problem.ts";

/** What a run is made by. */
export interface Made {
  readonly steps: number;
  readonly learningRate: number;
  readonly batchSize: number;
  readonly seed: number;
  readonly optimizer: "sgd" | "momentum";
  readonly dtype: "float64" | "float32";
}

export const optimizers = ["sgd", "momentum"] as const;
export const dtypes = ["float64", "float32"] as const;

/** What the command line can say. */
export interface Settings extends Made {
  readonly out: string;
  readonly pictures: boolean;
  readonly record?: string;
}

/** Runs of more steps belong in a program of one's own. */
const mostSteps = 1_000_000;

const numberOf = (text: string): number => (text.trim() === "" ? NaN : Number(text));

const whole =
  (low: number, high: number) =>
  (text: string): number => {
    const value = numberOf(text);
    if (Number.isInteger(value) && value >= low && value <= high) return value;
    throw new InvalidArgumentError(`A whole number from ${low} to ${high} is needed.`);
  };

export const steps = whole(0, mostSteps);
export const step = whole(0, mostSteps);
export const batchSize = whole(1, n);
export const seed = whole(0, 2 ** 32 - 1);

export const learningRate = (text: string): number => {
  const value = numberOf(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError("A number above 0 is needed.");
};
