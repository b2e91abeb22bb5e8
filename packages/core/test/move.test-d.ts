// The sizes of slices and of what squeeze leaves, where literals say them.
import {
  arange,
  concatenate,
  diag,
  type NDArray,
  oneHot,
  ones,
  pad,
  repeat,
  reshape,
  slice,
  squeeze,
  take,
  tile,
} from "../src/index.ts";
import { is } from "./is.ts";

const x = ones([10, 3]);
declare const n: number;
declare const many: readonly NDArray<[10, 3]>[];
declare const unknown: NDArray;

// Bounds as in Python: cut to what is there, negative ones from the end, null for an open end.
is<NDArray<[3, 3]>>()(slice(x, [[0, 3]]));
is<NDArray<[7, 3]>>()(slice(x, [[3]]));
is<NDArray<[9, 3]>>()(slice(x, [[null, -1]]));
is<NDArray<[2, 3]>>()(slice(x, [[-2, null]]));
is<NDArray<[10, 0]>>()(
  slice(x, [
    [-99, 99],
    [2, 1],
  ]),
);
is<NDArray<[9]>>()(slice(x, [[1, 10], 0]));
is<NDArray<[100, 2]>>()(slice(ones([60000, 2]), [[100, 200]]));

// Steps, also backwards.
is<NDArray<[5, 3]>>()(slice(x, [[0, 10, 2]]));
is<NDArray<[4, 3]>>()(slice(x, [[null, null, 3]]));
is<NDArray<[10, 3]>>()(slice(x, [[null, null, -1]]));
is<NDArray<[3, 3]>>()(slice(x, [[9, 6, -1]]));
is<NDArray<[5, 3]>>()(slice(x, [[-1, null, -2]]));

// Nothing is claimed of what is not known.
is<NDArray<[number, 3]>>()(slice(x, [[0, n]]));
is<NDArray<[number, 3]>>()(slice(x, [[0, 3, n]]));
is<NDArray<[number]>>()(slice(ones([n]), [[0, 3]]));
is<NDArray>()(slice(unknown, [[0, 3]]));
export const first = <N extends number>(v: NDArray<[N]>): NDArray<[number]> => slice(v, [[0, 1]]);

is<NDArray<[3]>>()(squeeze(ones([1, 3, 1])));
is<NDArray<[3, 1]>>()(squeeze(ones([1, 3, 1]), 0));
is<NDArray<[3]>>()(squeeze(ones([1, 3, 1]), [0, -1]));
is<NDArray<[3]>>()(squeeze(ones([n, 3]), 0));
is<NDArray>()(squeeze(ones([n, 3])));
is<NDArray>()(squeeze(unknown, 0));
// @ts-expect-error squeeze: axis 1 of [1, 3] has size 3, not 1
squeeze(ones([1, 3]), 1);
// @ts-expect-error squeeze: axis 2 is out of range for [1, 3]
squeeze(ones([1, 3]), 2);

is<NDArray<[3]>>()(diag(ones([3, 5])));
is<NDArray<[number]>>()(diag(ones([3, 5]), 1));
is<NDArray<[5, 5]>>()(diag(ones([5])));
export const sameDiagonal = <N extends number>(m: NDArray<[N, N]>): NDArray<[number]> => diag(m);

is<NDArray<[3]>>()(take(x, -1));
is<NDArray<[4, 3]>>()(take(x, arange(4)));
is<NDArray<[10]>>()(take(x, n, 1));
// @ts-expect-error take: an index is a whole number, not 0.5
take(x, 0.5);
// @ts-expect-error oneHot: an index is a whole number, not 1.5
oneHot(1.5, 3);
// @ts-expect-error a truth is no index
take(x, true);

// Sums and products of literals, with every carry; nothing is claimed where one of them is not known.
is<NDArray<[60000]>>()(concatenate([ones([59999]), ones([1])]));
is<NDArray<[1008]>>()(concatenate([ones([999]), ones([9])]));
is<NDArray<[2, 15]>>()(concatenate([ones([2, 4]), ones([2, 5]), ones([2, 6])], 1));
is<NDArray<[number, 3]>>()(concatenate([ones([2, 3]), ones([n, 3])]));
is<NDArray<[10 | 20, 3]>>()(concatenate(n > 0 ? [x] : [x, x]));
is<NDArray<[number, 3]>>()(concatenate(many));
is<NDArray>()(concatenate([x, x], n));
is<NDArray<[999, 998001]>>()(tile(ones([1, 999]), [999, 999]));
is<NDArray<[number, 3]>>()(tile(x, [n, 1]));
is<NDArray<[10, number]>>()(tile(x, n));
is<NDArray>()(tile(unknown, 2));
is<NDArray<[1070]>>()(repeat(ones([107]), 10));
is<NDArray<[number]>>()(repeat(ones([107]), n));
is<NDArray<[number]>>()(repeat(ones([n]), 2));
is<NDArray<[10, number]>>()(pad(x, [[0, 0], [1, n]])); // prettier-ignore
is<NDArray<[number, number]>>()(pad(x, n));
is<NDArray<[47040000]>>()(reshape(ones([60000, 28, 28]), -1));
is<NDArray<[number]>>()(reshape(ones([n, 28]), -1));
is<NDArray<[number]>>()(reshape(unknown, [-1]));
export const twice = <N extends number>(v: NDArray<[N]>): NDArray<[number]> => concatenate([v, v]);
export const doubled = <N extends number>(v: NDArray<[N]>): NDArray<[number]> => tile(v, 2);
export const flat = <M extends number, N extends number>(m: NDArray<[M, N]>): NDArray<[number]> => reshape(m, -1);
