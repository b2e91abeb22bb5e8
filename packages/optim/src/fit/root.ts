import { isFinite, item, logicalNot, type Scalar, tree, type Vector } from "@gradfold/core";
import { checkFunction, typed } from "@gradfold/core/library";
import { checkParameters } from "../argument.ts";
import { anything, count, fromZero, optional, settings } from "../setting.ts";
import type { Trajectory } from "../trajectory/trajectory.ts";
import { globalNorm } from "../transform/norm.ts";
import { type Bounds, type FlatBounds, flatBounds } from "./bounds.ts";
import { type Compile, compileSetting } from "./iterate.ts";
import type { Point } from "./minimize.ts";
import { type FitOutcome, outcomeBy, short } from "./outcome.ts";
import { namesOf } from "./places.ts";
import { resultOf } from "./result.ts";
import { equationsOf } from "./root/equations.ts";
import { newtonRoot, type RootMemory } from "./root/newton.ts";
import { type AnyFunction, search } from "./search.ts";
import type { Evaluations, FitMetrics, FitState } from "./state.ts";
import type { FitStatus } from "./status.ts";
import { precisionOf } from "../precision.ts";

/** When a search for a root has converged: by the first of these that holds. */
export interface RootTolerances {
  /** For the greatest component of the function's value in size; four times the dtype's precision by default, 8.9e-16. */
  readonly value?: number;
  /**
   * For the greatest change of a number in a step that Newton's method takes in full, as a multiple of the greatest number in
   * size; the square root of the dtype's precision by default, 1.5e-8. 0 leaves the test out.
   */
  readonly step?: number;
}

export interface RootSettings<P = unknown> {
  /** When the search has converged. */
  readonly tolerances?: RootTolerances;
  /** The most steps; 200 by default. */
  readonly maxSteps?: number;
  /** From where to where each number may go: `lower`, `upper` or both, numbers or trees like the start; no bounds by default. */
  readonly bounds?: Bounds<P>;
  /** Compiles each step: `jit` of `gradfold/compile`. */
  readonly jit?: Compile;
}

/** A point at which a function is 0, and how the search for it went. */
export interface Root<P> {
  /** Where the function is 0, or as near to it as the search came: a tree like the start. */
  readonly point: P;
  /** The function there: a tree like the start. */
  readonly value: P;
  /** The length of all numbers of the value together: √Σf². */
  readonly norm: Scalar;
  /** How the search ended, as a place in `fitStatuses`: for compiled code, which has no words. */
  readonly status: Scalar;
  /** How many steps were taken. */
  readonly steps: Scalar;
  /** How often the function was evaluated: `values`, and Jacobians in `derivatives`. */
  readonly evaluations: Evaluations;
  /** How the search ended, in words. */
  readonly outcome: FitOutcome;
  /** The search as a run, which replays like any other: its loss is half the sum of the squares of the function's values. */
  readonly trajectory: Trajectory<FitState<P>, FitMetrics, undefined>;
}

const name = "root";

const readTolerances = settings<RootTolerances>({ value: optional(fromZero()), step: optional(fromZero()) });

const read = settings<RootSettings>({
  tolerances: optional(anything<RootTolerances>()()),
  maxSteps: count(200),
  bounds: optional(anything<Bounds>()()),
  jit: compileSetting,
});

const residualOf = typed<(state: FitState<unknown>) => Vector>(
  ({ memory }: FitState<unknown, Pick<RootMemory, "residual">>) => memory.residual,
);

interface Ended {
  readonly state: FitState<unknown>;
  readonly value: unknown;
  readonly maxSteps: number;
}

/** The numbers of a tree that are not finite, named. */
const badOf = (values: unknown): string => {
  const [x] = tree.ravel(values);
  return namesOf(values, logicalNot(isFinite(x)));
};

