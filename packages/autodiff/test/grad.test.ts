import {
  add,
  array,
  cast,
  concatenate,
  exp,
  item,
  log,
  matmul,
  maximum,
  mean,
  mul,
  type NDArray,
  ones,
  print,
  reshape,
  type Scalar,
  slice,
  square,
  sub,
  sum,
  tanh,
  toNested,
  toTypedArray,
  TraceError,
  transpose,
  zeros,
} from "@gradfold/core";
import { describe, expect, test } from "vitest";
import { grad, stopGradient, valueAndGrad, vjp } from "../src/index.ts";

interface Layer {
  readonly w: NDArray<[2, 3]>;
  readonly b: NDArray<[3]>;
}
interface Params {
  readonly hidden: Layer;
  readonly out: readonly [NDArray<[3]>, number];
  readonly unused?: NDArray;
}

const x = array([
  [1, 2],
  [3, 4],
]);
const params: Params = { hidden: { w: ones([2, 3]), b: array([0, 1, 2]) }, out: [array([1, -1, 0.5]), 2] };

const loss = ({ hidden, out }: Params) => sum(mul(add(matmul(x, hidden.w), hidden.b), mul(out[0], out[1])));

describe("grad", () => {
  test("gives the gradient of a tree as a tree of the same structure", () => {
    const g = grad(loss)(params);
    expect(Object.keys(g)).toEqual(["hidden", "out"]);
    expect(toNested(g.hidden.b)).toEqual([4, -4, 2]);
    expect(toNested(g.hidden.w)).toEqual([
      [8, -8, 4],
      [12, -12, 6],
    ]);
    expect(toNested(g.out[0])).toEqual([20, 24, 28]);
    expect(item(g.out[1])).toBe(10 - 12 + 14 / 2);
  });
  test("takes numbers for scalars", () => {
    expect(item(grad((y) => mul(y, mul(y, y)))(2))).toBe(12);
    expect(item(grad((y: Scalar, z: Scalar) => mul(y, z))(2, 5))).toBe(5);
  });
  test("gives zeros where a parameter is not used", () => {
    const g = grad((p: { a: NDArray; b: NDArray }) => sum(p.a))({ a: ones([2]), b: ones([3, 0]) });
    expect([toNested(g.a), toNested(g.b), g.b.shape]).toEqual([
      [1, 1],
      [[], [], []],
      [3, 0],
    ]);
    expect(toNested(grad(() => array(1))(ones([2])))).toEqual([0, 0]);
    expect(toNested(grad((_p: NDArray) => 3)(ones([2], { dtype: "float32" })))).toEqual([0, 0]);
  });
  test("keeps null, undefined and empty parts of the parameters", () => {
    const g = grad((p: { a: NDArray; b: null; c: readonly never[] }) => sum(p.a))({ a: ones([1]), b: null, c: [] });
    expect(g).toMatchObject({ b: null, c: [] });
  });
  test("differentiates with respect to the first argument alone", () => {
    const f = (p: NDArray, batch: { readonly x: NDArray; readonly name: string }) => sum(mul(p, batch.x));
    expect(toNested(grad(f)(ones([2]), { x: array([3, 4]), name: "anything" }))).toEqual([3, 4]);
  });
  test("leaves its arguments as they are", () => {
    const p = array([1, 2, 3]);
    grad((q: NDArray) => sum(square(q)))(p);
    expect(toNested(p)).toEqual([1, 2, 3]);
    expect(Object.keys(params.hidden)).toEqual(["w", "b"]);
  });
  test("adds up what comes back on several ways", () => {
    expect(item(grad((y) => add(mul(y, y), add(y, y)))(3))).toBe(8);
  });
});

describe("valueAndGrad", () => {
  test("gives the value too", () => {
    const [value, gradient] = valueAndGrad((p: NDArray<[2]>) => sum(square(p)))(array([1, 2]));
    expect([item(value), toNested(gradient)]).toEqual([5, [2, 4]]);
  });
  test("hands on what a loss returns beside the scalar, free of the transform", () => {
    const f = (p: NDArray) => [sum(square(p)), { twice: mul(p, 2), list: [p], name: "run", none: null }] as const;
    const [[value, aux], gradient] = valueAndGrad(f)(array([1, 2]));
    expect([item(value), toNested(aux.twice), toNested(aux.list[0]), aux.name, aux.none]).toEqual([
      5,
      [2, 4],
      [1, 2],
      "run",
      null,
    ]);
    expect(toNested(gradient)).toEqual([2, 4]);
    expect(toNested(add(aux.twice, 1))).toEqual([3, 5]);
    expect(toNested(grad(f)(array([1, 2])))).toEqual([2, 4]);
  });
  test("frees auxiliary records without a prototype too", () => {
    const bare = (y: NDArray) => Object.assign(Object.create(null) as { y: NDArray }, { y });
    const [[, aux]] = valueAndGrad((p: NDArray) => [sum(p), bare(mul(p, 2))] as const)(array([1]));
    expect(toNested(aux.y)).toEqual([2]);
  });
  test("gives a scalar for a loss that is a number", () => {
    const [value, gradient] = valueAndGrad((_p: NDArray) => 7)(ones([1]));
    expect([item(value), toNested(gradient)]).toEqual([7, [0]]);
  });
});

