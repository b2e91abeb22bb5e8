import {
  add,
  array,
  div,
  DomainError,
  exp,
  less,
  log,
  mean,
  mul,
  type NDArray,
  ones,
  sqrt,
  sub,
  sum,
  toNested,
  zeros,
} from "@gradfold/core";
import { describe, expect, test } from "vitest";
import { cond, debugNaN, evalShape, grad, jvp, program, scan, valueAndGrad, vmap } from "../src/index.ts";

describe("debugNaN", () => {
  test("leaves a function as it is where there is no NaN", () => {
    const f = debugNaN((p: { a: NDArray }, y: NDArray) => ({ out: mul(p.a, y), list: [y] }));
    const got = f({ a: array([1, 2]) }, array(3));
    expect([toNested(got.out), toNested(got.list[0] ?? array(0))]).toEqual([[3, 6], 3]);
    expect(toNested(debugNaN(grad((x: NDArray) => sum(exp(x))))(zeros([2])))).toEqual([1, 1]);
  });
  test("names the operation that makes the first one, with its operands", () => {
    const f = (x: NDArray, y: NDArray) => mean(exp(add(log(sub(x, y)), 1)));
    expect(() => debugNaN(f)(ones([3]), array([0.5, 2, 3]))).toThrow(DomainError);
    expect(() => debugNaN(f)(ones([3]), array([0.5, 2, 3]))).toThrow(
      "debugNaN: log is the first operation to make a NaN, of float64 [3].",
    );
    expect(() => debugNaN((x: NDArray) => div(x, mul(x, ones([2, 1]))))(zeros([3]))).toThrow(
      "div is the first operation to make a NaN, of float64 [3] and float64 [2, 3].",
    );
  });
  test("looks into gradients, tangents, stacks and loops", () => {
    // The value is 0, but the way back multiplies 0 by Infinity.
    const root = (x: NDArray) => sum(sqrt(mul(x, x)));
    expect(() => debugNaN(grad(root))(zeros([2]))).toThrow("mul is the first operation to make a NaN");
    expect(() => debugNaN(valueAndGrad(root))(zeros([2]))).toThrow("to make a NaN");
    expect(() => debugNaN((x: NDArray) => jvp(log, [x], [x])[1])(array([-1]))).toThrow("log is the first");
    expect(() => debugNaN(vmap((x: NDArray) => log(x)))(array([1, -1]))).toThrow("log is the first");
    const loop = (x: NDArray) => scan((c: NDArray) => [sub(c, 1), log(c)] as const, x, null, { length: 3 })[1];
    expect(() => debugNaN(loop)(array(1))).toThrow("scan is the first operation to make a NaN, of float64 [].");
  });
  test("lets a NaN that is given pass", () =>
    expect(toNested(debugNaN((x: NDArray) => add(x, 1))(array([NaN])))).toEqual([NaN]));
});

describe("evalShape", () => {
  test("gives shapes and dtypes of a tree, and computes nothing", () => {
    const f = (p: { w: NDArray; n: number }, x: NDArray) => {
      const y = mul(p.w, x);
      return { y, total: sum(y), small: less(y, 1), none: null };
    };
    expect(evalShape(f)({ w: ones([3, 1]), n: 2 }, ones([4], { dtype: "float32" }))).toEqual({
      y: { shape: [3, 4], dtype: "float64" },
      total: { shape: [], dtype: "float64" },
      small: { shape: [3, 4], dtype: "bool" },
      none: null,
    });
    expect(evalShape(grad((x: NDArray) => sum(x)))(ones([1000, 1000]))).toEqual({
      shape: [1000, 1000],
      dtype: "float64",
    });
    const branches = (x: NDArray) =>
      cond(
        less(sum(x), 0),
        (y) => y,
        (y) => mul(y, 2),
        x,
      );
    expect(evalShape(branches)(ones([2]))).toEqual({ shape: [2], dtype: "float64" });
  });
  test("gives the words of the operation that does not fit", () =>
    expect(() => evalShape((x: NDArray) => add(x, ones([3])))(ones([2]))).toThrow(
      "add: cannot broadcast [2] with [3]",
    ));
});

test("a trace of nested transforms holds the operations of all of them", () => {
  const traced = program.of(vmap(grad((x: NDArray) => sum(mul(x, exp(x))))))(ones([4, 2]));
  expect(traced.equations.length).toBeGreaterThan(2);
  expect(traced.types.at(-1)?.shape).toEqual([4, 2]);
});
