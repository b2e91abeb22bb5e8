import { customRoot } from "@gradfold/autodiff";
import { lessEqual, sub, tree, type Vector, where } from "@gradfold/core";
import { typed } from "@gradfold/core/library";
import { isTransforming } from "@gradfold/core/transform";
import { checkedStart, type FlatBounds, pressed } from "./bounds.ts";
import { type Compile, iterate, type Searched } from "./iterate.ts";
import type { FitState, Method } from "./state.ts";

/** A function of points, whatever it gives. */
export type AnyFunction = (point: unknown) => unknown;

/** What is searched, and how. */
export interface Task<P> {
  /** The function that is called, for the words of errors. */
  readonly name: string;
  readonly f: AnyFunction;
  readonly start: P;
  readonly bounds: FlatBounds;
  readonly maxSteps: number;
  /** Compiles each step, where it is given. */
  readonly compile: Compile | undefined;
  /** The method, for the function and bounds as a transform sees them. */
  readonly methodOf: (f: AnyFunction, bounds: FlatBounds) => Method;
  /** What is 0 at the point that is searched, as far as bounds let it be, of vectors. */
  readonly equationOf: (f: AnyFunction) => (x: Vector) => Vector;
  /** Whether the equation is a gradient, which presses numbers against their bounds; true by default. */
  readonly isGradient?: boolean;
}

/** A number that is pressed against its bound moves as the bound does. */
const heldAt = (x: Vector, gradient: Vector, bounds: FlatBounds): Vector => {
  if (bounds === null) return gradient;
  const bound = where(lessEqual(x, bounds.lower), bounds.lower, bounds.upper);
  return where(pressed(x, gradient, bounds), sub(x, bound), gradient);
};

/**
 * The search for a point. Inside of a transform it is one operation, whose derivatives are those of the equation that holds
 * at the point: they do not pass through its steps.
 */
export const search = <P>(task: Task<P>): Searched<P> => {
  const { name, f, bounds, maxSteps, compile, methodOf, equationOf, isGradient = true } = task;
  const [x0, back] = tree.ravel(task.start);
  const start = back(checkedStart(name, task.start, x0, bounds));
  if (!isTransforming()) return iterate(methodOf(f, bounds), start, maxSteps, compile);
  const [point, found] = customRoot(typed<(f: AnyFunction) => (point: P) => unknown>((x: unknown) => x)(f), start, {
    given: bounds,
    solve: (g, from, given) => {
      const { point, memory: _, ...rest } = iterate(methodOf(g as AnyFunction, given), from, maxSteps, compile).final;
      return [point, rest] as const;
    },
    equation: (g, at, given) => {
      const [x] = tree.ravel(at);
      return back(heldAt(x, equationOf(g as AnyFunction)(x), isGradient ? given : null));
    },
  });
  const final: FitState<P> = { point, ...found, memory: null };
  return { final, run: undefined };
};
