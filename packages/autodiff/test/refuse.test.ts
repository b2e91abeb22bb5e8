// What transforms say of arguments and results that do not fit: by their own names, with the place and the way out.
import { runInNewContext } from "node:vm";
import {
  add,
  array,
  cast,
  DTypeError,
  item,
  mul,
  type NDArray,
  ones,
  ShapeError,
  square,
  stack,
  sum,
  toNested,
  tree,
  TreeError,
} from "@gradfold/core";
import { describe, expect, test } from "vitest";
import {
  checkGradients,
  checkpoint,
  cond,
  customJvp,
  customVjp,
  foriLoop,
  grad,
  jvp,
  linearize,
  program,
  scan,
  vjp,
  vmap,
  whileLoop,
} from "../src/index.ts";

type Loose = (...args: readonly unknown[]) => unknown;
const loose = (f: unknown): Loose => f as Loose;

const x = array([1, 2]);
const half = array(0.5, { dtype: "float32" });
const step = (c: NDArray) => [c, c] as const;

describe("options", () => {
  test.each<readonly [string, () => unknown, string]>([
    ["grad", () => loose(grad)(sum, 1), "grad: options are an object such as { argnums: 0 }, not 1."],
    ["vmap", () => loose(vmap)(sum, { in_axes: 1 }), "vmap: there is no option in_axes. Did you mean inAxes?"],
    ["scan", () => loose(scan)(step, x, null, 3), "scan: options are an object such as { length: … }, not 3."],
    ["scan", () => loose(scan)(step, x, null, { len: 3 }), "scan: there is no option len. Did you mean length?"],
    [
      "checkGradients",
      () => loose(checkGradients)(sum, [x], { mode: [] }),
      "there is no option mode. Did you mean modes?",
    ],
    ["customVjp", () => loose(customVjp)(sum, { fwd: sum, backward: sum }), "customVjp: there is no option fwd."],
    ["customVjp", () => loose(customVjp)(sum, { forward: sum }), "customVjp: the option backward is needed."],
    ["customVjp", () => loose(customVjp)(sum, sum), "customVjp: options are an object such as { forward: … }"],
  ])("of %s are refused", (_, run, words) => expect(run).toThrow(words));
  test("that count must count", () => {
    for (const order of [0, -1, 0.5, NaN, "2"])
      expect(() => checkGradients((v) => sum(v), [x], { order: order as never })).toThrow(
        "checkGradients: the order must be a whole number from 1 on, not ",
      );
    for (const modes of [[], ["both"], "forward", [undefined]])
      expect(() => checkGradients((v) => sum(v), [x], { modes: modes as never })).toThrow(
        'checkGradients: modes is a list of "forward", "reverse" or both',
      );
    expect(() => checkGradients((v) => sum(v), [array(1, { dtype: "int32" })])).toThrow("there is nothing to check");
    for (const chunk of [0, -1, 0.5, NaN, Infinity])
      expect(() => vmap(sum, { chunk })).toThrow(
        `vmap: chunk must be a whole number of rows from 1 on, not ${chunk}. Leave it out for all at once.`,
      );
    expect(() => loose(vmap)(sum, { chunk: "2" })).toThrow(
      'vmap: chunk is a number of rows, not the string "2". Leave it out for all at once.',
    );
  });
});

describe("a function in another place", () => {
  test.each<readonly [string, () => unknown, string]>([
    [
      "grad",
      () => loose(grad)(x, sum),
      "grad: the loss must be a function, not an array of shape [2]. It is called as grad(loss)(params).",
    ],
    ["scan", () => loose(scan)(x, step, x), "scan: the body must be a function, not an array of shape [2]."],
    ["whileLoop", () => loose(whileLoop)(x, step, step), "whileLoop: the condition must be a function"],
    ["whileLoop", () => loose(whileLoop)(step, x, step), "whileLoop: the body must be a function"],
    ["cond", () => loose(cond)(true, 1, 2), "cond: the second argument must be a function, not 1."],
    ["cond", () => loose(cond)(true, sum, undefined, x), "cond: the third argument must be a function, not undefined."],
    ["foriLoop", () => loose(foriLoop)(0, 3, x, step), "foriLoop: the body must be a function"],
    ["customJvp", () => loose(customJvp)(sum), "customJvp: the rule must be a function, not undefined."],
    [
      "program.of",
      () => loose(program.of)(sum, x),
      "program.of: it takes a function alone, not also an array of shape [2].",
    ],
  ])("is named: %s", (_, run, words) => expect(run).toThrow(words));
  test("may be that of a list of functions", () =>
    expect([square, sum].map(checkpoint).map((f) => toNested(f(x)))).toEqual([[1, 4], 3]));
});

