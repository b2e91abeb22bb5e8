import { contiguous, type NDArray } from "../../src/array/array.ts";
import { allocate, type DType, type Store } from "../../src/scalar/dtype.ts";
import type { LaneOperation, ScalarFunction } from "../../src/scalar/lane.ts";
import { isWide } from "../../src/kernel/matmul.ts";
import type { Combine } from "../../src/scalar/monoid.ts";
import type { Loops, Primitive, Source } from "../../src/array/primitive.ts";
import { toTypedArray } from "../../src/convert/read.ts";
import type { Bulk, Part, Routine } from "../../src/scalar/routine.ts";
import { broadcastStrides, pick, placesOf, rowMajor, type Shape, sizeOf } from "../../src/array/shape.ts";
import { areBeside, axesBehind } from "../../src/kernel/reduce.ts";
import { multiplication, narrow, rule1, rule2, wide } from "./rules.ts";

/*
 * What a record's loops say, carried out literally and one element at a time: the reference for every way of computing
 * them.
 */

const words = new DataView(new ArrayBuffer(8));

/** k and m of x = m 2^k with m in [sqrt 1/2, sqrt 2). */
const parts = (x: number): { k: number; m: number } => {
  words.setFloat64(0, x);
  const k = (((words.getInt32(0) & 0x7fffffff) + 0x95f62) >> 20) - 1023;
  return { k, m: x * 2 ** -k };
};

type Apply = (x: number, y: number, z: number) => number;

const lane: Readonly<Record<LaneOperation, Apply>> = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  sqrt: (x) => Math.sqrt(x),
  neg: (x) => -x,
  abs: (x) => Math.abs(x),
  floor: (x) => Math.floor(x),
  min: (x, y) => Math.min(x, y),
  max: (x, y) => Math.max(x, y),
  pmin: (x, y) => (y < x ? y : x),
  pmax: (x, y) => (x < y ? y : x),
  rest: (x, y) => x % y,
  pow2: (k) => 2 ** k,
  exponent: (x) => parts(x).k,
  mantissa: (x) => parts(x).m,
  less: (x, y) => Number(x < y),
  lessEqual: (x, y) => Number(x <= y),
  equal: (x, y) => Number(x === y),
  notEqual: (x, y) => Number(x !== y),
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  not: (a) => 1 - a,
  select: (condition, yes, no) => (condition === 1 ? yes : no),
  truth: (condition) => condition,
  wrappingAdd: (x, y) => (x + y) | 0,
  xor: (x, y) => x ^ y,
  rotate: (x, places) => (x * 2 ** places) | ((x >>> 0) / 2 ** (32 - places)),
  shiftRight: (x, places) => Math.floor((x >>> 0) / 2 ** places),
};

const scalar = ({ instructions }: ScalarFunction, integers: boolean, args: readonly number[]): number => {
  const values: number[] = [];
  for (const instruction of instructions) {
    if (instruction.kind === "argument") values.push(args[instruction.index] ?? NaN);
    else if (instruction.kind === "constant") values.push(instruction.value);
    else {
      const [x = NaN, y = NaN, z = NaN] = instruction.arguments.map((id) => values[id] ?? NaN);
      if (instruction.kind === "rarely") {
        values.push(x === 1 ? scalar(instruction.costly, integers, [z]) : y);
        continue;
      }
      const isProduct = integers && instruction.operation === "mul";
      values.push(isProduct ? Math.imul(x, y) : lane[instruction.operation](x, y, z));
    }
  }
  return values.at(-1) ?? NaN;
};

const roundTo: Readonly<Record<DType, (x: number) => number>> = {
  float64: wide,
  float32: narrow,
  int32: (x) => x | 0,
  bool: wide,
};

const asList = (x: NDArray): number[] => Array.from(toTypedArray(x));

const places = (shape: Shape, { offset, strides }: Source): readonly number[] => placesOf(shape, strides, offset);

const spread = (x: NDArray, shape: Shape): readonly number[] =>
  placesOf(shape, broadcastStrides(x.shape, rowMajor(x.shape), shape), 0);

const map = (loops: Extract<Loops, { kind: "map" }>, inputs: readonly NDArray[], shape: Shape): number[] => {
  const computed = loops.computed(inputs);
  const f = loops.scalar(computed);
  const operands = inputs.map((x) => ({ list: asList(x), at: spread(x, shape), dtype: x.dtype }));
  return Array.from({ length: sizeOf(shape) }, (_, i) => {
    const args = operands.map(({ list, at, dtype }) => {
      const value = list[at[i] ?? -1] ?? NaN;
      return computed === "float32" && dtype === "int32" ? narrow(value) : value;
    });
    return scalar(f, computed === "int32", args);
  });
};

