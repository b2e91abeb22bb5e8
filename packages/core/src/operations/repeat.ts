import type { NDArray } from "../array/array.ts";
import { describe } from "../array/description.ts";
import {
  checkShape,
  checkSizes,
  endsOf,
  formatShape,
  normalizeAxis,
  onlyAxis,
  roomFor,
  type Shape,
} from "../array/shape.ts";
import { DomainError, ShapeError } from "../error/error.ts";
import { apart } from "../input/apart.ts";
import { operand } from "../input/operand.ts";
import type { Apart } from "../static/apart.ts";
import type { AxisClash, AxisMissing, Reduced, Replace, SizeAt } from "../static/axes.ts";
import { typed } from "../static/door.ts";
import type { Tiled } from "../static/move.ts";
import type { Product, ProductOf } from "../static/natural.ts";
import type { Unless } from "../static/text.ts";
import { reshape } from "./reshape.ts";
import { slice } from "./slice.ts";
import { broadcastTo } from "./spread.ts";

export interface Tile extends Apart<"tile", "counts"> {
  /** A whole array as often as each count says along its axis. */
  <S extends Shape, const R extends Shape>(x: NDArray<S>, counts: R): NDArray<Tiled<S, R>>;
  /** A whole array `count` times along its last axis. */
  <S extends Shape, const N extends number>(x: NDArray<S>, count: N): NDArray<Tiled<S, [N]>>;
}

/**
 * Copies of the whole array side by side, so many along each axis, counted from the last one.
 *
 * @param counts - missing ones are 1; more than there are axes make new axes in front. A number counts along the last axis
 * @throws DomainError when a count is negative or not whole; DTypeError when the counts come one by one
 * @example
 * import { array, tile, toNested } from "gradfold";
 * toNested(tile(array([1, 2]), [2, 2])); // => [ [ 1, 2, 1, 2 ], [ 1, 2, 1, 2 ] ]
 * toNested(tile(array([1, 2]), 2)); // => [ 1, 2, 1, 2 ]
 */
export const tile = typed<Tile>((x: NDArray, counts: Shape | number, ...more: readonly number[]) => {
  const array = operand("tile", x);
  if (typeof counts === "number" && more.length > 0) throw apart("tile", "counts", [counts, ...more]);
  const times = checkShape("tile", typeof counts === "number" ? [counts] : counts);
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
});

/** Of a scalar and of a vector no axis is named. */
type Repeated<S extends Shape, Ax, N extends number> = number extends S["length"]
  ? Shape
  : Ax extends number
    ? number extends Ax
      ? Shape
      : Replace<S, `${Ax}`, [Product<SizeAt<S, `${Ax}`>, N>]>
    : [ProductOf<[...S, N]>];

/**
 * Every element so many times in a row, along an axis, which only a vector may leave out.
 *
 * @throws DomainError when the count is negative or not whole; ShapeError when the axis is missing or out of range
 * @example
 * import { array, repeat, toNested } from "gradfold";
 * toNested(repeat(array([1, 2]), 2)); // => [ 1, 1, 2, 2 ]
 * toNested(repeat(array([[1, 2]]), 2, 0)); // => [ [ 1, 2 ], [ 1, 2 ] ]
 */
export const repeat = typed<
  <S extends Shape, const Ax extends number | undefined = undefined, const N extends number = number>(
    x: Unless<AxisMissing<"repeat(x, 2, 0)", S, Ax>, NDArray<S>>,
    count: N,
    axis?: Unless<AxisClash<"repeat", S, Ax>, Ax>,
  ) => NDArray<Repeated<S, Ax, N>>
>((x: NDArray, count: number, axis?: number) => {
  const array = operand("repeat", x);
  const at = onlyAxis("repeat", axis, array.shape, "repeat(x, 2, 0)");
  if (!Number.isSafeInteger(count) || count < 0)
    throw new DomainError(`repeat: a count must be a whole number from 0 on, not ${describe(count)}`);
  const { shape } = array;
  const to = roomFor("repeat", shape.with(at, (shape[at] ?? 1) * count), array.dtype);
  const repeated = broadcastTo(reshape(array, shape.toSpliced(at + 1, 0, 1)), shape.toSpliced(at + 1, 0, count));
  return reshape(repeated, to);
});

/** An array for each size, in a tuple where the sizes are literals. */
type Split<S extends Shape, Z extends Shape, Ax extends number> = {
  readonly [K in keyof Z]: Part<S, Z[K] & number, Ax>;
};

type Part<S extends Shape, N extends number, Ax extends number> = NDArray<
  number extends S["length"] ? Shape : number extends Ax ? Shape : Replace<S, `${Ax}`, [N]>
