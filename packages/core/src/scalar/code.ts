/** The numbers from 0 to n - 1, to print something for each. */
export const range = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i);

/** Source that rounds to the dtype; the parentheses keep the order of addition. */
export const rounding =
  (single: boolean) =>
  (x: string): string =>
    single ? `fround(${x})` : `(${x})`;

/** Source of a number that keeps the sign of zero. */
export const literal = (value: number): string =>
  Object.is(value, -0) ? "(-0)" : value < 0 ? `(${value})` : String(value);

/**
 * Makes a function of printed code, which may name the given values. The one place where text becomes code: what is
 * printed is made of instructions, numbers and fixed names, never of a caller's words.
 */
export const compileCode = <F>(source: string, values: Readonly<Record<string, unknown>>): F => {
  // oxlint-disable-next-line typescript/no-implied-eval -- straight-line kernels: see docs/decisions
  const make = new Function(...Object.keys(values), `"use strict"; return ${source}`);
  return (make as (...args: readonly unknown[]) => F)(...Object.values(values));
};
