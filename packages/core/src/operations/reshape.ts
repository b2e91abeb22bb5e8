import { concrete, contiguous, type NDArray } from "../array/array.ts";
import { checkList } from "../array/description.ts";
import { bind, view } from "../array/primitive.ts";
import {
  type Axes,
  checkShape,
  checkRank,
  formatShape,
  frozen,
  normalizeAxes,
  normalizeAxis,
  pick,
  rowMajor,
  sameShape,
  type Shape,
  sizeOf,
} from "../array/shape.ts";
import { copy, isRowMajor, viewOn } from "../array/view.ts";
import { ShapeError } from "../error/error.ts";
import { apart } from "../input/apart.ts";
import { operand } from "../input/operand.ts";
import type { Apart } from "../static/apart.ts";
import type { Insert, Squeezed, SqueezeClash } from "../static/axes.ts";
import { typed } from "../static/door.ts";
import type { Permuted, Reshaped, Reverse } from "../static/move.ts";
import type { Unless } from "../static/text.ts";
import { linear } from "./family/linear.ts";

/** The shape asked for, with -1 replaced by the size that remains. */
const resolve = (from: Shape, to: Shape): Shape => {
  const known = to.filter((n) => n !== -1);
  const size = sizeOf(from);
  const rest = size / sizeOf(known);
  const sizes = to.map((n) => (n === -1 ? rest : n));
  const valid = to.length - known.length <= 1 && sizes.every((n) => Number.isSafeInteger(n) && n >= 0);
  if (!valid || sizeOf(sizes) !== size)
    throw new ShapeError(
      `reshape: cannot make ${formatShape(to)} of ${formatShape(from)}: it has ${size} elements. ` +
        "One size may be -1, for what remains.",
    );
  return frozen(sizes);
};

const reshapeTo = (shape: Shape) =>
  linear({
    name: "reshape",
    parameters: { shape },
    type: ({ dtype }) => ({ shape, dtype }),
    evaluate: (x) => {
      const source = view(x, "reshape");
      if (!isRowMajor(source)) return contiguous(x.dtype, shape, copy(source, x.dtype));
      return concrete(x.dtype, shape, viewOn(source.data, shape, rowMajor(shape), source.offset));
    },
    loops: { kind: "move", source: () => ({ offset: 0, strides: rowMajor(shape) }) },
    transpose: (cotangent, x) => reshape(cotangent, x.shape),
    batch: (stack) => reshape(stack, [stack.shape[0] ?? 0, ...shape]),
  });

const moveTo = (x: NDArray, shape: Shape): NDArray => (sameShape(shape, x.shape) ? x : bind(reshapeTo(shape), [x]));

export interface Reshape extends Apart<"reshape", "sizes"> {
  /** The same elements under a shape, one size of which may be -1 for what remains. */
  <const S extends Shape, From extends Shape = Shape>(x: NDArray<From>, shape: S): NDArray<Reshaped<From, S>>;
  /** The same elements as a vector. */
  <const N extends number, From extends Shape = Shape>(x: NDArray<From>, size: N): NDArray<Reshaped<From, [N]>>;
}

/**
 * The same elements, in row-major order, under another shape.
 *
 * @param shape - its sizes' product is the number of elements; one size may be -1, for what remains. A number is the size
 * of a vector
 * @throws ShapeError when the sizes do not fit; DTypeError when they come one by one
 * @example
 * import { arange, reshape, toNested, zeros } from "gradfold";
 * toNested(reshape(arange(6), [2, -1])); // => [ [ 0, 1, 2 ], [ 3, 4, 5 ] ]
 * reshape(zeros([2, 3]), -1).shape; // => [ 6 ]
 */
export const reshape = typed<Reshape>((x: NDArray, to: Shape | number, ...more: readonly number[]) => {
  const array = operand("reshape", x);
  if (typeof to === "number" && more.length > 0) throw apart("reshape", "sizes", [to, ...more]);
  const shape = typeof to === "number" ? [to] : to;
  checkList("reshape", "sizes", shape);
  checkRank("reshape", shape);
  if (shape.some((n) => typeof n !== "number")) checkShape("reshape", shape);
  // Array.from sees holes, which are no sizes.
  return moveTo(array, resolve(array.shape, Array.from(shape)));
});

/** Where each axis went. */
const inverse = (permutation: readonly number[]): readonly number[] =>
  permutation.map((_, i) => permutation.indexOf(i));

