import { concrete, contiguous, type NDArray } from "../array.ts";
import { assign, viewOn } from "../view.ts";
import { allocate } from "../dtype.ts";
import { linear } from "../family/linear.ts";
import { operand } from "../operand.ts";
import { bind, type Primitive, view } from "../primitive.ts";
import { slicedShape, type Taken, taken, whole, window } from "../ranges.ts";
import { frozen, rowMajor, type Shape, sizeOf } from "../shape.ts";
import { typed } from "../static/door.ts";
import type { Range, Sliced } from "../static/move.ts";

const sliceBy = (takes: readonly Taken[]): Primitive => {
  const shape = slicedShape(takes);
  return linear({
    name: "slice",
    parameters: { takes },
    type: ({ dtype }) => ({ shape, dtype }),
    evaluate: (x) => {
      const { data, stride, offset } = view(x, "slice");
      const part = window(takes, stride, offset);
      return concrete(x.dtype, shape, viewOn(data, shape, part.strides, part.offset));
    },
    loops: {
      kind: "move",
      source: (x) => window(takes, rowMajor(x.shape), 0),
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
      const { strides, offset } = window(takes, rowMajor(shape), 0);
      assign(viewOn(data, x.shape, strides, offset), view(x, "place"));
      return contiguous(x.dtype, shape, data);
    },
    loops: {
      kind: "place",
      targets: () => [window(takes, rowMajor(shape), 0)],
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
  return bind(sliceBy(taken("slice", ranges, array.shape)), [array]);
});