/** For every place of the kept axes, the terms of the others in row-major order. */
const groups = (x: NDArray, axes: readonly number[]): readonly (readonly number[])[] => {
  const list = asList(x);
  const strides = rowMajor(x.shape);
  const kept = x.shape.map((_, i) => i).filter((i) => !axes.includes(i));
  return placesOf(pick(x.shape, kept), pick(strides, kept), 0).map((start) =>
    placesOf(pick(x.shape, axes), pick(strides, axes), start).map((at) => list[at] ?? NaN),
  );
};

const add = (terms: readonly number[], dtype: DType, beside: boolean): number => {
  if (dtype === "int32") return terms.reduce((a, b) => (a + b) | 0, 0);
  return (beside ? rule2 : rule1)(Float64Array.from(terms), roundTo[dtype]);
};

const multiply = (terms: readonly number[], dtype: DType, beside: boolean): number => {
  if (dtype === "int32") return terms.reduce(Math.imul, 1);
  return (beside ? rule2 : rule1)(Float64Array.from(terms), roundTo[dtype], multiplication);
};

/** From the least or greatest number of a dtype. */
const extremes: Readonly<Record<DType, readonly [low: number, high: number]>> = {
  float64: [-Infinity, Infinity],
  float32: [-Infinity, Infinity],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  bool: [0, 1],
};

const join: Readonly<Record<Combine, (terms: readonly number[], dtype: DType, beside: boolean) => number>> = {
  add,
  multiply,
  maximum: (terms, dtype) => Math.max(extremes[dtype][0], ...terms),
  minimum: (terms, dtype) => Math.min(extremes[dtype][1], ...terms),
};

const product = ([a, b]: readonly NDArray[], dtype: DType, shape: Shape): number[] => {
  if (!a || !b) throw new Error("two operands are needed");
  const asMatrix = (x: NDArray, isLeft: boolean): { lead: Shape; rows: number; columns: number; list: number[] } => ({
    lead: x.shape.slice(0, -2),
    rows: (x.shape.length === 1 ? (isLeft ? 1 : x.shape[0]) : x.shape.at(-2)) ?? 1,
    columns: (x.shape.length === 1 ? (isLeft ? x.shape[0] : 1) : x.shape.at(-1)) ?? 1,
    list: asList(x),
  });
  const [left, right] = [asMatrix(a, true), asMatrix(b, false)];
  const [m, k, n] = [left.rows, left.columns, right.columns];
  const lead = shape.slice(0, Math.max(left.lead.length, right.lead.length));
  const starts = (x: { lead: Shape }, size: number): readonly number[] =>
    placesOf(lead, broadcastStrides(x.lead, rowMajor(x.lead), lead), 0).map((place) => place * size);
  const rightStarts = starts(right, k * n);
  const times = dtype === "int32" ? Math.imul : (x: number, y: number): number => roundTo[dtype](x * y);
  return starts(left, m * k).flatMap((p, at) =>
    Array.from({ length: m * n }, (_, o) => {
      const [i, j] = [Math.floor(o / n), o % n];
      const q = rightStarts[at] ?? 0;
      const terms = Array.from({ length: k }, (__, l) =>
        times(left.list[p + i * k + l] ?? NaN, right.list[q + l * n + j] ?? NaN),
      );
      return add(terms, dtype, isWide({ m, n }));
    }),
  );
};

