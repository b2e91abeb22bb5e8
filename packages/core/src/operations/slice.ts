import { concrete, contiguous, type NDArray } from "../array.ts";
import { assign, viewOn } from "../view.ts";
import { allocate } from "../dtype.ts";
import { DomainError, ShapeError } from "../error.ts";
import { linear } from "../family/linear.ts";
import { operand } from "../operand.ts";
import { bind, type Primitive, view } from "../primitive.ts";
import { formatShape, frozen, rowMajor, type Shape, sizeOf } from "../shape.ts";
import { typed } from "../static/door.ts";
import type { Range, Sliced } from "../static/move.ts";

/** What a slice takes of one axis: `size` places from `start` on, `step` apart; a pick drops the axis. */
interface Taken {
  readonly start: number;
  readonly step: number;
  readonly size: number;
  readonly dropped: boolean;
}

const whole = (size: number): Taken => ({ start: 0, step: 1, size, dropped: false });

const pick = (index: number, axis: number, shape: Shape): Taken => {
  const n = shape[axis] ?? 0;
  if (!Number.isInteger(index) || index < -n || index >= n)
    throw new ShapeError(`slice: index ${index} is out of range for axis ${axis} of ${formatShape(shape)}`);
  return { start: index < 0 ? index + n : index, step: 1, size: 1, dropped: true };
};

/** A bound as in Python: negative ones count from the end, and all are cut to what there is. */
const bound = (value: number | null | undefined, fallback: number, n: number, low: number, high: number): number => {
  if (value === null || value === undefined) return fallback;
  if (!Number.isInteger(value)) throw new DomainError(`slice: a bound must be a whole number, not ${value}`);
  return Math.min(Math.max(value < 0 ? value + n : value, low), high);
};

const span = ([from, to, by]: readonly (number | null | undefined)[], n: number): Taken => {
  const step = by ?? 1;
  if (!Number.isInteger(step) || step === 0)
    throw new DomainError(`slice: a step must be a whole number other than 0, not ${step}`);
  const start = step > 0 ? bound(from, 0, n, 0, n) : bound(from, n - 1, n, -1, n - 1);
  const stop = step > 0 ? bound(to, n, n, 0, n) : bound(to, -1, n, -1, n - 1);
  return { start, step, size: Math.max(0, Math.ceil((stop - start) / step)), dropped: false };
};

const taken = (ranges: readonly Range[], shape: Shape): readonly Taken[] => {
  if (ranges.length > shape.length)
    throw new ShapeError(`slice: ${ranges.length} ranges for ${shape.length} axes of ${formatShape(shape)}`);
  return shape.map((n, axis) => {
    const range = ranges[axis] ?? null;
    if (range === null) return whole(n);
    return typeof range === "number" ? pick(range, axis, shape) : span(range, n);
  });
};

const slicedShape = (takes: readonly Taken[]): Shape => frozen(takes.filter((t) => !t.dropped).map((t) => t.size));

/** The places of a slice inside a view. */
const window = (takes: readonly Taken[], shape: Shape, strides: readonly number[], offset: number) => {
  const kept = takes.flatMap((take, axis) => (take.dropped ? [] : [take.step * (strides[axis] ?? 0)]));
  const start = takes.reduce((sum, take, axis) => sum + take.start * (strides[axis] ?? 0), offset);
  return { shape, strides: kept, start };
};

const sliceBy = (takes: readonly Taken[]): Primitive => {
  const shape = slicedShape(takes);
  return linear({
    name: "slice",
    parameters: { takes },
    type: ({ dtype }) => ({ shape, dtype }),
    evaluate: (x) => {
      const { data, stride, offset } = view(x, "slice");
      const { strides, start } = window(takes, shape, stride, offset);
      return concrete(x.dtype, shape, viewOn(data, shape, strides, start));
    },
    loops: {
      kind: "move",
      source: (x) => {
        const { strides, start } = window(takes, shape, rowMajor(x.shape), 0);
        return { offset: start, strides };
      },
    },
    transpose: (cotangent, x) => bind(placeBy(takes, x.shape), [cotangent]),
    batch: (stack) => bind(sliceBy([whole(stack.shape[0] ?? 0), ...takes]), [stack]),
  });
};

/** Zeros with the operand at the places that a slice takes: the adjoint of that slice. */
const placeBy = (takes: readonly Taken[], shape: Shape): Primitive =>
  linear({
    name: "place",
    parameters: { takes, shape },
    type: ({ dtype }) => ({ shape, dtype }),
    evaluate: (x) => {
      const data = allocate(x.dtype, sizeOf(shape));
      const { strides, start } = window(takes, x.shape, rowMajor(shape), 0);
      assign(viewOn(data, x.shape, strides, start), view(x, "place"));
      return contiguous(x.dtype, shape, data);
    },
    loops: {
      kind: "place",
      targets: () => {
        const { strides, start } = window(takes, shape, rowMajor(shape), 0);
        return [{ offset: start, strides }];
      },
    },
    transpose: (cotangent) => bind(sliceBy(takes), [cotangent]),
    batch: (stack) => {
      const n = stack.shape[0] ?? 0;
      return bind(placeBy([whole(n), ...takes], frozen([n, ...shape])), [stack]);
    },
  });

/**
 * A part of an array; nothing is copied. Per axis: null takes all, a number picks one place and drops the axis, and
 * `[start, stop, step]` is a range as in Python, with null for an open end. Missing ranges take all.
 *
 * @throws ShapeError when an index is out of range or there are more ranges than axes; DomainError for a step of 0
 * @example
 * import { arange, reshape, slice, toNested } from "@gradfold/core";
 * toNested(slice(reshape(arange(6), [2, 3]), [null, [null, null, -1]])); // => [ [ 2, 1, 0 ], [ 5, 4, 3 ] ]
 */
export const slice = typed<
  <S extends Shape, const R extends readonly Range[]>(x: NDArray<S>, ranges: R) => NDArray<Sliced<S, R>>
>((x: NDArray, ranges: readonly Range[]) => {
  const array = operand("slice", x);
  return bind(sliceBy(taken(ranges, array.shape)), [array]);
});
