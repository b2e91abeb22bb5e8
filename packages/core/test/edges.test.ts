import { describe, expect, test } from "vitest";
import {
  all,
  any,
  argmax,
  argmin,
  array,
  broadcastTo,
  type DType,
  full,
  logSoftmax,
  logSumExp,
  max,
  mean,
  min,
  type NDArray,
  norm,
  ones,
  prod,
  softmax,
  std,
  sum,
  toNested,
  toTypedArray,
  transpose,
  variance,
  zeros,
} from "../src/index.ts";

/* Where numbers end: infinities, NaN, zeros of both signs, nothing at all. */

const { log, exp, sqrt } = { log: Math.log(2), exp: Math.exp(-1), sqrt: Math.SQRT1_2 };
const list = (...elements: number[]): NDArray => array(elements);
const half = 0.5;
const tiny = 2 ** -1074;
const huge = Number.MAX_VALUE;

type Row = readonly [name: string, got: () => NDArray, wanted: unknown];

const close = (got: unknown, wanted: unknown): void => {
  if (Array.isArray(wanted) && Array.isArray(got)) {
    expect(got).toHaveLength(wanted.length);
    wanted.forEach((w, i) => close(got[i], w));
  } else if (typeof wanted === "number" && typeof got === "number" && Number.isFinite(wanted) && wanted !== 0)
    expect(Math.abs(got / wanted - 1), `${got} is not ${wanted}`).toBeLessThan(1e-14);
  else expect(got).toBe(wanted);
};

