import { isNDArray, type NDArray, type Operand } from "../array/array.ts";
import { bind } from "../array/primitive.ts";
import { scalarShape } from "../array/shape.ts";
import { full } from "../convert/make.ts";
import { DTypeError } from "../error/error.ts";
import { operand, operands } from "../input/operand.ts";
import { optionsOf } from "../input/options.ts";
import type { Broadcast, ShapeOf } from "../static/broadcast.ts";
import { typed } from "../static/door.ts";
import { greater, lessEqual } from "./compare.ts";
import { maximum } from "./extremum.ts";
import { exact } from "./family/rule.ts";
import { ternary } from "./family/ternary.ts";
import { logicalAnd } from "./logic.ts";
import { unchosen } from "./unchosen.ts";
import { where } from "./where.ts";

const primitive = ternary({
  name: "clip",
  meaning: (L, x, low, high) => L.min(L.max(x, low), high),
  derivatives: [
    (t, [x, low, high], y) => where(logicalAnd(lessEqual(low, x), lessEqual(x, high)), t, unchosen(y)),
    (t, [x, low, high], y) => where(logicalAnd(greater(low, x), lessEqual(low, high)), t, unchosen(y)),
    (t, [x, low, high], y) => where(greater(maximum(x, low), high), t, unchosen(y)),
  ],
  dtypes: exact,
});

/** Where x may lie. A bound that is left out is none. */
interface Bounds<Low, High> {
  /** The least value; a number or an array that broadcasts. */
  readonly min?: Low;
  /** The greatest value; a number or an array that broadcasts. */
  readonly max?: High;
}

export interface Clip {
  /** Bounds as an object that may leave one out. */
  <X extends Operand, Low extends Operand = number, High extends Operand = number>(
    x: X,
    bounds: Bounds<Low, High>,
  ): NDArray<Broadcast<Broadcast<ShapeOf<X>, ShapeOf<Low>>, ShapeOf<High>>>;
  /** At least `min` and at most `max`. */
  <X extends Operand, Low extends Operand = number, High extends Operand = number>(
    x: X,
    min: Low | undefined,
    max?: High,
  ): NDArray<Broadcast<Broadcast<ShapeOf<X>, ShapeOf<Low>>, ShapeOf<High>>>;
}

/** The bound that all numbers of a dtype keep. */
const none = ({ dtype }: NDArray, sign: 1 | -1): NDArray => {
  const isInteger = dtype === "int32" || dtype === "bool";
  const end = isInteger ? (sign === 1 ? 2 ** 31 - 1 : -(2 ** 31)) : sign * Infinity;
  return full(scalarShape, end, { dtype: isInteger ? "int32" : dtype });
};

/** The bounds that were given, one by one or as an object. */
const boundsOf = (first: unknown, last: Operand | undefined): Bounds<Operand | undefined, Operand | undefined> => {
  if (last === null || (first === null && last !== undefined))
    throw new DTypeError("clip: a bound is an array or a number, not null. Leave it out: clip(x, { min: 0 })");
  if (last !== undefined || typeof first === "number" || isNDArray(first)) return { min: first as Operand, max: last };
  return optionsOf("clip", first as Bounds<Operand, Operand>, { min: undefined, max: undefined });
};

/**
 * x, but at least `min` and at most `max`, at every place, broadcast; NaN stays NaN. The bounds come in this order, or as
 * an object that may leave one out; where they cross, `max` holds. Bounds count as inside: there the derivative in x is 1
 * and that in the bound 0; where one of the three is NaN, all derivatives are NaN.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @throws DTypeError when the bounds are neither numbers and arrays nor an object such as { min: 0 }
 * @example
 * import { array, clip, toNested } from "gradfold";
 * toNested(clip(array([-2, 0.5, 2]), -1, 1)); // => [ -1, 0.5, 1 ]
 * toNested(clip(array([-2, 0.5, 2]), { max: 1 })); // => [ -2, 0.5, 1 ]
 */
export const clip = typed<Clip>((x: Operand, first: unknown, last?: Operand): NDArray => {
  const { min, max } = boundsOf(first, last);
  const low = min === undefined ? undefined : operands("clip", x, min);
  const high = max === undefined ? undefined : operands("clip", x, max);
  const value = (low ?? high)?.[0] ?? operand("clip", x);
  return bind(primitive, [value, low?.[1] ?? none(value, -1), high?.[1] ?? none(value, 1)]);
});
