import { add, array, type DType, mul, type NDArray, ones, slice, sub, sum, toNested, transpose } from "@gradfold/core";
import { checkpoint, customJvp, customVjp, grad, scan, valueAndGrad } from "@gradfold/autodiff";
import { describe, expect, test } from "vitest";
import { jit } from "../src/index.ts";
import { expectSameBits, floats, noise } from "./bits.ts";
import { binary, shapely, unary } from "./operations.ts";

const shapes: readonly (readonly number[])[] = [
  [],
  [1],
  [0],
  [3],
  [8],
  [13],
  [1023],
  [1024],
  [1025],
  [3, 5],
  [1, 7],
  [7, 1],
  [0, 4],
  [4, 0],
  [33, 4],
  [2, 3, 4],
  [5, 1, 3],
];

/** The same numbers in other layouts: in order, transposed, every other one, backwards. */
const layouts = (shape: readonly number[], dtype: DType): readonly NDArray[] => {
  const turned = transpose(noise(2, shape.toReversed(), dtype));
  const wide = noise(
    3,
    shape.map((n) => 2 * n + 1),
    dtype,
  );
  const ranges = shape.map((n) => [1, 2 * n + 1, 2] as const);
  const backwards = shape.map(() => [null, null, -1] as const);
  return [noise(1, shape, dtype), turned, slice(wide, ranges), slice(noise(4, shape, dtype), backwards)];
};

const broadcasts: readonly (readonly [readonly number[], readonly number[]])[] = [
  [[4, 5], [5]],
  [
    [4, 1],
    [1, 5],
  ],
  [[], [6]],
  [
    [2, 3, 4],
    [3, 1],
  ],
  [[1000, 3], [3]],
  [[9], [9]],
];

describe.each(floats)("jit gives the bits of eager code for %s", (dtype) => {
  test.each(Object.keys(unary))("%s of every shape and layout", (name) => {
    const f = unary[name] ?? ((x) => x);
    const compiled = jit(f);
    for (const shape of shapes) for (const x of layouts(shape, dtype)) expectSameBits(compiled(x), f(x));
  });

  test.each(Object.keys(binary))("%s of operands that broadcast", (name) => {
    const f = binary[name] ?? ((x) => x);
    const compiled = jit(f);
    for (const [a, b] of broadcasts)
      for (const [x, y] of [
        [noise(1, a, dtype), noise(2, b, dtype)],
        [noise(2, b, dtype), noise(1, a, "float64")],
      ] as const)
        expectSameBits(compiled(x, y), f(x, y));
  });

  test.each(Object.keys(shapely))("%s", (name) => {
    const f = shapely[name] ?? ((x) => x);
    const compiled = jit(f);
    for (const shape of shapes) for (const x of layouts(shape, dtype)) expectSameBits(compiled(x), f(x));
  });

  test("a splat is one element in memory", () => {
    const f = (x: NDArray, y: NDArray) => [add(x, y), sum(x, 0), sum(x)];
    const [x, y] = [ones([9, 5], { dtype }), noise(1, [9, 5], dtype)];
    const splat = slice(transpose(ones([9, 1], { dtype })), [0, null]);
    expectSameBits(jit(f)(x, y), f(x, y));
    expectSameBits(jit((a: NDArray) => mul(a, splat))(noise(1, [9], dtype)), mul(noise(1, [9], dtype), splat));
  });
});

test("jit takes and gives trees, and leaves what is no array as it is", () => {
  const f = (p: { readonly w: NDArray; readonly scale: number }, flag: boolean) => ({
    sum: flag ? add(p.w, p.scale) : p.w,
    parts: [mul(p.w, 2), null, p.scale] as const,
  });
  const p = { w: noise(1, [5]), scale: 0.1 };
  const compiled = jit(f);
  for (const flag of [true, false, true]) {
    const [actual, wanted] = [compiled(p, flag), f(p, flag)];
    expectSameBits(actual, wanted);
    expect(actual.parts.slice(1)).toEqual(wanted.parts.slice(1));
  }
});

