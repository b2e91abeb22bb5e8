import type { NDArray } from "../array/array.ts";
import { slice } from "./slice.ts";

/* Parts of matrices, alone or in a stack. */

const all = (x: NDArray): readonly null[] => x.shape.slice(0, -2).map(() => null);

/** The rows from one on up to, not including, another. */
export const rowsOf = (x: NDArray, from: number, to: number): NDArray => slice(x, [...all(x), [from, to]]);

/** The columns likewise. */
export const columnsOf = (x: NDArray, from: number, to: number): NDArray => slice(x, [...all(x), null, [from, to]]);
