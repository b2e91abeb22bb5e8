import { concrete, contiguous, type NDArray, type Operand } from "../array/array.ts";
import { bind, type Primitive, view } from "../array/primitive.ts";
import {
  type Axes,
  broadcastShapes,
  broadcastStrides,
  formatShape,
  frozen,
  rowMajor,
  roomFor,
  sameShape,
  type Shape,
} from "../array/shape.ts";
import { compact, viewOn } from "../array/view.ts";
import { ShapeError } from "../error/error.ts";
import { apart } from "../input/apart.ts";
import { operand } from "../input/operand.ts";
import { optionsOf } from "../input/options.ts";
import { allocate, arithmetic, checkDType, type DType, floating, isFloat } from "../scalar/dtype.ts";
import { record, type ScalarFunction } from "../scalar/lane.ts";
import type { Apart } from "../static/apart.ts";
import type { Reduction } from "../static/axes.ts";
import { typed } from "../static/door.ts";
import type { Mutable } from "../static/text.ts";
import { linear } from "./family/linear.ts";
import { dropped, reduceAlong, reducedAxes, withAxes } from "./family/reduction.ts";
import { reshape } from "./reshape.ts";

/* Adding up along axes and repeating along them are each other's adjoint; every broadcasting derivative needs both. */

const sumAlong = (axes: readonly number[]): Primitive =>
  linear({
    name: "sum",
    ...reduceAlong("add", axes),
    transpose: (cotangent, x) => spreadAlong(cotangent, x.shape, axes),
    batch: (stack) => bind(sumAlong(axes.map((axis) => axis + 1)), [stack]),
  });

/**
 * The sum over some axes, all of them by default.
 *
 * Terms are added in a fixed order, with an error that grows with the logarithm of their number. A sum of nothing is 0.
 *
 * @param axes - one axis or several; negative ones count from the end
 * @param options - `keepDims`: leave the axes, with size 1
 * @throws ShapeError when an axis is out of range
 * @example
 * import { array, sum, toNested } from "gradfold";
 * toNested(sum(array([[1, 2], [3, 4]]), 0)); // => [ 4, 6 ]
 */
export const sum = typed<Reduction<"sum">>((x: Operand, axes?: Axes, options?: { readonly keepDims?: boolean }) => {
  const { keepDims } = optionsOf("sum", options, dropped);
  const array = operand("sum", x);
  const over = reducedAxes("sum", axes, array.shape);
  const result = over.length === 0 ? cast(array, arithmetic(array.dtype)) : bind(sumAlong(over), [array]);
  return keepDims ? withAxes(result, array.shape, over) : result;
});

const repeatTo = (shape: Shape) =>
  linear({
    name: "broadcastTo",
    parameters: { shape },
    type: ({ dtype }) => ({ shape, dtype }),
    evaluate: (x) => {
      const { data, stride, offset } = view(x, "broadcastTo");
      return concrete(x.dtype, shape, viewOn(data, shape, broadcastStrides(x.shape, stride, shape), offset));
    },
    loops: {
      kind: "move",
      source: (x) => ({ offset: 0, strides: broadcastStrides(x.shape, rowMajor(x.shape), shape) }),
    },
    transpose: (cotangent, x) => sumTo(cotangent, x.shape),
    batch: (stack) => {
      const [n = 0, ...sizes] = stack.shape;
      const ones = new Array<number>(shape.length - sizes.length).fill(1);
      return spreadTo(reshape(stack, [n, ...ones, ...sizes]), frozen([n, ...shape]));
    },
  });

export interface BroadcastTo extends Apart<"broadcastTo", "sizes", Operand> {
  /** The same elements repeated along axes of size 1 and new leading axes. */
  <const S extends Shape>(x: Operand, shape: S): NDArray<Mutable<S>>;
}

/**
 * The same elements repeated along axes of size 1 and new leading axes. Nothing is copied.
 *
 * @throws ShapeError when `x` does not broadcast to the shape; DTypeError when the sizes come one by one
 * @example
 * import { array, broadcastTo, toNested } from "gradfold";
 * toNested(broadcastTo(array([1, 2]), [2, 2])); // => [ [ 1, 2 ], [ 1, 2 ] ]
 */
