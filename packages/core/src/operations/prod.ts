import type { NDArray } from "../array/array.ts";
import { bind, type Primitive } from "../array/primitive.ts";
import { pick, sizeOf } from "../array/shape.ts";
import { onesLike } from "../convert/make.ts";
import { arithmetic } from "../scalar/dtype.ts";
import { mul } from "./arithmetic.ts";
import { reduceAlong, reducing, reduction } from "./family/reduction.ts";
import { concatenate } from "./join.ts";
import { reshape, transpose } from "./reshape.ts";
import { slice } from "./slice.ts";
import { cast, spreadAlong, sum } from "./spread.ts";

/**
 * For each row of x the product of all others, without division, so that zeros do no harm: x is folded in half, the
 * products of pairs are asked for the same, and each row of a pair multiplies the answer by the other one.
 */
const productsOfOthers = (x: NDArray): NDArray => {
  const n = x.shape[0] ?? 0;
  if (n <= 1) return onesLike(x);
  const half = n >> 1;
  const front = slice(x, [[0, half]]);
  const back = slice(x, [[half, 2 * half]]);
  const rest = slice(x, [[2 * half]]);
  const others = productsOfOthers(concatenate([mul(front, back), rest]));
  const ofPairs = slice(others, [[0, half]]);
  return concatenate([mul(ofPairs, back), mul(ofPairs, front), slice(others, [[half]])]);
};

/** The derivative of a product in each of its factors: the product of the others. */
const slopes = (x: NDArray, axes: readonly number[]): NDArray => {
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const order = [...axes, ...kept];
  const turned = transpose(x, order);
  const rows = reshape(turned, [sizeOf(pick(x.shape, axes)), ...pick(x.shape, kept)]);
  const back = x.shape.map((_, axis) => order.indexOf(axis));
  return transpose(reshape(productsOfOthers(rows), turned.shape), back);
};

const prodAlong = (axes: readonly number[]): Primitive =>
  reducing(
    {
      name: "prod",
      reduce: (over) => reduceAlong("multiply", over),
      tangent: (t, x, _, over) => sum(mul(t, slopes(x, over)), over),
      cotangent: (c, x, _, over) => mul(spreadAlong(c, x.shape, over), slopes(x, over)),
    },
    axes,
  );

/**
 * The product over some axes, all of them by default; of nothing it is 1. Integers wrap at 32 bits.
 *
 * Its derivatives divide by nothing, so that they are right where factors are 0.
 *
 * @param axes - one axis or several; negative ones count from the end
 * @param options - `keepDims`: leave the axes, with size 1
 * @throws ShapeError when an axis is out of range
 * @example
 * import { array, prod, toNested } from "gradfold";
 * toNested(prod(array([[1, 2], [3, 4]]), 0)); // => [ 3, 8 ]
 */
export const prod = reduction("prod", (x, axes) =>
  axes.length === 0 ? cast(x, arithmetic(x.dtype)) : bind(prodAlong(axes), [x]),
);