>;

/** As many of one type as a literal says, up to 64; a list where it is not known. */
type Several<P, N extends number, Out extends readonly P[] = readonly []> = number extends N
  ? readonly P[]
  : Out["length"] extends N
    ? Out
    : Out["length"] extends 64
      ? readonly P[]
      : Several<P, N, readonly [...Out, P]>;

export interface Splitting {
  /** Parts of the given sizes, one after another along an axis. */
  <S extends Shape, const Z extends Shape, const Ax extends number = 0>(
    x: NDArray<S>,
    sizes: Z,
    axis?: Unless<AxisClash<"split", S, Ax>, Ax>,
  ): Split<S, Z, Ax>;
  /** As many parts of equal size along an axis. */
  <S extends Shape, const N extends number, const Ax extends number = 0>(
    x: NDArray<S>,
    parts: N,
    axis?: Unless<AxisClash<"split", S, Ax>, Ax>,
  ): Several<Part<S, number, Ax>, N>;
}

/** The sizes of equal parts. */
const equalParts = (count: number, axis: number, shape: Shape): Shape => {
  if (!Number.isSafeInteger(count) || count < 1)
    throw new DomainError(`split: the number of parts must be a whole number from 1 on, not ${describe(count)}.`);
  const n = shape[axis] ?? 0;
  if (n % count !== 0)
    throw new ShapeError(
      `split: axis ${axis} of ${formatShape(shape)} has size ${n}, which ${count} equal parts do not fill. ` +
        `Give the size of each: split(x, [${Math.ceil(n / count)}, …]).`,
    );
  return new Array<number>(count).fill(n / count);
};

/**
 * The array in parts along an axis, the first one by default; nothing is copied. A list gives the size of each part (not,
 * as in NumPy, where one ends), and a number says how many equal parts there are.
 *
 * @throws ShapeError when the sizes do not add up to the axis' size, or equal parts do not; DomainError when a size or the
 * number of parts is not whole
 * @example
 * import { arange, split, toNested } from "gradfold";
 * split(arange(5), [2, 3]).map(toNested); // => [ [ 0, 1 ], [ 2, 3, 4 ] ]
 * split(arange(4), 2).map(toNested); // => [ [ 0, 1 ], [ 2, 3 ] ]
 */
export const split = typed<Splitting>((x: NDArray, sizes: Shape | number, axis = 0) => {
  const array = operand("split", x);
  const at = normalizeAxis("split", axis, array.shape);
  const parts =
    typeof sizes === "number" ? equalParts(sizes, at, array.shape) : checkSizes("split", "the second argument", sizes);
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

/** Tuples of one type, by their length: no recursion, so that generic functions see a list. */
export interface Tuples<P> {
  readonly 0: readonly [];
  readonly 1: readonly [P];
  readonly 2: readonly [P, P];
  readonly 3: readonly [P, P, P];
  readonly 4: readonly [P, P, P, P];
  readonly 5: readonly [P, P, P, P, P];
  readonly 6: readonly [P, P, P, P, P, P];
  readonly 7: readonly [P, P, P, P, P, P, P];
  readonly 8: readonly [P, P, P, P, P, P, P, P];
}

/** A slice for each place of an axis; a tuple of up to 8 where its size is known. */
export type Unstacked<S extends Shape, Ax extends number, P = NDArray<Reduced<S, Ax, false>>> = number extends Ax
  ? readonly P[]
  : SizeAt<S, `${Ax}`> extends infer N extends keyof Tuples<P>
    ? Tuples<P>[N]
    : readonly P[];

/**
 * The slices at each place of an axis, the first one by default, without that axis: what `stack` puts together. Nothing is
 * copied.
 *
 * @returns a tuple where the type knows the axis' size, up to 8; else a list
 * @throws ShapeError when the axis is out of range
 * @example
 * import { array, toNested, unstack } from "gradfold";
 * const [x, y] = unstack(array([[1, 2], [3, 4]]), 1);
 * toNested(x); // => [ 1, 3 ]
 * toNested(y); // => [ 2, 4 ]
 */
export const unstack = typed<
  <S extends Shape, const Ax extends number = 0>(
    x: NDArray<S>,
    axis?: Unless<AxisClash<"unstack", S, Ax>, Ax>,
  ) => Unstacked<S, Ax>
>((x: NDArray, axis = 0) => {
  const array = operand("unstack", x);
  const at = normalizeAxis("unstack", axis, array.shape);
  const whole = array.shape.map((): number | null => null);
  return Array.from({ length: array.shape[at] ?? 0 }, (_, i) => slice(array, whole.with(at, i)));
});
