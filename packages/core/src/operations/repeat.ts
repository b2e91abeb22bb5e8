import type { NDArray } from "../array/array.ts";
import { describe } from "../array/description.ts";
import { checkShape, checkSizes, endsOf, formatShape, normalizeAxis, roomFor, type Shape } from "../array/shape.ts";
import { DomainError, ShapeError } from "../error/error.ts";
import { operand } from "../input/operand.ts";
import type { AxisClash, Replace } from "../static/axes.ts";
import { typed } from "../static/door.ts";
import type { Unless } from "../static/text.ts";
import { reshape } from "./reshape.ts";
import { slice } from "./slice.ts";
import { broadcastTo } from "./spread.ts";

/** Of two ranks the higher one, with unknown sizes; a literal list of counts has a known rank. */
type Tiled<S extends Shape, R extends Shape> = number extends S["length"]
  ? Shape
  : number extends R["length"]
    ? Shape
    : R extends readonly [...{ readonly [K in keyof S]: unknown }, ...unknown[]]
      ? { -readonly [K in keyof R]: number }
      : { -readonly [K in keyof S]: number };

/**
 * Copies of the whole array side by side, so many along each axis, counted from the last one.
 *
 * @param counts - missing ones are 1; more than there are axes make new axes in front
 * @throws DomainError when a count is negative or not whole
 * @example
 * import { array, tile, toNested } from "@gradfold/core";
 * toNested(tile(array([1, 2]), [2, 2])); // => [ [ 1, 2, 1, 2 ], [ 1, 2, 1, 2 ] ]
 */
export const tile = typed<<S extends Shape, const R extends Shape>(x: NDArray<S>, counts: R) => NDArray<Tiled<S, R>>>(
  (x: NDArray, counts: Shape) => {
    const array = operand("tile", x);
    const times = checkShape("tile", counts);
    const rank = Math.max(array.shape.length, times.length);
    const fill = (list: Shape): Shape => [...new Array<number>(rank - list.length).fill(1), ...list];
    const [sizes, copies] = [fill(array.shape), fill(times)];
    const to = roomFor(
      "tile",
      sizes.map((n, axis) => n * (copies[axis] ?? 1)),
      array.dtype,
    );
    const repeated = broadcastTo(
      reshape(
        array,
        sizes.flatMap((n) => [1, n]),
      ),
      sizes.flatMap((n, axis) => [copies[axis] ?? 1, n]),
    );
    return reshape(repeated, to);
  },
);

/**
 * Every element so many times in a row, along an axis.
 *
 * @throws DomainError when the count is negative or not whole; ShapeError when the axis is out of range
 * @example
 * import { array, repeat, toNested } from "@gradfold/core";
 * toNested(repeat(array([1, 2]), 2, 0)); // => [ 1, 1, 2, 2 ]
 */
export const repeat = typed<
  <S extends Shape, const Ax extends number>(
    x: NDArray<S>,
    count: number,
    axis: Unless<AxisClash<"repeat", S, Ax>, Ax>,
  ) => NDArray<number extends S["length"] ? Shape : number extends Ax ? Shape : Replace<S, `${Ax}`, [number]>>
>((x: NDArray, count: number, axis: number) => {
  const array = operand("repeat", x);
  const at = normalizeAxis("repeat", axis, array.shape);
  if (!Number.isSafeInteger(count) || count < 0)
    throw new DomainError(`repeat: a count must be a whole number from 0 on, not ${describe(count)}`);
  const { shape } = array;
  const to = roomFor("repeat", shape.with(at, (shape[at] ?? 1) * count), array.dtype);
  const repeated = broadcastTo(reshape(array, shape.toSpliced(at + 1, 0, 1)), shape.toSpliced(at + 1, 0, count));
  return reshape(repeated, to);
});

/** An array for each size, in a tuple where the sizes are literals. */
type Split<S extends Shape, Z extends Shape, Ax extends number> = {
  readonly [K in keyof Z]: NDArray<
    number extends S["length"] ? Shape : number extends Ax ? Shape : Replace<S, `${Ax}`, [Z[K] & number]>
  >;
};

/**
 * The array in parts of given sizes along an axis, the first one by default; nothing is copied.
 *
 * @throws ShapeError when the sizes do not add up to the axis' size
 * @example
 * import { arange, split, toNested } from "@gradfold/core";
 * split(arange(5), [2, 3]).map(toNested); // => [ [ 0, 1 ], [ 2, 3, 4 ] ]
 */
export const split = typed<
  <S extends Shape, const Z extends Shape, const Ax extends number = 0>(
    x: NDArray<S>,
    sizes: Z,
    axis?: Unless<AxisClash<"split", S, Ax>, Ax>,
  ) => Split<S, Z, Ax>
>((x: NDArray, sizes: Shape, axis = 0) => {
  const array = operand("split", x);
  const parts = checkSizes("split", "the second argument", sizes);
  const at = normalizeAxis("split", axis, array.shape);
  const n = array.shape[at] ?? 0;
  const ends = endsOf(parts);
  if ((ends.at(-1) ?? 0) !== n)
    throw new ShapeError(
      `split: the sizes ${formatShape(parts)} add up to ${ends.at(-1) ?? 0}, but axis ${at} of ${formatShape(array.shape)} has size ${n}`,
    );
  return ends.map((end, i) =>
    slice(
      array,
      array.shape.map((_, k) => (k === at ? [end - (parts[i] ?? 0), end] : null)),
    ),
  );
});
