import { describe, expect, test } from "vitest";
import {
  concatenate,
  type DType,
  matmul,
  mean,
  type NDArray,
  prod,
  reshape,
  slice,
  sum,
  toTypedArray,
  transpose,
} from "../src/index.ts";
import { contiguous } from "../src/array/array.ts";
import { allocate } from "../src/scalar/dtype.ts";
import { sizeOf } from "../src/array/shape.ts";
import { expectSameBits, firstDifference } from "./laws/bits.ts";
import { straight } from "./laws/layout.ts";
import { noise } from "./laws/noise.ts";
import { type Joining, multiplication, narrow, rule1, rule2, wide } from "./laws/rules.ts";

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

const short = [...range(0, 40), ...range(255, 258), ...range(1023, 1026), ...range(4095, 4097)];
const long = [65535, 65536, 65537, 2 ** 20 + 1];
const dtypes = ["float64", "float32"] as const;

/** Terms of many sizes, so that every order of addition rounds differently. */
const pool = (() => {
  const next = noise(1);
  return new Float64Array(2 ** 20 + 4097).map(() => next() * 2 ** Math.floor(12 * next()));
})();

/** Some of them, others for every n; now and then one of some special numbers. */
const terms = (n: number, special: readonly number[] = []): Float64Array => {
  const list = pool.slice(n % 4096, (n % 4096) + n);
  const next = noise(n);
  if (special.length > 0) for (let i = 0; i < n; i++) if (next() > 0.9) list[i] = special[i % special.length] ?? 0;
  return list;
};

const filled = (dtype: DType, shape: readonly number[], elements: ArrayLike<number>): NDArray => {
  const data = allocate(dtype, sizeOf(shape));
  data.set(elements);
  return contiguous(dtype, Object.freeze([...shape]), data);
};

const roundTo = (dtype: DType) => (dtype === "float32" ? narrow : wide);
const rules = { 1: rule1, 2: rule2 } as const;

/** Sums (or products) over axes by one of the rules, straight from its statement. */
const sumBy = (rule: 1 | 2, x: NDArray, axes: readonly number[], joining?: Joining): NDArray => {
  const kept = x.shape.map((_, i) => i).filter((i) => !axes.includes(i));
  const rows = toTypedArray(transpose(x, [...kept, ...axes]));
  const n = sizeOf(axes.map((i) => x.shape[i] ?? 1));
  const shape = kept.map((i) => x.shape[i] ?? 1);
  const sums = range(1, sizeOf(shape)).map((i) =>
    rules[rule](Float64Array.from(rows.subarray((i - 1) * n, i * n)), roundTo(x.dtype), joining),
  );
  return filled(x.dtype, shape, sums);
};

/** A product of matrices by one of the rules. */
const multiplyBy = (rule: 1 | 2, a: NDArray, b: NDArray): NDArray => {
  const [m = 0, k = 0] = a.shape;
  const n = b.shape[1] ?? 0;
  const [x, y] = [toTypedArray(a), toTypedArray(b)];
  const round = roundTo(a.dtype);
  const cell = (i: number, j: number) =>
    rules[rule](
      new Float64Array(k).map((_, l) => round((x[i * k + l] ?? NaN) * (y[l * n + j] ?? NaN))),
      round,
    );
  return filled(
    a.dtype,
    [m, n],
    range(1, m).flatMap((i) => range(1, n).map((j) => cell(i - 1, j - 1))),
  );
};

const specials: Readonly<Record<string, readonly number[]>> = {
  "ordinary numbers": [],
  "zeros of both signs": [-0, 0, -0],
  infinity: [Infinity],
  "both infinities": [Infinity, -Infinity],
  NaN: [NaN],
  "subnormal numbers": [2 ** -1074, -(2 ** -1070), 2 ** -149, -(2 ** -140)],
};

