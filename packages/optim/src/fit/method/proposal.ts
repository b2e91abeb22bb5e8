import {
  add,
  cast,
  div,
  dot,
  equal,
  greater,
  matmul,
  type Matrix,
  minimum,
  mul,
  type NDArray,
  neg,
  type Scalar,
  sub,
  type Vector,
  where,
} from "@gradfold/core";
import { typed } from "@gradfold/core/library";
import { lengthOf } from "../../transform/norm.ts";
import { choose } from "../../transform/steps.ts";
import { type FlatBounds, freeBeyond, project, toBound } from "../bounds.ts";
import { blockOf } from "./indefinite.ts";
import { leastWithin } from "./subproblem.ts";

/* Where a quadratic model within bounds and a distance says that there is less. */

/** A quadratic model around a point. */
export interface Around {
  readonly x: Vector;
  readonly gradient: Vector;
  readonly hessian: Matrix;
  readonly radius: Scalar;
}

/** A point to try. */
export interface Proposal {
  readonly x: Vector;
  /** How far it is; float64. */
  readonly length: Scalar;
  /** The gradient's product with the step. */
  readonly slope: Scalar;
  /** By how much the model says that the value falls. */
  readonly promised: Scalar;
}

const asVector = typed<(x: NDArray) => Vector>((x: unknown) => x);

const times = (matrix: Matrix, x: Vector): Vector => asVector(matmul(matrix, x));

const wide = (x: Vector): Vector => cast(x, "float64");

/** A step, cut at the bounds, and what the model says of it. */
const judged = ({ x, gradient, hessian }: Around, step: Vector, bounds: FlatBounds): Proposal => {
  const reached = project(add(x, cast(step, x.dtype)), bounds);
  const taken = wide(sub(reached, x));
  const slope: Scalar = dot(wide(gradient), taken);
  const bend: Scalar = dot(taken, times(cast(hessian, "float64"), taken));
  return { x: reached, length: lengthOf(taken), slope, promised: neg(add(slope, div(bend, 2))) };
};

const better = (a: Proposal, b: Proposal): Proposal => choose(greater(b.promised, a.promised), b, a);

/** How far to go down the gradient, per unit of it: to the model's least point or the end of the distance. */
const descentOf = ({ gradient, hessian, radius }: Around): Scalar => {
  const down = wide(gradient);
  const length = lengthOf(down);
  const bend: Scalar = dot(down, times(cast(hessian, "float64"), down));
  const end = div(radius, where(equal(length, 0), 1, length));
  const isBent = greater(bend, 0);
  return where(isBent, minimum(end, div(dot(down, down), where(isBent, bend, 1))), end);
};

/**
 * Within bounds: numbers that a step down the gradient would take to their bounds go there; for the others the model is least
 * where these are. Beside that step, which is cut at the bounds, the one the other way and the one down the gradient are looked at.
 */
const within = (around: Around, bounds: NonNullable<FlatBounds>): Proposal => {
  const { x, gradient, hessian, radius } = around;
  const descent = descentOf(around);
  const isFree = freeBeyond(x, gradient, cast(descent, x.dtype), bounds);
  const toHeld = where(isFree, 0, wide(toBound(x, gradient, bounds)));
  const slopes = add(wide(gradient), times(cast(hessian, "float64"), toHeld));
  const free = leastWithin({ gradient: where(isFree, slopes, 0), hessian: blockOf(hessian, isFree), radius });
  const [step, back] = [where(isFree, free, toHeld), where(isFree, neg(free), toHeld)];
  const down = mul(wide(gradient), neg(descent));
  return [back, down].reduce(
    (best, other) => better(best, judged(around, other, bounds)),
    judged(around, step, bounds),
  );
};

/** The point to try next. */
export const proposal = (around: Around, bounds: FlatBounds): Proposal =>
  bounds === null
    ? judged(around, leastWithin({ ...around, hessian: blockOf(around.hessian, null) }), null)
    : within(around, bounds);