const permute = (permutation: readonly number[]) =>
  linear({
    name: "transpose",
    parameters: { permutation },
    type: ({ shape, dtype }) => ({ shape: frozen(pick(shape, permutation)), dtype }),
    evaluate: (x) => {
      const { data, stride, offset } = view(x, "transpose");
      const shape = frozen(pick(x.shape, permutation));
      return concrete(x.dtype, shape, viewOn(data, shape, pick(stride, permutation), offset));
    },
    loops: {
      kind: "move",
      source: (x) => ({ offset: 0, strides: pick(rowMajor(x.shape), permutation) }),
    },
    transpose: (cotangent) => transpose(cotangent, inverse(permutation)),
    batch: (stack) => transpose(stack, [0, ...permutation.map((axis) => axis + 1)]),
  });

export interface Transpose extends Apart<"transpose", "axes"> {
  /** The axes in reverse order. */
  <S extends Shape>(x: NDArray<S>): NDArray<Reverse<S>>;
  /** The axes in the order of a permutation. */
  <S extends Shape, const P extends Shape>(x: NDArray<S>, permutation: P): NDArray<Permuted<S, P>>;
}

/**
 * The axes in another order, reversed by default. Nothing is copied.
 *
 * @param permutation - for each axis of the result, the axis of `x` that it is
 * @throws ShapeError when it does not name every axis once; DTypeError when the axes come one by one
 * @example
 * import { array, toNested, transpose } from "gradfold";
 * toNested(transpose(array([[1, 2, 3], [4, 5, 6]]))); // => [ [ 1, 4 ], [ 2, 5 ], [ 3, 6 ] ]
 */
export const transpose = typed<Transpose>((x: NDArray, permutation?: Shape | number, ...more: readonly number[]) => {
  const array = operand("transpose", x);
  if (typeof permutation === "number") throw apart("transpose", "axes", [permutation, ...more]);
  const { shape } = array;
  if (permutation !== undefined) checkList("transpose", "axes", permutation);
  const order =
    permutation === undefined
      ? shape.map((_, i) => i).toReversed()
      : Array.from(permutation, (axis) => normalizeAxis("transpose", axis, shape));
  if (order.length !== shape.length || new Set(order).size !== order.length)
    throw new ShapeError(
      `transpose: a permutation names every axis once: ${formatShape(permutation ?? [])} of ${formatShape(shape)}`,
    );
  return order.every((axis, i) => axis === i) ? array : bind(permute(order), [array]);
});

/** Matrices, or a stack of them, with rows for columns. */
export const swapLast = (x: NDArray): NDArray => {
  const order = x.shape.map((_, i) => i);
  const [m = 0, n = 0] = order.slice(-2);
  return transpose(x, [...order.slice(0, -2), n, m]);
};

/**
 * A new axis of size 1 at `axis`; negative ones count from the end of the result.
 *
 * @throws ShapeError when the axis is out of range
 * @example
 * import { arange, expandDims } from "gradfold";
 * expandDims(arange(3), 1).shape; // => [ 3, 1 ]
 */
export const expandDims = typed<
  <S extends Shape, const Ax extends number>(x: NDArray<S>, axis: Ax) => NDArray<Insert<S, Ax, 1>>
>((x: NDArray, axis: number) => {
  const array = operand("expandDims", x);
  const at = normalizeAxis("expandDims", axis, [...array.shape, 1]);
  return moveTo(array, frozen(array.shape.toSpliced(at, 0, 1)));
});

/** Sizes after dropping axes of size 1. */
const squeezed = (shape: Shape, axes: readonly number[]): Shape => {
  for (const axis of axes)
    if (shape[axis] !== 1)
      throw new ShapeError(`squeeze: axis ${axis} of ${formatShape(shape)} has size ${shape[axis]}, not 1`);
  return shape.filter((_, i) => !axes.includes(i));
};

/**
 * Drops axes of size 1: those named, or all of them.
 *
 * @throws ShapeError when a named axis has another size
 * @example
 * import { squeeze, zeros } from "gradfold";
 * squeeze(zeros([1, 3, 1]), 0).shape; // => [ 3, 1 ]
 */
export const squeeze = typed<
  <S extends Shape, const Ax extends Axes | undefined = undefined>(
    x: NDArray<S>,
    axes?: Unless<SqueezeClash<S, Ax>, Ax> | (number extends Ax ? Axes : never),
  ) => NDArray<Squeezed<S, Ax>>
>((x: NDArray, axes?: Axes): NDArray => {
  const { shape } = operand("squeeze", x);
  const chosen =
    axes === undefined ? shape.flatMap((n, i) => (n === 1 ? [i] : [])) : normalizeAxes("squeeze", axes, shape);
  return reshape(x, squeezed(shape, chosen));
});
