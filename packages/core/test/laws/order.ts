import fc from "fast-check";
import { contiguous, type NDArray } from "../../src/array/array.ts";
import { frozen } from "../../src/array/shape.ts";
import { array } from "../../src/convert/make.ts";
import { take } from "../../src/operations/take.ts";
import type { DType, Store } from "../../src/scalar/dtype.ts";
import { noise } from "./noise.ts";

/** NaNs last, else by size; equal ones by place. */
export const byPlace =
  (list: ArrayLike<number>) =>
  (i: number, j: number): number => {
    const [a = NaN, b = NaN] = [list[i], list[j]];
    if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b)) || i - j;
    return a < b ? -1 : a > b ? 1 : i - j;
  };

/** The places of a list in the order of its elements, by the engine's sort. */
export const orderOf = (list: ArrayLike<number>): readonly number[] =>
  Array.from(list, (_, i) => i).toSorted(byPlace(list));

const denormal = 5e-324;
const odd = [NaN, 0, -0, 1, -1, Infinity, -Infinity, denormal, -denormal, 2 ** -1022, 2 ** 31 - 1, -(2 ** 31), 1e308];

/** Numbers at a place of n, made of one that is drawn from [0, 1). */
const kinds: Readonly<Record<string, (drawn: number, i: number, n: number) => number>> = {
  "anywhere in an interval": (drawn) => drawn * 2 - 1,
  "of all magnitudes": (drawn, i) => (i % 2 === 0 ? 1 : -1) * 2 ** (drawn * 2000 - 1000),
  "that differ in their lowest bits": (drawn) => 1 + Math.floor(drawn * 4096) * 2 ** -52,
  "whole and of 32 bits": (drawn) => Math.floor((drawn - 0.5) * 2 ** 32),
  "few and odd": (drawn) => odd[Math.floor(drawn * odd.length)] ?? NaN,
  "often NaN": (drawn) => (drawn < 0.5 ? NaN : drawn),
  ascending: (_, i) => i * 1.5,
  descending: (_, i) => -i * 1.5,
  "ascending but for the last one": (_, i, n) => (i === n - 1 ? -1 : Math.floor(i / 3)),
  equal: () => 7,
};

const stores = { float64: Float64Array, float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;

/** NaNs whose bits differ. */
const withPayloads = (data: Float64Array): Float64Array => {
  const words = new BigUint64Array(data.buffer);
  data.forEach((x, i) => {
    if (Number.isNaN(x)) words[i] = (i % 2 === 0 ? 0x7ff8000000000000n : 0xfff8000000000000n) + BigInt(i);
  });
  return data;
};

/** n numbers of a kind, in a dtype. */
const numbersOf = (kind: string, n: number, seed: number, dtype: DType): Store => {
  const drawn = noise(seed, 0, 1);
  const made = Float64Array.from({ length: n }, (_, i) => kinds[kind]?.(drawn(), i, n) ?? NaN);
  if (dtype === "float64") return withPayloads(made);
  return dtype === "bool" ? Uint8Array.from(made, (x) => Number(x > 0.5)) : stores[dtype].from(made);
};

const vectorOf = (kind: string, n: number, seed: number, dtype: DType): NDArray =>
  contiguous(dtype, frozen([n]), numbersOf(kind, n, seed, dtype));

/** Vectors to be sorted: of every dtype and of numbers of many kinds. */
export const vectors = (sizes: readonly number[]): fc.Arbitrary<NDArray> =>
  fc
    .tuple(
      fc.constantFrom(...Object.keys(kinds)),
      fc.constantFrom(...sizes),
      fc.integer(),
      fc.constantFrom<DType>("float64", "float32", "int32", "bool"),
    )
    .map((given) => vectorOf(...given));

/** Every kind at one size, as float64. */
export const vectorOfEveryKind = (n: number): readonly (readonly [kind: string, x: NDArray])[] =>
  Object.keys(kinds).map((kind) => [kind, vectorOf(kind, n, 1, "float64")]);

/** Six rows that differ, of shape [2, 3, n]: a vector, rolled on by some places each time. */
export const sixRows = (x: NDArray): NDArray => {
  const [n = 0] = x.shape;
  const at = Int32Array.from({ length: 6 * n }, (_, i) => (i + 7 * Math.floor(i / n)) % n);
  return take(x, array(at, { shape: [2, 3, n], dtype: "int32" }));
};
