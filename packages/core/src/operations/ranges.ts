import { checkList, describe } from "../array/description.ts";
import type { Taken } from "../array/layers.ts";
import type { Source } from "../array/primitive.ts";
import { formatShape, frozen, type Shape } from "../array/shape.ts";
import { DomainError, ShapeError } from "../error/error.ts";
import type { Range } from "../static/move.ts";

/** All of an axis. */
export const whole = (size: number): Taken => ({ start: 0, step: 1, size, dropped: false });

const pick = (name: string, index: number, axis: number, shape: Shape): Taken => {
  const n = shape[axis] ?? 0;
  if (!Number.isInteger(index) || index < -n || index >= n)
    throw new ShapeError(`${name}: index ${index} is out of range for axis ${axis} of ${formatShape(shape)}`);
  return { start: index < 0 ? index + n : index, step: 1, size: 1, dropped: true };
};

/** A bound as in Python: negative ones count from the end, and all are cut to what there is. */
const bound = (
  name: string,
  value: number | null | undefined,
  fallback: number,
  n: number,
  low: number,
  high: number,
): number => {
  if (value === null || value === undefined) return fallback;
  if (!Number.isInteger(value))
    throw new DomainError(`${name}: a bound must be a whole number, not ${describe(value)}`);
  return Math.min(Math.max(value < 0 ? value + n : value, low), high);
};

const span = (name: string, [from, to, by]: readonly (number | null | undefined)[], n: number): Taken => {
  const step = by ?? 1;
  if (!Number.isInteger(step) || step === 0)
    throw new DomainError(`${name}: a step must be a whole number other than 0, not ${describe(step)}`);
  const start = step > 0 ? bound(name, from, 0, n, 0, n) : bound(name, from, n - 1, n, -1, n - 1);
  const stop = step > 0 ? bound(name, to, n, n, 0, n) : bound(name, to, -1, n, -1, n - 1);
  return { start, step, size: Math.max(0, Math.ceil((stop - start) / step)), dropped: false };
};

/** What ranges take of each axis of a shape. */
export const taken = (name: string, ranges: readonly Range[], shape: Shape): readonly Taken[] => {
  checkList(name, "ranges", ranges);
  if (ranges.length > shape.length)
    throw new ShapeError(`${name}: ${ranges.length} ranges for ${shape.length} axes of ${formatShape(shape)}`);
  return shape.map((n, axis) => {
    const range = ranges[axis] ?? null;
    if (range === null) return whole(n);
    if (typeof range === "number") return pick(name, range, axis, shape);
    checkList(name, "bounds", range);
    return span(name, range, n);
  });
};

/** The shape of what is taken. */
export const slicedShape = (takes: readonly Taken[]): Shape => {
  const sizes: number[] = [];
  for (const { dropped, size } of takes) if (!dropped) sizes.push(size);
  return frozen(sizes);
};

/** The places of a slice inside a view. */
export const window = (takes: readonly Taken[], strides: readonly number[], offset: number): Source => {
  const kept: number[] = [];
  let start = offset;
  for (let axis = 0; axis < takes.length; axis++) {
    const take = takes[axis];
    const stride = strides[axis];
    if (take === undefined || stride === undefined) continue;
    if (!take.dropped) kept.push(take.step * stride);
    start += take.start * stride;
  }
  return { offset: start, strides: kept };
};
