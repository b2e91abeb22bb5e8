import {
  add,
  array,
  item,
  type Key,
  matmul,
  mean,
  mul,
  type NDArray,
  ones,
  print,
  random,
  slice,
  stack,
  sub,
  sum,
  toNested,
  toTypedArray,
  TraceError,
  transpose,
} from "@gradfold/core";
import { describe, expect, test } from "vitest";
import { grad, jacfwd, jacrev, jvp, program, valueAndGrad, vjp, vmap } from "../src/index.ts";

const x = array([
  [1, 2, 3],
  [4, 5, 6],
]);

describe("vmap", () => {
  test("maps the first axis of every leaf by default", () => {
    expect(toNested(vmap((v: NDArray) => sum(v))(x))).toEqual([6, 15]);
    const f = ({ a, b }: { a: NDArray; b: NDArray }, c: NDArray) => ({ all: add(add(a, b), c), list: [mul(a, c)] });
    const got = vmap(f)({ a: x, b: array([10, 20]) }, array([100, 200]));
    expect(toNested(got.all)).toEqual([
      [111, 112, 113],
      [224, 225, 226],
    ]);
    expect(got.list.map(toNested)).toEqual([
      [
        [100, 200, 300],
        [800, 1000, 1200],
      ],
    ]);
  });
  test("maps other axes, per argument and per leaf, and puts the axis anywhere in the result", () => {
    expect(toNested(vmap((v: NDArray) => sum(v), { inAxes: 1 })(x))).toEqual([5, 7, 9]);
    expect(toNested(vmap((v: NDArray) => sum(v), { inAxes: -1 })(x))).toEqual([5, 7, 9]);
    const twice = vmap((v: NDArray) => mul(v, 2), { outAxes: 1 })(x);
    expect(toNested(twice)).toEqual(toNested(transpose(mul(x, 2))));
    const f = (p: { a: NDArray; b: NDArray }, c: NDArray) => ({ a: add(p.a, p.b), c });
    const got = vmap(f, { inAxes: [{ a: 1, b: null }, null], outAxes: { a: -1, c: null } })(
      { a: x, b: array([10, 20]) },
      array(7),
    );
    expect(toNested(got.a)).toEqual([
      [11, 12, 13],
      [24, 25, 26],
    ]);
    expect(toNested(got.c)).toBe(7);
  });
  test("repeats a result that does not depend on what is mapped", () => {
    expect(toNested(vmap((_v: NDArray) => array([1, 2]))(x))).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect(toNested(vmap((_v: NDArray, c: NDArray) => mul(c, 2), { inAxes: [0, null] })(x, array(3)))).toEqual([6, 6]);
  });
  test("nests, so that two of them make all pairs", () => {
    const pairs = vmap((a: NDArray) => vmap((b: NDArray) => sub(a, b))(array([10, 20, 30])))(array([1, 2]));
    expect(toNested(pairs)).toEqual([
      [-9, -19, -29],
      [-8, -18, -28],
    ]);
  });
  test("gives per-example gradients, of any nest of derivatives", () => {
    const loss = (w: NDArray, v: NDArray) => sum(mul(w, mul(v, v)));
    expect(toNested(vmap(grad(loss), { inAxes: [null, 0] })(ones([3]), x))).toEqual([
      [1, 4, 9],
      [16, 25, 36],
    ]);
    const cube = (v: NDArray) => mul(v, mul(v, v));
    const second = (v: NDArray) => grad((u: NDArray) => grad((t: NDArray) => sum(cube(t)))(u) as never)(v);
    expect(toNested(vmap(second)(array([1, 2])))).toEqual([6, 12]);
    expect(toNested(grad((v: NDArray) => sum(vmap(cube)(v)))(array([1, 2])))).toEqual([3, 12]);
    expect(toNested(jvp((v: NDArray) => vmap(cube)(v), [array([1, 2])], [ones([2])])[1])).toEqual([3, 12]);
    expect(toNested(jacfwd((v: NDArray) => vmap(cube)(v))(array([1, 2])))).toEqual(
      toNested(jacrev(vmap(cube))(array([1, 2]))),
    );
    const [value, gradient] = vmap(valueAndGrad((v: NDArray) => sum(cube(v))))(array([1, 2]));
    expect([toNested(value), toNested(gradient)]).toEqual([
      [1, 8],
      [3, 12],
    ]);
  });
  test("closes over values of the transforms around it", () => {
    const f = (w: NDArray) => sum(vmap((v: NDArray) => sum(mul(v, w)))(x));
    expect(toNested(grad(f)(ones([3])))).toEqual([5, 7, 9]);
  });
  test("pulls a whole basis back at once", () => {
    const [, pullback] = vjp((v: NDArray) => mul(v, v), array([1, 2]));
    expect(
      vmap(pullback as (c: NDArray) => readonly NDArray[])(
        array([
          [1, 0],
          [0, 1],
        ]),
      ).map(toNested),
    ).toEqual([
      [
        [2, 0],
        [0, 4],
      ],
    ]);
  });
  test("maps random keys, as many draws as keys", () => {
    const keys = random.split(random.key(3), 4);
    const each = vmap((k: NDArray) => random.uniform(k as Key, [2]))(stack([...keys]));
    expect(toNested(each)).toEqual(keys.map((k) => toNested(random.uniform(k, [2]))));
  });
  test("is traced as the operations on stacks", () => {
    const traced = program.of(vmap((v: NDArray) => mean(mul(v, v))))(x);
    expect(traced.types.map(({ shape }) => shape).at(-1)).toEqual([2]);
  });
  test("of no element gives results of no element", () =>
    expect(vmap((v: NDArray) => matmul(v, v))(ones([0, 3])).shape).toEqual([0]));
});

