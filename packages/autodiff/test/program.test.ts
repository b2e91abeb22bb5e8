import {
  add,
  array,
  item,
  matmul,
  mul,
  type NDArray,
  ones,
  square,
  sub,
  sum,
  tanh,
  toNested,
  tree,
} from "@gradfold/core";
import { describe, expect, test } from "vitest";
import { grad, program, scan, valueAndGrad } from "../src/index.ts";

const x = array([
  [1, 2],
  [3, 4],
  [5, 6],
]);
const y = array([1, 2, 3]);
const loss = (a: NDArray) => sum(square(sub(tanh(matmul(x, a)), y)));
const a = array([0.1, -0.2]);

describe("a traced program", () => {
  test("gives the bits of the function, plain and simplified", () => {
    const traced = program.of(valueAndGrad(loss))(a);
    const wanted = tree.leaves(valueAndGrad(loss)(a)).map(toNested);
    expect(program.evaluate(traced, [a]).map(toNested)).toEqual(wanted);
    expect(program.evaluate(program.simplify(traced), [a]).map(toNested)).toEqual(wanted);
  });
  test("can be differentiated like any other function", () => {
    const traced = program.of(loss)(a);
    const evaluated = (p: NDArray) => program.evaluate(traced, [p])[0] ?? array(NaN);
    expect(toNested(grad(evaluated)(a))).toEqual(toNested(grad(loss)(a)));
  });
  test("computes once what is written twice, and nothing that is unused", () => {
    const traced = program.of((p) => {
      tanh(p);
      return add(square(p), square(p));
    })(a);
    expect(traced.equations).toHaveLength(4);
    expect(program.simplify(traced).equations).toHaveLength(2);
  });
  test("prints its operations, one a line", () => {
    expect(program.print(program.of((p) => sum(mul(2, p), 0))(ones([3, 2])))).toBe(
      [
        "program (a: float64[3, 2])",
        "  c: float64[3, 2] = mul 2 a",
        "  d: float64[2] = sum{axes=[0]} c",
        "  return d",
      ].join("\n"),
    );
  });
  test("takes as many inputs as it was traced with", () => {
    expect(() => program.evaluate(program.of(loss)(a), [])).toThrow("program.evaluate: 0 inputs for a program of 1");
  });
});

describe("what is not known while a function is traced", () => {
  test("is refused with the way out", () => {
    expect(() => program.of((p) => (item(sum(p)) > 0 ? p : mul(p, 2)))(a)).toThrow(
      "item: the value is not known while a function is traced",
    );
  });
  test("is refused after the trace as well", () => {
    let kept: NDArray = a;
    program.of((p) => (kept = p))(a);
    expect(() => add(kept, 1)).toThrow("after that transform ended");
  });
});

describe("a scan", () => {
  const body = (carry: NDArray, row: NDArray) => [tanh(add(carry, row)), mul(carry, 2)] as const;
  const looped = (init: NDArray, rows: NDArray) => {
    const ys: NDArray[] = [];
    let carry = init;
    for (let i = 0; i < 3; i++) {
      const [next, out] = body(carry, array((toNested(rows) as number[][])[i] ?? []));
      carry = next;
      ys.push(out);
    }
    return [toNested(carry), ys.map(toNested)];
  };
  test("is the loop, eagerly, traced, and simplified", () => {
    expect(scan(body, a, x).map(toNested)).toEqual(looped(a, x));
    const traced = program.of((c: NDArray, rows: NDArray) => scan(body, c, rows))(a, x);
    expect(traced.equations.map((equation) => equation.kind === "call" && equation.compound.control.kind)).toEqual([
      "scan",
    ]);
    for (const each of [traced, program.simplify(traced)])
      expect(program.evaluate(each, [a, x]).map(toNested)).toEqual(looped(a, x));
  });
  test("closes over values of the function that is traced", () => {
    const f = (scale: NDArray) => scan((c: NDArray) => [mul(c, scale), c] as const, scale, null, { length: 4 });
    const traced = program.of(f)(array(2));
    expect(program.evaluate(traced, [array(2)]).map(toNested)).toEqual([32, [2, 4, 8, 16]]);
  });
  test("has a gradient", () => {
    const total = (c: NDArray) => sum(scan((v: NDArray) => [mul(v, v), null] as const, c, null, { length: 3 })[0]);
    expect(toNested(grad(total)(array(1.5)))).toBeCloseTo(8 * 1.5 ** 7, 9);
  });
  test("of no step gives the carry and no rows", () => {
    const [carry, ys] = scan(body, a, ones([0, 2]));
    expect([toNested(carry), ys.shape]).toEqual([
      [0.1, -0.2],
      [0, 2],
    ]);
  });
  test("refuses a carry that changes, rows that differ, and a missing length", () => {
    expect(() => scan((c: NDArray) => [sum(c), null] as const, a, null, { length: 2 })).toThrow(
      "scan: the carry must come back as it began: the carry is float64 [], not float64 [2].",
    );
    expect(() => scan((c: NDArray) => [c, null] as const, a, [ones([2]), ones([3])])).toThrow(
      "scan: every leaf of xs needs 2 rows",
    );
    expect(() => scan((c: NDArray) => [c, null] as const, a, null)).toThrow("the number of steps is needed");
    expect(() => scan((c: NDArray) => [c, null] as const, a, null, { length: -1 })).toThrow("from 0 on, not -1");
  });
});
