import { cast, DomainError, item, type NDArray, ShapeError, sum, toTypedArray, type Vector } from "@gradfold/core";
import { describe, formatShape, isFloat, optionsOf, sameShape } from "@gradfold/core/library";
import { tracer } from "@gradfold/core/transform";
import { checkArray, checkKey } from "../argument.ts";
import { checkCount } from "../inputs.ts";

export interface BatchOptions {
  /** Rows in a batch. */
  readonly size: number;
  /** Passes over the data (1). */
  readonly epochs?: number;
  /** Batches, in the place of epochs; rows are then drawn one by one, with replacement. */
  readonly steps?: number;
  /** Whether rows are shuffled anew in every epoch (true), or come in their own order. */
  readonly shuffle?: boolean;
  /** Whether to leave out an epoch's last batch where it is shorter (false). */
  readonly dropLast?: boolean;
  /** How often each row comes, in proportion; rows are then drawn one by one, with replacement. */
  readonly weights?: Vector;
  /** A label for each row, a whole number: every batch has as many rows of each class, or one less. */
  readonly balance?: Vector;
}

const defaults = {
  epochs: undefined,
  steps: undefined,
  shuffle: true,
  dropLast: false,
  weights: undefined,
  balance: undefined,
};

/** What the options are where they are read. */
export interface Settled extends Required<Pick<BatchOptions, "size" | "shuffle" | "dropLast">> {
  readonly epochs: number | undefined;
  readonly steps: number | undefined;
  readonly weights: Vector | undefined;
  readonly balance: Vector | undefined;
}

/** Throws unless there is a key where rows are shuffled. */
const checkShuffle = (key: unknown, shuffle: boolean): void => {
  if (key === null && shuffle)
    throw new DomainError(
      "batches: rows are shuffled by a key, as random.key(seed) makes it, not by null. Only rows in their own order, by { shuffle: false }, need none.",
    );
  if (key !== null) checkKey("batches", key);
};

/** Throws where options say different things of which rows come. */
const checkTogether = ({ epochs, steps, shuffle, dropLast, weights, balance }: Settled): void => {
  if (weights !== undefined && balance !== undefined)
    throw new DomainError("batches: weights and balance both say how often rows come. Leave one of them out.");
  const drawn = weights !== undefined ? "weights" : balance !== undefined ? "balance" : undefined;
  if (!shuffle && drawn !== undefined)
    throw new DomainError(
      `batches: with shuffle: false rows come in their own order, which ${drawn} would change. Leave one of them out.`,
    );
  if (steps === undefined) return;
  if (epochs !== undefined)
    throw new DomainError("batches: steps and epochs both say how many batches there are. Leave one of them out.");
  const ofEpochs = dropLast ? "dropLast: true" : shuffle ? undefined : "shuffle: false";
  if (ofEpochs !== undefined)
    throw new DomainError(`batches: with steps there are no epochs, and so no ${ofEpochs}. Leave one of them out.`);
};

const checkCounts = ({ size, epochs, steps }: Settled, n: number): void => {
  if (!Number.isInteger(size) || size < 1 || size > n)
    throw new DomainError(
      `batches: the size must be a whole number from 1 to the number of rows, ${n}, not ${describe(size)}.`,
    );
  if (epochs !== undefined) checkCount("batches", "the number of epochs", epochs);
  if (steps !== undefined) checkCount("batches", "the number of steps", steps);
};

/** The first place of a vector with a number that is wrong; undefined where there is none, or the numbers are not known. */
const wrongIn = (x: NDArray, isWrong: (x: number) => boolean): string | undefined => {
  if (tracer(x) !== undefined) return undefined;
  const numbers = toTypedArray(x);
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i] ?? NaN;
    if (isWrong(number)) return `that of row ${i} is ${number}`;
  }
  return undefined;
};

const checkWeights = (weights: Vector, n: number): void => {
  checkArray("batches", "weights", weights);
  if (!sameShape(weights.shape, [n]))
    throw new ShapeError(`batches: ${n} rows need as many weights, not ${formatShape(weights.shape)}.`);
  const wrong = wrongIn(weights, (weight) => !(weight >= 0 && weight < Infinity));
  if (wrong !== undefined) throw new DomainError(`batches: weights must be finite and not negative, but ${wrong}.`);
  if (tracer(weights) !== undefined) return;
  const total = item(sum(isFloat(weights.dtype) ? weights : cast(weights, "float64")));
  if (!(total > 0 && total < Infinity))
    throw new DomainError(`batches: the sum of the weights must be finite and above 0, not ${total}.`);
};

const checkBalance = (labels: Vector, n: number): void => {
  checkArray("batches", "balance", labels);
  if (!sameShape(labels.shape, [n]))
    throw new ShapeError(`batches: ${n} rows need as many labels to balance by, not ${formatShape(labels.shape)}.`);
  const wrong = wrongIn(labels, (label) => !Number.isInteger(label));
  if (wrong !== undefined) throw new DomainError(`batches: labels to balance by must be whole numbers, but ${wrong}.`);
};

/** The options, looked at as far as they do not depend on the data. */
export const settledOf = (key: unknown, given: BatchOptions): Settled => {
  const settled = optionsOf("batches", given, defaults, ["size"]);
  checkShuffle(key, settled.shuffle);
  checkTogether(settled);
  return settled;
};

/** Throws unless options are for n rows. */
export const checkFor = (settled: Settled, n: number): void => {
  const { weights, balance } = settled;
  checkCounts(settled, n);
  if (weights !== undefined) checkWeights(weights, n);
  if (balance !== undefined) checkBalance(balance, n);
};
