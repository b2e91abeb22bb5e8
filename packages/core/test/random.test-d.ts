// The shapes of what is drawn.
import { type Key, type NDArray, random, zeros } from "../src/index.ts";
import { is } from "./is.ts";

const key = random.key(0);

is<NDArray<[2, 3]>>()(random.uniform(key, [2, 3], { min: -1 }));
is<NDArray<[]>>()(random.uniform(key));
is<NDArray<[2, 3]>>()(random.normal(key, [2, 3], { mean: 1, standardDeviation: 2, dtype: "float32" }));
is<NDArray<[4]>>()(random.truncatedNormal(key, [4], { min: -1 }));
is<NDArray<[4]>>()(random.exponential(key, [4]));
is<NDArray<[4]>>()(random.gumbel(key, [4]));
is<NDArray<[4]>>()(random.laplace(key, [4]));
is<NDArray<[4]>>()(random.bits(key, [4]));
is<NDArray<[4]>>()(random.integers(key, [4], { max: 9 }));
is<NDArray<[4, 2]>>()(random.bernoulli(key, [4, 2], { p: zeros([2]) }));
declare const size: number;
is<NDArray<[number, 2]>>()(random.normal(key, [size, 2]));

is<NDArray<[5]>>()(random.permutation(key, 5));
is<NDArray<[5, 2]>>()(random.permutation(key, zeros([5, 2]), 1));
is<NDArray<[3, 2]>>()(random.choice(key, 5, [3, 2], { replace: false }));
is<NDArray<[]>>()(random.choice(key, 5));
is<NDArray<[3, 2]>>()(random.choice(key, zeros([5, 2]), [3]));
is<NDArray<[5, 3]>>()(random.choice(key, zeros([5, 2]), [3], { axis: 1 }));
is<NDArray<[2]>>()(random.categorical(key, zeros([2, 3])));
is<NDArray<[3]>>()(random.categorical(key, zeros([2, 3]), { axis: 0 }));
is<NDArray<[7, 2]>>()(random.categorical(key, zeros([2, 3]), { shape: [7, 2] }));
is<NDArray<[4, 4]>>()(random.orthogonal(key, 4));
is<NDArray<[4, 2]>>()(random.orthogonal(key, 4, { columns: 2 }));

is<Key>()(random.wrap([1, 2]));
is<Key>()(random.foldIn(key, 3));
is<readonly [Key, Key]>()(random.split(key));

// @ts-expect-error a seed is no key
random.normal(5, [2]);
// @ts-expect-error nor is an array of two numbers
random.normal(zeros([2]), [2]);
// @ts-expect-error without max there is no interval
random.integers(key, [2], { min: 1 });
// @ts-expect-error exponential numbers have no mean to choose
random.exponential(key, [2], { mean: 2 });
