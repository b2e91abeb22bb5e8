import { type Matrix, type NDArray, type Scalar, tree } from "@gradfold/core";
import { checkFunction, typed } from "@gradfold/core/library";
import { checkParameters } from "../argument.ts";
import { anything, count, kind, optional, settings } from "../setting.ts";
import type { Trajectory } from "../trajectory/trajectory.ts";
import type { Transform } from "../transform/transform.ts";
import { type Bounds, type FlatBounds, flatBounds, pressed } from "./bounds.ts";
import { freeOf, inverseOfFree, rootsOfDiagonal } from "./covariance.ts";
import { type Compile, compileSetting } from "./iterate.ts";
import { denseMatrix } from "./method/bfgs.ts";
import { descent } from "./method/descent.ts";
import { limitedMemory } from "./method/lbfgs.ts";
import { quasiNewton } from "./method/quasi-newton.ts";
import { trustRegion } from "./method/trust-region.ts";
import { objectiveOf } from "./objective.ts";
import { type FitOutcome, outcomeOf } from "./outcome.ts";
import type { Problem } from "./problem.ts";
import { resultOf } from "./result.ts";
import type { Evaluations, FitMetrics, FitState, Method } from "./state.ts";
import { type AnyFunction, search } from "./search.ts";
import { precisionOf } from "../precision.ts";
import { type Tolerances, tolerancesOf } from "./tolerances.ts";

/** A tree of arrays: numbers of a start become scalars. */
export type Point<P> = P extends NDArray
  ? P
  : P extends number
    ? Scalar
    : P extends null | undefined
      ? P
      : { readonly [K in keyof P]: Point<P[K]> };

export interface MinimizeOptions<P = unknown> {
  /**
   * `"lbfgs"` by default: L-BFGS; `"bfgs"`: with a full matrix; `"trustRegion"`: Newton's method in a trust region, for up to
   * some hundreds of numbers; or an optimizer, such as `adam(0.01)`.
   */
  readonly method?: "lbfgs" | "bfgs" | "trustRegion" | Transform<unknown>;
  /** When the search has converged. */
  readonly tolerances?: Tolerances;
  /** The most steps; 1,000 by default. */
  readonly maxSteps?: number;
  /** From where to where each number may go: `lower`, `upper` or both, numbers or trees like the start; no bounds by default. */
  readonly bounds?: Bounds<P>;
  /** Compiles each step: `jit` of `gradfold/compile`. */
  readonly jit?: Compile;
}

/** The point at which an objective is least, and how the search for it went. */
export interface Minimum<P> {
  /** Where the objective is least, as far as the search came: a tree like the start. */
  readonly point: P;
  /** The objective there. */
  readonly value: Scalar;
  /** The greatest component of the gradient there in size; a component that presses against a bound counts as far as it may go. */
  readonly gradientNorm: Scalar;
  /** How the search ended, as a place in `fitStatuses`: for compiled code, which has no words. */
  readonly status: Scalar;
  /** How many steps were taken. */
  readonly steps: Scalar;
  /** How often the objective was evaluated. */
  readonly evaluations: Evaluations;
  /** How the search ended, in words. */
  readonly outcome: FitOutcome;
  /** The search as a run, which replays like any other: its states have the point, its metrics the loss. */
  readonly trajectory: Trajectory<FitState<P>, FitMetrics, undefined>;
  /**
   * The inverse of the Hessian at the point, [n, n] for the n numbers of the point, leaf after leaf: the covariance of the
   * estimates where the objective is minus a log likelihood. Numbers that press against a bound are taken as fixed: 0.
   */
  readonly covariance: () => Matrix;
  /** The square roots of the covariance's diagonal, as a tree like the point. */
  readonly standardErrors: () => P;
}

const name = "minimize";