describe("a loss that has no gradient is refused", () => {
  const anything = (returned: unknown) => (() => returned) as unknown as (p: NDArray) => Scalar;
  test.each<readonly [string, unknown]>([
    ["grad: the loss must be a scalar, but its shape is [2]. Take its mean or sum", ones([2])],
    ["grad: the loss must be a scalar, but its shape is [1]. Take its mean or sum", [ones([1]), {}]],
    ["grad: the loss must return a scalar array, not undefined", undefined],
    ["grad: the loss must return a scalar array, not null", null],
    ["grad: the loss must return a scalar array, not an object", { loss: 1 }],
    ['grad: the loss must return a scalar array, not the string "5"', ["5", null]],
    ["grad: the loss must return a scalar, or [scalar, auxiliary], not a list of 3", [1, 2, 3]],
    ["grad: the loss must return a scalar array, not undefined. Is its return missing?", [undefined, 1]],
    [
      "grad: the loss must return a scalar array, not a Promise. Await it first: no function here is async",
      Promise.resolve(1),
    ],
    ["grad: the loss must be a float, but it is int32", array(1, { dtype: "int32" })],
    ["grad: the loss must be a float, but it is bool", array(true)],
  ])("%s", (message, returned) => {
    expect(() => grad(anything(returned))(ones([2]))).toThrow(message);
    expect(() => valueAndGrad(anything(returned))(ones([2]))).toThrow(message.replace("grad", "valueAndGrad"));
  });
  test("also where it depends on the parameters", () => {
    expect(() => grad(((p: NDArray) => p) as unknown as (p: NDArray) => Scalar)(ones([2]))).toThrow(
      "Take its mean or sum",
    );
  });
});

describe("parameters without derivatives are refused", () => {
  const hint = "Cast it, or pass it as an argument that is not differentiated.";
  test.each<readonly [string, unknown]>([
    ["but argument 0 is int32 [2]", array([1, 2], { dtype: "int32" })],
    ["but a.n of argument 0 is int32 []", { a: { n: array(1, { dtype: "int32" }) } }],
    ["but [1] of argument 0 is bool []", [1, true]],
  ])("%s", (where, p) => {
    expect(() => grad((q) => sum(q))(p as never)).toThrow(`grad: only floats have derivatives, ${where}. ${hint}`);
  });
  test("but integers may be among the other arguments", () => {
    const f = (p: NDArray, n: NDArray) => sum(mul(p, n));
    expect(toNested(grad(f)(ones([2]), array([3, 4], { dtype: "int32" })))).toEqual([3, 4]);
  });
});

describe("nested derivatives", () => {
  const fourth = (f: (y: NDArray) => NDArray) => [1, 2, 3, 4].reduce((g) => (y: NDArray) => grad(g)(y), f);

  test.each<readonly [string, (y: NDArray) => NDArray, (y: number) => number]>([
    ["x^4", (y) => mul(mul(y, y), mul(y, y)), () => 24],
    ["e^x", exp, Math.exp],
    [
      "tanh x",
      tanh,
      (y) => {
        const t = Math.tanh(y);
        return (1 - t * t) * (16 * t - 24 * t ** 3);
      },
    ],
    ["log x", log, (y) => -6 / y ** 4],
  ])("of %s are right to the fourth order", (_, f, wanted) => {
    for (const y of [0.3, 1, 1.7]) expect(item(fourth(f)(array(y)))).toBeCloseTo(wanted(y), 10);
  });
  test("do not confuse their perturbations", () => {
    expect(item(grad((a) => mul(a, grad((b) => add(a, b))(1)))(1))).toBe(1);
    expect(item(grad((a) => mul(a, grad((b) => mul(a, mul(b, b)))(a)))(3))).toBe(6 * 9);
  });
  test("reach through captured variables", () => {
    const inner = (a: NDArray) => sum(grad((b: NDArray) => sum(mul(square(b), a)))(ones([2])));
    expect(item(grad(inner)(array(5)))).toBe(4);
  });
  test("go through pullbacks", () => {
    const f = (a: NDArray) => {
      const [y, pullback] = vjp((b: NDArray) => mul(b, mul(b, a)), a);
      return add(y, pullback(ones([]))[0]);
    };
    expect(item(grad(f)(array(2)))).toBe(3 * 4 + 4 * 2);
  });
  test("go through a Hessian's columns", () => {
    const f = (p: NDArray<[2]>) => {
      const [u, v] = [slice(p, [0]), slice(p, [1])];
      return mul(mul(u, u), v);
    };
    const column = (i: number) => grad((p: NDArray<[2]>) => slice(grad(f)(p), [i]))(array([3, 5]));
    expect([toNested(column(0)), toNested(column(1))]).toEqual([
      [10, 6],
      [6, 0],
    ]);
  });
});

