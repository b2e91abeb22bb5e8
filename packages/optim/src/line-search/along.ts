import { add, cast, equal, mul, type Scalar, where, zeros, zerosLike } from "@gradfold/core";
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
  /** What an update gives that goes to a place: the updates, the next state, and what the loss is there if it is wanted. */
  readonly to: <S>(place: Place<Evaluated<P>>, state: S) => readonly [updates: P, state: S, reached?: Evaluated<P>];
}

/** Some of the updates: exactly 0 for none of them, whatever they are. */
const part = <P>(updates: P, at: Scalar): P =>
  leafwise((u) => [where(equal(at, 0), zerosLike(u), mul(u, fit(at, u)))], updates)[0];

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
    to: (place, state) => {
      const taken = part(updates, place.at);
      return extra?.wantsReached === true ? [taken, state, place.there] : [taken, state];
    },
    rounding: roundings[start.there[0].dtype === "float32" ? "float32" : "float64"],
  };
};
