import {
  add,
  array,
  div,
  item,
  less,
  matmul,
  mul,
  type NDArray,
  neg,
  type Scalar,
  sub,
  sum,
  take,
  tanh,
  zeros,
} from "@gradfold/core";
import { cond, foriLoop, grad, jvp, scan as eagerly, valueAndGrad, vmap, whileLoop } from "@gradfold/autodiff";
import { describe, expect, test } from "vitest";
import { jit, scan } from "../src/index.ts";
import { expectSameBits, floats, noise } from "./bits.ts";

const collatz = (n: NDArray): readonly [NDArray, NDArray] => {
  const two = array(2, { dtype: "int32" });
  const one = array(1, { dtype: "int32" });
  return whileLoop(
    ([m]: readonly [NDArray<[]>, NDArray<[]>]) => less(one, m),
    ([m, steps]: readonly [NDArray<[]>, NDArray<[]>]) =>
      [
        cond(
          less(0, sub(m, mul(two, halved(m)))),
          (x: NDArray<[]>) => add(mul(array(3, { dtype: "int32" }), x), one),
          (x: NDArray<[]>) => halved(x),
          m,
        ),
        add(steps, one),
      ] as never,
    [n, zeros([], { dtype: "int32" })] as never,
  );
};

/** Half of a whole number, cut: by looking it up among products, as there is no division of whole numbers. */
const halved = (n: NDArray<[]>): NDArray<[]> => take(halves, n);
const halves = array(
  Array.from({ length: 10000 }, (_, i) => Math.floor(i / 2)),
  { dtype: "int32" },
);

describe.each(floats)("Loops and choices of %s give the bits of eager code", (dtype) => {
  const root = (a: Scalar): Scalar =>
    whileLoop(
      (x: Scalar) => less(1e-3, sub(mul(x, x), a)),
      (x: Scalar) => mul(array(0.5, { dtype }), add(x, div(a, x))),
      add(a, array(1, { dtype })),
    );

  test("whileLoop, from no turn to many, and its tangents", () => {
    const compiled = jit(root);
    for (const value of [0, 0.01, 2, 100, 1e6]) {
      const a = array(value, { dtype });
      expectSameBits(compiled(a), root(a));
      const along = (x: Scalar) => jvp(root, [x], [x]);
      expectSameBits(jit(along)(a), along(a));
    }
    const all = vmap(root);
    const values = array([2, 3, 50], { dtype });
    expectSameBits(jit(all)(values), all(values));
  });

  test("cond, each way, with its gradient", () => {
    const f = (x: NDArray<[5]>, y: NDArray<[5]>) =>
      cond(
        less(sum(x), 0),
        (a, b) => ({ first: neg(tanh(a)), second: [b, sum(mul(a, b))] as const }),
        (a, b) => ({ first: b, second: [add(a, b), sum(a)] as const }),
        x,
        y,
      );
    const compiled = jit(f);
    for (const seed of [1, 2, 3, 4]) {
      const [x, y] = [noise(seed, [5], dtype), noise(9, [5], dtype)] as never as [NDArray<[5]>, NDArray<[5]>];
      expectSameBits(compiled(x, y), f(x, y));
      const loss = (a: NDArray<[5]>) => sum(f(a, y).first);
      expectSameBits(jit(grad(loss))(x), grad(loss)(x));
    }
  });

  test("cond of constants, operands as they are, and splats", () => {
    const table = noise(7, [4], dtype);
    const f = (x: NDArray<[4]>) =>
      cond(
        less(sum(x), 0),
        (y) => [table, zeros([3], { dtype }), y] as never,
        (y) => [mul(y, table), add(zeros([3], { dtype }), 1), table] as never,
        x,
      );
    for (const sign of [1, -1]) {
      const x = mul(noise(1, [4], dtype), array(sign, { dtype })) as NDArray<[4]>;
      expectSameBits(jit(f)(x), f(x));
    }
  });

  test("in one another, and in scan", () => {
    const inner = (x: NDArray<[3]>): NDArray<[3]> =>
      whileLoop(
        (y: NDArray<[3]>) => less(sum(mul(y, y)), 10),
        (y: NDArray<[3]>) =>
          cond(
            less(sum(y), 0),
            (z) => mul(z, array(-1.5, { dtype })),
            (z) => add(mul(z, array(1.25, { dtype })), array(0.5, { dtype })),
            y,
          ),
        x,
      );
    const body = (c: NDArray<[3]>, row: NDArray<[3]>) => {
      const next = inner(tanh(add(c, row)));
      return [tanh(next), next] as const;
    };
    const [init, xs] = [noise(1, [3], dtype) as NDArray<[3]>, noise(2, [6, 3], dtype) as NDArray<[6, 3]>];
    const wanted = eagerly(body, init, xs);
    expectSameBits(scan(body, init, xs), wanted);
    expectSameBits(jit((c: NDArray<[3]>, rows: NDArray<[6, 3]>) => eagerly(body, c, rows))(init, xs), wanted);
  });

  test("foriLoop, with products and its gradient", () => {
    const f = (w: NDArray<[3, 3]>) => foriLoop(0, 5, (_, x: NDArray<[3]>) => tanh(matmul(w, x)), start);
    const start = noise(3, [3], dtype) as NDArray<[3]>;
    const w = noise(4, [3, 3], dtype) as NDArray<[3, 3]>;
    expectSameBits(jit(f)(w), f(w));
    const both = valueAndGrad((v: NDArray<[3, 3]>) => sum(f(v)));
    expectSameBits(jit(both)(w), both(w));
  });

  test("with carries that change places, and of no elements", () => {
    const f = (a: NDArray, b: NDArray, none: NDArray) =>
      whileLoop(
        ([x]: readonly NDArray[]) => less(sum(x ?? 0), 50) as never,
        ([x = a, y = b, z = none]: readonly NDArray[]) => [y, add(mul(x, x), 1), mul(z, 2)],
        [a, b, none] as readonly NDArray[],
      );
    const args = [noise(1, [3], dtype), noise(2, [3], dtype), zeros([0], { dtype })] as const;
    expectSameBits(jit(f)(...args), f(...args));
  });

  test("and the memory of a constant in a loop is nobody else's", () => {
    const table = noise(5, [600], dtype);
    const f = (x: NDArray) => {
      const a = tanh(sum(mul(x, x), 0, { keepDims: true }));
      const b = sub(x, tanh(sub(a, tanh(x))));
      const [c] = eagerly((y: NDArray) => [add(mul(y, table), a), sum(y)] as const, tanh(b), null, { length: 3 });
      return [c, sum(b)];
    };
    const x = noise(6, [600], dtype);
    const compiled = jit(f);
    for (let i = 0; i < 3; i++) expectSameBits(compiled(x), f(x));
  });
});

test("Whole numbers decide how often a loop turns", () => {
  const compiled = jit(collatz);
  for (const n of [1, 7, 27]) {
    const start = array(n, { dtype: "int32" });
    expectSameBits(compiled(start), collatz(start));
  }
  expect(item(collatz(array(27, { dtype: "int32" }))[1] as NDArray<[]>)).toBe(111);
});