describe.each<readonly [string, readonly Row[]]>([
  [
    "logSumExp",
    [
      ["of two of 1e4", () => logSumExp(list(1e4, 1e4)), 1e4 + log],
      ["of two of -1e4", () => logSumExp(list(-1e4, -1e4)), -1e4 + log],
      ["of 1e4 and -1e4", () => logSumExp(list(1e4, -1e4)), 1e4],
      ["of 1e308 and 1e308", () => logSumExp(list(1e308, 1e308)), 1e308],
      ["of -1e308 and 1e308", () => logSumExp(list(-1e308, 1e308)), 1e308],
      ["of the greatest number", () => logSumExp(list(huge)), huge],
      ["of zeros", () => logSumExp(list(0, -0)), log],
      ["of Infinity", () => logSumExp(list(1, Infinity)), Infinity],
      ["of two infinities", () => logSumExp(list(Infinity, Infinity)), Infinity],
      ["of both infinities", () => logSumExp(list(Infinity, -Infinity)), Infinity],
      ["of -Infinity and 2", () => logSumExp(list(-Infinity, 2)), 2],
      ["of all -Infinity", () => logSumExp(list(-Infinity, -Infinity)), -Infinity],
      ["of one -Infinity", () => logSumExp(list(-Infinity)), -Infinity],
      ["of nothing", () => logSumExp(zeros([0])), -Infinity],
      ["of empty rows", () => logSumExp(zeros([2, 0]), 1), [-Infinity, -Infinity]],
      ["of no rows", () => logSumExp(zeros([0, 2]), 1), []],
      ["of NaN", () => logSumExp(list(NaN, 1)), NaN],
      ["of NaN and Infinity", () => logSumExp(list(NaN, Infinity)), NaN],
      ["of a number", () => logSumExp(3), 3],
      [
        "of rows of which one is -Infinity",
        () =>
          logSumExp(
            array([
              [-Infinity, -Infinity],
              [0, 0],
            ]),
            1,
          ),
        [-Infinity, log],
      ],
      ["of integers", () => logSumExp(array([0, 0], { dtype: "int32" })), log],
    ],
  ],
  [
    "softmax",
    [
      ["of two of 1e4", () => softmax(list(1e4, 1e4)), [half, half]],
      ["of two of -1e4", () => softmax(list(-1e4, -1e4)), [half, half]],
      ["of 1e4 and -1e4", () => softmax(list(1e4, -1e4)), [1, 0]],
      ["of 1e308 and -1e308", () => softmax(list(1e308, -1e308)), [1, 0]],
      ["of -Infinity and 0", () => softmax(list(-Infinity, 0)), [0, 1]],
      ["of all -Infinity", () => softmax(list(-Infinity, -Infinity)), [NaN, NaN]],
      ["of Infinity and 0", () => softmax(list(Infinity, 0)), [NaN, 0]],
      ["of NaN", () => softmax(list(NaN, 0)), [NaN, NaN]],
      ["of one element", () => softmax(list(-7)), [1]],
      ["of nothing", () => softmax(zeros([0])), []],
      ["of empty rows", () => softmax(zeros([2, 0])), [[], []]],
      ["of a steep pair", () => softmax(list(0, -1)), [1 / (1 + exp), exp / (1 + exp)]],
      [
        "down columns",
        () =>
          softmax(
            array([
              [0, 1e4],
              [0, -1e4],
            ]),
            0,
          ),
        [
          [half, 1],
          [half, 0],
        ],
      ],
    ],
  ],
  [
    "logSoftmax",
    [
      ["of two of 1e4", () => logSoftmax(list(1e4, 1e4)), [-log, -log]],
      ["of two of -1e4", () => logSoftmax(list(-1e4, -1e4)), [-log, -log]],
      ["of 1e4 and -1e4", () => logSoftmax(list(1e4, -1e4)), [0, -2e4]],
      ["of -1e4 and 0", () => logSoftmax(list(-1e4, 0)), [-1e4, 0]],
      ["of -Infinity and 0", () => logSoftmax(list(-Infinity, 0)), [-Infinity, 0]],
      ["of all -Infinity", () => logSoftmax(list(-Infinity, -Infinity)), [NaN, NaN]],
      ["of Infinity and 0", () => logSoftmax(list(Infinity, 0)), [NaN, -Infinity]],
      ["of NaN", () => logSoftmax(list(0, NaN)), [NaN, NaN]],
      ["of one element", () => logSoftmax(list(1e4)), [0]],
      ["of nothing", () => logSoftmax(zeros([0])), []],
    ],
  ],
  [
    "sum and prod",
    [
      ["sum of nothing", () => sum(zeros([0])), 0],
      ["sum of both infinities", () => sum(list(Infinity, -Infinity)), NaN],
      ["sum of huge numbers", () => sum(list(huge, huge)), Infinity],
      ["sum of minus zeros", () => sum(list(-0, -0)), -0],
      ["prod of nothing", () => prod(zeros([0])), 1],
      ["prod of empty columns", () => prod(zeros([0, 2]), 0), [1, 1]],
      ["prod of no columns", () => prod(zeros([2, 0]), 0), []],
      ["prod that overflows", () => prod(list(1e200, 1e200)), Infinity],
      ["prod that underflows", () => prod(list(1e-200, 1e-200)), 0],
      ["prod that underflows from below", () => prod(list(-1e-200, 1e-200)), -0],
      ["prod of a subnormal number", () => prod(list(tiny, 0.5, 4)), 2 * tiny],
      ["prod of 0 and Infinity", () => prod(list(0, Infinity)), NaN],
      ["prod of NaN", () => prod(list(NaN, 0)), NaN],
      ["prod of minus zero", () => prod(list(-0, 2)), -0],
      ["prod of integers that wraps", () => prod(array([65536, 65537], { dtype: "int32" })), 65536],
      ["prod of truths", () => prod(array([true, true])), 1],
      ["prod over no axes", () => prod(list(2, 3), []), [2, 3]],
    ],
  ],
  [
    "max and min",
    [
      ["max of NaN first", () => max(list(NaN, 1)), NaN],
      ["max of NaN last", () => max(list(1, NaN)), NaN],
      ["max of NaN beside Infinity", () => max(list(Infinity, NaN, Infinity)), NaN],
      ["min of NaN", () => min(list(-Infinity, NaN)), NaN],
      ["max of zeros", () => max(list(-0, 0, -0)), 0],
      ["max of minus zeros", () => max(list(-0, -0)), -0],
      ["min of zeros", () => min(list(0, -0, 0)), -0],
      ["max of all -Infinity", () => max(list(-Infinity, -Infinity)), -Infinity],
      ["min of all Infinity", () => min(list(Infinity)), Infinity],
      ["max of the least integers", () => max(array([-2147483648], { dtype: "int32" })), -2147483648],
      ["min of the greatest integers", () => min(array([2147483647], { dtype: "int32" })), 2147483647],
      [
        "max of truths",
        () =>
          max(
            array([
              [false, true],
              [false, false],
            ]),
            1,
          ),
        [true, false],
      ],
      [
        "max down columns with NaN",
        () =>
          max(
            array([
              [NaN, 1, 2, 3],
              [0, NaN, 1, 4],
            ]),
            0,
          ),
        [NaN, NaN, 2, 4],
      ],
      ["max of no rows", () => max(zeros([0, 2]), 1), []],
      ["max of a number", () => max(5), 5],
      ["max over no axes", () => max(list(1, 2), []), [1, 2]],
    ],
  ],
  [
    "argmax and argmin",
    [
      ["argmax of NaN", () => argmax(list(1, NaN, 5, NaN)), 1],
      ["argmin of NaN", () => argmin(list(1, 0, NaN)), 2],
      ["argmax of ties", () => argmax(list(1, 3, 3)), 1],
      ["argmax of zeros", () => argmax(list(-0, 0)), 0],
      ["argmin of zeros", () => argmin(list(0, -0)), 0],
      ["argmax of -Infinity", () => argmax(list(-Infinity, -Infinity)), 0],
      ["argmax of truths", () => argmax(array([false, true, true])), 1],
      [
        "argmax of all of a matrix",
        () =>
          argmax(
            array([
              [1, 2],
              [9, 3],
            ]),
          ),
        2,
      ],
      [
        "argmax down columns with NaN",
        () =>
          argmax(
            array([
              [0, NaN],
              [NaN, NaN],
              [9, 1],
            ]),
            0,
          ),
        [1, 0],
      ],
      [
        "argmin along rows",
        () =>
          argmin(
            array([
              [2, 1, 1],
              [0, 5, -1],
            ]),
            1,
          ),
        [1, 2],
      ],
      [
        "argmax of turned rows",
        () =>
          argmax(
            transpose(
              array([
                [1, 9],
                [3, 2],
              ]),
            ),
            1,
          ),
        [1, 0],
      ],
      [
        "argmax over two of three axes",
        () =>
          argmax(
            array([
              [
                [1, 2],
                [3, 0],
              ],
              [
                [5, 4],
                [6, 7],
              ],
            ]),
            [0, 2],
          ),
        [2, 3],
      ],
      ["argmax of a repeated element", () => argmax(broadcastTo(list(1), [3])), 0],
      ["argmax of no rows", () => argmax(zeros([0, 2]), 1), []],
      ["argmax over no axes", () => argmax(list(4, 5), []), [0, 0]],
      ["argmax of a number", () => argmax(4), 0],
    ],
  ],
  [
    "all and any",
    [
      ["all of nothing", () => all(zeros([0])), true],
      ["any of nothing", () => any(zeros([0])), false],
      ["all of empty rows", () => all(zeros([2, 0]), 1), [true, true]],
      ["any of empty columns", () => any(zeros([0, 2]), 0), [false, false]],
      ["all of NaN", () => all(list(NaN, 1)), true],
      ["all of minus zero", () => all(list(-0, 1)), false],
      ["any of zeros of both signs", () => any(list(-0, 0)), false],
      ["any of a subnormal number", () => any(list(0, tiny)), true],
      [
        "all of truths by row",
        () =>
          all(
            array([
              [true, true],
              [true, false],
            ]),
            1,
          ),
        [true, false],
      ],
      ["any over no axes", () => any(list(0, 2), []), [false, true]],
    ],
  ],
  [
    "mean, variance, std and norm",
    [
      ["mean of nothing", () => mean(zeros([0])), NaN],
      ["mean of empty columns", () => mean(zeros([0, 2]), 0), [NaN, NaN]],
      ["mean of integers beyond 32 bits", () => mean(full([2], 2147483647, { dtype: "int32" })), 2147483647],
      ["variance of nothing", () => variance(zeros([0])), NaN],
      ["variance of one element", () => variance(list(7)), 0],
      ["variance of one element, unbiased", () => variance(list(7), 0, { ddof: 1 }), NaN],
      ["variance of less than ddof", () => variance(list(1, 3), 0, { ddof: 3 }), Infinity],
      ["variance of Infinity", () => variance(list(Infinity, 1)), NaN],
      ["variance about a mean of 1e9", () => variance(list(1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16)), 22.5],
      ["variance of integers", () => variance(array([1, 3], { dtype: "int32" })), 1],
      ["std of equal elements", () => std(list(3, 3, 3)), 0],
      ["std of a pair, unbiased", () => std(list(0, 1), 0, { ddof: 1 }), sqrt],
      ["std of nothing", () => std(zeros([0])), NaN],
      ["norm of nothing", () => norm(zeros([0])), 0],
      ["norm of zeros", () => norm(list(0, -0)), 0],
      ["norm of Infinity", () => norm(list(-Infinity, 1)), Infinity],
      ["norm of NaN", () => norm(list(NaN, 1)), NaN],
      ["norm of integers whose squares pass 32 bits", () => norm(array([60000, 80000], { dtype: "int32" })), 100000],
      ["norm 1 of both signs", () => norm(list(1, -2), undefined, { ord: 1 }), 3],
      ["norm inf of both signs", () => norm(list(1, -2), undefined, { ord: "inf" }), 2],
      ["norm of a negative number", () => norm(-3), 3],
    ],
  ],
])("%s", (_, rows) => {
  test.each(rows)("%s", (__, got, wanted) => close(toNested(got()), wanted));
});