test("jit leaves a number a number, which takes a float array's dtype", () => {
  const f = (x: NDArray, rate: number) => mul(x, rate);
  const compiled = jit(f);
  for (const rate of [0.1, 0.2, 0.1]) expectSameBits(compiled(noise(1, [4]), rate), f(noise(1, [4]), rate));
});

test("jit leaves a number a number where an array was before, and the other way round", () => {
  const x = noise(1, [3]);
  const f = (y: NDArray, factor: NDArray | number) => mul(y, factor);
  const inRecord = ({ y, factor }: { readonly y: NDArray; readonly factor: NDArray | number }) => mul(y, factor);
  const [compiled, ofRecord] = [jit(f), jit(inRecord)];
  for (const factor of [array(2), 2, array(2), 3, array(3)]) {
    expectSameBits(compiled(x, factor), f(x, factor));
    expectSameBits(ofRecord({ y: x, factor }), f(x, factor));
  }
});

test("jit tells arguments apart by structure, shape and dtype", () => {
  const compiled = jit((x: unknown) => sum(Array.isArray(x) ? add(x[0] as NDArray, x[1] as NDArray) : (x as NDArray)));
  const xs = [noise(1, [4]), noise(1, [5]), noise(1, [4], "float64"), [noise(1, [4]), noise(2, [4])]];
  for (const x of [...xs, ...xs.toReversed()])
    expectSameBits(compiled(x), sum(Array.isArray(x) ? add(x[0] as NDArray, x[1] as NDArray) : x));
});

test("jit gives an argument or a constant back as it is", () => {
  const [x, c] = [noise(1, [4]), noise(2, [3])];
  const [a, b] = jit((x: NDArray) => [x, c] as const)(x);
  expect(a).toBe(x);
  expect(b).toBe(c);
});

test("jit works inside grad, and grad inside jit", () => {
  const f = (x: NDArray<[5]>) => sum(mul(x, mul(x, x)));
  const x = noise(1, [5]) as NDArray<[5]>;
  expectSameBits(grad(jit(f))(x), grad(f)(x));
  expectSameBits(jit(grad(f))(x), grad(f)(x));
  expectSameBits(jit(valueAndGrad(jit(f)))(x), valueAndGrad(f)(x));
  expectSameBits(
    jit((x: NDArray<[5]>) => grad((y: NDArray<[5]>) => sum(mul(y, grad(f)(y))))(x))(x),
    grad((y: NDArray<[5]>) => sum(mul(y, grad(f)(y))))(x),
  );
});

test("jit takes functions with rules of their own, and checkpoints, apart into their operations", () => {
  const cube = (x: NDArray) => mul(x, mul(x, x));
  const rule = customVjp(cube, { forward: (x) => [cube(x), x], backward: (x, t) => [mul(t, x)] });
  const nested = customJvp(
    (x: NDArray) => rule(checkpoint(rule)(x)),
    ([x], [t]) => [rule(x), mul(x, t)],
  );
  const looped = (x: NDArray) => scan((c: NDArray) => [nested(c), sum(c)] as const, x, null, { length: 2 });
  const x = noise(1, [5]);
  expectSameBits(jit(nested)(x), nested(x));
  expectSameBits(jit(looped)(x), looped(x));
  const gradient = grad((y: NDArray) => sum(looped(y)[0]));
  expectSameBits(jit(gradient)(x), gradient(x));
});

test("jit sees the values of a transform around it, also closed-over ones", () => {
  const compiled = (x: NDArray) => jit((y: NDArray) => mul(x, y))(array(3));
  expect(toNested(grad((x: NDArray<[]>) => compiled(x) as NDArray<[]>)(array(2)))).toBe(3);
});

test("jit forgets the least recently used of too many forms", () => {
  const compiled = jit((x: NDArray) => sub(x, 1));
  for (const round of [0, 1])
    for (let n = 1; n <= 40; n++) expectSameBits(compiled(noise(round, [n])), sub(noise(round, [n]), 1));
});