describe("jvp", () => {
  test("takes lists, and says so", () => {
    const words = "jvp: primals and tangents are lists with an entry for each argument, as in jvp(f, [x], [t]), not ";
    expect(() => loose(jvp)(sum, x, x)).toThrow(`${words}an array of shape [2].`);
    expect(() => loose(jvp)(sum, [x], x)).toThrow(`${words}an array of shape [2].`);
    expect(() => loose(jvp)(sum, [x])).toThrow(`${words}undefined.`);
  });
  test("lets a number take the dtype of what it moves or weighs, as operations do", () => {
    const single = (v: NDArray) => mul(v, v);
    expect(jvp(single, [half], [1 as never])[1].dtype).toBe("float32");
    expect(linearize(single, half)[1](2 as never).dtype).toBe("float32");
    expect(vjp(single, half)[1](1 as never)[0]?.dtype).toBe("float32");
    expect(scan((c: NDArray) => [c, null] as const, half, null, { length: 1 })[0].dtype).toBe("float32");
    expect(foriLoop(0, 2, () => 3 as never, half).dtype).toBe("float32");
  });
});

describe("a cotangent", () => {
  test("is like the result: of its structure and dtype too", () => {
    const [, pullback] = vjp((v: NDArray) => ({ a: v, b: cast(v, "int32") }), x);
    const back = loose(pullback);
    expect(() => back([x, x])).toThrow(
      "vjp: the cotangent must be like the result: the cotangent is a list of 2, not an object.",
    );
    expect(() => back({ a: x, c: x })).toThrow("b of the cotangent is missing.");
    expect(() => back({ a: cast(x, "float32"), b: x })).toThrow(DTypeError);
    // Nothing flows back through integers, so that nothing is asked of their cotangents.
    expect((back({ a: x, b: array([7, 7]) }) as readonly NDArray[]).map(toNested)).toEqual([[1, 2]]);
  });
  test("that is 0 may be null, where a rule gives it", () => {
    const f = customVjp((a: NDArray, b: { readonly c: NDArray; readonly d: NDArray }) => mul(a, mul(b.c, b.d)), {
      forward: (a, b) => [mul(a, mul(b.c, b.d)), b],
      backward: (b, t) => [mul(t, b.c), null],
    });
    const part = customVjp((b: { readonly c: NDArray; readonly d: NDArray }) => mul(b.c, b.d), {
      forward: (b) => [mul(b.c, b.d), b.d],
      backward: (d, t) => [{ c: mul(t, d), d: null as never }],
    });
    const b = { c: array(3), d: array(5) };
    expect(toNested(grad((a: NDArray) => f(a, b))(2))).toBe(3);
    expect(tree.leaves(grad((q: typeof b) => f(array(2), q))(b)).map(toNested)).toEqual([0, 0]);
    expect(tree.leaves(grad(part)(b)).map(toNested)).toEqual([5, 0]);
    expect(toNested(jvp((a: NDArray) => f(a, b), [array(2)], [array(1)])[1])).toBe(3);
    expect(toNested(vmap(grad((a: NDArray) => f(a, b)))(x))).toEqual([3, 3]);
    const twoFor = customVjp((a: NDArray) => a, {
      forward: (a) => [a, null],
      backward: ((_: unknown, t: NDArray) => [t, null]) as never,
    });
    expect(() => grad((a: NDArray) => twoFor(a))(2)).toThrow(": 2 for 1.");
  });
});

describe("a custom rule", () => {
  test("gives what the function gives, where both are known", () => {
    const f = customVjp((v: NDArray) => v, { forward: (v) => [sum(v), null] as never, backward: (_, t) => [t] });
    expect(() => program.of(grad((v: NDArray) => sum(vmap((u: NDArray) => f(u))(v))))(array([[1, 2]]))).not.toThrow(
      TypeError,
    );
    expect(() =>
      grad((v: NDArray) => sum(scan((c: NDArray) => [f(c), null] as const, v, null, { length: 2 })[0]))(x),
    ).toThrow(
      "customVjp: the rule must give what the function gives: the output of forward is float64 [], not float64 [2].",
    );
  });
});

