import { array, matmul, mul, type NDArray, reshape, sub, sum, toTypedArray, transpose } from "@gradfold/core";
import { valueAndGrad } from "@gradfold/autodiff";
import { describe, expect, test } from "vitest";
import { jit } from "../src/index.ts";
import { expectSameBits, floats, noise, repeating } from "./bits.ts";

const multiply = (a: NDArray, b: NDArray): NDArray => matmul(a, b);

const sizes: readonly (readonly [m: number, k: number, n: number])[] = [
  ...[0, 1, 2, 3, 4, 5, 8, 9].flatMap((m) => [1, 2, 3, 4, 7, 8, 9].map((n) => [m, 5, n] as const)),
  ...[0, 1, 2, 8, 9, 17, 255, 256, 257, 512, 513, 1023, 1024, 1025, 2049].flatMap((k) => [
    [1, k, 1] as const,
    [1, k, 3] as const,
    [3, k, 2] as const,
    [7, k, 1] as const,
    [1, k, 5] as const,
    [6, k, 9] as const,
  ]),
  [65, 40, 70],
  [130, 260, 33],
  [3, 66000, 5],
  [1, 66000, 4],
  [1, 70000, 2],
];

describe.each(floats)("Products of %s have the bits of eager code", (dtype) => {
  test("for every size around an edge", () => {
    const compiled = jit(multiply);
    for (const [m, k, n] of sizes) {
      const [a, b] = [noise(m + k, [m, k], dtype), noise(n + k, [k, n], dtype)];
      expectSameBits(compiled(a, b), multiply(a, b));
    }
  });

  test("for transposed operands", () => {
    const f = (a: NDArray, b: NDArray) => [
      matmul(transpose(a), b),
      matmul(a, transpose(b)),
      matmul(transpose(matmul(a, b)), transpose(matmul(b, a))),
    ];
    for (const n of [2, 5, 20, 300]) {
      const [a, b] = [noise(1, [n, n], dtype), noise(2, [n, n], dtype)];
      expectSameBits(jit(f)(a, b), f(a, b));
      expectSameBits(jit(multiply)(transpose(a), transpose(b)), multiply(transpose(a), transpose(b)));
    }
  });

  test("for vectors and stacks", () => {
    const pairs = [
      [[5], [5]],
      [[300], [300]],
      [[3, 5], [5]],
      [[12, 300], [300]],
      [[5], [5, 3]],
      [[300], [300, 17]],
      [
        [2, 4, 5],
        [5, 6],
      ],
      [
        [2, 4, 5],
        [2, 5, 6],
      ],
      [
        [3, 1, 4, 5],
        [2, 5, 6],
      ],
      [[2, 3, 20], [20]],
      [
        [2, 3, 20],
        [20, 2],
      ],
      [[20], [2, 20, 5]],
    ] as const;
    for (const [a, b] of pairs) {
      const [x, y] = [noise(1, a, dtype), noise(2, b, dtype)];
      expectSameBits(jit(multiply)(x, y), multiply(x, y));
    }
  });

  test("under valueAndGrad", () => {
    const f = valueAndGrad(([a, b]: readonly [NDArray, NDArray]) => sum(matmul(a, b)));
    for (const [a, b] of [
      [
        [5, 4],
        [4, 3],
      ],
      [[40, 2], [2]],
      [[300, 7], [7]],
      [[7], [7, 9]],
      [[6], [6]],
      [
        [2, 5, 4],
        [4, 6],
      ],
    ] as const) {
      const x = [noise(1, a, dtype), noise(2, b, dtype)] as const;
      expectSameBits(jit(f)(x), f(x));
    }
  });

  test("for −0, NaN, infinities and subnormals", () => {
    const tiny = dtype === "float32" ? 1e-45 : 5e-324;
    const x = repeating([-0, 1, -1, tiny, Infinity, 2, NaN, -Infinity, 0, -tiny, 3], [11, 23], dtype);
    const zeros = repeating([-0], [23, 5], dtype);
    const ones = repeating([1], [11, 23], dtype);
    expectSameBits(jit(multiply)(ones, zeros), multiply(ones, zeros));
    expect(Object.is(toTypedArray(jit(multiply)(ones, zeros))[0], -0)).toBe(true);
    for (const y of [transpose(x), zeros]) expectSameBits(jit(multiply)(x, y), multiply(x, y));
  });
});

describe.each(floats)("Sums of %s have the bits of eager code", (dtype) => {
  const edges = [
    0, 1, 2, 3, 5, 7, 8, 9, 12, 15, 16, 17, 1023, 1024, 1025, 1031, 1032, 2048, 4095, 4097, 65537, 1048577,
  ];

  test("over all elements, at every edge of a block", () => {
    const compiled = jit((x: NDArray) => sum(x));
    for (const n of edges) expectSameBits(compiled(noise(n, [n], dtype)), sum(noise(n, [n], dtype)));
  });

  test("several of one sweep, at every edge of a turn", () => {
    const f = (x: NDArray) => [sum(x), sum(mul(x, x)), sum(mul(x, 0.3)), sum(sub(x, 1))];
    const compiled = jit(f);
    for (const n of [...edges.filter((edge) => edge < 5000), 23, 24, 25, 31, 32, 33, 1033, 1039, 1040, 2056]) {
      const x = noise(n, [n], dtype);
      expectSameBits(compiled(x), f(x));
    }
  });

  test("along rows and down columns, narrow and wide", () => {
    const compiled = jit((x: NDArray) => [sum(x, 0), sum(x, 1)]);
    for (const n of [1, 2, 255, 256, 257, 1025, 2100])
      for (const d of [1, 2, 3, 4, 5, 16, 17, 21]) {
        const x = noise(n + d, [n, d], dtype);
        expectSameBits(compiled(x), [sum(x, 0), sum(x, 1)]);
      }
    const tall = noise(1, [65537, 4], dtype);
    expectSameBits(compiled(tall), [sum(tall, 0), sum(tall, 1)]);
  });

  test("over any axes of three", () => {
    const all = [[0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]];
    const f = (x: NDArray) => all.map((axes) => sum(x, axes));
    for (const shape of [
      [3, 4, 5],
      [300, 2, 3],
      [2, 300, 3],
      [2, 3, 300],
      [1, 5, 1],
      [5, 1, 6],
    ]) {
      expectSameBits(jit(f)(noise(1, shape, dtype)), f(noise(1, shape, dtype)));
      const turned = (x: NDArray) => f(transpose(x));
      expectSameBits(jit(turned)(noise(1, shape, dtype)), turned(noise(1, shape, dtype)));
    }
  });

  test("of −0 and of special values", () => {
    const compiled = jit((x: NDArray) => [sum(x), sum(reshape(x, [-1, 1]), 0)]);
    for (const values of [
      [-0],
      [0, -0],
      [-0, -0, NaN],
      [Infinity, 1, 2],
      [Infinity, -Infinity],
      [1e-45, -1e-45, 5e-324],
    ])
      for (const n of [1, 3, 8, 9, 20, 1030]) {
        const x = repeating(values, [n], dtype);
        expectSameBits(compiled(x), [sum(x), sum(reshape(x, [-1, 1]), 0)]);
      }
  });
});

test("A sum of nothing is 0, and a product of nothing too", () => {
  expectSameBits(jit((x: NDArray) => sum(x))(array([])), array(0));
  expect(jit(multiply)(noise(1, [2, 0]), noise(1, [0, 5])).shape).toEqual([2, 5]);
});
