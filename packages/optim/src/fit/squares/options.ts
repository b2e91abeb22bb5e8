import { anything, count, finitePositive, flag, oneOf, optional, type Settings } from "../../setting.ts";
import type { Bounds } from "../bounds.ts";
import { type Compile, compileSetting } from "../iterate.ts";
import type { SquaresLoss } from "./loss.ts";

/** When a search for least squares has converged: by the first of these that holds. 0 leaves a test out. */
export interface SquaresTolerances {
  /**
   * For the cosine of the angle between the residuals and the Jacobian's columns, which is 0 at the minimum and knows no units. It
   * bounds how far the point is from the minimum in standard errors; the dtype's precision to the power 2/3 by default, 3.7e-11.
   */
  readonly gradient?: number;
  /**
   * For the greatest change of a number, as a share of its size, in the step that would come next without damping; four times
   * the dtype's precision by default. It also counts where that step would take away from the residuals no more than what
   * rounding the numbers changes in them.
   */
  readonly step?: number;
  /**
   * For the change of the value in a step, as a share of it, both as it was expected and as it was; 0 by default: the last digits
   * of the point change no digit of the value.
   */
  readonly value?: number;
}

export interface LeastSquaresOptions<P = unknown> {
  /**
   * ρ, of which half of the sum over the residuals is minimized: `"linear"`, the squares themselves, by default. Others let
   * outliers count for less: with z = (r / scale)², times scale², `"huber"`: z up to 1, then 2 √z - 1; `"softL1"`:
   * 2 (√(1 + z) - 1); `"cauchy"`: ln(1 + z); `"arctan"`: arctan z.
   */
  readonly loss?: SquaresLoss;
  /** From which size on a residual counts as an outlier; 1 by default. It is SciPy's `f_scale`. */
  readonly scale?: number;
  /** When the search has converged. */
  readonly tolerances?: SquaresTolerances;
  /** The most steps; 1,000 by default. */
  readonly maxSteps?: number;
  /** From where to where each number may go: `lower`, `upper` or both, numbers or trees like the start; no bounds by default. */
  readonly bounds?: Bounds<P>;
  /**
   * Whether the residuals are in units of their standard deviations, which are known: the covariance is that of a variance of 1
   * then, and not of the variance that the residuals show. False by default. It is `absolute_sigma` of SciPy's curve_fit.
   */
  readonly unitVariance?: boolean;
  /** Compiles each step: `jit` of `gradfold/compile`. */
  readonly jit?: Compile;
}

export const squaresSettings: Settings<LeastSquaresOptions> = {
  loss: oneOf<SquaresLoss>("linear", "huber", "softL1", "cauchy", "arctan")("linear"),
  scale: finitePositive(1),
  tolerances: optional(anything<SquaresTolerances>()()),
  maxSteps: count(1000),
  bounds: optional(anything<Bounds>()()),
  unitVariance: flag(false),
  jit: compileSetting,
};