describe.each(["float32", "float64"] as const)("in %s", (dtype: DType) => {
  const of = (...elements: number[]): NDArray => array(elements, { dtype });
  test("reductions keep the dtype, and places are int32", () => {
    const x = of(1, 2);
    for (const y of [max(x), min(x), prod(x), sum(x), mean(x), logSumExp(x), variance(x), std(x), norm(x), softmax(x)])
      expect(y.dtype).toBe(dtype);
    for (const y of [norm(x, 0, { ord: 1 }), norm(x, 0, { ord: "inf" }), logSoftmax(x)]) expect(y.dtype).toBe(dtype);
    expect([argmax(x).dtype, argmin(x).dtype, all(x).dtype, any(x).dtype]).toEqual(["int32", "int32", "bool", "bool"]);
  });
  test("infinities go through logSumExp", () => {
    expect(toNested(logSumExp(of(-Infinity, -Infinity)))).toBe(-Infinity);
    expect(toNested(logSumExp(of(Infinity, 0)))).toBe(Infinity);
    expect(toNested(softmax(of(-Infinity, 1e4)))).toEqual([0, 1]);
  });
});

test("the elements of softmax add up to 1", () => {
  const x = array(
    Float64Array.from({ length: 60 }, (_, i) => i % 7),
    { shape: [6, 10] },
  );
  for (const total of toTypedArray(sum(softmax(x), 1))) expect(Math.abs(total - 1)).toBeLessThan(1e-15);
});

