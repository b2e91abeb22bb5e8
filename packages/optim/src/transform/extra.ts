import { array, DomainError, DTypeError, type Scalar } from "@gradfold/core";
import { describe, isList, pairOf } from "@gradfold/core/library";
import { isScalar } from "../form.ts";
import { received } from "./updates.ts";
import type { Evaluated, Extra } from "./transform.ts";

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

/** What a loss gave at some parameters, looked at; the gradient has their dtypes. */
export const evaluated = <P>(name: string, rule: string, given: unknown, params: P): Evaluated<P> => {
  const isTriple = isList(given) && given.length === 3;
  const [value, gradient] = pairOf(name, rule, isTriple ? given.slice(0, 2) : given);
  const pair = [
    scalarOf(name, "the loss", value),
    received(name, "the gradient", gradient as P, params), // which is looked at here
  ] as const;
  return isTriple ? [...pair, given[2]] : pair;
};

/** The loss as a function, which a transform cannot do without; what it gives is looked at. */
export const lossAndGradOf = <P>(name: string, extra: Extra<P> | undefined, params: P): LossAndGrad<P> => {
  const lossAndGrad = extra?.lossAndGrad;
  if (lossAndGrad === undefined) throw missing(name, "lossAndGrad");
  if (typeof lossAndGrad !== "function")
    throw new DTypeError(`${name}: lossAndGrad must be a function, not ${describe(lossAndGrad)}.`);
  return (at) => evaluated(name, "lossAndGrad must give [loss, gradient]", lossAndGrad(at), params);
};

/** What the loss is at the parameters: as it was given, or else evaluated. */
export const startOf = <P>(name: string, extra: Extra<P> | undefined, params: P): Evaluated<P> => {
  const { value, gradient, beside } = extra ?? {};
  if (value === undefined || gradient === undefined) return lossAndGradOf(name, extra, params)(params);
  const known = beside === undefined ? [value, gradient] : [value, gradient, beside];
  return evaluated(name, "value and gradient", known, params);
};
