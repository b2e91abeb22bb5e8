import {
  abs,
  add,
  array,
  type Axes,
  broadcastTo,
  concatenate,
  cumsum,
  div,
  dot,
  exp,
  expandDims,
  flip,
  log,
  logSoftmax,
  logSumExp,
  matmul,
  max,
  maximum,
  mean,
  min,
  minimum,
  mul,
  type NDArray,
  neg,
  norm,
  outer,
  pad,
  prod,
  reshape,
  sign,
  slice,
  softmax,
  sqrt,
  square,
  squeeze,
  stack,
  std,
  sub,
  sum,
  take,
  takeAlongAxis,
  tanh,
  tile,
  toTypedArray,
  transpose,
  variance,
} from "@gradfold/core";
import { expect } from "vitest";
import file from "./fixtures/ops-grads.json" with { type: "json" };

type Cell = number | string;

export interface GoldenArray {
  readonly shape: readonly number[];
  readonly data: readonly Cell[];
  readonly dtype?: "int32" | "bool";
}

export interface Attributes {
  readonly axis?: number | readonly number[] | null;
  readonly keepdims?: boolean;
  readonly ddof?: number;
  readonly ord?: 1 | 2 | "inf";
  readonly perm?: readonly number[];
  readonly shape?: readonly number[];
  readonly slices?: readonly (null | { readonly start: number; readonly stop: number | null; readonly step: number })[];
  readonly indices?: GoldenArray;
  readonly reps?: readonly number[];
  readonly widths?: readonly (readonly [before: number, after: number])[];
  readonly value?: number;
}

export interface Case {
  readonly id: string;
  readonly op: string;
  readonly attrs?: Attributes;
  readonly inputs: readonly GoldenArray[];
  readonly output: GoldenArray;
  readonly cotangent: GoldenArray;
  readonly vjps: readonly GoldenArray[];
}

interface Kink extends Pick<Case, "op" | "attrs" | "inputs" | "output"> {
  readonly torch: readonly (readonly Cell[])[];
  readonly jax: readonly (readonly Cell[])[];
}

export interface Graph {
  readonly name: string;
  readonly inputs: readonly GoldenArray[];
  readonly consts: readonly GoldenArray[];
  readonly nodes: readonly { readonly op: string; readonly args: readonly string[]; readonly attrs?: Attributes }[];
}

export interface SecondOrder extends Graph {
  readonly value: Cell;
  readonly grads: readonly GoldenArray[];
  readonly v: readonly GoldenArray[];
  readonly hvp: readonly GoldenArray[];
}

interface Forward extends Graph {
  readonly output: GoldenArray;
  readonly tangents: readonly GoldenArray[];
  readonly jvp: GoldenArray;
}

interface Higher extends Graph {
  readonly points: readonly { readonly x: number; readonly derivatives: readonly number[] }[];
}

interface Golden {
  readonly cases: readonly Case[];
  readonly kinks: readonly Kink[];
  readonly hvps: readonly SecondOrder[];
  readonly graphs: readonly SecondOrder[];
  readonly jvps: readonly Forward[];
  readonly higher: readonly Higher[];
}

// The compiler's type of so large a file is a union of all its parts; its README gives this one.
export const golden = file as unknown as Golden;

export const decode = ({ shape, data, dtype }: GoldenArray): NDArray =>
  array(data.map(Number), { shape, dtype: dtype ?? "float64" });

type Run = (xs: readonly NDArray[], attrs: Attributes) => NDArray;

const unary =
  (f: (x: NDArray) => NDArray): Run =>
  ([x = array(NaN)]) =>
    f(x);
const binary =
  (f: (a: NDArray, b: NDArray) => NDArray): Run =>
  ([a = array(NaN), b = array(NaN)]) =>
    f(a, b);
const reduction =
  (f: (x: NDArray, axes?: Axes, options?: { readonly keepDims?: boolean }) => NDArray): Run =>
  ([x = array(NaN)], { axis, keepdims = false }) =>
    f(x, axis ?? undefined, { keepDims: keepdims });

const spread =
  (f: typeof variance | typeof std): Run =>
  ([x = array(NaN)], { axis, keepdims = false, ddof = 0 }) =>
    f(x, axis ?? undefined, { keepDims: keepdims, ddof });
const along =
  (f: (x: NDArray, axis?: number) => NDArray): Run =>
  ([x = array(NaN)], attrs) =>
    f(x, axisOf(attrs));

const axisOf = ({ axis }: Attributes): number => (typeof axis === "number" ? axis : 0);

