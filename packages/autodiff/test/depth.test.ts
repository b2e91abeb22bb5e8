import { add, array, item, mul, type NDArray, ones, type Scalar, sin, slice, sum } from "@gradfold/core";
import { bind, type Primitive } from "@gradfold/core/transform";
import { describe, expect, test } from "vitest";
import {
  checkpoint,
  debugNaN,
  grad,
  hessian,
  jacfwd,
  jacrev,
  jvp,
  linearize,
  program,
  type Program,
  vjp,
  vmap,
} from "../src/index.ts";

/* Programs of many operations in a row: nothing recurses on their depth, and work grows with their number. */

/** An addition that counts how often its record is asked for something. */
const openCounter = () => {
  let count = 0;
  const counted = <A>(x: A): A => {
    count += 1;
    return x;
  };
  const plus = (a: NDArray, b: NDArray): NDArray => bind(primitive, [a, b]);
  const primitive: Primitive = {
    name: "plus",
    parameters: {},
    type: ([a = array(NaN)]) => counted({ shape: a.shape, dtype: a.dtype }),
    evaluate: ([a = array(NaN), b = a]) => counted(add(a, b)),
    loops: { kind: "evaluate" },
    jvp: ([a = null, b = null]) => counted(a && b ? plus(a, b) : (a ?? b)),
    vjp: (_, cotangent) => counted(cotangent),
    batch: ([a = array(NaN), b = a]) => counted(plus(a, b)),
  };
  return { plus, count: () => count };
};

type Sum = (a: NDArray, b: NDArray) => NDArray;

/** Shapes of programs, of n sums. */
const programs: Readonly<Record<string, (plus: Sum, n: number) => (x: NDArray) => NDArray>> = {
  "in a row": (plus, n) => (x) => {
    let y = x;
    for (let i = 0; i < n; i++) y = plus(y, x);
    return y;
  },
  "each of the last one twice": (plus, n) => (x) => {
    let y = mul(x, 0);
    for (let i = 0; i < n; i++) y = plus(y, y);
    return y;
  },
  "in a tree": (plus, n) => (x) => {
    let row: readonly NDArray[] = Array.from({ length: n + 1 }, (_, i) => mul(x, i));
    while (row.length > 1)
      row = row.flatMap((a, i) => (i % 2 === 1 ? [] : row[i + 1] === undefined ? [a] : [plus(a, row[i + 1] ?? a)]));
    return row[0] ?? x;
  },
};

const at = ones([2]);
const scalar = (f: (x: NDArray) => NDArray) => (x: NDArray) => sum(f(x));

const transforms: Readonly<Record<string, (f: (x: NDArray) => NDArray) => unknown>> = {
  grad: (f) => grad(scalar(f))(at),
  "grad of grad": (f) => grad(scalar(grad(scalar(f))))(at),
  jvp: (f) => jvp(f, [at], [at]),
  vmap: (f) => vmap(f)(at),
  linearize: (f) => linearize(f, at)[1](at),
  jacfwd: (f) => jacfwd(f)(at),
  jacrev: (f) => jacrev(f)(at),
  hessian: (f) => hessian(scalar(f))(at),
  checkpoint: (f) => grad(scalar(checkpoint(f)))(at),
  debugNaN: (f) => debugNaN(f)(at),
  "a program": (f) => program.evaluate(program.simplify(program.of(f)(at)), [at]),
};

describe.each(Object.entries(programs))(
  "what is asked of the operations of sums %s grows with their number",
  (_, make) => {
    test.each(Object.entries(transforms))("under %s", (_name, transform) => {
      const asked = (n: number): number => {
        const { plus, count } = openCounter();
        transform(make(plus, n));
        return count();
      };
      expect(asked(300)).toBeLessThanOrEqual(3.3 * asked(100));
    });
  },
);

/** The same program, which counts how often the operands of an equation are looked at. */
const watched = (traced: Program): { readonly seen: () => number; readonly program: Program } => {
  let seen = 0;
  const equations = traced.equations.map((equation) =>
    Object.defineProperty({ ...equation }, "inputs", {
      enumerable: true,
      get: () => {
        seen += 1;
        return equation.inputs;
      },
    }),
  );
  return { seen: () => seen, program: { ...traced, equations } };
};

test.each(Object.entries(programs))(
  "what looks at a program of sums %s looks at each equation equally often",
  (_, make) => {
    const looks = (n: number): number => {
      const { seen, program: p } = watched(program.of(make(add, n))(at));
      program.print(p);
      program.simplify(p);
      program.evaluate(p, [at]);
      return seen();
    };
    expect(looks(300)).toBeLessThanOrEqual(3.3 * looks(100));
  },
);

describe("200,000 operations in a row", () => {
  const wave = (x: NDArray): Scalar => {
    let y = sum(x);
    for (let i = 0; i < 100_000; i++) y = mul(0.999_99, sin(y));
    return y;
  };
  test("have a gradient, a tangent and a stack", () => {
    const slope = item(slice(grad(wave)(at), [0]));
    expect(item(jvp(wave, [at], [array([1, 0])])[1]) / slope).toBeCloseTo(1, 9);
    expect(vmap(wave)(ones([3, 2])).shape).toEqual([3]);
  });
  test("are a program", () => {
    const traced = program.simplify(program.of(wave)(at));
    expect(traced.equations.length).toBeGreaterThanOrEqual(200_000);
    expect(program.print(traced).split("\n").length).toBe(traced.equations.length + 2);
    expect(program.evaluate(traced, [at]).map(item)).toEqual([item(wave(at))]);
  });
});

describe("thousands", () => {
  const n = 3000;
  const scaled = (x: NDArray): readonly NDArray[] => Array.from({ length: n }, (_, i) => mul(x, i));
  test("of arguments have gradients", () => {
    const args = Array.from({ length: n }, (_, i) => array(i));
    const total = (...xs: NDArray[]): NDArray => xs.reduce((a, b) => add(a, mul(b, b)));
    const gradients = grad(total as (x: NDArray, ...rest: NDArray[]) => Scalar, { argnums: args.map((_, i) => i) });
    const [first = at, ...rest] = args;
    expect(gradients(first as Scalar, ...rest).map((g) => item(g as Scalar))).toEqual(
      args.map((_, i) => (i === 0 ? 1 : 2 * i)),
    );
  });
  test("of results have cotangents, tangents and rows", () => {
    const [results, pullback] = vjp(scaled, at);
    expect(pullback(results).map((x) => x.shape)).toEqual([[2]]);
    expect(jvp(scaled, [at], [at])[1]).toHaveLength(n);
    expect(vmap(scaled)(at)).toHaveLength(n);
    expect(program.of(scaled)(at).outputs).toHaveLength(n);
  });
});
