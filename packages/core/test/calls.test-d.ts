// Calls as NumPy's users write them have a type, or are refused in the words of the error at run time, to the letter.
import {
  array,
  broadcastTo,
  clip,
  concatenate,
  cumsum,
  eye,
  full,
  meshgrid,
  type NDArray,
  oneHot,
  ones,
  pad,
  random,
  repeat,
  reshape,
  roll,
  type Shape,
  split,
  std,
  sum,
  stack,
  take,
  tile,
  transpose,
  unstack,
  zeros,
} from "../src/index.ts";
import type { Refused } from "./calls.ts";
import { is } from "./is.ts";
import { first, says, second } from "./says.ts";

const x = ones([2, 3]);
const a = ones([2]);
const unknown = ones([2, 3]) as NDArray;

// ── Calls that have a type
is<readonly [NDArray<[number, 3]>, NDArray<[number, 3]>]>()(split(x, 2));
is<readonly NDArray<[number, 3]>[]>()(split(x, Number("2")));
is<readonly NDArray<[number, 3]>[]>()(split(x, 100));
is<readonly [NDArray<[2, number]>, NDArray<[2, number]>, NDArray<[2, number]>]>()(split(x, 3, 1));
is<readonly [NDArray<[3]>, NDArray<[3]>]>()(unstack(x));
is<readonly [NDArray<[2]>, NDArray<[2]>, NDArray<[2]>]>()(unstack(x, -1));
is<readonly NDArray<[3]>[]>()(unstack(zeros([Number("2"), 3])));
is<readonly NDArray[]>()(unstack(x, Number("1")));
is<readonly NDArray[]>()(unstack(unknown));
is<readonly NDArray<[2]>[]>()(unstack(zeros([9, 2])));
export const rowsOf = <N extends number, D extends number>(m: NDArray<[N, D]>): readonly NDArray<[D]>[] => [
  ...unstack(m),
];
says<"unstack: axis 2 is out of range for [2, 3]">()(second(unstack<[2, 3], 2>));
is<NDArray<[2, 3]>>()(clip(x, 0, 1));
is<NDArray<[2, 3]>>()(clip(x, 0));
is<NDArray<[2, 3]>>()(clip(2, x, 5));
is<NDArray<[6]>>()(reshape(x, -1));
is<NDArray<[6]>>()(reshape(x, 6));
is<NDArray<[3]>>()(take(x, 0));
is<NDArray<[2]>>()(take(x, 0, 1));
is<NDArray<[4, 5]>>()(pad(x, 1));
is<NDArray<[2, 6]>>()(tile(x, 2));
is<NDArray<[4]>>()(repeat(a, 2));
is<NDArray<[2]>>()(cumsum(a));
is<NDArray<[2]>>()(roll(a, 1));
is<NDArray<[2, 3]>>()(cumsum(x, -1));
is<NDArray>()(cumsum(unknown));
is<NDArray<[2, 3]>>()(eye(2, 3));
is<NDArray<[2, 3]>>()(eye(2, 3, { dtype: "int32" }));
is<NDArray<[4]>>()(oneHot(1, 4));

// ── Calls that are refused
// @ts-expect-error the sizes come as a list
zeros(2, 2);
says<Refused["zeros(2, 2)"]>()(first(zeros<2, 2, []>));
says<Refused["zeros(3)"]>()(first(zeros<3, unknown, []>));
says<Refused["ones(2, 3, 4)"]>()(first(ones<2, 3, [4]>));
// @ts-expect-error the sizes come as a list
full(2, 3);
says<Refused["full(2, 3)"]>()(first(full<2, 3, unknown, []>));
says<Refused["full(2, 2, 7)"]>()(first(full<2, 2, 7, []>));
// @ts-expect-error the numbers come as a list
array(1, 2);
says<Refused["array(1, 2)"]>()(first(array<1, 2, []>));
// @ts-expect-error the rows come as a list
array([1, 2], [3, 4]);
says<Refused["array([1, 2], [3, 4])"]>()(second(array<[1, 2], [3, 4], []>));
// @ts-expect-error the sizes come as a list
reshape(x, 3, 2);
says<Refused["reshape(x, 3, 2)"]>()(second(reshape<3, 2, []>));
// @ts-expect-error the sizes come as a list
broadcastTo(x, 2, 3);
says<Refused["broadcastTo(x, 2, 3)"]>()(second(broadcastTo<2, 3, []>));
// @ts-expect-error the axes come as a list
transpose(x, 1, 0);
says<Refused["transpose(x, 1, 0)"]>()(second(transpose<1, 0, []>));
says<Refused["transpose(x, 1)"]>()(second(transpose<1, unknown, []>));
// @ts-expect-error the counts come as a list
tile(x, 2, 2);
says<Refused["tile(x, 2, 2)"]>()(second(tile<2, 2, []>));
// @ts-expect-error the arrays come as a list
concatenate(a, a);
says<Refused["concatenate(a, b)"]>()(first(concatenate<NDArray<[2]>>));
// @ts-expect-error the arrays come as a list
stack(a, a);
says<Refused["stack(a, b)"]>()(first(stack<NDArray<[2]>>));
// @ts-expect-error the arrays come as a list
meshgrid(a, a);
says<Refused["meshgrid(a, b)"]>()(first(meshgrid<NDArray<[2]>>));
// @ts-expect-error a matrix has two axes
cumsum(x);
says<Refused["cumsum(x)"]>()(first(cumsum<[2, 3]>));
// @ts-expect-error a matrix has two axes
repeat(x, 2);
says<Refused["repeat(x, 2)"]>()(first(repeat<[2, 3]>));
// @ts-expect-error a matrix has two axes
roll(x, 1);
says<Refused["roll(x, 1)"]>()(first(roll<[2, 3]>));
// @ts-expect-error options come after the axes
std(x, { ddof: 1 });
// @ts-expect-error an axis is an argument
sum(x, { axis: 0 });
// @ts-expect-error a shape is a list
random.normal(random.key(0), 3);
// @ts-expect-error there is one pair for each axis
pad(x, [1, 2]);

// ── What was right stays right, and what was wrong stays wrong
export const generic = <const S extends Shape>(shape: S) =>
  [zeros(shape), full(shape, 1), broadcastTo(1, shape)] as const;
is<NDArray<[2, 3]>>()(generic([2, 3])[0]);
export const joined = <N extends number>(v: NDArray<[N]>): NDArray<[N, 2]> => stack([v, v], 1);
export const sampler = (isNormal: boolean) => (isNormal ? random.normal : random.uniform)(random.key(0), [2]);
is<NDArray<[2]>>()(sampler(true));
// @ts-expect-error no such dtype
zeros([2], { dtype: "float16" });
// @ts-expect-error nothing comes behind the options
zeros([2], {}, 3);
// @ts-expect-error nothing comes behind a list of sizes
reshape(x, [3, 2], 5);
// @ts-expect-error an index is a number
take(x, [0, 1]);
