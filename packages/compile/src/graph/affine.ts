import { rowMajor } from "@gradfold/core/transform";
import type { Reach, Source } from "@gradfold/core/compiler";

/*
 * Where a loop nest reads. The index of an element is its number in row-major order. A loop nest reads at an affine
 * index: an offset, plus a stride for each axis of the nest.
 */

export type { Source } from "@gradfold/core/compiler";

/** All elements in order, read by a nest whose domain is the array's shape. */
export const everyPlace = (shape: readonly number[]): Source => ({ offset: 0, strides: rowMajor(shape) });

/** Whether no element is read at two points of a domain: no axis is broadcast. */
export const isOnce = ({ strides }: Source, domain: readonly number[]): boolean =>
  strides.every((stride, axis) => stride !== 0 || domain[axis] === 1);

export const sameSource = (a: Source, b: Source): boolean =>
  a.offset === b.offset && a.strides.length === b.strides.length && a.strides.every((s, k) => s === b.strides[k]);

/** A walk along one axis of an array: where it starts, and its step for each axis of the nest. */
interface Walk {
  readonly start: number;
  readonly steps: readonly number[];
}

/** A number in the mixed radix of row-major strides; the sign goes to every digit. */
const digits = (value: number, strides: readonly number[]): readonly number[] => {
  let rest = Math.abs(value);
  return strides.map((stride) => {
    const digit = Math.floor(rest / stride);
    rest -= digit * stride;
    return value < 0 ? -digit : digit;
  });
};

/** The walk along each axis of an array; undefined if the index cannot be split into axes without a carry. */
const walks = (
  { offset, strides }: Source,
  domain: readonly number[],
  shape: readonly number[],
): readonly Walk[] | undefined => {
  const rows = rowMajor(shape);
  const starts = digits(offset, rows);
  const steps = strides.map((stride, k) => digits(domain[k] === 1 ? 0 : stride, rows));
  const result = shape.map((_, axis) => ({ start: starts[axis] ?? 0, steps: steps.map((digit) => digit[axis] ?? 0) }));
  const fits = result.every((walk, axis) => {
    const { low, high } = reachAlong(walk, domain);
    return low >= 0 && high < (shape[axis] ?? 1);
  });
  return fits ? result : undefined;
};

const reachAlong = ({ start, steps }: Walk, domain: readonly number[]): Reach => {
  const reach = steps.map((step, k) => step * ((domain[k] ?? 1) - 1));
  return {
    low: reach.reduce((sum, r) => sum + Math.min(r, 0), start),
    high: reach.reduce((sum, r) => sum + Math.max(r, 0), start),
  };
};

/** The bounds of a nest's reads along each axis of an array; undefined if the index cannot be split into axes. */
export const reachOf = (
  source: Source,
  domain: readonly number[],
  shape: readonly number[],
): readonly Reach[] | undefined => walks(source, domain, shape)?.map((walk) => reachAlong(walk, domain));

/** Whether strides are those of row-major order. The stride of an axis of size 1 does not matter. */
export const areInOrder = (strides: readonly number[], shape: readonly number[]): boolean =>
  rowMajor(shape).every((stride, axis) => shape[axis] === 1 || stride === strides[axis]);

/** Where a nest reads the operand of a move when it reads the moved array at `at`; undefined if not at even steps. */
export const through = (
  { offset, strides }: Source,
  at: Source,
  domain: readonly number[],
  shape: readonly number[],
): Source | undefined => {
  // Only the start moves.
  if (areInOrder(strides, shape)) return { offset: at.offset + offset, strides: at.strides };
  const along = walks(at, domain, shape);
  if (along === undefined) return undefined;
  const total = (digit: (walk: Walk) => number): number =>
    along.reduce((sum, walk, axis) => sum + digit(walk) * (strides[axis] ?? 0), 0);
  return {
    offset: offset + total(({ start }) => start),
    strides: domain.map((_, k) => total(({ steps }) => steps[k] ?? 0)),
  };
};

/** Whether two neighbouring axes of a nest can be collapsed into one. */
export const canCollapse = (strides: readonly number[], domain: readonly number[], axis: number): boolean =>
  strides[axis] === (strides[axis + 1] ?? 0) * (domain[axis + 1] ?? 1);
