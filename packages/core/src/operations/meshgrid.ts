import type { NDArray } from "../array/array.ts";
import { checkList, describe } from "../array/description.ts";
import { checkShape, formatShape, type Shape } from "../array/shape.ts";
import { DomainError, ShapeError } from "../error/error.ts";
import { checkTogether } from "../input/apart.ts";
import { operand } from "../input/operand.ts";
import { optionsOf } from "../input/options.ts";
import type { ArraysApart } from "../static/apart.ts";
import { typed } from "../static/door.ts";
import type { Unless } from "../static/text.ts";
import { reshape } from "./reshape.ts";
import { broadcastTo } from "./spread.ts";

type Indexing = "xy" | "ij";

/** The sizes of vectors, one after another. */
type Sizes<X extends readonly unknown[]> = number extends X["length"]
  ? Shape
  : { -readonly [K in keyof X]: X[K] extends NDArray<[infer N extends number]> ? N : number };

type Swapped<S extends Shape> = S extends readonly [
  infer A extends number,
  infer B extends number,
  ...infer R extends Shape,
]
  ? [B, A, ...R]
  : S;

type Grid<S extends Shape, I> = I extends "xy" ? Swapped<S> : S;

type Grids<X, I> = X extends readonly unknown[] ? { readonly [K in keyof X]: NDArray<Grid<Sizes<X>, I>> } : never;

/**
 * The coordinates of a grid: for each vector, an array that repeats it along the axes of all others. Nothing is copied.
 *
 * @param options - `indexing`: "xy" (the default, as in NumPy), where the first vector runs along the second axis, as x
 * does in a picture; or "ij", where vector k runs along axis k
 * @throws ShapeError when one of them is no vector; DTypeError when they do not come as a list
 * @example
 * import { array, meshgrid, toNested } from "gradfold";
 * const [x, y] = meshgrid([array([1, 2, 3]), array([10, 20])]);
 * toNested(x); // => [ [ 1, 2, 3 ], [ 1, 2, 3 ] ]
 * toNested(y); // => [ [ 10, 10, 10 ], [ 20, 20, 20 ] ]
 */
export const meshgrid = typed<
  <const X extends readonly NDArray[] | NDArray, I extends Indexing = "xy">(
    xs: Unless<ArraysApart<"meshgrid([a, b])", X>, X>,
    options?: {
      /** "xy" (the default): the first vector runs along the second axis; "ij": vector k runs along axis k. */
      readonly indexing?: I;
    },
  ) => Grids<X, I>
>((xs: readonly NDArray[], options?: { readonly indexing?: Indexing }) => {
  checkTogether("meshgrid", xs, "meshgrid([a, b])");
  checkList("meshgrid", "vectors", xs);
  const { indexing } = optionsOf("meshgrid", options, { indexing: "xy" });
  if (!["xy", "ij"].includes(indexing))
    throw new DomainError(`meshgrid: the indexing is "xy" or "ij", not ${describe(indexing)}.`);
  const vectors = Array.from(xs, (x) => operand("meshgrid", x));
  const sizes = vectors.map(({ shape: [n, ...rest] }) => {
    if (n !== undefined && rest.length === 0) return n;
    throw new ShapeError(
      `meshgrid: vectors are needed, not the shape ${formatShape([...(n === undefined ? [] : [n]), ...rest])}`,
    );
  });
  const axisOf = (k: number): number => (indexing === "xy" && xs.length > 1 && k < 2 ? 1 - k : k);
  const grid = checkShape(
    "meshgrid",
    sizes.map((_, axis) => sizes[axisOf(axis)] ?? 1),
  );
  return vectors.map((x, k) => {
    const alone = sizes.map((n, axis) => (axis === axisOf(k) ? (sizes[k] ?? n) : 1));
    return broadcastTo(reshape(x, alone), grid);
  });
});
