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
  neg,
  type Scalar,
  sub,
  type Vector,
  where,
  zeros,
} from "@gradfold/core";
import { lengthOf, wide } from "../../transform/norm.ts";
import { choose } from "../../transform/steps.ts";
import { type FlatBounds, freeBeyond, landed, toBound } from "../bounds.ts";
import { blockOf } from "../block.ts";
import { leastWithin } from "./subproblem.ts";
import { asVector } from "../sizes.ts";

/* Where a quadratic model within bounds and a distance says that there is less. */

/** A quadratic model of an objective around a point, of vectors in float64. */
export interface Model {
  readonly x: Vector;
  readonly gradient: Vector;
  /** How far the model is trusted. */
  readonly radius: Scalar;
  /** How long a step is. */
  readonly size: (step: Vector) => Scalar;
  /** The product of the second derivatives with a step. */
  readonly bent: (step: Vector) => Vector;
  /**
   * The step to the least point within the radius of the numbers that are free (null: all of them), where the others have
   * taken a step: 0 in their places.
   */
  readonly least: (isFree: Vector | null, toHeld: Vector) => Vector;
}

/** A point to try. */
export interface Proposal {
  readonly x: Vector;
  /** How far it is, as the model measures. */
  readonly length: Scalar;
  /** The gradient's product with the step. */
  readonly slope: Scalar;
  /** By how much the model says that the value falls. */
  readonly promised: Scalar;
}

/** A step, cut at the bounds, and what the model says of it. */
const judged = ({ x, gradient, size, bent }: Model, step: Vector, bounds: FlatBounds): Proposal => {
  const reached = landed(x, cast(step, x.dtype), bounds);
  const taken = wide(sub(reached, x));
  const slope: Scalar = dot(gradient, taken);
  const bend: Scalar = dot(taken, bent(taken));
  return { x: reached, length: size(taken), slope, promised: neg(add(slope, div(bend, 2))) };
};

const better = (a: Proposal, b: Proposal): Proposal => choose(greater(b.promised, a.promised), b, a);

/** How far to go down the gradient, per unit of it: to the model's least point or the end of the distance. */
const descentOf = ({ gradient, size, bent, radius }: Model): Scalar => {
  const length = size(gradient);
  const bend: Scalar = dot(gradient, bent(gradient));
  const end = div(radius, where(equal(length, 0), 1, length));
  const isBent = greater(bend, 0);
  return where(isBent, minimum(end, div(dot(gradient, gradient), where(isBent, bend, 1))), end);
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
const held = (model: Model, so: Active, { lower, upper }: NonNullable<FlatBounds>): Active => {
  const { isFree, toHeld, turns } = so;
  const { x } = model;
  const free = model.least(isFree, toHeld);
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
const within = (model: Model, bounds: NonNullable<FlatBounds>): Proposal => {
  const { x, gradient } = model;
  const descent = descentOf(model);
  const down = mul(gradient, neg(descent));
  const isFree = freeBeyond(x, cast(gradient, x.dtype), cast(descent, x.dtype), bounds);
  const toHeld = where(isFree, 0, wide(toBound(x, cast(gradient, x.dtype), bounds)));
  const none = mul(toHeld, 0);
  const first = held(model, { isFree, toHeld, step: none, isDone: any(none), turns: zeros([]) }, bounds);
  const last = whileLoop(
    ({ isDone, turns }: Active) => logicalAnd(logicalNot(isDone), less(turns, mostTurns)),
    (so: Active) => held(model, so, bounds),
    first,
  );
  const back = where(isFree, neg(first.step), toHeld);
  return [first.step, back, down].reduce(
    (best, other) => better(best, judged(model, other, bounds)),
    judged(model, last.step, bounds),
  );
};

/** The point to try next. */
export const proposal = (model: Model, bounds: FlatBounds): Proposal =>
  bounds === null ? judged(model, model.least(null, mul(model.gradient, 0)), null) : within(model, bounds);

/** The model of an objective by its Hessian. */
export const ofHessian = (x: Vector, gradient: Vector, hessian: Matrix, radius: Scalar): Model => {
  const [slopes, matrix] = [wide(gradient), cast(hessian, "float64")];
  const bent = (step: Vector): Vector => asVector(matmul(matrix, step));
  return {
    x,
    gradient: slopes,
    radius,
    size: lengthOf,
    bent,
    least: (isFree, toHeld) => {
      if (isFree === null) return leastWithin({ gradient: slopes, hessian: matrix, radius });
      const rest = where(isFree, add(slopes, bent(toHeld)), 0);
      return leastWithin({ gradient: rest, hessian: blockOf(matrix, isFree), radius });
    },
  };
};
