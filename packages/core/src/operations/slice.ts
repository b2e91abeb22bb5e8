import { concrete, contiguous, type NDArray } from "../array/array.ts";
import type { Taken } from "../array/layers.ts";
import { bind, type Primitive, view } from "../array/primitive.ts";
import { frozen, rowMajor, type Shape, sizeOf } from "../array/shape.ts";
import { assign, viewOn } from "../array/view.ts";
import { ShapeError } from "../error/error.ts";
import { operand } from "../input/operand.ts";
import { allocate } from "../scalar/dtype.ts";
import { typed } from "../static/door.ts";
import type { Range, Sliced } from "../static/move.ts";
import { allStacked, stackSize } from "./family/batch.ts";
import { linear } from "./family/linear.ts";
import { only } from "./family/operands.ts";
import { slicedShape, taken, whole, window } from "./ranges.ts";

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
    takes,
    transpose: (cotangent, x) => bind(placeBy([takes], x.shape), [cotangent]),
    batch: (stack) => bind(sliceBy([whole(stack.shape[0] ?? 0), ...takes]), [stack]),
  });
};

const takesOf = (parts: readonly (readonly Taken[])[], operand: number): readonly Taken[] => {
  const takes = parts[operand];
  if (takes === undefined) throw new ShapeError(`place: there is no part ${operand} among ${parts.length}`);
  return takes;
};

/** Zeros with each operand at the places that a slice takes, no two of which meet: the adjoint of these slices. */
export const placeBy = (parts: readonly (readonly Taken[])[], shape: Shape): Primitive => ({
  name: "place",
  parameters: { parts, shape },
  type: (inputs) => ({ shape, dtype: only("place", inputs).dtype }),
  evaluate: (inputs) => {
    const { dtype } = only("place", inputs);
    const data = allocate(dtype, sizeOf(shape));
    const rows = rowMajor(shape);
    inputs.forEach((x, i) => {
      const { strides, offset } = window(takesOf(parts, i), rows, 0);
      assign(viewOn(data, x.shape, strides, offset), view(x, "place"));
    });
    return contiguous(dtype, shape, data);
  },
  loops: {
    kind: "place",
    targets: () => parts.map((takes) => window(takes, rowMajor(shape), 0)),
  },
  jvp: (tangents) => {
    const moved = tangents.flatMap((t, i) => (t === null ? [] : [{ t, takes: takesOf(parts, i) }]));
    if (moved.length === 0) return null;
    return bind(
      placeBy(
        moved.map(({ takes }) => takes),
        shape,
      ),
      moved.map(({ t }) => t),
    );
  },
  vjp: (operand, cotangent) => bind(sliceBy(takesOf(parts, operand)), [cotangent]),
  batch: (inputs, mapped) => {
    const n = stackSize(inputs, mapped);
    const stacked = parts.map((takes) => [whole(n), ...takes]);
    return bind(placeBy(stacked, frozen([n, ...shape])), allStacked(inputs, mapped));
  },
});

/**
 * A part of an array; nothing is copied. Per axis: null takes all, a number picks one place and drops the axis, and
 * `[start, stop, step]` is a range as in Python, with null for an open end. Missing ranges take all.
 *
 * @throws ShapeError when an index is out of range or there are more ranges than axes; DomainError for a step of 0
 * @example
 * import { arange, reshape, slice, toNested } from "gradfold";
 * toNested(slice(reshape(arange(6), [2, 3]), [null, [null, null, -1]])); // => [ [ 2, 1, 0 ], [ 5, 4, 3 ] ]
 */
export const slice = typed<
  <S extends Shape, const R extends readonly Range[]>(x: NDArray<S>, ranges: R) => NDArray<Sliced<S, R>>
>((x: NDArray, ranges: readonly Range[]) => {
  const array = operand("slice", x);
  return bind(sliceBy(taken("slice", ranges, array.shape)), [array]);
});
