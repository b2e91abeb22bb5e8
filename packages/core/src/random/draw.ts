import type { NDArray } from "../array/array.ts";
import { bind, type Primitive } from "../array/primitive.ts";
import { checkShape, type Shape } from "../array/shape.ts";
import { dtypeIn } from "../convert/make.ts";
import { DTypeError } from "../error/error.ts";
import { batchBroadcast } from "../operations/family/batch.ts";
import { elementwise } from "../operations/family/elementwise.ts";
import { apart } from "../input/apart.ts";
import { checkDType, type DType, isFloat } from "../scalar/dtype.ts";
import type { ScalarLane, Value } from "../scalar/lane.ts";
import { typed } from "../static/door.ts";
import type { Mutable } from "../static/text.ts";
import { computedAsWords, type Key, wordsOf } from "./key.ts";
import { places } from "./place.ts";
import { type Block, threefry } from "./threefry.ts";

/** A random number made of 64 random bits, and of what its distribution depends on. */
type Drawn = (L: ScalarLane, block: Block, ...parameters: Value[]) => Value;

/** Draws a number for every place of a shape. */
type Draw = (caller: string, key: unknown, shape: Shape, ...parameters: readonly NDArray[]) => NDArray;

/** A draw is a scalar function of a key and a place: a map like any other, but without a derivative. */
export const draw = (name: string, dtype: DType, drawn: Drawn, parameters = 0): Draw => {
  const primitive: Primitive = {
    ...elementwise(
      name,
      3 + parameters,
      (L, k0, k1, place, ...rest) => drawn(L, threefry(L, k0, k1, 0, place), ...rest),
      computedAsWords(dtype),
    ),
    name,
    parameters: {},
    jvp: () => null,
    vjp: () => null,
    batch: (inputs, mapped) => batchBroadcast(primitive, inputs, mapped),
  };
  return (caller, key, shape, ...rest) =>
    bind(primitive, [
      ...wordsOf(caller, key),
      places(checkShape(`random.${caller}`, shape), `random.${caller}`),
      ...rest,
    ]);
};

/** Throws unless a dtype is float64 or float32. */
export const checkFloat = (caller: string, dtype: DType): void => {
  if (isFloat(checkDType(`random.${caller}`, dtype))) return;
  throw new DTypeError(`random.${caller}: the dtype must be float64 or float32, not ${dtype}`);
};

type FloatDraw = (caller: string, key: unknown, shape: Shape, dtype: DType, ...parameters: NDArray[]) => NDArray;

/** A draw of float64 or float32, which have functions of their own. */
export const drawFloat = (name: string, float64: Drawn, float32: Drawn, parameters = 0): FloatDraw => {
  const double = draw(name, "float64", float64, parameters);
  const single = draw(name, "float32", float32, parameters);
  return (caller, key, shape, dtype, ...rest) => {
    checkFloat(caller, dtype);
    return (dtype === "float32" ? single : double)(caller, key, shape, ...rest);
  };
};

export interface Precision {
  /** float64 (default) or float32 */
  readonly dtype?: DType;
}

/** How a distribution is drawn. */
export interface Sampler<Options extends Precision = Precision> {
  /** Independent numbers in an array of a shape, a scalar by default. */
  <const S extends Shape = []>(key: Key, shape?: S, options?: Options): NDArray<Mutable<S>>;
}

/**
 * Throws where the sizes come one by one. Unlike elsewhere no overload says so: one of several samplers, chosen by a
 * condition, could not be called then.
 */
export const checkApart = (name: string, shape: Shape | number, ...more: readonly unknown[]): void => {
  if (typeof shape === "number") throw apart(`random.${name}`, "sizes", [shape, ...more], "key, ");
};

/** A public distribution that has no options but the dtype. */
export const sampler = (name: string, drawn: FloatDraw): Sampler =>
  typed<Sampler>((key: Key, shape: Shape = [], options?: Precision, ...more: Shape) => {
    checkApart(name, shape, options, ...more);
    return drawn(name, key, shape, dtypeIn(`random.${name}`, options));
  });
