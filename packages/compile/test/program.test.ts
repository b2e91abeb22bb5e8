import {
  add,
  argmax,
  argsort,
  array,
  broadcastTo,
  cast,
  concatenate,
  cumsum,
  less,
  matmul,
  max,
  maximum,
  mean,
  min,
  mul,
  type NDArray,
  neg,
  pad,
  prod,
  reshape,
  set,
  slice,
  softmax,
  sort,
  stack,
  sub,
  sum,
  take,
  transpose,
} from "@gradfold/core";
import { cond, scan as eagerly, valueAndGrad, vmap } from "@gradfold/autodiff";
import fc from "fast-check";
import { describe, test } from "vitest";
import { jit, scan } from "../src/index.ts";
import { expectSameBits, noise } from "./bits.ts";
import { binary, unary } from "./operations.ts";

/* Programs at random: each step makes a value of earlier ones, if they have shapes for it. */

type Pick = (bound: number) => number;
type Step = (values: readonly NDArray[], pick: Pick) => NDArray | undefined;

const isFloat = ({ dtype }: NDArray): boolean => dtype === "float32" || dtype === "float64";
const sizeOf = ({ shape }: NDArray): number => shape.reduce((product, n) => product * n, 1);

const broadcasts = (a: NDArray, b: NDArray): boolean =>
  a.shape.every((n, i) => {
    const m = b.shape[b.shape.length - a.shape.length + i] ?? 1;
    return m === n || m === 1 || n === 1;
  });

const chosen = <A>(list: readonly A[], pick: Pick): A | undefined => list[pick(list.length)];

const onOne =
  (f: (x: NDArray, pick: Pick) => NDArray | undefined): Step =>
  (values, pick) => {
    const x = chosen(values.filter(isFloat), pick);
    return x === undefined ? undefined : f(x, pick);
  };

const axesOf = (x: NDArray, pick: Pick): readonly number[] => x.shape.map((_, i) => i).filter(() => pick(2) === 0);

const steps: Readonly<Record<string, Step>> = {
  unary: onOne((x, pick) => chosen(Object.values(unary), pick)?.(x)),
  binary: (values, pick) => {
    const [x, y] = [chosen(values, pick), chosen(values.filter(isFloat), pick)];
    if (x === undefined || y === undefined || !broadcasts(x, y)) return undefined;
    return chosen(Object.values(binary), pick)?.(x, y);
  },
  sum: onOne((x, pick) => sum(x, axesOf(x, pick), { keepDims: pick(2) === 0 })),
  mean: onOne((x) => mean(x)),
  transpose: onOne((x, pick) =>
    pick(2) === 0
      ? transpose(x)
      : transpose(
          x,
          x.shape.map((_, i) => i).toSorted(() => pick(3) - 1),
        ),
  ),
  reshape: onOne((x, pick) => reshape(x, chosen([[-1], [...x.shape, 1], [1, ...x.shape]], pick) ?? [-1])),
  broadcast: onOne((x) => broadcastTo(x, [3, ...x.shape])),
  matmul: (values, pick) => {
    const [x, y] = [chosen(values.filter(isFloat), pick), chosen(values.filter(isFloat), pick)];
    if (x === undefined || y === undefined || x.shape.length === 0 || y.shape.length === 0) return undefined;
    const inner = y.shape.at(y.shape.length === 1 ? 0 : -2);
    return x.shape.at(-1) === inner && x.shape.length <= 2 && y.shape.length <= 2 ? matmul(x, y) : undefined;
  },
};

const isWhole = ({ dtype }: NDArray): boolean => dtype === "int32";

const onWhole =
  (f: (x: NDArray, pick: Pick) => NDArray | undefined): Step =>
  (values, pick) => {
    const x = chosen(values.filter(isWhole), pick);
    return x === undefined ? undefined : f(x, pick);
  };

/** Of two floats of one dtype and shape. */
const onAlike =
  (f: (x: NDArray, y: NDArray, pick: Pick) => NDArray | undefined): Step =>
  (values, pick) => {
    const x = chosen(values.filter(isFloat), pick);
    const alike = values.filter((y) => y.dtype === x?.dtype && String(y.shape) === String(x.shape));
    const y = chosen(alike, pick);
    return x === undefined || y === undefined ? undefined : f(x, y, pick);
  };

/** Along one of the axes of what has some, and elements. */
const along =
  (f: (x: NDArray, axis: number) => NDArray): ((x: NDArray, pick: Pick) => NDArray | undefined) =>
  (x, pick) =>
    x.shape.length > 0 && sizeOf(x) > 0 ? f(x, pick(x.shape.length)) : undefined;

/** Steps whose results follow the operands smoothly enough for gradients. */
const further: Readonly<Record<string, Step>> = {
  extreme: onOne((x, pick) => (sizeOf(x) > 0 ? (pick(2) === 0 ? max : min)(x, axesOf(x, pick)) : undefined)),
  prod: onOne(along((x, axis) => prod(x, axis))),
  sort: onOne(along((x, axis) => sort(x, axis))),
  cumsum: onOne(along((x, axis) => cumsum(x, axis))),
  softmax: onOne(along((x, axis) => softmax(x, axis))),
  take: onOne(along((x, axis) => take(x, array([0, -1, 0], { dtype: "int32" }), axis))),
  takeRows: onOne((x) => (x.shape.length === 1 ? take(x, argsort(x)) : undefined)),
  concatenate: onAlike((x, y, pick) => along((a, axis) => concatenate([a, y, x], axis))(x, pick)),
  stack: onAlike((x, y, pick) => stack([x, y], pick(x.shape.length + 1))),
  set: onAlike((x, y) => (x.shape.length > 0 && sizeOf(x) > 0 ? set(x, [[0, 1]], slice(y, [[-1, null]])) : undefined)),
  pad: onOne(
    along((x, axis) =>
      pad(
        x,
        x.shape.map((_, i) => (i === axis ? ([1, 2] as const) : ([0, 1] as const))),
      ),
    ),
  ),
  choose: onOne((x) =>
    cond(
      less(sum(x), 0),
      (y) => mul(y, 2),
      (y) => neg(y),
      x,
    ),
  ),
};