describe("vmap refuses", () => {
  const f = (p: { a: NDArray; b: NDArray }, c: NDArray) => add(add(p.a, p.b), c);

  test("sizes that differ, naming the leaves", () => {
    expect(() => vmap(f)({ a: ones([2]), b: ones([3]) }, ones([2]))).toThrow(
      "vmap: the mapped sizes differ: a of argument 0 has 2 along axis 0, but b of argument 0 has 3 along axis 0.",
    );
    expect(() => vmap(f, { inAxes: [0, 1] })({ a: ones([2]), b: ones([2]) }, ones([2, 3]) as never)).toThrow(
      "a of argument 0 has 2 along axis 0, but argument 1 has 3 along axis 1",
    );
  });
  test("an axis that a leaf does not have, and nothing mapped", () => {
    expect(() => vmap((v: NDArray) => v)(array(1))).toThrow("vmap: inAxes: argument 0 is [] and has no axis 0.");
    expect(() => vmap((v: NDArray) => v, { inAxes: 2 })(x)).toThrow(
      "vmap: inAxes: argument 0 is [2, 3] and has no axis 2.",
    );
    expect(() => vmap((v: NDArray) => v, { outAxes: 2 })(x)).toThrow(
      "vmap: outAxes: the result is [2, 3] and has no axis 2.",
    );
    expect(() => vmap((v: NDArray) => v, { inAxes: null })(x)).toThrow("vmap: no argument is mapped.");
  });
  test("axes that are no tree like the arguments", () => {
    expect(() => vmap(f, { inAxes: [0] as never })({ a: x, b: x }, x as never)).toThrow(
      "vmap: inAxes: the list of arguments has 2 parts, but the list of axes 1.",
    );
    expect(() => vmap(f, { inAxes: [{ a: 0 }, 0] as never })({ a: x, b: x }, x as never)).toThrow(
      "vmap: inAxes: b of argument 0 is given no axis.",
    );
  });
  test("a mapped result without an axis", () =>
    expect(() => vmap((v: NDArray) => ({ twice: mul(v, 2) }), { outAxes: null })(x)).toThrow(
      "vmap: outAxes: twice of the result depends on the mapped arguments, so it needs an axis.",
    ));
  test.each<readonly [string, (v: NDArray) => unknown]>([
    ["item", (v) => item(sum(v))],
    ["toNested", toNested],
    ["toTypedArray", toTypedArray],
  ])("%s of a value, with the way out", (_, read) => {
    const run = () => vmap((v: NDArray) => mul(v, Number(read(v))))(x);
    expect(run).toThrow(TraceError);
    expect(run).toThrow(/inside vmap a value stands for all of a stack at once.*cond or whileLoop/);
  });
  test("values that got away", () => {
    let kept: NDArray = x;
    vmap((v: NDArray) => (kept = v))(x);
    expect(() => add(kept, 1)).toThrow("add: a value of a transform is used after that transform ended.");
    expect(print(slice(x, [0]))).toContain("float64");
  });
});
