import type { NDArray } from "../array/array.ts";
import { checkShape, formatShape, normalizeAxis, roomFor, sameShape, type Shape } from "../array/shape.ts";
import { ShapeError } from "../error/error.ts";
import { operand } from "../input/operand.ts";
import { optionsOf } from "../input/options.ts";
import { add } from "../operations/add.ts";
import { argmax } from "../operations/argmax.ts";
import { floating } from "../scalar/dtype.ts";
import type { Replace } from "../static/axes.ts";
import { typed } from "../static/door.ts";
import type { Mutable } from "../static/text.ts";
import { gumbel } from "./exponential.ts";
import { checkKey, type Key } from "./key.ts";

interface Choices {
  readonly axis?: number;
  readonly shape?: Shape;
}

export interface Categorical {
  /** Classes in an array of a shape, drawn from rows of logits that broadcast to it. */
  <const Z extends Shape>(
    key: Key,
    logits: NDArray,
    options: {
      /** The axis of the classes; the last one by default. */
      readonly axis?: number;
      /** The shape of the result: that of the logits without the axis, behind further axes. */
      readonly shape: Z;
    },
  ): NDArray<Mutable<Z>>;
  /** One class for each row of logits. */
  <S extends Shape, const Ax extends number = -1>(
    key: Key,
    logits: NDArray<S>,
    options?: {
      /** The axis of the classes; the last one by default. */
      readonly axis?: Ax;
    },
  ): NDArray<number extends S["length"] ? Shape : number extends Ax ? Shape : Replace<S, `${Ax}`, []>>;
}

/**
 * The number of one of several choices, as int32: choice i with probability `softmax(logits)[i]`, along an axis (the last
 * one). It is where logits plus Gumbel numbers are greatest, as in JAX. A choice with logit -Infinity is never made.
 *
 * @param options - `axis`; `shape`: the logits' without the axis (the default), or that behind further axes, over which
 * draws are repeated
 * @throws ShapeError when the axis is out of range or has no choices, or the shape does not end like the logits'
 * @example
 * import { array, random, toNested } from "gradfold";
 * toNested(random.categorical(random.key(0), array([0, 1, 2]), { shape: [4] })); // => [ 2, 2, 2, 1 ]
 */
export const categorical = typed<Categorical>((from: Key, of: NDArray, options?: Choices) => {
  const { axis, shape } = optionsOf("random.categorical", options, { axis: -1, shape: undefined });
  checkKey("categorical", from);
  const logits = operand("random.categorical", of);
  const along = normalizeAxis("random.categorical", axis, logits.shape);
  const one = logits.shape.toSpliced(along, 1);
  const many = checkShape("random.categorical", shape ?? one);
  const repeats = many.slice(0, many.length - one.length);
  if (logits.shape[along] === 0)
    throw new ShapeError(`random.categorical: axis ${along} of ${formatShape(logits.shape)} holds nothing to choose`);
  if (!sameShape(many, [...repeats, ...one]))
    throw new ShapeError(`random.categorical: the shape ${formatShape(many)} does not end with ${formatShape(one)}`);
  roomFor("random.categorical", [...repeats, ...logits.shape], logits.dtype);
  const noise = gumbel(from, [...repeats, ...logits.shape], { dtype: floating(logits.dtype) });
  return argmax(add(noise, logits), repeats.length + along);
});