export const broadcastTo = typed<BroadcastTo>((x: Operand, shape: Shape | number, ...more: Shape) => {
  const array = operand("broadcastTo", x);
  if (typeof shape === "number") throw apart("broadcastTo", "sizes", [shape, ...more]);
  const to = roomFor("broadcastTo", shape, array.dtype);
  if (!sameShape(broadcastShapes("broadcastTo", array.shape, to), to))
    throw new ShapeError(`broadcastTo: ${formatShape(array.shape)} does not broadcast to ${formatShape(to)}`);
  return spreadTo(array, to);
});

/** A cast to integers or truths is a step function: its derivative is zero. */
const castTo = (dtype: DType): Primitive =>
  isFloat(dtype) ? castLinearly(dtype) : { ...castLinearly(dtype), jvp: () => null, vjp: () => null };

const identity = record(1, (_, x) => x);

/** What a cast computes, in floats. */
const conversions: Readonly<Record<DType, ScalarFunction>> = {
  float64: identity,
  float32: identity,
  int32: record(1, (L, x) => {
    const size = L.floor(L.abs(L.max(-2147483648, L.min(2147483647, x))));
    return L.select(L.notEqual(x, x), 0, L.select(L.less(x, 0), L.neg(size), size));
  }),
  bool: record(1, (L, x) => L.truth(L.notEqual(x, 0))),
};

const castLinearly = (dtype: DType): Primitive =>
  linear({
    name: "cast",
    parameters: { dtype },
    type: ({ shape }) => ({ shape, dtype }),
    evaluate: (x) => {
      const source = compact(view(x, "cast"), x.dtype);
      const data = allocate(dtype, source.length);
      if (dtype === "bool") source.forEach((value: number, i: number) => (data[i] = value === 0 ? 0 : 1));
      else if (dtype === "int32") source.forEach((value: number, i: number) => (data[i] = saturate(value)));
      else data.set(source);
      return contiguous(dtype, x.shape, data);
    },
    loops: { kind: "map", computed: () => floating(dtype), scalar: () => conversions[dtype] },
    transpose: (cotangent, x) => cast(cotangent, x.dtype),
    batch: (stack) => bind(castTo(dtype), [stack]),
  });

/** Towards zero, within the range of int32; NaN becomes 0. */
const saturate = (value: number): number => Math.min(Math.max(value, -2147483648), 2147483647);

/**
 * The same numbers in another dtype. To int32 they are cut towards zero and kept within its range, NaN becoming 0; to
 * bool everything but 0 is true.
 *
 * @throws DTypeError when there is no such dtype
 * @example
 * import { array, cast, toNested } from "gradfold";
 * toNested(cast(array([1.9, -1.9, 1e10]), "int32")); // => [ 1, -1, 2147483647 ]
 */
export const cast = typed<<S extends Shape>(x: NDArray<S>, dtype: DType) => NDArray<S>>((x: NDArray, dtype: DType) => {
  const array = operand("cast", x);
  return array.dtype === checkDType("cast", dtype) ? array : bind(castTo(dtype), [array]);
});

/** Repeats `x` to a shape that it is known to broadcast to. */
const spreadTo = (x: NDArray, shape: Shape): NDArray => (sameShape(x.shape, shape) ? x : bind(repeatTo(shape), [x]));

/** Repeats what a reduction gave along the axes that it reduced. */
export const spreadAlong = (x: NDArray, shape: Shape, axes: readonly number[]): NDArray =>
  spreadTo(axes.length === shape.length ? x : withAxes(x, shape, axes), shape);

/** A tangent in the shape and dtype of the result that it belongs to. */
export const growTo = (tangent: NDArray, { shape, dtype }: NDArray): NDArray => cast(spreadTo(tangent, shape), dtype);

/** Adds up what broadcasting repeated: the adjoint of {@link spreadTo}. */
const sumTo = (x: NDArray, shape: Shape): NDArray => {
  if (sameShape(x.shape, shape)) return x;
  const lead = x.shape.length - shape.length;
  const axes = x.shape.flatMap((n, i) => (i < lead || (shape[i - lead] === 1 && n !== 1) ? [i] : []));
  return reshape(sum(x, axes), shape);
};

/** A cotangent in the shape and dtype of the operand that it belongs to. */
export const fitTo = (cotangent: NDArray, { shape, dtype }: NDArray): NDArray => {
  const summed = sumTo(cotangent, shape);
  return summed.dtype === dtype || !isFloat(dtype) ? summed : cast(summed, dtype);
};
