import type { View } from "./array.ts";
import { copy, isRowMajor, viewOn } from "./view.ts";
import { allocate, type DType, type Store } from "./dtype.ts";
import { order32, order64, type Sum } from "./order.ts";
import { pick, rowMajor, type Shape, sizeOf } from "./shape.ts";

/** The sum over some axes of a view; each result adds its terms in row-major order of the axes summed over. */
export const sumOver = (x: View, dtype: DType, out: DType, axes: readonly number[]): Store => {
  if (axes.length === x.dimension && isRowMajor(x)) {
    const all = allocate(out, 1);
    all[0] = sumRule(x.shape, dtype, axes)(x.size, x.data, x.offset, 1);
    return all;
  }
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const sum = sumRule(x.shape, dtype, axes);
  const n = sizeOf(pick(x.shape, axes));
  const permuted = [...kept, ...axes];
  const turned = viewOn(x.data, pick(x.shape, permuted), pick(x.stride, permuted), x.offset);
  const stride = runStride(pick(x.shape, axes), pick(x.stride, axes));
  const source = stride === undefined ? contiguousView(turned, dtype) : turned;
  const result = allocate(out, sizeOf(pick(x.shape, kept)));
  eachOffset(source, kept.length, (offset, i) => {
    result[i] = sum(n, source.data, offset, stride ?? 1);
  });
  return result;
};

const contiguousView = (x: View, dtype: DType): View => viewOn(copy(x, dtype), x.shape, rowMajor(x.shape), 0);

/** The kept axes behind the last one that is summed over. Axes of size 1 never matter. */
export const axesBehind = (shape: Shape, axes: readonly number[]): readonly number[] => {
  const last = axes.findLast((axis) => shape[axis] !== 1) ?? shape.length;
  return shape.map((_, axis) => axis).filter((axis) => axis > last && !axes.includes(axis));
};

/** Whether so many sums lie side by side that they follow rule 2, as `isWide` says of products. */
export const areBeside = (width: number): boolean => width >= 4;

/** Which order a sum has, by its shape as written. */
const sumRule = (shape: Shape, dtype: DType, axes: readonly number[]): Sum => {
  if (dtype === "int32" || dtype === "bool") return integerSum;
  const { sum1, sum2 } = dtype === "float32" ? order32 : order64;
  if (axes.length === shape.length) return sum1;
  return areBeside(sizeOf(pick(shape, axesBehind(shape, axes)))) ? sum2 : sum1;
};

/** Integers wrap at 32 bits, in whatever order they are added. */
const integerSum: Sum = (n, x, p, s) => {
  let total = 0;
  for (let i = 0, at = p; i < n; i++, at += s) total = (total + (x[at] ?? 0)) | 0;
  return total;
};

/** The stride with which these axes can be walked as one run, if they can. */
const runStride = (shape: Shape, strides: readonly number[]): number | undefined => {
  let run = 1;
  let expected: number | undefined;
  for (let i = shape.length - 1; i >= 0; i--) {
    const n = shape[i] ?? 1;
    const stride = strides[i] ?? 0;
    if (n === 1) continue;
    if (expected === undefined) run = stride;
    else if (stride !== expected) return undefined;
    expected = stride * n;
  }
  return run;
};

/** Visits the places of the first `rank` axes in row-major order. */
const eachOffset = (x: View, rank: number, visit: (offset: number, i: number) => void): void => {
  let i = 0;
  const walk = (axis: number, offset: number): void => {
    if (axis === rank) visit(offset, i++);
    else for (let k = 0; k < (x.shape[axis] ?? 1); k++) walk(axis + 1, offset + k * (x.stride[axis] ?? 0));
  };
  walk(0, x.offset);
};