const words = ({ state, value, maxSteps }: Ended, kind: FitStatus): string => {
  const norm = short(item(globalNorm(value)));
  switch (kind) {
    case "converged by value":
      return `the length of the function's value is ${norm}`;
    case "converged by step":
      return `the last step of Newton's method was rounding alone. The length of the function's value is ${norm}`;
    case "at a bound":
      return `numbers press against their bounds, within which the function is not 0 nearby: the length of its value is ${norm}`;
    case "diverged":
      return `at step ${item(state.steps)} the function or its Jacobian is not finite${badOf(value) && `: ${badOf(value)}`}`;
    case "limit reached":
      return `after ${maxSteps} steps the length of the function's value is ${norm}. Give a greater maxSteps, or a start nearby`;
    case "stalled":
    case "converged by gradient":
    case "running":
      return `no step makes the function smaller, though the length of its value is ${norm}: its Jacobian may be singular here, or there is no root nearby. Begin elsewhere`;
  }
};

const outcomeOf = (ended: Ended): FitOutcome =>
  outcomeBy(ended.state, (kind) => ({ isConverged: kind.startsWith("converged"), message: words(ended, kind) }));

/**
 * A point at which a function of n numbers with n results is 0, near a start: by Newton's method in a trust region, which
 * comes from afar and does not mind where the Jacobian is singular.
 *
 * By itself the search keeps its run. Inside of `jit` it is compiled, inside of `vmap` it is done for many starts or data
 * at once, to the same bits; derivatives of the point by whatever the function closes over are those of the implicit
 * function theorem, of any order; where the Jacobian is singular they are NaN.
 *
 * M. J. D. Powell, "A hybrid method for nonlinear equations", 1970; J. J. Moré, "The Levenberg-Marquardt algorithm", 1978.
 *
 * @param f - the function: from a tree like the start to a tree like it, of floats
 * @param start - where the search begins: a tree of floats
 * @throws DomainError when the start is not finite or outside of its bounds, bounds cross, or an option is out of range; TreeError, ShapeError or DTypeError when the function does
 *   not give a tree like the start, or the bounds are not like it
 * @example
 * import { add, array, grad, item, mul, root, type Scalar, sub } from "gradfold";
 * const circle = root(({ x, y }) => ({ x: sub(add(mul(x, x), mul(y, y)), 25), y: sub(mul(x, y), 12) }), { x: 5, y: 2 });
 * [circle.point, circle.outcome.kind]; // => [ { x: float64 [] 4., y: float64 [] 3. }, 'converged by value' ]
 * const squareRoot = (a: Scalar) => root((x) => sub(mul(x, x), a), 1).point;
 * item(grad(squareRoot)(array(4))); // => 0.25
 */
export const root = typed<
  <P>(
    f: (point: NoInfer<Point<P>>) => NoInfer<Point<P>>,
    start: P,
    options?: RootSettings<NoInfer<P>>,
  ) => Root<Point<P>>
>((f: AnyFunction, start: unknown, options?: RootSettings): Root<unknown> => {
  checkFunction(name, f);
  const { tolerances: given, maxSteps, bounds: box, jit } = read(name, options);
  checkParameters(name, start);
  const [x0, back] = tree.ravel(start);
  const precision = precisionOf(x0.dtype);
  const found = readTolerances(`${name}.tolerances`, given);
  const tolerances = { gradient: 0, value: found.value ?? 4 * precision, step: found.step ?? Math.sqrt(precision) };
  const searched = search({
    name,
    f,
    start,
    bounds: flatBounds(name, box, start),
    maxSteps,
    compile: jit,
    methodOf: (g: AnyFunction, bounds: FlatBounds) =>
      newtonRoot({ equations: equationsOf(name, g, back), bounds, tolerances, maxSteps }),
    equationOf: (g) => equationsOf(name, g, back).residual,
    isGradient: false,
  });
  const { point, status, steps, evaluations } = searched.final;
  const [x] = tree.ravel(point);
  // Inside of a transform it follows what the function closes over; outside, the search knows it.
  const value = back(searched.run === undefined ? equationsOf(name, f, back).residual(x) : residualOf(searched.final));
  const plain = { point, value, norm: globalNorm(value), status, steps, evaluations };
  return resultOf(name, searched, () => outcomeOf({ state: searched.final, value, maxSteps }), plain);
});