describe("a loop", () => {
  const loops: Readonly<Record<string, (body: (c: unknown) => unknown, init: unknown) => unknown>> = {
    scan: (body, init) => loose(scan)((c: unknown) => [body(c), null], init, null, { length: 2 }),
    foriLoop: (body, init) => loose(foriLoop)(0, 2, (_: unknown, c: unknown) => body(c), init),
    whileLoop: (body, init) => loose(whileLoop)(() => true, body, init),
  };
  describe.each(Object.entries(loops))("%s", (name, run) => {
    const rule = `${name}: the carry must come back as it began: `;
    test.each<readonly [string, (c: unknown) => unknown, unknown, string]>([
      ["a null that comes back as an array", () => x, null, "the carry is an array, not null."],
      ["an array that comes back as null", () => null, x, "the carry is null, not an array."],
      ["nothing", () => undefined, x, "the carry is undefined, not an array."],
      ["a list for an object", () => [x], { w: x }, "the carry is a list of 1, not an object."],
      ["a part less", () => ({ w: x }), { w: x, b: x }, "b of the carry is missing."],
      ["a part more", () => ({ w: [x, x] }), { w: [x] }, "w[1] of the carry is too much."],
      ["a part of another kind", () => ({ w: [[x]] }), { w: [x] }, "w[0] of the carry is a list of 1, not an array."],
      [
        "another dtype",
        () => half,
        0,
        'the carry is float32 [], not float64 []. Begin with one of that dtype, as array(0, { dtype: "float32" }) is',
      ],
      [
        "another shape",
        () => ({ w: stack([x, x]) }),
        { w: x },
        "w of the carry is float64 [2, 2], not float64 [2]. Begin with one of the shape [2, 2]",
      ],
    ])("names %s", (_, body, init, words) => {
      expect(() => run(body, init)).toThrow(rule + words);
      expect(() =>
        grad((w: NDArray) => {
          run(body, init);
          return sum(w);
        })(x),
      ).toThrow(rule + words);
    });
    test("names what is no tree", () => {
      expect(() => run(async () => Promise.resolve(1), x)).toThrow(`${name}: the carry is a Promise. Await it first`);
      expect(() => run((c) => c, { w: "w" })).toThrow(`${name}: w of init is the string "w".`);
    });
  });
  test.each<readonly [unknown, string]>([
    [x, ", not an array of shape [2]."],
    [undefined, ", not undefined. Is its return missing?"],
    [[x, x, x], ", not a list of 3."],
    [Promise.resolve(1), ", not a Promise. Await it first"],
    [runInNewContext("Promise.resolve(1)"), ", not a Promise. Await it first"],
    [{ carry: x }, ", not an object."],
  ])("scan names a body that gives no pair, as %s", (returned, words) => {
    const run = () => loose(scan)(() => returned, x, x);
    expect(run).toThrow(TreeError);
    expect(run).toThrow(`scan: the body must return [carry, y]${words}`);
  });
  test("scan compares its length with the rows", () => {
    expect(() => scan(step, x, x, { length: 3 })).toThrow(
      "scan: xs has 2 rows, but the length is 3. Leave one of them out.",
    );
    expect(scan(step, x, ones([3]), { length: 3 })[1].shape).toEqual([3, 2]);
    for (const length of [NaN, 0.5, -1, "3", null])
      expect(() => scan(step, x, x, { length: length as never })).toThrow(
        "scan: the length must be a whole number from 0 on, not ",
      );
    expect(() => scan(step, x, array(1))).toThrow("scan: xs is a scalar and has no rows.");
    expect(() => loose(scan)(step, x, [1, 2])).toThrow(
      "scan: [0] of xs is a scalar and has no rows. If xs is a list of numbers, wrap it",
    );
    expect(() => scan(step, x, { a: ones([2]), b: ones([3]) })).toThrow(
      "scan: every leaf of xs needs 2 rows, but b of xs is [3].",
    );
  });
  test.each<readonly [string, unknown, unknown, string]>([
    ["shape", ones([2]), ones([3]), "the row y is float64 [3], not float64 [2]."],
    ["dtype", half, array(1), "the row y is float64 [], not float32 []."],
    ["structure", { a: x }, [x], "the row y is a list of 1, not an object."],
    ["keys", { a: x }, { b: x }, "a of the row y is missing."],
    ["number", [x], [x, x], "[1] of the row y is too much."],
    ["being there", null, x, "the row y is an array, not null."],
  ])("scan names rows that differ in %s", (_, first, second, words) => {
    const body = (c: NDArray) => [add(c, 1), item(c) === 0 ? first : second];
    const rule = "scan: every row y must be like the first: ";
    expect(() => loose(scan)(body, array(0), null, { length: 2 })).toThrow(rule + words);
    expect(() =>
      jvp((c: NDArray) => loose(scan)(body, c, null, { length: 2 }) as never, [array(0)], [array(1)]),
    ).toThrow(rule + words);
  });
  test("foriLoop counts in int32 and refuses to count beyond", () => {
    const counted = (lower: number, upper: number) =>
      toNested(foriLoop(lower, upper, (i, c: NDArray) => add(c, i), array(0) as NDArray));
    expect(counted(2 ** 31 - 3, 2 ** 31)).toBe(3 * 2 ** 31 - 6);
    expect(counted(-(2 ** 31), 2 - 2 ** 31)).toBe(1 - 2 ** 32);
    expect(counted(2 ** 40, 0)).toBe(0);
    for (const [lower, upper] of [
      [2 ** 31 - 2, 2 ** 31 + 1],
      [-(2 ** 31) - 1, 0],
    ] as const)
      expect(() => counted(lower, upper)).toThrow("foriLoop: the indices are int32");
    expect(() => foriLoop(0, array(3) as never, (_, c) => c, x)).toThrow(
      "foriLoop: a bound must be a number, not an array of shape []. Use whileLoop",
    );
  });
  test("whileLoop and cond take one scalar truth", () => {
    for (const truth of [ones([1]), "yes", undefined, null, [true], () => true])
      expect(() =>
        loose(whileLoop)(
          () => truth,
          (c: unknown) => c,
          x,
        ),
      ).toThrow("whileLoop: the condition must give a scalar truth");
    for (const truth of [ones([1]), "yes", undefined, null, [true], () => true])
      expect(() => loose(cond)(truth, sum, sum, x)).toThrow("cond: the first argument must be a scalar truth");
  });
});

