import { type NDArray, type Shape, ShapeError, tree } from "@gradfold/core";
import { checkTree } from "../argument.ts";

/** The type of some rows of a tree of arrays: the first axis becomes `number`. */
export type Rows<T> =
  T extends NDArray<infer S>
    ? S extends readonly [number, ...infer R extends Shape]
      ? NDArray<[number, ...R]>
      : NDArray
    : { readonly [K in keyof T]: Rows<T[K]> };

/** How many rows the leaves of a tree have: all the same. */
export const rowsOf = (name: string, data: unknown): number => {
  checkTree(name, "the data", data);
  const { leaves, paths } = tree.flatten(data);
  const sizes = leaves.map((x) => x.shape[0]);
  const [n] = sizes;
  sizes.forEach((size, i) => {
    if (size === undefined) throw new ShapeError(`${name}: ${paths[i] || "the data"} is a scalar; rows are needed.`);
    if (size !== n)
      throw new ShapeError(
        `${name}: leaves have different numbers of rows: ${paths[0]} has ${n}, ${paths[i]} has ${size}.`,
      );
  });
  if (n === undefined) throw new ShapeError(`${name}: the data holds no array.`);
  return n;
};
