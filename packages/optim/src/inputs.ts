import { DomainError, DTypeError } from "@gradfold/core";
import { describe, isNDArray, isPromise, isRecord } from "@gradfold/core/library";
import { asValue } from "./value.ts";

/**
 * What is fed to the steps of a run: a sequence that can be asked for any of its members, and always gives the same.
 * That is what makes a run recomputable, so it is never an iterator.
 */
export interface Inputs<Batch> {
  /** How many there are. */
  readonly length: number;
  /** The one of index i, from 0 on; the same each time it is asked for. */
  readonly at: (i: number) => Batch;
}

/** What inputs may have been meant by something that is none. */
const meant = (x: unknown): string => {
  if (typeof x === "number") return ` Did you mean steps(${x})?`;
  if (isNDArray(x) || isRecord(x)) return " Did you mean steps(n, batch), or batches(key, data, options)?";
  return "";
};

/** Throws unless something is a sequence of inputs. */
export const checkInputs: (name: string, x: unknown) => asserts x is Inputs<unknown> = (name, x) => {
  const { length, at } = typeof x === "object" && x !== null ? (x as Partial<Inputs<unknown>>) : {};
  if (typeof at !== "function")
    throw new DTypeError(`${name}: inputs are a sequence { length, at(i) }, not ${describe(x)}.${meant(x)}`);
  if (!Number.isSafeInteger(length) || Number(length) < 0)
    throw new DomainError(`${name}: the length of inputs must be a whole number from 0 on, not ${describe(length)}.`);
};

/** Reads inputs in order, and throws where one is no input: all of them are undefined, as those of `steps`, or none is. */
export const readerOf = (name: string, inputs: Inputs<unknown>): ((i: number) => unknown) => {
  let isNothing: boolean | undefined;
  return (i) => {
    const input = inputs.at(i);
    isNothing ??= input === undefined;
    if ((input === undefined) === isNothing && !isPromise(input)) return input;
    throw new DTypeError(
      isPromise(input)
        ? `${name}: input ${i} is a Promise. Inputs are read at once: load the data before the run.`
        : `${name}: input ${i} of ${inputs.length} is ${describe(input)}, unlike those before it.`,
    );
  };
};

/** A sequence that refuses to be asked for a member that it has not. */
export const sequence = <Batch>(name: string, length: number, at: (i: number) => Batch): Inputs<Batch> =>
  Object.freeze({
    length,
    at: (i: number) => {
      if (Number.isInteger(i) && i >= 0 && i < length) return at(i);
      throw new DomainError(`${name}: there is no input ${describe(i)} among ${length}, which are 0 to ${length - 1}.`);
    },
  });

/** Throws unless a number of things is one. */
export const checkCount = (name: string, what: string, n: number): void => {
  if (!Number.isSafeInteger(n) || n < 0)
    throw new DomainError(`${name}: ${what} must be a whole number from 0 on, not ${describe(n)}.`);
};

/**
 * Inputs of n steps: the same batch for each, which is full-batch gradient descent; or none, for a loss without data.
 *
 * @param batch - its lists and records are copied and frozen, its arrays shared
 * @throws DomainError when n is negative or not whole
 * @example
 * import { steps } from "gradfold";
 * steps(3).length; // => 3
 * steps(3, "data").at(2); // => 'data'
 */
export const steps: {
  /** n steps without data. */
  (n: number): Inputs<undefined>;
  /** n steps with the same batch. */
  <Batch>(n: number, batch: Batch): Inputs<Batch>;
} = (n: number, batch?: unknown): Inputs<never> => {
  checkCount("steps", "the number of steps", n);
  const value = asValue("steps", batch);
  return sequence("steps", n, () => value as never);
};
