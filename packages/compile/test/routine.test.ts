import {
  add,
  argmax,
  argsort,
  array,
  cholesky,
  concatenate,
  cumsum,
  matmul,
  mul,
  type NDArray,
  pad,
  set,
  ShapeError,
  slice,
  solve,
  sort,
  stack,
  sum,
  take,
  tanh,
  transpose,
  zeros,
} from "@gradfold/core";
import { cond, grad, scan as eagerly, whileLoop } from "@gradfold/autodiff";
import { describe, expect, test } from "vitest";
import { jit, scan } from "../src/index.ts";
import { expectSameBits, floats, noise } from "./bits.ts";

const places = (...list: readonly number[]): NDArray => array(list, { dtype: "int32" });

describe.each(floats)("Routines of %s", (dtype) => {
  test("are fused with what is before and behind, and have gradients", () => {
    const f = (x: NDArray) => {
      const sorted = sort(tanh(x), 0);
      const rows = take(mul(x, 2), argsort(sum(x, 1)));
      return [sum(mul(sorted, cumsum(rows, 0))), argmax(add(x, 1), 1), concatenate([sorted, rows], 1)];
    };
    const x = noise(1, [7, 5], dtype);
    expectSameBits(jit(f)(x), f(x));
    const loss = (y: NDArray): NDArray<[]> => f(y)[0] as NDArray<[]>;
    expectSameBits(jit(grad(loss))(x), grad(loss)(x));
  });

  test("solve systems, with gradients", () => {
    const f = (x: NDArray) => {
      const a = add(
        matmul(transpose(x), x),
        mul(
          array(
            [
              [1, 0, 0],
              [0, 1, 0],
              [0, 0, 1],
            ],
            { dtype },
          ),
          5,
        ),
      );
      return sum(add(solve(a, slice(x, [[0, 3]])), cholesky(a)));
    };
    const x = noise(2, [6, 3], dtype);
    expectSameBits(jit(f)(x), f(x));
    expectSameBits(jit(grad(f))(x), grad(f)(x));
  });

  test("start from zeros at every call", () => {
    const f = (x: NDArray, at: NDArray) => grad((y: NDArray) => sum(mul(take(y, at), take(y, at))))(x);
    const compiled = jit(f);
    for (const at of [places(0, 0, 3), places(1, 2, 2), places(-1, -4, 0)])
      expectSameBits(compiled(noise(3, [4], dtype), at), f(noise(3, [4], dtype), at));
  });

  test("work on one element for all, and on none", () => {
    const f = (x: NDArray) => [sort(x, 0), cumsum(x, 0), take(x, zeros([0], { dtype: "int32" })), argmax(x)];
    expectSameBits(jit(f)(array([3], { dtype })), f(array([3], { dtype })));
    const g = (x: NDArray) => [sort(x, 0), cumsum(x, 1)];
    for (const x of [zeros([4, 3], { dtype }), zeros([0, 3], { dtype })]) expectSameBits(jit(g)(x), g(x));
  });
});