describe.each(dtypes)("a %s sum", (dtype) => {
  test.each(Object.entries(specials))("of %s is in lanes", (_, special) => {
    for (const n of short) {
      const x = filled(dtype, [n], terms(n, special));
      expectSameBits(sum(x), sumBy(1, x, [0]));
    }
  });

  test.each(Object.entries(specials))("of %s down four columns is in blocks", (_, special) => {
    for (const n of short) {
      const x = filled(dtype, [n, 4], terms(4 * n, special));
      expectSameBits(sum(x, 0), sumBy(2, x, [0]));
    }
  });

  test("of many terms follows its rule to the end", () => {
    for (const n of long) {
      const x = filled(dtype, [n], terms(n));
      expectSameBits(sum(x), sumBy(1, x, [0]));
    }
    const x = filled(dtype, [65537, 4], terms(4 * 65537));
    expectSameBits(sum(x, 0), sumBy(2, x, [0]));
  });

  test("of nothing is +0, and of minus zeros -0", () => {
    expect(toTypedArray(sum(filled(dtype, [0], [])))[0]).toBe(0);
    expect(toTypedArray(sum(filled(dtype, [0, 4], []), 0))[3]).toBe(0);
    for (const n of [1, 3, 8, 9, 300, 2000]) {
      expect(toTypedArray(sum(filled(dtype, [n], new Array<number>(n).fill(-0))))[0]).toBe(-0);
      expect(toTypedArray(sum(filled(dtype, [n, 4], new Array<number>(4 * n).fill(-0)), 0))[0]).toBe(-0);
    }
  });

  test.each<readonly [1 | 2, readonly number[], readonly number[]]>([
    [1, [3, 300], [1]],
    [1, [300, 3], [0]],
    [2, [300, 4], [0]],
    [2, [300, 2, 2], [0]],
    [1, [300, 3, 1], [0]],
    [2, [2, 300, 5], [1]],
    [1, [2, 300, 3], [1]],
    [2, [30, 20, 4], [0, 1]],
    [1, [30, 4, 20], [0, 2]],
    [1, [30, 20, 4], [0, 1, 2]],
    [1, [30, 20, 4], [1, 2]],
    [2, [0, 4], [0]],
  ])("goes by rule %i for the shape %j over the axes %j", (rule, shape, axes) => {
    const x = filled(dtype, shape, terms(sizeOf(shape)));
    expectSameBits(sum(x, axes), sumBy(rule, x, axes));
  });

  test.each([
    [[300], [0]],
    [[300, 4], [0]],
    [[300, 3], [0]],
    [[2, 300, 5], [1]],
    [
      [30, 20, 4],
      [0, 1],
    ],
  ])("keeps its bits when axes of size 1 are put into the shape %j over the axes %j", (shape, axes) => {
    const x = filled(dtype, shape, terms(sizeOf(shape)));
    const wanted = toTypedArray(sum(x, axes));
    for (const at of range(0, shape.length)) {
      const padded = reshape(x, shape.toSpliced(at, 0, 1));
      const moved = axes.map((axis) => (axis < at ? axis : axis + 1));
      expect(firstDifference(toTypedArray(sum(padded, moved)), wanted)).toBe(-1);
      expect(firstDifference(toTypedArray(sum(padded, [...moved, at])), wanted)).toBe(-1);
    }
  });

  test("has the bits of a contiguous copy, however its operand lies", () => {
    const x = filled(dtype, [40, 6, 30], terms(7200));
    const views = [transpose(x), transpose(x, [1, 0, 2]), slice(x, [[null, null, -1], null, [null, null, 2]])];
    for (const v of views as readonly NDArray[])
      for (const axes of [[0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]])
        expectSameBits(sum(v, axes), sum(straight(v), axes));
  });
});

describe.each(dtypes)("a %s product of elements", (dtype) => {
  /** Factors near 1, so that thousands of them neither vanish nor overflow. */
  const factors = (n: number): Float64Array => {
    const next = noise(n);
    return new Float64Array(n).map(() => 1 + next() / 16);
  };

  test("is in lanes, and down four columns in blocks, from 1 on", () => {
    for (const n of short) {
      const [x, columns] = [filled(dtype, [n], factors(n)), filled(dtype, [n, 4], factors(4 * n))];
      expectSameBits(prod(x), sumBy(1, x, [0], multiplication));
      expectSameBits(prod(columns, 0), sumBy(2, columns, [0], multiplication));
    }
  });

  test("keeps the signs of zeros", () => {
    for (const n of [1, 3, 8, 9, 300, 2000]) {
      const zeros = new Array<number>(n).fill(1).with(0, -0);
      expect(toTypedArray(prod(filled(dtype, [n], zeros)))[0]).toBe(-0);
    }
  });
});

describe.each(dtypes)("a %s mean", (dtype) => {
  test("is the sum divided by the count, rounded once more", () => {
    for (const n of [...range(1, 40), 1026, 4097]) {
      const x = filled(dtype, [n], terms(n));
      const wanted = roundTo(dtype)(rule1(Float64Array.from(toTypedArray(x)), roundTo(dtype)) / n);
      expect(toTypedArray(mean(x))[0]).toBe(wanted);
    }
    expect(toTypedArray(mean(filled(dtype, [0], [])))[0]).toBeNaN();
  });
});

