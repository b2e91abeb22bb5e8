import { type NDArray, toNested } from "@gradfold/core";
import { expect } from "vitest";
import { calls } from "./calls.ts";

const isArray = (x: unknown): x is NDArray => typeof x === "object" && x !== null && "dtype" in x;

/** All numbers in order, and the lengths of lists among them. */
const numbersOf = (x: unknown): readonly unknown[] => {
  if (Array.isArray(x)) return [`list of ${x.length}`, ...x.flatMap(numbersOf)];
  if (isArray(x)) return numbersOf(toNested(x));
  if (typeof x === "boolean") return [Number(x)];
  return [x === "nan" ? NaN : x === "inf" ? Infinity : x === "-inf" ? -Infinity : x];
};

const isClose = (x: unknown, y: unknown): boolean =>
  Object.is(x, y) ||
  x === y ||
  (typeof x === "number" && typeof y === "number" && Math.abs(x - y) <= 1e-9 * Math.max(1, Math.abs(y)));

/** Checks that an expression has the value of the call by another library. */
export const holds = (value: unknown, name: string): void => {
  const found = numbersOf(value);
  const wanted = numbersOf(calls.get(name));
  const isRight = found.length === wanted.length && found.every((each, i) => isClose(each, wanted[i]));
  if (!isRight) expect(found, name).toEqual(wanted);
};
