import { add, mul, type Scalar } from "@gradfold/core";
import { lossAndGradOf } from "../transform/extra.ts";
import { treeDot } from "../transform/norm.ts";
import { fit, leafwise } from "../transform/leafwise.ts";
import type { Extra } from "../transform/transform.ts";

/** A place on the way from the parameters along the updates: how far, the loss, and its slope. */
export interface Place {
  readonly at: Scalar;
  readonly value: Scalar;
  readonly slope: Scalar;
}

/** The loss along the updates, as a function of how many times they are taken. */
export const along = <P>(name: string, updates: P, params: P, extra: Extra<P> | undefined): ((at: Scalar) => Place) => {
  const lossAndGrad = lossAndGradOf(name, extra, params);
  return (at) => {
    const [moved] = leafwise((p, u) => [add(p, mul(u, fit(at, u)))], params, updates);
    const [value, gradient] = lossAndGrad(moved);
    return { at, value, slope: treeDot(gradient, updates) };
  };
};