test("keepDims leaves the axes of every reduction", () => {
  const x = ones([2, 3]);
  for (const reduce of [all, any, argmax, argmin, logSumExp, max, min, norm, prod, std, variance]) {
    expect(reduce(x, 1, { keepDims: true }).shape).toEqual([2, 1]);
    expect(reduce(x, undefined, { keepDims: true }).shape).toEqual([1, 1]);
    expect(reduce(x, [-1, 0]).shape).toEqual([]);
  }
});

describe("what has no answer is refused", () => {
  const none = zeros([0, 3]);
  test.each<readonly [string, () => unknown]>([
    ["max: there is no element along the axes [0] of [0]", () => max(zeros([0]))],
    ["max: there is no element along the axes [0] of [0, 3]", () => max(none, 0)],
    ["min: there is no element along the axes [0, 1] of [0, 3]", () => min(none)],
    ["argmax: there is no element along the axes [0] of [0, 3]", () => argmax(none, 0)],
    ["argmin: there is no element along the axes [0] of [0]", () => argmin(zeros([0]))],
    ["norm: there is no element along the axes [0] of [0]", () => norm(zeros([0]), 0, { ord: "inf" })],
    ["max: axis 2 is out of range for [0, 3]", () => max(none, 2 as never)],
    ["softmax: axis 1 is out of range for [3]", () => softmax(ones([3]), 1 as never)],
    ["logSoftmax: axis -1 is out of range for []", () => logSoftmax(ones([]), -1 as never)],
    ["argmax: an axis is given twice: [0, -2] of [2, 3]", () => argmax(ones([2, 3]), [0, -2])],
    ['norm: the order must be 1, 2 or "inf", not 3.', () => norm(ones([2]), 0, { ord: 3 as never })],
    ["variance: ddof must be a finite number, not NaN.", () => variance(ones([2]), 0, { ddof: NaN })],
    ['std: ddof must be a finite number, not the string "one".', () => std(ones([2]), 0, { ddof: "one" as never })],
    ["max: an operand must be an array or a number, not a list of 2. Wrap it: array(…).", () => max([1, 2] as never)],
  ])("%s", (message, run) => expect(run).toThrow(message));
});
