import { DomainError } from "@gradfold/core";

type Numbers = Readonly<Record<string, number | undefined>>;

const check = (name: string, numbers: Numbers, holds: (x: number) => boolean, where: string): void => {
  for (const [what, value] of Object.entries(numbers))
    if (value !== undefined && !holds(value)) throw new DomainError(`${name}: ${what} must be ${where}: ${value}`);
};

/** Decay rates: parts of what was there before. */
export const checkDecay = (name: string, numbers: Numbers): void => {
  check(name, numbers, (x) => x >= 0 && x < 1, "from 0 to below 1");
};

export const checkFromZero = (name: string, numbers: Numbers): void => {
  check(name, numbers, (x) => x >= 0 && x < Infinity, "a finite number from 0 on");
};

export const checkPositive = (name: string, numbers: Numbers): void => {
  check(name, numbers, (x) => x > 0, "above 0");
};

export const checkCount = (name: string, numbers: Numbers): void => {
  check(name, numbers, (x) => Number.isSafeInteger(x) && x >= 1, "a whole number from 1 on");
};
