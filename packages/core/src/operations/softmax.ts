import type { NDArray, Operand } from "../array/array.ts";
import { bind, type Primitive } from "../array/primitive.ts";
import { normalizeAxis } from "../array/shape.ts";
import { operand } from "../input/operand.ts";
import { type DType, floating } from "../scalar/dtype.ts";
import type { Along } from "../static/axes.ts";
import { typed } from "../static/door.ts";
import { add } from "./add.ts";
import { div, sub } from "./arithmetic.ts";
import { equal } from "./compare.ts";
import { exp, log } from "./elementary.ts";
import { maximum, minimum } from "./extremum.ts";
import { reduceAlong, reducing, reduction, withAxes } from "./family/reduction.ts";
import { cast, sum } from "./spread.ts";
import { where } from "./where.ts";

/*
 * e^x overflows, e^(x - m) with the greatest x as m does not. No result depends on m, so that it counts as constant in
 * derivatives.
 */

const still = (): null => null;

/** The greatest element, as a constant: -Infinity for none. */
const levelAlong = (axes: readonly number[]): Primitive =>
  reducing(
    {
      name: "max",
      reduce: (over) => ({ ...reduceAlong("maximum", over), parameters: { axes: over, constant: true } }),
      tangent: still,
      cotangent: still,
    },
    axes,
  );

/** The greatest finite number of a float. */
const greatest = (dtype: DType): number => (dtype === "float32" ? (2 - 2 ** -23) * 2 ** 127 : Number.MAX_VALUE);

/** The greatest element, within the finite numbers, so that infinities are not subtracted from one another. */
const levelOf = (x: NDArray, axes: readonly number[]): NDArray => {
  const bound = greatest(x.dtype);
  return minimum(maximum(bind(levelAlong(axes), [x]), -bound), bound);
};

/** The logarithm, whose derivative at 0 is 0. */
const logOrNothing = (x: NDArray): NDArray => {
  const isZero = equal(x, 0);
  return where(isZero, -Infinity, log(where(isZero, 1, x)));
};

/**
 * log Σ e^x over some axes, all of them by default. It neither over- nor underflows; where all x are -Infinity, or there
 * are none, it is -Infinity, with a derivative of 0.
 *
 * @param axes - one axis or several; negative ones count from the end
 * @param options - `keepDims`: leave the axes, with size 1
 * @throws ShapeError when an axis is out of range
 * @example
 * import { array, item, logSumExp } from "gradfold";
 * item(logSumExp(array([1e4, 1e4]))); // => 10000.69314718056
 */
export const logSumExp = reduction("logSumExp", (x, axes) => {
  const numbers = cast(x, floating(x.dtype));
  const level = levelOf(numbers, axes);
  const powers = exp(sub(numbers, withAxes(level, x.shape, axes)));
  return add(logOrNothing(sum(powers, axes)), level);
});

/** A public function along one axis, by what it gives for numbers of which the greatest along the axis is 0. */
const levelled = <Name extends string>(name: Name, f: (x: NDArray, axis: number) => NDArray): Along<Name> =>
  typed<Along<Name>>((x: Operand, axis = -1) => {
    const array = operand(name, x);
    const at = normalizeAxis(name, axis, array.shape);
    const numbers = cast(array, floating(array.dtype));
    return f(sub(numbers, withAxes(levelOf(numbers, [at]), array.shape, [at])), at);
  });

/**
 * e^x / Σ e^x along an axis, the last one by default: positive numbers that add up to 1. NaN where all x are -Infinity,
 * or one is Infinity.
 *
 * @throws ShapeError when the axis is out of range
 * @example
 * import { array, softmax, toNested } from "gradfold";
 * toNested(softmax(array([[1e4, 1e4], [0, -Infinity]]))); // => [ [ 0.5, 0.5 ], [ 1, 0 ] ]
 */
export const softmax = levelled("softmax", (x, axis) => {
  const powers = exp(x);
  return div(powers, sum(powers, axis, { keepDims: true }));
});

/**
 * x - log Σ e^x along an axis, the last one by default: the logarithm of {@link softmax}, precise where that is near 0.
 * NaN where all x are -Infinity, or one is Infinity.
 *
 * @throws ShapeError when the axis is out of range
 * @example
 * import { array, logSoftmax, toNested } from "gradfold";
 * toNested(logSoftmax(array([0, 1e4]))); // => [ -10000, 0 ]
 */
export const logSoftmax = levelled("logSoftmax", (x, axis) => sub(x, log(sum(exp(x), axis, { keepDims: true }))));
