import * as core from "@gradfold/core";
import { array, type NDArray, toTypedArray } from "@gradfold/core";
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
  readonly perm?: readonly number[];
  readonly shape?: readonly number[];
  readonly slices?: readonly (null | { readonly start: number; readonly stop: number | null; readonly step: number })[];
  readonly indices?: GoldenArray;
  readonly reps?: readonly number[];
  readonly widths?: readonly (readonly [before: number, after: number])[];
  readonly value?: number;
  readonly ddof?: number;
  readonly ord?: number | "inf";
  readonly approximate?: boolean;
  readonly negativeSlope?: number;
  readonly alpha?: number;
  readonly exponent?: number;
  readonly min?: number;
  readonly max?: number;
  readonly condition?: GoldenArray;
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
  readonly hessian?: GoldenArray;
}

interface Forward extends Graph {
  readonly output: GoldenArray;
  readonly tangents: readonly GoldenArray[];
  readonly jvp: GoldenArray;
  readonly jacobian?: GoldenArray;
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

type Operation = (...operands: readonly unknown[]) => NDArray;

/** Names that the library has otherwise. */
const names: Readonly<Record<string, string>> = {
  logsumexp: "logSumExp",
  var: "variance",
  powScalar: "pow",
};

const operation = (op: string): Operation | undefined => Reflect.get(core, names[op] ?? op) as Operation | undefined;

type Arguments = (xs: readonly NDArray[], attrs: Attributes) => readonly unknown[];

const reduced: Arguments = ([x], { axis, keepdims, ddof, ord }) => [
  x,
  axis ?? undefined,
  { keepDims: keepdims, ...(ddof === undefined ? {} : { ddof }), ...(ord === undefined ? {} : { ord }) },
];
const alongAxis: Arguments = ([x], { axis }) => [x, axis ?? undefined];
const joined: Arguments = (xs, { axis }) => [xs, axis];
const indexed: Arguments = ([x], { indices, axis }) => [x, indices && decode(indices), axis];

/** How the attributes of a case become arguments, where it is not just its inputs. */
const argumentsOf: Readonly<Record<string, Arguments>> = {
  sum: reduced,
  mean: reduced,
  max: reduced,
  min: reduced,
  prod: reduced,
  logsumexp: reduced,
  var: reduced,
  std: reduced,
  norm: reduced,
  cumsum: alongAxis,
  softmax: alongAxis,
  logSoftmax: alongAxis,
  expandDims: alongAxis,
  squeeze: alongAxis,
  flip: alongAxis,
  concatenate: joined,
  stack: joined,
  take: indexed,
  takeAlongAxis: indexed,
  gelu: ([x], { approximate }) => [x, { approximate }],
  leakyRelu: ([x], { negativeSlope }) => [x, negativeSlope],
  elu: ([x], { alpha }) => [x, alpha],
  powScalar: ([x], { exponent }) => [x, exponent],
  clip: ([x], { min, max }) => [x, { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) }],
  where: (xs, { condition }) => [condition && decode(condition), ...xs],
  transpose: ([x], { perm }) => [x, perm],
  reshape: ([x], { shape }) => [x, shape],
  broadcastTo: ([x], { shape }) => [x, shape],
  tile: ([x], { reps }) => [x, reps],
  pad: ([x], { widths, value }) => [x, widths, value],
  slice: ([x], { slices = [] }) => [x, slices.map((range) => range && [range.start, range.stop, range.step])],
};

export const apply = (op: string, xs: readonly NDArray[], attrs: Attributes = {}): NDArray => {
  const run = operation(op);
  if (run === undefined) throw new Error(`no operation ${op}`);
  return run(...(argumentsOf[op]?.(xs, attrs) ?? xs));
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