describe("stopGradient", () => {
  test("makes a value constant, in trees too", () => {
    expect(item(grad((y) => mul(y, stopGradient(y)))(3))).toBe(3);
    expect(
      toNested(
        grad((p: { a: NDArray; b: NDArray }) => {
          const { a } = stopGradient(p);
          return sum(mul(a, p.b));
        })({ a: array([2]), b: array([5]) }).a,
      ),
    ).toEqual([0]);
    expect(toNested(stopGradient(array([1, 2])))).toEqual([1, 2]);
  });
  test("stops every level that it is seen by", () => {
    expect(item(grad((y) => grad((z) => mul(mul(z, z), stopGradient(y)))(y))(3))).toBe(6);
    expect(item(grad((y) => grad((z) => mul(stopGradient(mul(z, z)), z))(y))(3))).toBe(0);
    expect(item(grad((y) => grad((z) => mul(z, mul(z, z)))(stopGradient(y)))(3))).toBe(0);
  });
});

describe("JavaScript's control flow works on item", () => {
  test("if", () => {
    const huber = (y: NDArray) => (Math.abs(item(y)) < 1 ? mul(0.5, square(y)) : sub(mul(y, Math.sign(item(y))), 0.5));
    expect([0.5, 3, -3].map((y) => item(grad(huber)(array(y))))).toEqual([0.5, 1, -1]);
  });
  test("for and while", () => {
    const power = (y: NDArray) => {
      let p: NDArray = array(1);
      for (let i = 0; i < 5; i++) p = mul(p, y);
      return p;
    };
    expect(item(grad(power)(array(2)))).toBe(5 * 16);
    const halve = (y: NDArray) => {
      let z = y;
      while (item(z) > 1) z = mul(z, 0.5);
      return z;
    };
    expect(item(grad(halve)(array(10)))).toBe(1 / 16);
    expect(item(grad((y: NDArray) => mul(y, grad(halve)(y)))(array(10)))).toBe(1 / 16);
  });
  test("print, toNested and toTypedArray read values too", () => {
    const seen: unknown[] = [];
    grad((y: NDArray) => {
      seen.push(print(y), toNested(y), toTypedArray(y));
      return sum(y);
    })(array([1, 2]));
    expect(seen).toEqual(["float64 [2] [1, 2]", [1, 2], Float64Array.of(1, 2)]);
  });
});

describe("dtypes", () => {
  test("gradients have the dtypes of their parameters", () => {
    const f = (p: { a: NDArray; b: NDArray }) => sum(add(mul(p.a, p.b), maximum(p.a, cast(p.b, "float32"))));
    const g = grad(f)({ a: array([0.1, 2], { dtype: "float32" }), b: array([3, 0.7]) });
    expect([g.a.dtype, g.b.dtype]).toEqual(["float32", "float64"]);
    expect([toNested(g.a), toNested(g.b)]).toEqual([
      [3, Math.fround(1.7)],
      [1 + Math.fround(0.1), 2],
    ]);
  });
  test("float32 losses keep float32 all the way", () => {
    const [value, gradient] = valueAndGrad((p: NDArray) => mean(tanh(matmul(p, p))))(
      array([0.1, 0.2], { dtype: "float32" }),
    );
    expect([value.dtype, gradient.dtype]).toEqual(["float32", "float32"]);
  });
  test("no derivative passes through integers and truths", () => {
    expect(item(grad((y) => mul(y, cast(cast(y, "int32"), "float64")))(2.5))).toBe(2);
  });
});