/** The golden file's operations that the library has. */
export const operations: Readonly<Record<string, Run>> = {
  neg: unary(neg),
  exp: unary(exp),
  log: unary(log),
  sqrt: unary(sqrt),
  square: unary(square),
  abs: unary(abs),
  sign: unary(sign),
  tanh: unary(tanh),
  add: binary(add),
  sub: binary(sub),
  mul: binary(mul),
  div: binary(div),
  maximum: binary(maximum),
  minimum: binary(minimum),
  matmul: binary(matmul),
  sum: reduction(sum),
  mean: reduction(mean),
  max: reduction(max),
  min: reduction(min),
  prod: reduction(prod),
  logsumexp: reduction(logSumExp),
  var: spread(variance),
  std: spread(std),
  norm: ([x = array(NaN)], { axis, keepdims = false, ord = 2 }) =>
    norm(x, axis ?? undefined, { keepDims: keepdims, ord }),
  softmax: along(softmax),
  logSoftmax: along(logSoftmax),
  dot: binary(dot),
  outer: binary(outer),
  concatenate: (xs, attrs) => concatenate(xs, axisOf(attrs)),
  stack: (xs, attrs) => stack(xs, axisOf(attrs)),
  expandDims: ([x = array(NaN)], attrs) => expandDims(x, axisOf(attrs)),
  squeeze: ([x = array(NaN)], { axis }) => squeeze(x, axis ?? undefined),
  transpose: ([x = array(NaN)], { perm = [] }) => transpose(x, perm),
  reshape: ([x = array(NaN)], { shape = [] }) => reshape(x, shape),
  broadcastTo: ([x = array(NaN)], { shape = [] }) => broadcastTo(x, shape),
  slice: ([x = array(NaN)], { slices = [] }) =>
    slice(
      x,
      slices.map((range) => range && ([range.start, range.stop, range.step] as const)),
    ),
  takeAlongAxis: ([x = array(NaN)], attrs) =>
    takeAlongAxis(x, attrs.indices ? decode(attrs.indices) : array(NaN), axisOf(attrs)),
  cumsum: ([x = array(NaN)], attrs) => cumsum(x, axisOf(attrs)),
  flip: ([x = array(NaN)], { axis }) => flip(x, axis ?? undefined),
  tile: ([x = array(NaN)], { reps = [] }) => tile(x, reps),
  pad: ([x = array(NaN)], { widths = [], value }) => pad(x, widths, value),
  take: ([x = array(NaN)], attrs) => take(x, attrs.indices ? decode(attrs.indices) : array(NaN), axisOf(attrs)),
};

/** Whether the library has all operations of a case or a graph. */
export const isPossible = (x: { readonly op?: string; readonly nodes?: Graph["nodes"] }): boolean =>
  [...(x.op === undefined ? [] : [x.op]), ...(x.nodes ?? []).map(({ op }) => op)].every((op) => op in operations);

export const apply = (op: string, xs: readonly NDArray[], attrs: Attributes = {}): NDArray => {
  const run = operations[op];
  if (run === undefined) throw new Error(`no operation ${op}`);
  return run(xs, attrs);
};

/** A graph as a function of its inputs. */
export const functionOf =
  ({ consts, nodes }: Graph) =>
  (...inputs: readonly NDArray[]): NDArray => {
    const values = new Map<string, NDArray>();
    inputs.forEach((x, i) => values.set(`i${i}`, x));
    consts.forEach((x, i) => values.set(`c${i}`, decode(x)));
    const results = nodes.map(({ op, args, attrs }, i) => {
      const result = apply(
        op,
        args.map((name) => values.get(name) ?? array(NaN)),
        attrs,
      );
      values.set(`n${i}`, result);
      return result;
    });
    return results.at(-1) ?? array(NaN);
  };

export interface Tolerance {
  readonly rtol: number;
  readonly atol: number;
}

/** Fails unless |got - want| <= atol + rtol |want|; what is not finite must be equal. */
export const expectClose = (got: NDArray, want: GoldenArray, { rtol, atol }: Tolerance): void => {
  expect(got.shape).toEqual(want.shape);
  const wanted = want.data.map(Number);
  const elements = Array.from(toTypedArray(got));
  elements.forEach((value, i) => {
    const w = wanted[i] ?? NaN;
    const close = Object.is(value, w) || value === w || Math.abs(value - w) <= atol + rtol * Math.abs(w);
    expect(close, `element ${i}: ${value} is not ${w}`).toBe(true);
  });
};
