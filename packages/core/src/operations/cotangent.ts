import { isNDArray, type NDArray } from "../array/array.ts";
import { boxOf, inLayers, type Taken } from "../array/layers.ts";
import { bind } from "../array/primitive.ts";
import { type Shape, sizeOf } from "../array/shape.ts";
import { accumulate } from "./add.ts";
import { placeBy } from "./slice.ts";

/* Cotangents of one value, added up: those of its parts stay as they are until no more come. */

/** A cotangent of a part of a value, and what was there before it. */
interface Placed {
  readonly part: NDArray;
  /** What the part is of each axis of the whole. */
  readonly takes: readonly Taken[];
  readonly whole: Shape;
  readonly before: CotangentSum;
  /** How many elements have not been placed yet, of this part and of all before it. */
  readonly waiting: number;
}

/** The sum of the cotangents of one value, as far as they have come; null is zero. */
export type CotangentSum = NDArray | Placed | null;

const isPlaced = (sum: CotangentSum): sum is Placed => sum !== null && !isNDArray(sum);

/**
 * The sum as one array, or null. Parts that are apart become one array of zeros with the parts in their places; those
 * that meet are added in the order in which they came.
 */
export const settled = (sum: CotangentSum): NDArray | null => {
  if (!isPlaced(sum)) return sum;
  const { whole } = sum;
  const parts: Placed[] = [];
  let before: CotangentSum = sum;
  for (; isPlaced(before); before = before.before) parts.push(before);
  const layers = inLayers(parts.toReversed(), ({ takes }) => boxOf(takes));
  return layers.reduce<NDArray | null>((total, layer) => accumulate(total, together(layer, whole)), before);
};

/** Zeros of the whole with parts of it that are apart in their places. */
const together = (parts: readonly Placed[], whole: Shape): NDArray =>
  bind(
    placeBy(
      parts.map(({ takes }) => takes),
      whole,
    ),
    parts.map(({ part }) => part),
  );

/** The sum with one more cotangent; null is zero. */
export const withCotangent = (sum: CotangentSum, cotangent: NDArray | null): CotangentSum =>
  cotangent === null ? sum : accumulate(settled(sum), cotangent);

/** The sum with one more cotangent, that of the part which `takes` says. No more elements wait than the whole has. */
export const withPart = (sum: CotangentSum, part: NDArray, takes: readonly Taken[], whole: Shape): CotangentSum => {
  const waiting = sizeOf(part.shape) + (isPlaced(sum) ? sum.waiting : 0);
  const placed: Placed = { part, takes, whole, before: sum, waiting };
  return waiting > sizeOf(whole) ? settled(placed) : placed;
};
