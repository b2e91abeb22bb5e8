import { type ArrayType, contiguous, type NDArray, type Operand } from "../array/array.ts";
import { checkList, describe } from "../array/description.ts";
import type { Taken } from "../array/layers.ts";
import { bind, type Primitive, view } from "../array/primitive.ts";
import { broadcastShapes, formatShape, roomFor, rowMajor, sameShape, type Shape } from "../array/shape.ts";
import { assign, copy, viewOn } from "../array/view.ts";
import { zerosOf } from "../array/zeros.ts";
import { full } from "../convert/make.ts";
import { DomainError, DTypeError, ShapeError } from "../error/error.ts";
import { isList } from "../error/plain.ts";
import { operand, operands } from "../input/operand.ts";
import { promote } from "../scalar/dtype.ts";
import { typed } from "../static/door.ts";
import type { Padded, Range } from "../static/move.ts";
import { allStacked } from "./family/batch.ts";
import { jointlyLinear } from "./family/linear.ts";
import { pair } from "./family/operands.ts";
import { slicedShape, taken, whole, window } from "./ranges.ts";
import { slice } from "./slice.ts";
import { broadcastTo, cast } from "./spread.ts";

/** A copy of the first operand with the second at the places that a slice takes. */
const setBy = (takes: readonly Taken[], ranges: readonly Range[]): Primitive =>
  jointlyLinear({
    name: "set",
    parameters: { takes },
    type: (inputs) => {
      const [{ shape, dtype }] = pair<ArrayType>("set", inputs);
      return { shape, dtype };
    },
    evaluate: (inputs) => {
      const [x, y] = pair("set", inputs);
      const data = copy(view(x, "set"), x.dtype);
      const { strides, offset } = window(takes, rowMajor(x.shape), 0);
      assign(viewOn(data, y.shape, strides, offset), view(y, "set"));
      return contiguous(x.dtype, x.shape, data);
    },
    loops: {
      kind: "place",
      targets: (inputs) => {
        const strides = rowMajor(pair<ArrayType>("set", inputs)[0].shape);
        return [{ offset: 0, strides }, window(takes, strides, 0)];
      },
    },
    transpose: (cotangent, inputs, i) => {
      const [, y] = pair("set", inputs);
      return i === 1 ? slice(cotangent, ranges) : bind(setBy(takes, ranges), [cotangent, zerosOf(y)]);
    },
    batch: (inputs, mapped) => {
      const stacks = allStacked(inputs, mapped);
      return bind(setBy([whole(stacks[0]?.shape[0] ?? 0), ...takes], [null, ...ranges]), stacks);
    },
  });

const place = (name: string, x: NDArray, ranges: readonly Range[], y: NDArray): NDArray => {
  if (promote(x.dtype, y.dtype) !== x.dtype)
    throw new DTypeError(`${name}: ${y.dtype} does not fit into an array of ${x.dtype}. Cast one of them.`);
  const takes = taken(name, ranges, x.shape);
  const shape = slicedShape(takes);
  if (!sameShape(broadcastShapes(name, y.shape, shape), shape))
    throw new ShapeError(`${name}: ${formatShape(y.shape)} does not broadcast to the part of ${formatShape(shape)}`);
  return bind(setBy(takes, ranges), [x, broadcastTo(cast(y, x.dtype), shape)]);
};

/**
 * An array like `x` in which the part that {@link slice} takes by the same ranges is replaced by `y`, broadcast.
 *
 * @throws ShapeError when `y` does not broadcast to that part or an index is out of range; DTypeError when `y` has a
 * wider dtype
 * @example
 * import { set, toNested, zeros } from "gradfold";
 * toNested(set(zeros([2, 3]), [0, [1, null]], 7)); // => [ [ 0, 7, 7 ], [ 0, 0, 0 ] ]
 */
export const set = typed<<S extends Shape>(x: NDArray<S>, ranges: readonly Range[], y: Operand) => NDArray<S>>(
  (x: NDArray, ranges: readonly Range[], y: Operand) => {
    const [array, part] = operands("set", x, y);
    return place("set", array, ranges, part);
  },
);

type Widths = readonly (readonly [before: number, after: number])[];

/** A pair for each axis: one number is the width everywhere. */
const pairsOf = (given: Widths | number, shape: Shape): Widths => {
  const widths = typeof given === "number" ? shape.map(() => [given, given] as const) : given;
  checkList("pad", "pairs of widths", widths);
  for (const pair of Array.from<unknown>(widths))
    if (!isList(pair) || pair.length !== 2)
      throw new DTypeError(
        `pad: the widths are a number, or a pair for each axis: pad(x, [[1, 2], …]), not ${describe(pair)} in a list.`,
      );
  if (widths.length !== shape.length)
    throw new ShapeError(`pad: ${widths.length} pairs of widths for ${shape.length} axes of ${formatShape(shape)}`);
  for (const width of widths.flat())
    if (!Number.isSafeInteger(width) || width < 0)
      throw new DomainError(`pad: a width must be a whole number from 0 on, not ${describe(width)}`);
  return widths;
};

/**
 * The array with a border of `value` around it.
 *
 * @param widths - how many places come before and after each axis: one number for all, or a pair for each
 * @throws ShapeError when there are not as many pairs as axes; DomainError when a width is negative or not whole;
 * DTypeError for other widths and values
 * @example
 * import { array, pad, toNested } from "gradfold";
 * toNested(pad(array([1, 2]), [[1, 2]], 9)); // => [ 9, 1, 2, 9, 9 ]
 * toNested(pad(array([[1]]), 1)); // => [ [ 0, 0, 0 ], [ 0, 1, 0 ], [ 0, 0, 0 ] ]
 */
export const pad = typed<
  <S extends Shape, const W extends Widths | number>(x: NDArray<S>, widths: W, value?: number) => NDArray<Padded<S, W>>
>((x: NDArray, given: Widths | number, value = 0) => {
  const array = operand("pad", x);
  const { shape, dtype } = array;
  const widths = pairsOf(given, shape);
  if (typeof value !== "number")
    throw new DTypeError(`pad: the border is one number, not ${describe(value)}. There is no other mode.`);
  const sizes = roomFor(
    "pad",
    shape.map((n, axis) => n + (widths[axis]?.[0] ?? 0) + (widths[axis]?.[1] ?? 0)),
    dtype,
  );
  const ranges = shape.map((n, axis): Range => [widths[axis]?.[0] ?? 0, (widths[axis]?.[0] ?? 0) + n]);
  return place("pad", full(sizes, value, { dtype }), ranges, array);
});
