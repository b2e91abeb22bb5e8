import fc from "fast-check";
import { concrete, contiguous, type NDArray, viewIfConcrete } from "../../src/array/array.ts";
import { allocate, type DType, type Store } from "../../src/scalar/dtype.ts";
import { toTypedArray } from "../../src/convert/read.ts";
import { frozen, type Shape } from "../../src/array/shape.ts";
import { viewOn } from "../../src/array/view.ts";

/** How an array lies in its buffer: the order of its axes in memory, the step along each, and what stands before. */
export interface Layout {
  readonly order: readonly number[];
  readonly steps: readonly number[];
  readonly before: number;
}

export const layouts = (rank: number): fc.Arbitrary<Layout> =>
  fc.oneof(
    fc.constant({
      order: Array.from({ length: rank }, (_, i) => i),
      steps: new Array<number>(rank).fill(1),
      before: 0,
    }),
    fc.record({
      order: fc.shuffledSubarray(
        Array.from({ length: rank }, (_, i) => i),
        { minLength: rank },
      ),
      steps: fc.array(fc.constantFrom(1, -1, 2, -2, 0), { minLength: rank, maxLength: rank }),
      before: fc.integer({ min: 0, max: 3 }),
    }),
  );

/** A shape of up to three axes; sizes 0 and 1 occur. */
export const shapes = (minimumRank = 0): fc.Arbitrary<Shape> =>
  fc.array(fc.constantFrom(0, 1, 2, 3, 5), { minLength: minimumRank, maxLength: 3 }).map((sizes) => frozen(sizes));

/** An array that lies so in a buffer filled by `next`; axes are reversed, stepped over, repeated and interleaved. */
export const laidOut = (dtype: DType, shape: Shape, { order, steps, before }: Layout, next: () => number): NDArray => {
  const strides = shape.map(() => 0);
  let extent = 1;
  let offset = before;
  for (const axis of order.toReversed()) {
    const step = steps[axis] ?? 1;
    const n = shape[axis] ?? 1;
    strides[axis] = step * extent;
    if (step < 0) offset += Math.max(n - 1, 0) * -step * extent;
    if (step !== 0) extent *= Math.max(n * Math.abs(step), 1);
  }
  const data = allocate(dtype, before + extent).map(() => (dtype === "bool" ? Number(next() > 0) : next()));
  return concrete(dtype, frozen([...shape]), viewOn(data, shape, strides, offset));
};

/** A copy in row-major order. */
export const straight = (x: NDArray): NDArray => contiguous(x.dtype, x.shape, toTypedArray(x));

/** The whole buffer behind an array. */
export const bufferOf = (x: NDArray): Store => viewIfConcrete(x)?.data ?? new Uint8Array();

/** Another array of the same shape whose elements are functions of those of `x`. */
export const mapElements = (x: NDArray, f: (value: number, i: number) => number): NDArray =>
  contiguous(x.dtype, x.shape, toTypedArray(x).map(f));