/** Runs the steps of a routine; the number that it refused, if any. */
export const run = (
  routine: Routine,
  buffers: readonly Store[],
  sizes: readonly number[],
  dtype: DType,
  values: Map<number, number>,
): number | undefined => {
  const part = (x: Part): number => (x.kind === "constant" ? x.value : (values.get(x.id) ?? NaN));
  const buffer = (index: number, at: number): Store => {
    const store = buffers[index];
    if (store === undefined || !(at in store)) throw new RangeError(`place ${at} of buffer ${index}`);
    return store;
  };
  const inBulk = ({ kind, from, to, size }: Bulk): void => {
    for (let i = 0; i < (sizes[size] ?? NaN); i++) {
      const [source, target] = [part(from.at) + i, part(to.at) + i];
      const [given, taking] = [buffer(from.buffer, source), buffer(to.buffer, target)];
      if (given.constructor !== taking.constructor) throw new TypeError("buffers of two dtypes");
      const [x = NaN, y = NaN] = [given[source], taking[target]];
      taking[target] = kind === "copy" ? x : roundTo[dtype](y + x);
    }
  };
  const body = (steps: Routine): number | undefined => {
    for (const step of steps) {
      const refused = carryOut(step);
      if (refused !== undefined) return refused;
    }
    return undefined;
  };
  const carryOut = (step: Routine[number]): number | undefined => {
    switch (step.kind) {
      case "size":
        values.set(step.id, sizes[step.index] ?? NaN);
        return undefined;
      case "load":
        values.set(step.id, buffer(step.buffer, part(step.at))[part(step.at)] ?? NaN);
        return undefined;
      case "store":
        buffer(step.buffer, part(step.at))[part(step.at)] = part(step.value);
        return undefined;
      case "copy":
      case "accumulate":
        inBulk(step);
        return undefined;
      case "apply": {
        const [x = NaN, y = NaN, z = NaN] = step.parts.map(part);
        values.set(step.id, lane[step.operation](x, y, z));
        return undefined;
      }
      case "round":
        values.set(step.id, roundTo[dtype](part(step.value)));
        return undefined;
      case "place":
        if (!Object.is(part(step.value), part(step.value) | 0)) throw new RangeError("not an int32");
        values.set(step.id, part(step.value));
        return undefined;
      case "word":
        words.setFloat64(0, part(step.value));
        values.set(step.id, words.getInt32(step.half === "high" ? 0 : 4));
        return undefined;
      case "get":
        values.set(step.id, values.get(step.variable) ?? NaN);
        return undefined;
      case "declare":
      case "set":
        values.set(step.variable, part(step.value));
        return undefined;
      case "loop":
        for (let i = part(step.from); i < part(step.to); i++) {
          values.set(step.id, i);
          const refused = body(step.body);
          if (refused !== undefined) return refused;
        }
        return undefined;
      case "while":
        for (;;) {
          const refused = body(step.test) ?? (part(step.condition) === 1 ? body(step.body) : undefined);
          if (refused !== undefined || part(step.condition) !== 1) return refused;
        }
      case "when":
        return part(step.condition) === 1 ? body(step.body) : undefined;
      case "refuse":
        return part(step.condition) === 1 ? part(step.value) : undefined;
    }
  };
  return body(routine);
};

/** The result of a record, by its loops alone. */
export const interpret = (primitive: Primitive, inputs: readonly NDArray[]): NDArray => {
  const { shape, dtype } = primitive.type(inputs);
  const { loops } = primitive;
  const data = allocate(dtype, sizeOf(shape));
  const [x] = inputs;
  switch (loops.kind) {
    case "map":
      data.set(map(loops, inputs, shape));
      break;
    case "move": {
      const list = x === undefined ? [] : asList(x);
      if (x !== undefined) data.set(places(shape, loops.source(x)).map((at) => list[at] ?? NaN));
      break;
    }
    case "place":
      loops.targets(inputs).forEach((target, k) => {
        const operand = inputs[k];
        const list = operand === undefined ? [] : asList(operand);
        places(operand?.shape ?? [], target).forEach((at, i) => (data[at] = list[i] ?? NaN));
      });
      break;
    case "reduce": {
      const { axes, combine } = loops;
      const beside = x !== undefined && areBeside(sizeOf(pick(x.shape, axesBehind(x.shape, axes))));
      if (x !== undefined) data.set(groups(x, axes).map((terms) => join[combine](terms, dtype, beside)));
      break;
    }
    case "product":
      data.set(product(inputs, dtype, shape));
      break;
    case "routine": {
      const scratch = loops.scratch(inputs).map((of) => allocate(of.dtype, of.size));
      const buffers = [...inputs.map((operand) => toTypedArray(operand)), data, ...scratch];
      // Whatever stood in the buffer.
      if (loops.overwrites) data.fill(7);
      const refused = run(loops.routine(inputs), buffers, loops.sizes(inputs), dtype, new Map());
      if (refused !== undefined) throw loops.refusal?.(refused, inputs) ?? new Error(`refused ${refused}`);
      break;
    }
    case "evaluate":
      throw new Error(`${primitive.name} has no loops`);
  }
  return contiguous(dtype, shape, data);
};
