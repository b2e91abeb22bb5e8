import fc from "fast-check";
import { expect } from "vitest";
import type { NDArray } from "../../src/array/array.ts";
import { isFloat } from "../../src/scalar/dtype.ts";
import { stack } from "../../src/operations/join.ts";
import { allClose, toTypedArray } from "../../src/convert/read.ts";
import type { Sample } from "./catalogue.ts";
import { expectSameBits } from "./bits.ts";
import { interpret } from "./interpreter.ts";
import type { Store } from "../../src/scalar/dtype.ts";
import { bufferOf, mapElements, straight } from "./layout.ts";
import { noise } from "./noise.ts";

/** What holds for every record and operands in its domain; it fails by an expectation. */
export type Law = (sample: Sample) => void;

/** Tries a law on samples that are the same in every run. */
export const holds = (law: Law, samples: fc.Arbitrary<Sample>, numRuns = 40): void => {
  fc.assert(fc.property(samples, law), { seed: 1, numRuns });
};

const typeOf = ({ shape, dtype }: NDArray) => ({ shape, dtype });

const tangentOf = (x: NDArray, seed: number): NDArray | null => {
  const next = noise(seed);
  return isFloat(x.dtype) ? mapElements(x, next) : null;
};

const tangentsOf = (inputs: readonly NDArray[]): readonly (NDArray | null)[] =>
  inputs.map((x, i) => tangentOf(x, 100 + i));

const numbers = (x: NDArray): readonly number[] => Array.from(toTypedArray(x));

/** The type that a record promises is the type of what it gives. */
export const shapeRule: Law = ({ primitive, inputs }) => {
  const output = primitive.evaluate(inputs);
  expect(typeOf(output)).toEqual(primitive.type(inputs.map(typeOf)));
  expect(toTypedArray(output)).toHaveLength(output.shape.reduce((size, n) => size * n, 1));
  expect(Object.isFrozen(output.shape)).toBe(true);
};

/** A tangent is like the result, whichever operands move; a cotangent is like its operand. */
export const derivativeTypes: Law = ({ primitive, inputs }) => {
  const output = primitive.evaluate(inputs);
  const all = tangentsOf(inputs);
  for (const tangents of [all, ...all.map((_, i) => all.map((t, j) => (i === j ? t : null)))]) {
    const tangent = primitive.jvp(tangents, inputs, output);
    if (tangent) expect(typeOf(tangent)).toEqual(typeOf(output));
  }
  const u = tangentOf(output, 7);
  inputs.forEach((x, i) => {
    const cotangent = u && isFloat(x.dtype) ? primitive.vjp(i, u, inputs, output) : null;
    if (cotangent) expect(typeOf(cotangent)).toEqual(typeOf(x));
  });
};

/** Operands on a grid, each element with a share of a step for itself, so that no two of them come near a tie. */
const onGrids = (inputs: readonly NDArray[]): readonly NDArray[] =>
  inputs.map((x, k) =>
    isFloat(x.dtype) ? mapElements(x, (value, i) => Math.round(value * 4) / 4 + (3 * i + k) / 1536) : straight(x),
  );

/** The derivative along tangents by four values around a point: an error of the order h^4. */
const differences = ({ primitive, inputs }: Sample, tangents: readonly (NDArray | null)[], h: number) => {
  const at = (step: number): readonly number[] => {
    const moved = inputs.map((x, k) => {
      const t = tangents[k];
      const along = t ? numbers(t) : [];
      return t ? mapElements(x, (value, i) => value + step * (along[i] ?? 0)) : x;
    });
    return numbers(primitive.evaluate(moved));
  };
  const [near, nearBack, far, farBack] = [at(h), at(-h), at(2 * h), at(-2 * h)];
  return near.map(
    (value, i) => (8 * (value - (nearBack[i] ?? NaN)) - ((far[i] ?? NaN) - (farBack[i] ?? NaN))) / (12 * h),
  );
};

/** The tangent is the derivative along the operands' tangents, in float64. */
export const tangentIsDerivative: Law = ({ primitive, inputs }) => {
  const sample = { primitive, inputs: onGrids(inputs) };
  const output = primitive.evaluate(sample.inputs);
  if (!isFloat(output.dtype)) return;
  const tangents = tangentsOf(sample.inputs);
  const tangent = primitive.jvp(tangents, sample.inputs, output);
  const wanted = differences(sample, tangents, 2 ** -13);
  const got = tangent === null ? wanted.map(() => 0) : numbers(tangent);
  got.forEach((value, i) => {
    const error = Math.abs(value - (wanted[i] ?? NaN));
    expect(error, `${value} is not ${wanted[i]}`).toBeLessThan(1e-8 * (1 + Math.abs(value)));
  });
};