describe.each(dtypes)("a %s product", (dtype) => {
  const matrix = (m: number, n: number, special: readonly number[] = []) =>
    filled(dtype, [m, n], terms(m * n, special));

  test.each<readonly [1 | 2, number, number]>([
    [1, 1, 1],
    [1, 5, 1],
    [1, 3, 3],
    [1, 3, 2],
    [2, 4, 2],
    [2, 1, 4],
    [2, 3, 4],
    [2, 6, 7],
    [2, 16, 16],
    [2, 66, 65],
    [2, 261, 18],
  ])("goes by rule %i for %i rows and %i columns", (rule, m, n) => {
    for (const k of m > 8 ? [1, 3, 259] : short) {
      const [a, b] = [matrix(m, k), matrix(k, n)];
      expectSameBits(matmul(a, b), multiplyBy(rule, a, b));
    }
  });

  test.each(Object.entries(specials))("of %s follows both rules", (_, special) => {
    for (const k of [1, 2, 7, 8, 9, 17, 257, 1025]) {
      for (const [rule, m, n] of [
        [1, 2, 3],
        [2, 5, 6],
        [2, 17, 18],
      ] as const) {
        const [a, b] = [matrix(m, k, special), matrix(k, n)];
        expectSameBits(matmul(a, b), multiplyBy(rule, a, b));
      }
    }
  });

  test("of nothing is +0, and of minus zeros -0, by both rules", () => {
    const all = (m: number, n: number, value: number) => filled(dtype, [m, n], new Float64Array(m * n).fill(value));
    for (const [m, n] of [
      [2, 3],
      [5, 6],
      [17, 18],
    ] as const) {
      expectSameBits(matmul(all(m, 0, 1), all(0, n, 1)), all(m, n, 0));
      for (const k of [1, 3, 8, 9, 300, 2000]) expectSameBits(matmul(all(m, k, -0), all(k, n, 1)), all(m, n, -0));
    }
  });

  test("of many terms follows its rule to the end", () => {
    for (const k of long) {
      const [a, b] = [matrix(1, k), matrix(k, 1)];
      expectSameBits(matmul(a, b), multiplyBy(1, a, b));
    }
    const [a, c] = [matrix(1, 65537), matrix(65537, 4)];
    expectSameBits(matmul(a, c), multiplyBy(2, a, c));
  });

  test("of vectors has the bits of the product of a row or a column", () => {
    for (const k of [1, 7, 300, 1030]) {
      const [x, y, rows, columns] = [matrix(1, k), matrix(k, 1), matrix(5, k), matrix(k, 5)];
      const same = (a: NDArray, b: NDArray) => expect(firstDifference(toTypedArray(a), toTypedArray(b))).toBe(-1);
      same(matmul(reshape(x, [k]), reshape(y, [k])), matmul(x, y));
      same(matmul(rows, reshape(y, [k])), matmul(rows, y));
      same(matmul(reshape(x, [k]), columns), matmul(x, columns));
    }
  });

  test("in a stack has the bits of the product alone", () => {
    for (const [m, n] of [
      [3, 3],
      [5, 6],
    ] as const) {
      const list = range(0, 2).map((i) => ({ a: matrix(m, 300 + i), b: matrix(300 + i, n) }));
      const cut = list.map(({ a, b }) => ({ a: slice(a, [null, [0, 300]]), b: slice(b, [[0, 300]]) }));
      const stacked = matmul(
        concatenate(cut.map(({ a }) => reshape(a, [1, m, 300]))),
        concatenate(cut.map(({ b }) => reshape(b, [1, 300, n]))),
      );
      cut.forEach(({ a, b }, i) => expectSameBits(slice(stacked, [i]), matmul(a, b)));
    }
  });

  test("has the bits of contiguous copies, however its operands lie", () => {
    for (const [m, n] of [
      [2, 3],
      [1, 1],
      [6, 7],
      [65, 66],
    ] as const) {
      for (const k of m < 4 ? [300, 1030] : [300]) {
        const a = transpose(matrix(k, m));
        const b = slice(transpose(matrix(n, 2 * k)), [[null, null, -2]]);
        expectSameBits(matmul(a, b), matmul(straight(a), straight(b)));
      }
    }
  });
});

test("a million times 0.1 in float32 adds up to within 2e-6", () => {
  const n = 1e6;
  const total = toTypedArray(sum(filled("float32", [n], new Array<number>(n).fill(0.1))))[0] ?? NaN;
  expect(Math.abs(total / (n * Math.fround(0.1)) - 1)).toBeLessThan(2e-6);
});

test("integers wrap at 32 bits in sums and products", () => {
  const big = filled("int32", [4], [2 ** 31 - 1, 2 ** 31 - 1, 3, 2 ** 30]);
  expect(toTypedArray(sum(big))[0]).toBe((2 * (2 ** 31 - 1) + 3 + 2 ** 30) | 0);
  expect(toTypedArray(matmul(big, big))[0]).toBe(
    Number(BigInt.asIntN(32, 2n * (2n ** 31n - 1n) ** 2n + 9n + 2n ** 60n)),
  );
});
