import { add, cast, mul, type Scalar, zeros } from "@gradfold/core";
import { lossAndGradOf, startOf } from "../transform/extra.ts";
import { fit, leafwise } from "../transform/leafwise.ts";
import { treeDot } from "../transform/norm.ts";
import type { Evaluated, Extra } from "../transform/transform.ts";
import type { Place } from "./place.ts";

/** The loss along the updates: where it starts, and a function of how many times the updates are taken. */
interface Line<P> {
  readonly start: Place<Evaluated<P>>;
  readonly phi: (at: Scalar) => Place<Evaluated<P>>;
  /** Which part of a loss is rounding. */
  readonly rounding: number;
}

/** A few units in the last place, of which a sum of many terms is always off. */
const roundings = { float64: 2 ** -50, float32: 2 ** -21 };

/** The loss that `extra` holds along updates; what it is at the parameters is not computed again where `extra` tells. */
export const along = <P>(name: string, updates: P, params: P, extra: Extra<P> | undefined): Line<P> => {
  const lossAndGrad = lossAndGradOf(name, extra, params);
  const placeOf = (at: Scalar, there: Evaluated<P>): Place<Evaluated<P>> => {
    const [value, gradient] = there;
    return { at, value: cast(value, "float64"), slope: treeDot(gradient, updates), there };
  };
  const start = placeOf(zeros([]), startOf(name, extra, params));
  return {
    start,
    phi: (at) => {
      const [moved] = leafwise((p, u) => [add(p, mul(u, fit(at, u)))], params, updates);
      return placeOf(at, lossAndGrad(moved));
    },
    rounding: roundings[start.there[0].dtype === "float32" ? "float32" : "float64"],
  };
};