const product = (a: NDArray, b: NDArray): { sum: number; size: number } => {
  const other = numbers(b);
  const terms = numbers(a).map((value, i) => value * (other[i] ?? NaN));
  return {
    sum: terms.reduce((x, y) => x + y, 0),
    size: terms.reduce((x, y) => x + Math.abs(y), 0),
  };
};

/** vjp is the adjoint of jvp: <jvp v, u> = <v, vjp u>. */
export const adjoint: Law = ({ primitive, inputs }) => {
  const output = primitive.evaluate(inputs);
  const u = tangentOf(output, 7);
  if (u === null) return;
  const tangents = tangentsOf(inputs);
  const tangent = primitive.jvp(tangents, inputs, output);
  const forward = tangent ? product(tangent, u) : { sum: 0, size: 0 };
  const backward = tangents.map((v, i) => {
    const cotangent = v && primitive.vjp(i, u, inputs, output);
    return v && cotangent ? product(v, cotangent) : { sum: 0, size: 0 };
  });
  const sum = backward.reduce((total, part) => total + part.sum, 0);
  const size = backward.reduce((total, part) => total + part.size, forward.size);
  expect(Math.abs(forward.sum - sum), `${forward.sum} is not ${sum}`).toBeLessThanOrEqual(1e-13 * size);
};

const bytesOf = ({ buffer, byteOffset, byteLength }: Store): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

const areEqual = (a: Uint8Array, b: Uint8Array | undefined): boolean => {
  for (let i = 0; i < a.length; i++) if (a[i] !== b?.[i]) return false;
  return a.length === b?.length;
};

/** Nothing that a record is asked for writes to what it is given. */
export const leavesOperandsAlone: Law = ({ primitive, inputs }) => {
  const unchanged = (xs: readonly (NDArray | null)[], act: () => void): void => {
    // A buffer may be that of many arrays, and large: to list its numbers would take minutes.
    const bytes = xs.flatMap((x) => (x ? [bytesOf(bufferOf(x))] : []));
    const before = bytes.map((buffer) => buffer.slice());
    act();
    expect(bytes.findIndex((buffer, i) => !areEqual(buffer, before[i]))).toBe(-1);
  };
  unchanged(inputs, () => void primitive.evaluate(inputs));
  const output = primitive.evaluate(inputs);
  const u = tangentOf(output, 7);
  const tangents = tangentsOf(inputs);
  unchanged([...inputs, output, ...tangents, u], () => {
    primitive.jvp(tangents, inputs, output);
    inputs.forEach((x, i) => u && isFloat(x.dtype) && primitive.vjp(i, u, inputs, output));
  });
};

/** How an array lies in memory changes no bit, forward or back. */
export const layoutIsInvisible: Law = ({ primitive, inputs }) => {
  const copies = inputs.map(straight);
  const output = primitive.evaluate(inputs);
  expectSameBits(output, primitive.evaluate(copies));
  const u = tangentOf(output, 7);
  const tangents = tangentsOf(inputs);
  const tangent = primitive.jvp(tangents, inputs, output);
  const other = primitive.jvp(tangents, copies, output);
  if (tangent && other) expectSameBits(tangent, other);
  inputs.forEach((x, i) => {
    if (!u || !isFloat(x.dtype)) return;
    const [a, b] = [primitive.vjp(i, u, inputs, output), primitive.vjp(i, u, copies, output)];
    if (a && b) expectSameBits(a, b);
  });
};

/** The elements of an array in the reverse order: others of the same domain. */
const turned = (x: NDArray): NDArray => {
  const elements = numbers(x).toReversed();
  return mapElements(x, (_, i) => elements[i] ?? NaN);
};

/** A record acts on a stack of operands as on each of them; here of three, for every choice of stacked operands. */
export const batchIsLoop: Law = ({ primitive, inputs }) => {
  for (let choice = 1; choice < 2 ** inputs.length; choice++) {
    const mapped = inputs.map((_, i) => ((choice >> i) & 1) === 1);
    const rows = inputs.map((x, i) => (mapped[i] === true ? [x, turned(x), x] : [x, x, x]));
    const stacks = rows.flatMap((row, i) => (mapped[i] === true ? stack(row) : row.slice(0, 1)));
    const batched = primitive.batch(stacks, mapped);
    const looped = stack([0, 1, 2].map((at) => primitive.evaluate(rows.flatMap((row) => row[at] ?? []))));
    expect(typeOf(batched)).toEqual(typeOf(looped));
    expect(allClose(batched, looped, { rtol: 1e-13, atol: 1e-13 })).toBe(true);
  }
};

/** What is computed at speed is what the loops say, to the bit. */
export const loopsAreEvaluated: Law = ({ primitive, inputs }) => {
  expectSameBits(primitive.evaluate(inputs), interpret(primitive, inputs));
};
