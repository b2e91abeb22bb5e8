import {
  add,
  allClose,
  array,
  exp,
  greater,
  item,
  less,
  matmul,
  mul,
  type NDArray,
  neg,
  ones,
  type Scalar,
  slice,
  square,
  stack,
  sum,
  tanh,
  toNested,
  toTypedArray,
  tree,
} from "@gradfold/core";
import { describe, expect, test } from "vitest";
import {
  cond,
  foriLoop,
  grad,
  hessian,
  hvp,
  jacfwd,
  jacrev,
  jvp,
  linearize,
  program,
  scan,
  valueAndGrad,
  vjp,
  vmap,
  whileLoop,
} from "../src/index.ts";

/** Fails unless two trees have equal arrays, up to rounding. */
const near = (a: unknown, b: unknown): void => {
  expect(tree.mapTo((x) => x.shape, a)).toEqual(tree.mapTo((x) => x.shape, b));
  expect(tree.allClose(a, b, { rtol: 1e-12, atol: 1e-12 })).toBe(true);
};

const elements = (x: unknown): unknown => tree.mapTo(toNested, x);

const w = array([
  [0.5, -0.25],
  [0.75, 1],
]);
const start = array([0.3, -0.5]);
const rows = array([
  [1, 2],
  [-0.5, 0.25],
  [0.125, 1],
  [0.5, -1],
]);

interface Run {
  readonly w: NDArray;
  readonly start: NDArray;
  readonly rows: NDArray;
}
const run: Run = { w, start, rows };

/** A recurrent network that closes over its weights, as a loop of the library and as one of JavaScript. */
const recurrent = ({ w, start, rows }: Run) => {
  const [last, seen] = scan(
    (c: { readonly h: NDArray; readonly n: NDArray }, x: NDArray) => {
      const h = tanh(add(matmul(w, c.h), mul(x, matmul(w, x))));
      return [
        { h, n: add(c.n, 1) },
        { twice: mul(h, c.h), h },
      ] as const;
    },
    { h: start, n: array(0) },
    rows,
  );
  return { last: last.h, count: last.n, ...seen };
};
const unrolled = ({ w, start, rows }: Run) => {
  let h = start;
  let count: NDArray = array(0);
  const seen: { twice: NDArray; h: NDArray }[] = [];
  for (let i = 0; i < 4; i++) {
    const x = slice(rows, [i]);
    const next = tanh(add(matmul(w, h), mul(x, matmul(w, x))));
    seen.push({ twice: mul(next, h), h: next });
    h = next;
    count = add(count, 1);
  }
  return { last: h, count, twice: stack(seen.map((s) => s.twice)), h: stack(seen.map((s) => s.h)) };
};
const total =
  (f: (run: Run) => ReturnType<typeof recurrent>) =>
  (run: Run): Scalar => {
    const { last, twice, h, count } = f(run);
    return add(sum(mul(last, count)), add(sum(square(twice)), sum(mul(h, rows))));
  };