const read = settings<MinimizeOptions>({
  method: kind<NonNullable<MinimizeOptions["method"]>>(
    '"lbfgs", "bfgs", "trustRegion", or an optimizer, such as adam(0.01)',
    (x) => (typeof x === "string" ? Object.hasOwn(methods, x) : typeof x === "object" && x !== null),
    "string",
  )("lbfgs"),
  tolerances: optional(anything<Tolerances>()()),
  maxSteps: count(1000),
  bounds: optional(anything<Bounds>()()),
  jit: compileSetting,
});

type MethodOf = (problem: Problem) => Method;

const methods: Readonly<Record<"lbfgs" | "bfgs" | "trustRegion", MethodOf>> = {
  lbfgs: (problem) => quasiNewton(problem, limitedMemory),
  bfgs: (problem) => quasiNewton(problem, denseMatrix),
  trustRegion,
};

const methodOf = (problem: Problem, method: NonNullable<MinimizeOptions["method"]>): Method =>
  typeof method === "string" ? methods[method](problem) : descent(problem, method);

/**
 * The point at which an objective is least, near a start; how the search for it ended, and how sure the point is.
 *
 * By itself the search keeps its run. Inside of `jit` it is compiled, inside of `vmap` it is done for many starts or data
 * at once, to the same bits; derivatives of the point by whatever the objective closes over are those of the implicit
 * function theorem.
 *
 * J. Nocedal, S. J. Wright, "Numerical optimization", 2006.
 *
 * @param f - the objective: from a tree like the start to a scalar float
 * @param start - where the search begins: a tree of floats
 * @throws DomainError when the start is not finite or outside of its bounds, bounds cross, or an option is out of range;
 *   ShapeError or DTypeError when the objective is no scalar float; TreeError when the bounds are not like the start
 * @example
 * import { add, minimize, square, sub } from "gradfold";
 * const fit = minimize(({ x, y }) => add(square(sub(x, 3)), square(sub(y, x))), { x: 0, y: 0 });
 * [fit.point, fit.outcome.kind]; // => [ { x: float64 [] 3., y: float64 [] 3. }, 'converged by gradient' ]
 */
export const minimize = typed<
  <P>(f: (point: NoInfer<Point<P>>) => Scalar, start: P, options?: MinimizeOptions<NoInfer<P>>) => Minimum<Point<P>>
>((f: AnyFunction, start: unknown, options?: MinimizeOptions): Minimum<unknown> => {
  checkFunction(name, f);
  const { method, tolerances: given, maxSteps, bounds: box, jit } = read(name, options);
  checkParameters(name, start);
  const [x0, back] = tree.ravel(start);
  const precision = precisionOf(x0.dtype);
  const usual = { gradient: Math.sqrt(precision), step: 4 * precision, value: 4 * precision };
  const limits = { tolerances: tolerancesOf(name, given, usual), maxSteps };
  const whole = flatBounds(name, box, start);
  const problemOf = (g: AnyFunction, bounds: FlatBounds): Problem => ({
    name,
    back,
    bounds,
    objective: objectiveOf(name, g, back),
    ...limits,
  });
  const searched = search({
    name,
    f,
    start,
    bounds: whole,
    maxSteps,
    compile: jit,
    methodOf: (g, bounds) => methodOf(problemOf(g, bounds), method),
    equationOf: (g) => objectiveOf(name, g, back).gradient,
  });
  const { final, run } = searched;
  const [x] = tree.ravel(final.point);
  const { objective } = problemOf(f, whole);
  const covariance = (): Matrix => {
    const held = whole === null ? undefined : pressed(x, objective.gradient(x), whole);
    return inverseOfFree(`${name}'s covariance`, objective.hessian(x), freeOf(held, x));
  };
  const { memory: _, ...state } = final;
  return resultOf(
    name,
    searched,
    () => outcomeOf({ state: final, gradient: () => objective.gradient(x), bounds: whole, ...limits }),
    {
      ...state,
      value: run === undefined ? objective.value(x) : final.value,
      covariance,
      standardErrors: () => rootsOfDiagonal(covariance(), back),
    },
  );
});
