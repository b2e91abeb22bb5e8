import { rounding } from "./code.ts";
import type { DType } from "./dtype.ts";

/** How a reduction joins two elements. */
export type Combine = "add" | "multiply" | "maximum" | "minimum";

/** A number for each, to find what was made for it. */
export const combineCodes: Readonly<Record<Combine, number>> = { add: 0, multiply: 1, maximum: 2, minimum: 3 };

/** An associative operation on the elements of one dtype. */
export interface Monoid {
  /** What changes no bit of the other operand; reductions start from it. */
  readonly identity: number;
  /** What a reduction of nothing gives. */
  readonly nothing: number;
  /** Source of the operation, rounded to the dtype. */
  readonly print: (a: string, b: string) => string;
}

const bounds = (dtype: DType): readonly [low: number, high: number] =>
  dtype === "bool" ? [0, 1] : dtype === "int32" ? [-2147483648, 2147483647] : [-Infinity, Infinity];

/** Integers wrap at 32 bits. */
export const monoidOf = (combine: Combine, dtype: DType): Monoid => {
  const isInteger = dtype === "int32" || dtype === "bool";
  const round = rounding(dtype === "float32");
  const [low, high] = bounds(dtype);
  switch (combine) {
    case "add":
      // -0 + x is x, while +0 + -0 is +0.
      return { identity: -0, nothing: 0, print: (a, b) => (isInteger ? `(${a} + ${b} | 0)` : round(`${a} + ${b}`)) };
    case "multiply":
      return {
        identity: 1,
        nothing: 1,
        print: (a, b) => (isInteger ? `Math.imul(${a}, ${b})` : round(`${a} * ${b}`)),
      };
    case "maximum":
      return { identity: low, nothing: low, print: (a, b) => `Math.max(${a}, ${b})` };
    case "minimum":
      return { identity: high, nothing: high, print: (a, b) => `Math.min(${a}, ${b})` };
  }
};
