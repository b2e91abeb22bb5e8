import { whileLoop } from "@gradfold/autodiff";
import {
  add,
  any,
  cast,
  div,
  dot,
  equal,
  greater,
  less,
  logicalAnd,
  logicalNot,
  logicalOr,
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
  zeros,
} from "@gradfold/core";
import { typed } from "@gradfold/core/library";
import { lengthOf } from "../../transform/norm.ts";
import { choose } from "../../transform/steps.ts";
import { type FlatBounds, freeBeyond, landed, toBound } from "../bounds.ts";
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
  const reached = landed(x, cast(step, x.dtype), bounds);
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

/** Which numbers go to a bound, how far, and what the others do. */
interface Active {
  readonly isFree: Vector;
  readonly toHeld: Vector;
  /** Of all numbers. */
  readonly step: Vector;
  readonly isDone: Scalar;
  readonly turns: Scalar;
}

const mostTurns = 20;

/** The step to the model's least point where some numbers go to a bound; others that it takes beyond theirs are held too. */
const held = (around: Around, so: Active, { lower, upper }: NonNullable<FlatBounds>): Active => {
  const { isFree, toHeld, turns } = so;
  const { x, gradient, hessian, radius } = around;
  const slopes = add(wide(gradient), times(cast(hessian, "float64"), toHeld));
  const free = leastWithin({ gradient: where(isFree, slopes, 0), hessian: blockOf(hessian, isFree), radius });
  const step = where(isFree, free, toHeld);
  const [low, high] = [sub(wide(lower), wide(x)), sub(wide(upper), wide(x))];
  const isOver = logicalAnd(isFree, logicalOr(less(step, low), less(high, step)));
  return {
    isFree: logicalAnd(isFree, logicalNot(isOver)),
    toHeld: where(isOver, where(less(step, low), low, high), toHeld),
    step,
    isDone: logicalNot(any(isOver)),
    turns: add(turns, 1),
  };
};

/**
 * Within bounds: numbers that a step down the gradient would take to their bounds go there, and so do those that the step to
 * the least point of the model among the others takes beyond theirs. Beside that step those by the first set alone, both
 * ways, and the one down the gradient are looked at, all cut at the bounds.
 */
const within = (around: Around, bounds: NonNullable<FlatBounds>): Proposal => {
  const { x, gradient } = around;
  const descent = descentOf(around);
  const isFree = freeBeyond(x, gradient, cast(descent, x.dtype), bounds);
  const toHeld = where(isFree, 0, wide(toBound(x, gradient, bounds)));
  const none = mul(toHeld, 0);
  const first = held(around, { isFree, toHeld, step: none, isDone: any(none), turns: zeros([]) }, bounds);
  const last = whileLoop(
    ({ isDone, turns }: Active) => logicalAnd(logicalNot(isDone), less(turns, mostTurns)),
    (so: Active) => held(around, so, bounds),
    first,
  );
  const back = where(isFree, neg(first.step), toHeld);
  const down = mul(wide(gradient), neg(descent));
  return [first.step, back, down].reduce(
    (best, other) => better(best, judged(around, other, bounds)),
    judged(around, last.step, bounds),
  );
};

/** The point to try next. */
export const proposal = (around: Around, bounds: FlatBounds): Proposal =>
  bounds === null
    ? judged(around, leastWithin({ ...around, hessian: blockOf(around.hessian, null) }), null)
    : within(around, bounds);
