import {
  add,
  array,
  atan,
  div,
  expandDims,
  less,
  log1p,
  type Matrix,
  maximum,
  mul,
  rsqrt,
  type Scalar,
  sqrt,
  square,
  sub,
  sum,
  type Vector,
  where,
} from "@gradfold/core";
import { asVector } from "../sizes.ts";

/** Which function of a squared residual is summed. */
export type SquaresLoss = "linear" | "huber" | "softL1" | "cauchy" | "arctan";

type Elementwise = (z: Vector) => Vector;

/** A function ρ of squared residuals z, with its first two derivatives. */
interface Rho {
  readonly value: Elementwise;
  readonly slope: Elementwise;
  readonly curvature: Elementwise;
}

/** Of each a branch for z from 1 on, which is asked for 1 where z is less. */
const upTo1 = (inside: Elementwise, outside: Elementwise): Elementwise => {
  const one = array(1);
  return (z) => asVector(where(less(z, one), inside(z), outside(asVector(maximum(z, one)))));
};

/** ρ(z) of each, as SciPy's least_squares has them. */
const robustLosses: Readonly<Record<Exclude<SquaresLoss, "linear">, Rho>> = {
  huber: {
    value: upTo1(
      (z) => z,
      (z) => sub(mul(2, sqrt(z)), 1),
    ),
    slope: upTo1((z) => add(mul(z, 0), 1), rsqrt),
    curvature: upTo1(
      (z) => mul(z, 0),
      (z) => div(mul(rsqrt(z), -0.5), z),
    ),
  },
  softL1: {
    value: (z) => mul(2, sub(sqrt(add(1, z)), 1)),
    slope: (z) => rsqrt(add(1, z)),
    curvature: (z) => div(mul(rsqrt(add(1, z)), -0.5), add(1, z)),
  },
  cauchy: {
    value: (z) => log1p(z),
    slope: (z) => div(1, add(1, z)),
    curvature: (z) => div(-1, square(add(1, z))),
  },
  arctan: {
    value: (z) => atan(z),
    slope: (z) => div(1, add(1, square(z))),
    curvature: (z) => div(mul(-2, z), square(add(1, square(z)))),
  },
};

/** Residuals and their Jacobian as of a plain sum of squares with the same gradient, and almost the same curvature. */
export interface Weighed {
  readonly residuals: Vector;
  readonly jacobian: Matrix;
}

/** What is minimized of residuals: half of the sum of scale² ρ(r² / scale²). */
export interface Loss {
  /** Whether it is the sum of squares itself. */
  readonly isPlain: boolean;
  readonly value: (residuals: Vector) => Scalar;
  readonly weigh: (residuals: Vector, jacobian: Matrix) => Weighed;
}

const half = (squares: Vector): Scalar => div<Scalar, number>(sum(squares), 2);

const plain: Loss = {
  isPlain: true,
  value: (residuals) => half(square(residuals)),
  weigh: (residuals, jacobian) => ({ residuals, jacobian }),
};

/** The least share of ρ' that is left of ρ' + 2 ρ'' z, which is 0 or less far out: rows of little weight cost digits. */
const leastCurvature = 0.01;

/**
 * The second derivative of ρ(r²) / 2 by r is ρ' + 2 ρ'' r², its first one ρ' r: rows of the Jacobian times a root of the
 * second, and residuals that make up for it in the gradient (B. Triggs et al., "Bundle adjustment: a modern synthesis", 2000).
 */
export const lossOf = (loss: SquaresLoss, scale: number): Loss => {
  if (loss === "linear") return plain;
  const { value, slope, curvature } = robustLosses[loss];
  const squaresOf = (residuals: Vector): Vector => square(div(residuals, scale));
  return {
    isPlain: false,
    value: (residuals) => mul<Scalar, number>(half(value(squaresOf(residuals))), scale * scale),
    weigh: (residuals, jacobian) => {
      const z = squaresOf(residuals);
      const first = slope(z);
      const second = add(first, mul(mul(2, z), curvature(z)));
      const root = sqrt(asVector(maximum(second, mul(first, leastCurvature))));
      return { residuals: div(mul(residuals, first), root), jacobian: mul(jacobian, expandDims(root, 1)) };
    },
  };
};