describe("a value that outlives its transform", () => {
  const escape = (): NDArray => {
    const kept: NDArray[] = [];
    grad((y: NDArray) => {
      kept.push(mul(y, 2));
      return sum(y);
    })(array([1, 2]));
    return kept[0] ?? array(NaN);
  };
  const message = (name: string) =>
    `${name}: a value of a transform is used after that transform ended. ` +
    "Return it from the transformed function (as an auxiliary value, say) instead of keeping it in a variable.";

  test.each<readonly [string, (y: NDArray) => unknown]>([
    ["add", (y) => add(y, 1)],
    ["item", (y) => item(sum(y))],
    ["toNested", toNested],
    ["matmul", (y) => grad((z: NDArray) => matmul(y, z))(ones([2]))],
    ["mul", (y) => grad((z: NDArray) => grad((u: NDArray) => sum(mul(u, y)))(z))(ones([2]))],
  ])("is refused by %s", (name, use) => {
    const run = () => use(escape());
    expect(run).toThrow(TraceError);
    expect(run).toThrow(message(name === "item" ? "sum" : name));
  });
  test("is printed without its elements", () => {
    expect(print(escape())).toBe("float64 [2] (not known yet)");
  });
  test("is refused at a level of its own age", () => {
    const y = escape();
    expect(() => grad((z: NDArray) => sum(add(z, y)))(ones([2]))).toThrow(message("add"));
    expect(() => grad((z: NDArray) => sum(add(y, z)))(ones([2]))).toThrow(TraceError);
  });
});

test("a throw inside a loss leaves nothing behind", () => {
  const bad = grad((y: NDArray) => {
    add(y, 1);
    throw new Error("user");
  });
  for (let i = 0; i < 1000; i++) expect(() => bad(ones([1]))).toThrow("user");
  expect(item(grad((a) => mul(a, grad((b) => add(a, b))(1)))(1))).toBe(1);
  const half = grad((a: NDArray) => {
    expect(() =>
      grad((b: NDArray): NDArray<[]> => {
        mul(a, b);
        throw new Error("inner");
      })(a),
    ).toThrow("inner");
    return mul(a, grad((b) => mul(a, b))(2));
  });
  expect(item(half(array(3)))).toBe(6);
});

describe("vjp", () => {
  test("gives a cotangent for each argument", () => {
    const [y, pullback] = vjp((a: NDArray<[2]>, b: NDArray<[2]>) => mul(a, b), array([1, 2]), array([3, 4]));
    expect(toNested(y)).toEqual([3, 8]);
    expect(pullback(array([1, 10])).map(toNested)).toEqual([
      [3, 40],
      [1, 20],
    ]);
  });
  test("gives the same when its pullback is called again", () => {
    const [, pullback] = vjp((a: NDArray) => tanh(matmul(a, a)), array([0.1, 0.2]));
    const [once, other, again] = [pullback(array(1)), pullback(array(2)), pullback(array(1))].map(([c]) => toNested(c));
    expect(again).toEqual(once);
    expect(other).not.toEqual(once);
  });
  test("takes and gives trees", () => {
    const f = (p: { a: NDArray; b: NDArray }) => ({ sum: add(p.a, p.b), list: [p.a, ones([1])] as const });
    const [y, pullback] = vjp(f, { a: array([1]), b: array([2]) });
    expect(toNested(y.sum)).toEqual([3]);
    const [c] = pullback({ sum: array([1]), list: [array([10]), array([100])] });
    expect([toNested(c.a), toNested(c.b)]).toEqual([[11], [1]]);
  });
  test("gives an argument that is its own result its cotangent", () => {
    const [y, pullback] = vjp((a: NDArray) => a, array([1, 2]));
    expect([toNested(y), toNested(pullback(array([5, 6]))[0])]).toEqual([
      [1, 2],
      [5, 6],
    ]);
  });
  test("refuses cotangents that do not fit, and integers", () => {
    const [, pullback] = vjp((a: NDArray) => [a, a] as const, ones([2]));
    expect(() => pullback([ones([2])] as never)).toThrow(
      "vjp: the cotangent must be like the result: [1] of the cotangent is missing.",
    );
    expect(() => pullback([ones([2]), ones([3])])).toThrow(
      "vjp: the cotangent must be like the result: [1] of the cotangent is float64 [3], not float64 [2].",
    );
    expect(() => vjp((a: NDArray) => a, array([1], { dtype: "int32" }))).toThrow(
      "vjp: only floats have derivatives, but argument 0 is int32 [1].",
    );
  });
  test("does not record what comes after it", () => {
    const [y, pullback] = vjp((a: NDArray) => square(a), array([3]));
    expect(toNested(add(y, 1))).toEqual([10]);
    expect(toNested(pullback(array([1]))[0])).toEqual([6]);
  });
});

test("all kinds of moves have gradients that put cotangents back in their places", () => {
  const f = (p: NDArray) =>
    sum(
      mul(
        concatenate([transpose(reshape(p, [2, 3])), slice(reshape(p, [3, 2]), [[null, null, -1]])]),
        reshape(weights, [6, 2]),
      ),
    );
  const weights = array([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  expect(toNested(grad(f)(zeros([6])))).toEqual([1 + 11, 3 + 12, 5 + 9, 2 + 10, 4 + 7, 6 + 8]);
});
