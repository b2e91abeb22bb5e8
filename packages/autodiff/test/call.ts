import { type DType, type NDArray, slice, toTypedArray, transpose } from "@gradfold/core";
import { allocate, contiguous, isFloat, sizeOf } from "@gradfold/core/library";
import { bind, type Primitive } from "@gradfold/core/transform";
import fc from "fast-check";
import type { Entry, Sample } from "../../core/test/laws/catalogue.ts";

/* Calls of the catalogue's operations, at points where they are smooth. */

/** An operation as a function of the operands that have derivatives, the others held as they are. */
export interface Call {
  readonly f: (...xs: readonly NDArray[]) => NDArray;
  readonly xs: readonly NDArray[];
}

const isFloating = (x: NDArray): boolean => isFloat(x.dtype);

const callOf = ({ primitive, inputs }: Sample): Call => ({
  xs: inputs.filter(isFloating),
  f: (...xs) => {
    let next = 0;
    return bind(
      primitive,
      inputs.map((x) => (isFloating(x) ? (xs[next++] ?? x) : x)),
    );
  },
});

export const arrayOf = (dtype: DType, shape: readonly number[], element: (i: number) => number): NDArray => {
  const data = allocate(dtype, sizeOf(shape));
  data.forEach((_: number, i: number) => (data[i] = element(i)));
  return contiguous(dtype, Object.freeze([...shape]), data);
};

/** How an array may lie: row by row, transposed, backwards, or as every second of more elements. */
const layouts = ["rows", "transposed", "backwards", "stepped"] as const;

/** The same elements, lying otherwise. */
const laid = (x: NDArray, layout: (typeof layouts)[number]): NDArray => {
  const { dtype, shape } = x;
  const elements = toTypedArray(x);
  const all = shape.map(() => [null, null, -1] as const);
  switch (layout) {
    case "rows":
      return x;
    case "transposed": {
      const turned = toTypedArray(transpose(x));
      return transpose(arrayOf(dtype, shape.toReversed(), (i) => turned[i] ?? NaN));
    }
    case "backwards":
      return slice(
        arrayOf(dtype, shape, (i) => elements[elements.length - 1 - i] ?? NaN),
        all,
      );
    case "stepped": {
      const last = shape.length - 1;
      if (last < 0) return x;
      const wide = arrayOf(dtype, shape.with(last, 2 * (shape[last] ?? 0)), (i) =>
        i % 2 === 0 ? (elements[i / 2] ?? NaN) : 99,
      );
      return slice(wide, [...shape.slice(1).map(() => null), [null, null, 2]]);
    }
  }
};

const isEachPlace = ({ loops }: Primitive): boolean => loops.kind === "map";

/** Values so far apart that no two of them change places within the steps of finite differences. */
const apart = (x: NDArray, k: number): NDArray => {
  const elements = Array.from(toTypedArray(x));
  const order = elements.map((_, i) => i).toSorted((i, j) => (elements[i] ?? 0) - (elements[j] ?? 0) || i - j);
  const n = order.length;
  return arrayOf(x.dtype, x.shape, (i) => (elements[i] ?? 0) + (order.indexOf(i) - n / 2) / 32 + k / 64);
};

/** Values of the domain on a grid, each operand on one of its own, so that no two operands tie. */
const onGrid = (x: NDArray, k: number): NDArray => {
  const elements = toTypedArray(x);
  return arrayOf(x.dtype, x.shape, (i) => Math.round((elements[i] ?? 0) * 8) / 8 + k / 16);
};

const smoothly = ({ primitive, inputs }: Sample, fixed: boolean, run: number): Sample => ({
  primitive,
  inputs: inputs.map((x, k) => {
    if (!isFloating(x)) return x;
    const point = fixed ? x : (isEachPlace(primitive) ? onGrid : apart)(x, k);
    return laid(point, layouts[(run + k) % layouts.length] ?? "rows");
  }),
});

/** Shapes of two operands: from rank 0 to 4, with sizes 0 and 1, equal and broadcast. */
const shapePairs: readonly (readonly (readonly number[])[])[] = [
  [[], []],
  [[4], []],
  [[], [3]],
  [[1], [4]],
  [[5], [5]],
  [[2, 3], [3]],
  [
    [2, 1],
    [1, 3],
  ],
  [[0], [1]],
  [
    [2, 0],
    [1, 1],
  ],
  [
    [2, 3, 2],
    [3, 1],
  ],
  [[2], [2, 2, 2]],
  [
    [1, 2, 1, 3],
    [2, 1],
  ],
  [
    [2, 1, 2, 2],
    [2, 1, 2, 2],
  ],
  [
    [1, 1, 1, 1],
    [2, 1, 1, 2],
  ],
];

const sampled = ({ samples }: Entry, dtype: DType, count: number): readonly Sample[] =>
  fc.sample(samples(fc.constant(dtype)), { seed: 7, numRuns: count });

/** The operation on operands of all these shapes, with values of its domain. */
const reshaped = (samples: readonly Sample[], dtype: DType): readonly Sample[] =>
  shapePairs.flatMap((pair) => {
    const [first] = samples;
    if (first === undefined) return [];
    const inputs = first.inputs.map((x, k) => {
      const pool = samples.flatMap(({ inputs }) => (inputs[k] ? Array.from(toTypedArray(inputs[k])) : []));
      return arrayOf(
        isFloating(x) ? dtype : x.dtype,
        pair[k] ?? pair[0] ?? [],
        (i) => pool[(7 * i) % pool.length] ?? NaN,
      );
    });
    return [{ primitive: first.primitive, inputs }];
  });

/** Calls of an operation in a dtype: at least 12 combinations of shapes, parameters and layouts. */
export const callsOf = (entry: Entry, dtype: DType): readonly Call[] => {
  const samples = sampled(entry, dtype, 14);
  const isParametrised = samples.some(
    ({ primitive }) => !isEachPlace(primitive) || Object.keys(primitive.parameters).length > 0,
  );
  return (isParametrised ? samples : reshaped(samples, dtype)).map((sample, run) =>
    callOf(smoothly(sample, entry.fixed === true, run)),
  );
};