describe("a scan", () => {
  test("is the loop in its values, plain and in every transform that does nothing else", () => {
    expect(elements(recurrent(run))).toEqual(elements(unrolled(run)));
    expect(elements(vjp(recurrent, run)[0])).toEqual(elements(unrolled(run)));
    expect(elements(jvp(recurrent, [run], [run])[0])).toEqual(elements(unrolled(run)));
    expect(elements(linearize(recurrent, run)[0])).toEqual(elements(unrolled(run)));
  });
  test("is the loop in its derivatives, by every leaf", () => {
    near(grad(total(recurrent))(run), grad(total(unrolled))(run));
    near(jvp(recurrent, [run], [run])[1], jvp(unrolled, [run], [run])[1]);
    near(linearize(recurrent, run)[1](run), jvp(unrolled, [run], [run])[1]);
    near(jacfwd(recurrent)(run), jacfwd(unrolled)(run));
    near(jacrev(recurrent)(run), jacfwd(unrolled)(run));
  });
  test("is the loop in its second and third derivatives, whichever modes are nested", () => {
    const f = (v: NDArray) => total(recurrent)({ ...run, w: v });
    const g = (v: NDArray) => total(unrolled)({ ...run, w: v });
    const want = jacfwd(jacfwd(g))(w);
    for (const way of [hessian(f), jacrev(grad(f)), jacfwd(jacfwd(f)), jacrev(jacfwd(f))]) near(way(w), want);
    near(hvp(f)(w, ones([2, 2])), hvp(g)(w, ones([2, 2])));
    const third = (h: typeof f) => jvp((v: NDArray) => hvp(h)(v, w), [w], [w])[1];
    near(third(f), third(g));
  });
  test("is the loop under vmap, whatever is mapped", () => {
    const two = tree.map((x) => stack([x, mul(x, -0.5)]) as never, run);
    const second = tree.map((x) => mul(x, -0.5) as never, run);
    const both = (r: Run) => ({ value: recurrent(r), gradient: grad(total(recurrent))(r) });
    const alone = (r: Run) => ({ value: unrolled(r), gradient: grad(total(unrolled))(r) });
    for (const name of ["w", "start", "rows"] as const) {
      const inAxes = { w: null, start: null, rows: null, [name]: 0 };
      const got = vmap(both, { inAxes: [inAxes] as never })({ ...run, [name]: two[name] });
      near(
        tree.mapTo((x) => slice(x, [0]), got),
        alone(run),
      );
      near(
        tree.mapTo((x) => slice(x, [1]), got),
        alone({ ...run, [name]: second[name] }),
      );
    }
    near(
      tree.mapTo((x) => slice(x, [1]), vmap(both)(two)),
      alone(second),
    );
    near(
      grad((r: Run) => sum(vmap(total(recurrent))(r)))(two).w,
      grad((r: Run) => sum(vmap(total(unrolled))(r)))(two).w,
    );
  });
  test("inside a scan has gradients too", () => {
    const inner = (c: NDArray, x: NDArray) => [tanh(add(mul(c, x), w)), sum(c)] as const;
    const outer = (c: NDArray, x: NDArray) => {
      const [next, ys] = scan(inner, c, x);
      return [next, sum(square(ys))] as const;
    };
    const xs = array([
      [1, 2, 3],
      [0.5, 0.25, -1],
    ]);
    const f = (v: NDArray) => sum(scan(outer, v, xs)[1]);
    const g = (v: NDArray) => {
      let c = v;
      let s: NDArray<[]> = array(0);
      for (let i = 0; i < 2; i++) {
        const sums: NDArray[] = [];
        for (let j = 0; j < 3; j++) {
          sums.push(sum(c));
          c = tanh(add(mul(c, slice(xs, [i, j])), w));
        }
        s = add(s, sum(square(stack(sums))));
      }
      return s;
    };
    near(grad(f)(w), grad(g)(w));
    near(hessian(f)(w), hessian(g)(w));
  });
  test("differentiates through a body that asks for values, step by step", () => {
    const f = (v: NDArray) =>
      scan((c: NDArray) => [item(sum(c)) > 1 ? mul(c, 0.5) : mul(c, 3), c] as const, v, null, { length: 5 })[0];
    expect(toNested(jacrev(f)(array([0.25])))).toEqual([[3 * 3 * 0.5 * 3 * 0.5]]);
    expect(() => vmap(f)(ones([2, 1]))).toThrow("item: inside vmap a value stands for all of a stack at once");
  });
  test("carries integers and truths along", () => {
    const f = (x: NDArray) => {
      const [last] = scan(
        (c: { x: NDArray; n: NDArray; up: NDArray }) =>
          [{ x: mul(c.x, x), n: add(c.n, array(1, { dtype: "int32" })), up: greater(c.x, 1) }, null] as const,
        { x, n: array(0, { dtype: "int32" }), up: array(false) },
        null,
        { length: 3 },
      );
      return last;
    };
    const [{ n, up }, pullback] = vjp(f, array(2));
    expect([n.dtype, item(n), up.dtype, toNested(up)]).toEqual(["int32", 3, "bool", true]);
    expect(item(pullback({ x: array(1), n, up })[0])).toBe(4 * 2 ** 3);
    expect(item(jvp((x: NDArray) => f(x).x, [array(2)], [array(1)])[1])).toBe(32);
    expect(toNested(vmap(f)(array([1, 2])).n)).toEqual([3, 3]);
  });
  test("of no step passes cotangents through", () => {
    const f = (c: NDArray) => scan((v: NDArray, x: NDArray) => [mul(v, x), v] as const, c, ones([0, 2]))[0];
    expect(toNested(grad((c: NDArray) => sum(f(c)))(array([1, 2])))).toEqual([1, 1]);
  });
  test("prints, evaluates and simplifies with its gradient, which is a loop as well", () => {
    const traced = program.simplify(program.of(grad(total(recurrent)))(run));
    const loops = traced.equations.filter((equation) => equation.kind === "call");
    expect(loops.map(({ compound }) => compound.name)).toEqual(["scan", "scan"]);
    expect(program.print(traced)).toMatch(/= scan\{length=4\} .*\n +program \(/);
    const got = program.evaluate(traced, tree.leaves(run));
    expect(got.map(toNested)).toEqual(tree.leaves(grad(total(recurrent))(run)).map(toNested));
  });
});

describe("a foriLoop", () => {
  const power = (x: NDArray) => foriLoop(2, 5, (i, y: NDArray) => mul(mul(y, x), add(i, 1)), array(1) as NDArray);
  test("counts from the lower bound up to the upper", () => {
    const seen: number[] = [];
    foriLoop(-1, 2, (i, c) => (seen.push(item(i)), c), array(0));
    expect(seen).toEqual([-1, 0, 1]);
    expect(item(power(array(2)))).toBe(8 * 3 * 4 * 5);
    expect(item(foriLoop(3, 3, (_, c: NDArray) => mul(c, 2), array(7) as NDArray))).toBe(7);
  });
  test("has derivatives in both modes, and a stack of them", () => {
    expect(item(grad((x: NDArray) => sum(power(x)))(array(2)))).toBe(12 * 60);
    expect(item(jvp(power, [array(2)], [array(1)])[1])).toBe(12 * 60);
    expect(toNested(vmap(grad((x: NDArray) => sum(power(x))))(array([1, 2])))).toEqual([3 * 60, 12 * 60]);
  });
  test("refuses bounds that are not whole", () =>
    expect(() => foriLoop(0, 1.5, (_, c) => c, array(0))).toThrow("foriLoop: a bound must be a whole number, not 1.5"));
});

describe("a whileLoop", () => {
  /** The first power of x that is at least 100, and how many factors it has. */
  const reach = (x: NDArray) =>
    whileLoop(
      ({ y }) => less(sum(y), 100),
      ({ y, n }) => ({ y: mul(y, x), n: add(n, 1) }),
      { y: x, n: array(1) as NDArray },
    );
  const tangentOf = (x: NDArray) => jvp((v: NDArray) => reach(v).y, [x], [ones(x.shape)])[1];

  test("goes on while the condition holds", () => {
    expect(elements(reach(array(3)))).toEqual({ y: 243, n: 5 });
    expect(elements(reach(array(200)))).toEqual({ y: 200, n: 1 });
    expect(
      toNested(
        whileLoop(
          (c) => item(sum(c)) < 3,
          (c: NDArray) => add(c, 1),
          array([0, 0]) as NDArray,
        ),
      ),
    ).toEqual([2, 2]);
  });
  test("has tangents, to any order", () => {
    expect(item(tangentOf(array(3)))).toBe(5 * 81);
    expect(item(jvp(tangentOf, [array(3)], [array(1)])[1])).toBe(20 * 27);
    expect(item(jacfwd((x: NDArray) => reach(x).y)(array(3)))).toBe(405);
    const [value, along] = linearize((x: NDArray) => reach(x).y, array(3));
    expect([item(value), item(along(array(2)))]).toEqual([243, 810]);
  });
  test("lets each of a stack end on its own", () => {
    const xs = array([3, 10, 2, 200]);
    expect(elements(vmap(reach)(xs))).toEqual({ y: [243, 100, 128, 200], n: [5, 2, 7, 1] });
    const wanted = [405, 20, 448, 1];
    expect(toNested(vmap(tangentOf)(xs))).toEqual(wanted);
    expect(toNested(jvp((v: NDArray) => vmap(reach)(v).y, [xs], [ones([4])])[1])).toEqual(wanted);
  });
  test("under vmap is one loop where all end together", () => {
    const f = (x: NDArray) =>
      whileLoop(
        ({ n }) => less(n, 3),
        ({ x: y, n }) => ({ x: mul(y, 2), n: add(n, 1) }),
        { x, n: array(0) as NDArray },
      ).x;
    expect(toNested(vmap(f)(array([1, 2])))).toEqual([8, 16]);
  });
  test("is one operation of a program", () => {
    const traced = program.of(reach)(array(3));
    expect(traced.equations.map((e) => e.kind === "call" && e.compound.control.kind)).toEqual(["while"]);
    expect(program.evaluate(program.simplify(traced), [array(3)]).map(toNested)).toEqual([5, 243]);
    expect(program.print(traced)).toContain("less");
  });
  test("refuses a carry that changes, and a condition that is no scalar", () => {
    const grow = (c: { a: NDArray }) => ({ a: stack([c.a, c.a]) });
    const init = { a: ones([2]) as NDArray };
    expect(() => whileLoop(() => true, grow, init)).toThrow(
      "whileLoop: the carry must come back as it began: a of the carry is float64 [2, 2], not float64 [2]. Begin with",
    );
    expect(() => grad((x: NDArray) => sum(whileLoop(() => true, grow, { a: x }).a))(ones([2]))).toThrow(
      "come back as it began",
    );
    expect(() =>
      whileLoop(
        (c: NDArray) => less(c, 1) as never,
        (c) => c,
        ones([2]) as NDArray,
      ),
    ).toThrow("whileLoop: the condition must give a scalar truth, but its shape is [2]. Reduce it, or use vmap.");
    expect(() =>
      whileLoop(
        () => "yes" as never,
        (c) => c,
        ones([2]),
      ),
    ).toThrow('whileLoop: the condition must give a scalar truth, not the string "yes".');
  });
});

describe("a cond", () => {
  const xs = [array([-2, 1]), array([0.25, 0.5])];

  test("computes the chosen function alone", () => {
    const seen: string[] = [];
    const pick = (truth: boolean) =>
      cond(
        truth,
        () => seen.push("yes"),
        () => seen.push("no"),
      );
    pick(true);
    pick(false);
    expect(seen).toEqual(["yes", "no"]);
  });
  test("has the derivatives of the chosen function, in every nest of modes", () => {
    const g = (x: NDArray): NDArray => (item(sum(x)) < 0 ? neg(mul(x, x)) : exp(mul(x, w)));
    const same = (x: NDArray): NDArray =>
      cond(
        less(sum(x), 0),
        (y) => sum(neg(mul(y, x))),
        (y) => sum(exp(mul(y, w))),
        x,
      );
    const direct = (x: NDArray): Scalar => sum(g(x));
    for (const x of xs) {
      near(grad((v: NDArray) => sum(same(v)))(x), grad(direct)(x));
      near(jvp(same, [x], [x]), jvp(direct, [x], [x]));
      const want = hessian(direct)(x);
      const scalar = (v: NDArray): Scalar => sum(same(v));
      for (const way of [hessian(scalar), jacrev(grad(scalar)), jacfwd(jacfwd(scalar)), jacrev(jacfwd(scalar))])
        near(way(x), want);
    }
  });
  test("gives each of a stack its own choice, with its gradients", () => {
    const same = (x: NDArray) =>
      cond(
        less(sum(x), 0),
        (y) => sum(neg(mul(y, x))),
        (y) => sum(exp(mul(y, w))),
        x,
      );
    const both = (x: NDArray) => valueAndGrad((v: NDArray) => sum(same(v)))(x);
    const stacked = vmap(both)(stack(xs));
    xs.forEach((x, i) =>
      near(
        tree.mapTo((leaf) => slice(leaf, [i]), stacked),
        both(x),
      ),
    );
    const chosen = (truth: NDArray, x: NDArray) =>
      cond(
        truth as Scalar,
        (y) => mul(y, 2),
        (y) => y,
        x,
      );
    expect(toNested(vmap(chosen)(array([true, false]), array([1, 2])))).toEqual([2, 2]);
    expect(toNested(vmap(chosen, { inAxes: [null, 0] })(array(true), array([1, 2])))).toEqual([2, 4]);
    expect(toNested(vmap(chosen, { inAxes: [0, null] })(array([true, false]), array(3)))).toEqual([6, 3]);
  });
  test("is one operation of a program, which prints both functions", () => {
    const traced = program.of((x: NDArray) =>
      cond(
        less(x, 0) as Scalar,
        (y) => neg(y),
        (y) => exp(y),
        x,
      ),
    )(array(1));
    expect(program.print(traced)).toBe(
      [
        "program (a: float64[])",
        "  c: bool[] = less a 0",
        "  d: float64[] = cond c a",
        "    program (a: float64[])",
        "      b: float64[] = neg a",
        "      return b",
        "    program (a: float64[])",
        "      b: float64[] = exp a",
        "      return b",
        "  return d",
      ].join("\n"),
    );
    for (const x of [array(2), array(-2)])
      expect(program.evaluate(traced, [x]).map(item)).toEqual([item(x) < 0 ? 2 : item(exp(x))]);
  });
  test("refuses results that differ, and a truth that is no scalar", () => {
    const differ = (x: NDArray) =>
      cond(
        true,
        (y: NDArray) => ({ a: y }),
        (y: NDArray) => ({ a: sum(y) as NDArray }),
        x,
      ).a;
    expect(() => grad((x: NDArray) => sum(differ(x)))(ones([2]))).toThrow(
      "cond: the second function must give what the first one gives: a of the result is float64 [], not float64 [2].",
    );
    expect(() =>
      cond(
        less(ones([2]), 1) as never,
        () => 1,
        () => 2,
      ),
    ).toThrow("cond: the first argument must be a scalar truth, but its shape is [2]");
    expect(() => program.of((x: NDArray) => (item(x) > 0 ? x : mul(x, 2)))(array(1))).toThrow(
      "item: the value is not known",
    );
  });
  test("asks for values where they are known", () => {
    const peeking = (x: NDArray) =>
      cond(
        greater(x, 0) as Scalar,
        (y) => mul(y, item(y)),
        (y) => y,
        x,
      );
    expect(item(grad((x: NDArray) => sum(peeking(x)))(array(3)))).toBe(3);
  });
});

test("a random key can be carried, cut and mapped", () => {
  const xs = array(
    [
      [0, 1],
      [0, 2],
    ],
    { dtype: "int32" },
  );
  const [last, seen] = scan((c: NDArray, k: NDArray) => [add(c, k), k] as const, array([0, 0], { dtype: "int32" }), xs);
  expect([toNested(last), seen.dtype, toTypedArray(seen).length, allClose(seen, xs)]).toEqual([
    [0, 3],
    "int32",
    4,
    true,
  ]);
});
