import { array, DomainError, DTypeError, type Scalar } from "@gradfold/core";
import { describe, pairOf } from "@gradfold/core/library";
import { isScalar } from "../form.ts";
import { received } from "./updates.ts";
import type { Extra } from "./transform.ts";

/* What comes with update's fourth argument: it is somebody else's, and looked at where it is used. */

const missing = (name: string, key: string): DomainError =>
  new DomainError(`${name}: the loss is missing: update's fourth argument must hold { ${key} }. trainStep gives it.`);

const scalarOf = (name: string, what: string, x: unknown): Scalar => {
  if (isScalar(x)) return typeof x === "number" ? array(x) : x;
  throw new DTypeError(`${name}: ${what} must be a number or a scalar array, not ${describe(x)}.`);
};

/** The loss, which a transform cannot do without. */
export const valueOf = (name: string, extra: Pick<Extra<never>, "value"> | undefined): Scalar => {
  if (extra?.value === undefined) throw missing(name, "value");
  return scalarOf(name, "value", extra.value);
};

type LossAndGrad<P> = NonNullable<Extra<P>["lossAndGrad"]>;

/** A loss with its gradient, whose results are looked at. */
const watchedLoss =
  <P>(name: string, lossAndGrad: LossAndGrad<P>, params: P): LossAndGrad<P> =>
  (at) => {
    const pair = pairOf(name, "lossAndGrad must give [loss, gradient]", lossAndGrad(at));
    const [value, gradient] = pair as readonly [unknown, P]; // as a gradient it is looked at
    return [scalarOf(name, "the loss", value), received(name, "the gradient", gradient, params)];
  };

/** The loss as a function, which a transform cannot do without. */
export const lossAndGradOf = <P>(name: string, extra: Extra<P> | undefined, params: P): LossAndGrad<P> => {
  const lossAndGrad = extra?.lossAndGrad;
  if (lossAndGrad === undefined) throw missing(name, "lossAndGrad");
  if (typeof lossAndGrad !== "function")
    throw new DTypeError(`${name}: lossAndGrad must be a function, not ${describe(lossAndGrad)}.`);
  return watchedLoss(name, lossAndGrad, params);
};
