import { type NDArray, type Scalar, slice, square, stack, sum } from "@gradfold/core";
import fixture from "../fixtures/mgh.json" with { type: "json" };
import { curves } from "./curves.ts";
import { sizes } from "./sizes.ts";
import { valleys } from "./valleys.ts";

/** How another library's optimizer ends from the standard start. */
interface Run {
  /** Evaluations of the function, each with its gradient but in `trustExact`. */
  readonly evaluations: number;
  readonly gradients?: number;
  readonly hessians?: number;
  readonly iterations: number;
  readonly value: number;
  /** The largest element of the gradient. */
  readonly gradientNorm: number;
  readonly reached: boolean;
  readonly message: string;
}

interface Problem {
  readonly name: string;
  readonly n: number;
  readonly start: readonly number[];
  /** The values of the known minima. */
  readonly best: readonly number[];
  /** A point with one of these values. */
  readonly minimizer: readonly number[];
  /** Values and gradients at the start and at another point. */
  readonly checks: readonly {
    readonly point: readonly number[];
    readonly value: number;
    readonly gradient: readonly number[];
  }[];
  readonly residuals: (params: NDArray) => NDArray;
  /** The sum of the squares of the residuals. */
  readonly value: (params: NDArray) => Scalar;
  readonly runs: Readonly<Record<"lbfgsb" | "lbfgsbTight" | "bfgs" | "trustExact" | "optax", Run>>;
}

/** Functions of a vector, of which each formula takes what it needs: its elements from 1, or all of it. */
const residuals: Readonly<Record<string, Problem["residuals"]>> = Object.fromEntries([
  ...Object.entries(valleys).map(
    ([name, formula]) => [name, (params: NDArray) => stack(formula(element(params)))] as const,
  ),
  ...Object.entries(curves).map(([name, formula]) => [name, (params: NDArray) => formula(element(params))] as const),
  ...Object.entries(sizes).map(([name, formula]) => [name, (params: NDArray) => formula(vector(params))] as const),
]);

const vector = (params: NDArray): NDArray<[number]> => params as NDArray<[number]>;
const element =
  (params: NDArray) =>
  (index: number): Scalar =>
    slice(vector(params), [index - 1]);

/**
 * Test functions with their standard starts: the eighteen that the paper takes for unconstrained minimization, and six of its
 * regressions: with a local minimum (Freudenstein and Roth, Kowalik and Osborne), exponentials from afar (Jennrich and
 * Sampson, Osborne), and parameters of sizes from 1e-2 to 1e3 (Meyer).
 *
 * J. Moré, B. Garbow, K. Hillstrom, "Testing unconstrained optimization software", 1981.
 */
export const problems: readonly Problem[] = Object.entries(fixture.problems).map(([name, problem]) => {
  const of = residuals[name];
  if (of === undefined) throw new Error(`There is no formula of ${name}.`);
  return { ...problem, name, residuals: of, value: (params) => sum(square(of(params))) };
});

/** Whether a value is that of a known minimum: to 1e-4 of it, and to 1e-7 of the value at the start or of 1. */
export const reached = ({ best, checks }: Problem, value: number): boolean =>
  best.some((least) => Math.abs(value - least) <= 1e-4 * least + 1e-7 * Math.min(1, checks[0]?.value ?? NaN));