/** Steps on whole numbers, and to and from them. */
const whole: Readonly<Record<string, Step>> = {
  cut: onOne((x) => cast(mul(x, 1e6), "int32")),
  arithmetic: onWhole((x, pick) => [add(x, x), mul(x, x), neg(x), sub(mul(x, x), x), maximum(x, neg(x))][pick(5)]),
  reduced: onWhole((x, pick) => (pick(2) === 0 ? sum : prod)(x, axesOf(x, pick))),
  places: onOne(along((x, axis) => argmax(x, axis))),
  order: onWhole(along((x, axis) => argsort(x, axis))),
  float: onWhole((x, pick) => cast(x, pick(2) === 0 ? "float32" : "float64")),
};

const allSteps = { ...steps, ...further, ...whole };

const slices: Step = onOne((x, pick) =>
  slice(
    x,
    x.shape.map(
      (n) => chosen([null, [null, null, -1], [n > 1 ? 1 : 0, null, 2], n > 0 ? 0 : null] as const, pick) ?? null,
    ),
  ),
);

interface Recipe {
  readonly shapes: readonly (readonly number[])[];
  readonly dtypes: readonly ("float32" | "float64")[];
  readonly steps: readonly (readonly [name: string, choices: readonly number[]])[];
}

const recipes = (names: readonly string[]): fc.Arbitrary<Recipe> =>
  fc.record({
    shapes: fc.array(fc.array(fc.constantFrom(1, 2, 3, 4, 5, 9, 17), { maxLength: 3 }), { minLength: 3, maxLength: 3 }),
    dtypes: fc.array(fc.constantFrom("float32", "float64"), { minLength: 3, maxLength: 3 }),
    steps: fc.array(fc.tuple(fc.constantFrom(...names), fc.array(fc.nat(1000), { minLength: 9, maxLength: 9 })), {
      minLength: 1,
      maxLength: 14,
    }),
  });

/** Carries a recipe out; the same steps are possible whether or not the values are known. */
const run =
  (recipe: Recipe) =>
  (...inputs: readonly NDArray[]): readonly NDArray[] => {
    const values = [...inputs];
    for (const [name, choices] of recipe.steps) {
      let used = 0;
      const pick: Pick = (bound) => (choices[used++ % choices.length] ?? 0) % Math.max(bound, 1);
      const made = (name === "slice" ? slices : (allSteps as Readonly<Record<string, Step>>)[name])?.(values, pick);
      if (made !== undefined && sizeOf(made) <= 20000 && made.shape.length <= 4) values.push(made);
    }
    return values.slice(inputs.length).filter((_, i, all) => i % 3 === 0 || i === all.length - 1);
  };

const inputsOf = ({ shapes, dtypes }: Recipe): readonly NDArray[] =>
  shapes.map((shape, i) => noise(i + 1, shape, dtypes[i] ?? "float64"));

describe("A program at random gives the bits of eager code", () => {
  test("as it is", () => {
    fc.assert(
      fc.property(recipes([...Object.keys(allSteps), "binary", "unary", "slice"]), (recipe) => {
        const f = run(recipe);
        const compiled = jit(f);
        const inputs = inputsOf(recipe);
        expectSameBits(compiled(...inputs), f(...inputs));
        const others = inputs.map((x) => transpose(noise(9, x.shape.toReversed(), x.dtype)));
        expectSameBits(compiled(...others), f(...others));
      }),
      { numRuns: 250, seed: 1 },
    );
  });

  test("with its gradients", () => {
    const loss =
      (recipe: Recipe) =>
      (inputs: readonly NDArray[]): NDArray<[]> =>
        [...inputs, ...run(recipe)(...inputs).filter(isFloat)].map((x) => mean(x)).reduce((a, b) => add(a, b));
    fc.assert(
      fc.property(recipes([...Object.keys(steps), ...Object.keys(further), "binary", "unary"]), (recipe) => {
        const f = valueAndGrad(loss(recipe));
        expectSameBits(jit(f)(inputsOf(recipe)), f(inputsOf(recipe)));
      }),
      { numRuns: 150, seed: 2 },
    );
  });

  test("for a stack of operands", () => {
    fc.assert(
      fc.property(recipes([...Object.keys(steps), ...Object.keys(further), "binary", "slice"]), (recipe) => {
        const f = vmap((...inputs: readonly NDArray[]) => run(recipe)(...inputs));
        const inputs = inputsOf(recipe).map((x) => stack([x, mul(x, 0.5), neg(x)]));
        expectSameBits(jit(f)(...inputs), f(...inputs));
      }),
      { numRuns: 100, seed: 4 },
    );
  });

  test("as the body of a loop", () => {
    fc.assert(
      fc.property(recipes([...Object.keys(allSteps), "binary", "unary", "slice"]), (recipe) => {
        const [x, y, z] = inputsOf(recipe);
        if (x === undefined || y === undefined || z === undefined) return;
        const body = (c: NDArray, row: NDArray) => {
          const made = run(recipe)(c, row, z);
          const next = made.findLast((v) => v.dtype === c.dtype && String(v.shape) === String(c.shape));
          return [next ?? c, made] as const;
        };
        const xs = noise(5, [3, ...y.shape], y.dtype);
        expectSameBits(scan(body, x, xs), eagerly(body, x, xs));
      }),
      { numRuns: 120, seed: 3 },
    );
  });
});