describe("cond", () => {
  test("names both results where they differ, and what is no tree as alone so inside", () => {
    const run = (no: (v: NDArray) => unknown) => () =>
      grad((w: NDArray) => sum(loose(cond)(true, (v: NDArray) => v, no, w) as NDArray))(x);
    const rule = "cond: the second function must give what the first one gives: ";
    expect(run((v) => [v])).toThrow(`${rule}the result is a list of 1, not an array.`);
    expect(run((v) => cast(v, "float32"))).toThrow(
      `${rule}the result is float32 [2], not float64 [2]. Cast or reshape one of them.`,
    );
    expect(run((v) => sum(v))).toThrow(ShapeError);
    expect(run(() => "no")).toThrow('cond: the result is the string "no".');
    expect(() => cond(false, (v: NDArray) => v, (() => "no") as never, x)).toThrow(
      'cond: the result is the string "no".',
    );
    expect(() => cond(true, sum, sum, "w" as never)).toThrow('cond: argument 0 is the string "w".');
  });
});

describe("vmap", () => {
  const f = (node: Readonly<Record<string, NDArray>>) =>
    Object.values(node).reduce((all, v) => add(all, v), array(0) as NDArray);
  test("matches axes to an object by its keys, whatever they are", () => {
    const rows = Object.fromEntries(["__proto__", "constructor", "a,b"].map((key) => [key, ones([3])]));
    expect(toNested(vmap(f)(rows))).toEqual([3, 3, 3]);
    const axes = (keys: readonly string[]) => [Object.fromEntries(keys.map((key) => [key, 0]))] as never;
    expect(toNested(vmap(f, { inAxes: axes(["__proto__", "constructor", "a,b"]) })(rows))).toEqual([3, 3, 3]);
    expect(() => vmap(f, { inAxes: axes(["__proto__", "a,b"]) })(rows)).toThrow(
      "vmap: inAxes: constructor of argument 0 is given no axis.",
    );
    expect(() => vmap(f, { inAxes: axes(["a,b"]) })({ a: ones([3]), b: ones([3]) })).toThrow(
      "a of argument 0 is given no axis.",
    );
    expect(() => vmap(f, { inAxes: axes(["a", "b"]) })({ a: ones([3]) })).toThrow(
      "b of argument 0 is given an axis, and is not there.",
    );
  });
  test.each<readonly [unknown, string]>([
    [0.5, "vmap: inAxes: a of argument 0 is [3] and has no axis 0.5."],
    ["0", 'vmap: inAxes: the list of arguments is a list of 1, and what is given for it is the string "0".'],
    [[0, 0], "vmap: inAxes: the list of arguments has 1 parts, but the list of axes 2."],
    [[[0]], "vmap: inAxes: argument 0 is an object, and what is given for it is a list of 1."],
    [[undefined], "vmap: inAxes: argument 0 is an object, and what is given for it is undefined."],
  ])("refuses inAxes of %j", (inAxes, words) =>
    expect(() => vmap(f, { inAxes: inAxes as never })({ a: ones([3]) })).toThrow(words),
  );
});

test("a function that gives nothing back has forgotten its return", () => {
  for (const run of [vmap, program.of, checkpoint, linearize].map(loose))
    expect(() => loose(run(() => undefined, run === linearize ? x : undefined))(x)).toThrow(
      "not undefined. Is its return missing?",
    );
  expect(() => loose(vjp)(() => undefined, x)).toThrow(
    "vjp: the function must return a tree of arrays, not undefined.",
  );
});

test("what a loss gives beside its value may not contain itself", () => {
  const aux: unknown[] = [];
  aux.push(aux);
  expect(() => grad((v: NDArray) => [sum(v), aux] as const)(x)).toThrow(
    "grad: what the loss returns has more than 1000 levels",
  );
});