describe("An index that is out of range", () => {
  const f = (x: NDArray, at: NDArray) => sum(take(tanh(x), at));
  const message = "take: index 4 is out of range for axis 0 of [4]";

  test("is refused with the error of eager code, and the next call is as good as ever", () => {
    const compiled = jit(f);
    const x = noise(1, [4]);
    const good = compiled(x, places(1, 2));
    for (let i = 0; i < 2; i++) {
      expect(() => compiled(x, places(1, 4))).toThrow(ShapeError);
      expect(() => compiled(x, places(1, 4))).toThrow(message);
      expectSameBits(compiled(x, places(1, 2)), good);
      expectSameBits(compiled(mul(x, 2), places(0, -4)), f(mul(x, 2), places(0, -4)));
    }
    expect(() => compiled(x, places(0, -5))).toThrow("take: index -5");
  });

  test("is refused where it is first met", () => {
    const g = jit((x: NDArray, a: NDArray, b: NDArray) => add(take(x, a), take(mul(x, 2), b)));
    const x = noise(1, [4]);
    expect(() => g(x, places(5), places(6))).toThrow("index 5");
    expect(() => g(x, places(0), places(6))).toThrow("index 6");
    expectSameBits(g(x, places(0), places(3)), add(take(x, places(0)), take(mul(x, 2), places(3))));
  });

  test("is refused inside of loops, and only in the branch that is taken", () => {
    const x = noise(1, [4]);
    const body = (c: NDArray, at: NDArray) => [add(c, take(x, at)), c] as const;
    expect(() => scan(body, array(0, { dtype: "float32" }), places(0, 1, 4, 9))).toThrow(message);
    const zero = array(0, { dtype: "float32" });
    expectSameBits(scan(body, zero, places(0, 1, 3)), eagerly(body, zero, places(0, 1, 3)));
    const endless = jit((at: NDArray) =>
      whileLoop(
        () => array(true) as never,
        () => sum(take(x, at)),
        zero,
      ),
    );
    expect(() => endless(places(4) as never)).toThrow(message);
    const choose = jit((truth: NDArray<[]>) =>
      cond(
        truth,
        (y: NDArray) => take(y, places(4)),
        (y: NDArray) => take(y, places(3)),
        x,
      ),
    );
    expectSameBits(choose(array(0)), take(x, places(3)));
    expect(() => choose(array(1))).toThrow(message);
  });
});

describe.each([...floats, "int32", "bool"] as const)("Arrays of %s are put together", (dtype) => {
  const x = array([1, 0, 1, 1, 0, 0], { shape: [2, 3], dtype });
  const compiles = (f: (x: NDArray) => unknown): void => {
    for (const y of [x, transpose(array([0, 1, 1, 0, 1, 0], { shape: [3, 2], dtype })), zeros([2, 3], { dtype })])
      expectSameBits(jit(f)(y), f(y));
  };

  test("side by side, along any axis, with nothing written between", () => {
    for (const axis of [0, 1, 2]) compiles((y) => stack([y, x, y], axis));
    for (const axis of [0, 1])
      compiles((y) =>
        concatenate(
          [
            y,
            x,
            y,
            slice(
              y,
              [
                [0, 1],
                [0, 2],
              ].slice(0, 2) as never,
            ),
          ].slice(0, 3),
          axis,
        ),
      );
    compiles((y) => [
      pad(y, [
        [1, 2],
        [0, 3],
      ]),
      pad(y, [
        [0, 0],
        [5, 0],
      ]),
    ]);
  });

  test("over one another, in order", () => {
    compiles((y) => set(y, [[0, 1]], slice(x, [[1, 2]])));
    compiles((y) => set(set(y, [null, [0, 2]], slice(x, [null, [1, 3]])), [1], slice(y, [0])));
    compiles((y) =>
      set(
        pad(y, [
          [2, 2],
          [2, 2],
        ]),
        [
          [null, null, -2],
          [1, 4],
        ],
        slice(
          pad(y, [
            [2, 2],
            [2, 2],
          ]),
          [
            [0, 3],
            [0, 3],
          ],
        ),
      ),
    );
  });
});

test("What is put together is computed on the way, of many rows", () => {
  for (const shape of [[33, 7], [5, 64], [1000]]) {
    const [x, y] = [noise(1, shape), noise(2, shape)];
    const f = (a: NDArray, b: NDArray) => {
      const both = concatenate([tanh(a), mul(a, b), b], 0);
      return [both, sum(both), stack([add(a, 1), b, tanh(b)], -1), sum(concatenate([a, b], -1))];
    };
    expectSameBits(jit(f)(x, y), f(x, y));
    const loss = (a: NDArray) => sum(f(a, y)[1] as NDArray);
    expectSameBits(jit(grad(loss))(x), grad(loss)(x));
  }
});
