import { whileLoop } from "@gradfold/autodiff";
import {
  add,
  any,
  concatenate,
  div,
  equal,
  expandDims,
  eye,
  greater,
  less,
  logicalAnd,
  logicalNot,
  lstsq,
  matmul,
  min,
  minimum,
  mul,
  type Scalar,
  sqrt,
  sub,
  type Vector,
  where,
} from "@gradfold/core";
import { type FlatBounds, pressed } from "../bounds.ts";
import type { Trial } from "./damping.ts";
import { type Local, unitsOf } from "./local.ts";
import { asMatrix, asVector } from "../sizes.ts";

type Box = NonNullable<FlatBounds>;

/** A walk from a point to where the damped model is least within bounds: numbers that met theirs stay there. */
interface Walk {
  readonly at: Vector;
  readonly isFree: Vector;
  readonly isBlocked: Scalar;
}

/** As far along a direction as bounds let it go, at most all of it. */
const advance = ({ at, isFree }: Walk, direction: Vector, { lower, upper }: Box): Walk => {
  const isMoving = logicalAnd(isFree, logicalNot(equal(direction, 0)));
  const bound = asVector(where(greater(direction, 0), upper, lower));
  const room = where(isMoving, div(sub(bound, at), where(isMoving, direction, 1)), Infinity);
  const share: Scalar = minimum(min(room), 1);
  const meets = logicalAnd(less(share, 1), logicalAnd(isMoving, equal(room, share)));
  const reached = where(isMoving, add(at, mul(direction, share)), at);
  return {
    at: asVector(where(meets, bound, reached)),
    isFree: logicalAnd(isFree, logicalNot(meets)),
    isBlocked: any(meets),
  };
};

/**
 * The step to where the damped model is least within bounds: along the free step until a number meets its bound, then along
 * that of the numbers that are left, and so on. Each part makes the model less, so that the whole step does.
 */
export const withinBounds = (local: Local, x: Vector, { step, damping }: Trial, bounds: FlatBounds): Vector => {
  if (bounds === null) return step;
  const units = unitsOf(local);
  const weights = mul(units, sqrt(damping));
  const onward = ({ at, isFree }: Walk): Vector => {
    const gone = sub(at, x);
    const weighted = asVector(where(isFree, weights, 0));
    const columns = asMatrix(where(isFree, local.root, 0));
    const system = concatenate([columns, mul(eye(x.shape[0], { dtype: x.dtype }), expandDims(weighted, 0))], 0);
    const side = concatenate([add(local.side, matmul(local.root, gone)), mul(weighted, gone)]);
    const found = lstsq(asMatrix(system), asVector(mul(side, -1))).solution;
    return asVector(where(isFree, found, 0));
  };
  const isFree = asVector(logicalNot(pressed(x, local.gradient, bounds)));
  const first = advance({ at: x, isFree, isBlocked: any(isFree) }, step, bounds);
  const last = whileLoop(
    ({ isBlocked }: Walk) => isBlocked,
    (so) => advance(so, onward(so), bounds),
    first,
  );
  return sub(last.at, x);
};
