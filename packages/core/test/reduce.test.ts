import { describe, expect, test } from "vitest";
import { all, any, type DType, max, min, type NDArray, prod, sum, toTypedArray } from "../src/index.ts";
import { contiguous } from "../src/array/array.ts";
import { allocate } from "../src/scalar/dtype.ts";
import { axesBehind } from "../src/kernel/reduce.ts";
import { frozen, type Shape, sizeOf } from "../src/array/shape.ts";
import { expectSameBits } from "./laws/bits.ts";
import { laidOut, type Layout } from "./laws/layout.ts";
import { noise } from "./laws/noise.ts";
import { addition, type Joining, multiplication, narrow, type Rule, rule1, rule2, wide } from "./laws/rules.ts";

type Axes = readonly number[];
type Join = (terms: Float64Array, rule: Rule) => number;

/** How each reduction joins its terms, straight from the numbers page. */
interface Reduction {
  readonly of: (x: NDArray, axes: Axes) => NDArray;
  readonly join: Join;
  readonly result: DType;
  readonly refusesNothing?: boolean;
}

const float = (dtype: DType, joining: Joining): Join => {
  const round = dtype === "float32" ? narrow : wide;
  return (terms, rule) => rule(terms, round, joining);
};

const inTurn =
  (first: number, join: (a: number, b: number) => number): Join =>
  (terms) =>
    terms.reduce(join, first);

const reductions = (dtype: DType): Readonly<Record<string, Reduction>> => {
  const isFloat = dtype === "float32" || dtype === "float64";
  const result = dtype === "bool" ? "int32" : dtype;
  const add = isFloat ? float(dtype, addition) : inTurn(0, (a, b) => (a + b) | 0);
  const multiply = isFloat ? float(dtype, multiplication) : inTurn(1, (a, b) => Math.imul(a, b));
  const extrema: Readonly<Record<string, Reduction>> = {
    max: { of: max, join: inTurn(-Infinity, (a, b) => Math.max(a, b)), result: dtype, refusesNothing: true },
    min: { of: min, join: inTurn(Infinity, (a, b) => Math.min(a, b)), result: dtype, refusesNothing: true },
  };
  const truths: Readonly<Record<string, Reduction>> = {
    all: { of: all, join: inTurn(1, (a, b) => Math.min(a, b)), result: dtype },
    any: { of: any, join: inTurn(0, (a, b) => Math.max(a, b)), result: dtype },
  };
  return {
    sum: { of: sum, join: add, result },
    prod: { of: prod, join: multiply, result },
    ...(dtype === "bool" ? truths : extrema),
  };
};

/** blocks where at least four results lie side by side behind the last of the axes that are longer than 1. */
const ruleOf = (shape: Shape, axes: Axes): Rule => {
  if (axes.length === shape.length) return rule1;
  const last = axes.findLast((axis) => shape[axis] !== 1);
  return last !== undefined && sizeOf(shape.slice(last + 1)) >= 4 ? rule2 : rule1;
};

/** The elements that become each result, in row-major order of both. */
const grouped = (x: NDArray, axes: Axes): readonly Float64Array[] => {
  const kept = x.shape.map((_, i) => i).filter((i) => !axes.includes(i));
  const before = (list: Axes, axis: number): number =>
    list.filter((i) => i > axis).reduce((n, i) => n * (x.shape[i] ?? 1), 1);
  const all = x.shape.map((_, i) => i);
  const strides = kept.map((axis) => [before(all, axis), x.shape[axis] ?? 1, before(kept, axis)] as const);
  const groups: number[][] = Array.from({ length: sizeOf(kept.map((i) => x.shape[i] ?? 1)) }, () => []);
  toTypedArray(x).forEach((value, i) => {
    let at = 0;
    for (const [stride, n, step] of strides) at += (Math.floor(i / stride) % n) * step;
    groups[at]?.push(value);
  });
  return groups.map((group) => Float64Array.from(group));
};

const wanted = (x: NDArray, axes: Axes, { join, result }: Reduction): NDArray => {
  const shape = frozen(x.shape.filter((_, axis) => !axes.includes(axis)));
  const data = allocate(result, sizeOf(shape));
  data.set(grouped(x, axes).map((terms) => join(terms, ruleOf(x.shape, axes))));
  return contiguous(result, shape, data);
};

/** Every choice of some of the axes. */
const someOf = (rank: number): readonly Axes[] =>
  Array.from({ length: 2 ** rank - 1 }, (_, bits) =>
    Array.from({ length: rank }, (__, axis) => axis).filter((axis) => (((bits + 1) >> axis) & 1) === 1),
  );

const layoutsOf = (rank: number): readonly Layout[] => {
  const order = Array.from({ length: rank }, (_, i) => i);
  const steps = (...list: readonly number[]) => order.map((i) => list[i % list.length] ?? 1);
  return [
    { order, steps: steps(1), before: 0 },
    { order, steps: steps(1), before: 3 },
    { order: order.toReversed(), steps: steps(1), before: 1 },
    { order: [...order.slice(1), 0], steps: steps(1, 2), before: 0 },
    { order: [...order.slice(-1), ...order.slice(0, -1)], steps: steps(-2, 1), before: 0 },
    { order, steps: steps(0, 1), before: 1 },
  ];
};

const shapes: readonly Shape[] = [
  [0],
  [1],
  [9],
  [1, 1],
  [7, 5],
  [5, 4],
  [4, 0, 5],
  [300, 3],
  [300, 5],
  [5, 300],
  [1, 257, 4, 1],
  [2, 3, 2, 2],
  [3, 1, 2, 5],
  [1030, 2],
  [20, 13, 4],
];

const elements = (dtype: DType): (() => number) => {
  const next = noise(3);
  if (dtype === "bool") return next;
  return dtype === "int32" ? () => Math.floor(2 ** 20 * next()) : () => next() * 2 ** Math.floor(12 * next());
};

describe.each<DType>(["float64", "float32", "int32", "bool"])("of %s", (dtype) => {
  test.each(Object.entries(reductions(dtype)))(
    "%s joins the elements along its axes, however they lie",
    (_, reduction) => {
      for (const shape of shapes)
        for (const layout of layoutsOf(shape.length)) {
          const x = laidOut(dtype, shape, layout, elements(dtype));
          for (const axes of someOf(shape.length)) {
            const isRefused = reduction.refusesNothing === true && axes.some((axis) => shape[axis] === 0);
            if (!isRefused) expectSameBits(reduction.of(x, axes), wanted(x, axes, reduction));
          }
        }
    },
  );
});

test.each<readonly [shape: Shape, axes: Axes, behind: Axes]>([
  [[5, 4], [0], [1]],
  [[5, 4], [1], []],
  [[5, 4, 3], [0], [1, 2]],
  [[5, 4, 3], [1], [2]],
  [[5, 4, 3], [0, 1], [2]],
  [[5, 4, 3], [0, 2], []],
  [
    [5, 1, 4, 3],
    [0, 1],
    [2, 3],
  ],
  [
    [5, 4, 1, 3],
    [0, 2],
    [1, 3],
  ],
  [[1, 4], [0], []],
  [[5, 4], [], []],
])("of the shape %j over the axes %j, the axes behind are %j", (shape, axes, behind) =>
  expect(axesBehind(shape, axes)).toEqual(behind),
);
