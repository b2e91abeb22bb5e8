import { type ArrayType, contiguous, type NDArray, type Scalar, type View } from "../array/array.ts";
import { bind, view } from "../array/primitive.ts";
import {
  broadcastShapes,
  broadcastStrides,
  formatShape,
  frozen,
  placesOf,
  scalarShape,
  type Shape,
  sizeOf,
} from "../array/shape.ts";
import { ShapeError } from "../error/error.ts";
import { operand } from "../input/operand.ts";
import { multiply } from "../kernel/matmul.ts";
import type { Block, Sizes } from "../kernel/tile.ts";
import { allocate, arithmetic, promote } from "../scalar/dtype.ts";
import type { DotClash, MatMul, MatMulClash, SizeOf, VectorClash } from "../static/contract.ts";
import { typed } from "../static/door.ts";
import type { Unless } from "../static/text.ts";
import { mul } from "./arithmetic.ts";
import { aligned } from "./family/batch.ts";
import { bilinear } from "./family/bilinear.ts";
import { pair } from "./family/operands.ts";
import { expandDims, reshape, swapLast } from "./reshape.ts";
import { cast, fitTo } from "./spread.ts";

/** How two shapes multiply: a stack of matrix products, and the shape of the result. */
interface Plan {
  readonly sizes: Sizes;
  readonly batch: Shape;
  readonly shape: Shape;
}

const fail = (a: Shape, b: Shape, k: number, l: number): never => {
  const swapped = b.at(-1) === (a.length === 1 ? a[0] : a.at(-2));
  const hint = swapped ? ". Did you mean to swap them?" : "";
  throw new ShapeError(`matmul: inner sizes differ: ${formatShape(a)} @ ${formatShape(b)} (${k} is not ${l})${hint}`);
};

const plan = (a: Shape, b: Shape): Plan => {
  if (a.length === 0) throw new ShapeError("matmul: the first argument is a scalar. Use mul");
  if (b.length === 0) throw new ShapeError("matmul: the second argument is a scalar. Use mul");
  const k = a.at(-1) ?? 1;
  const l = (b.length === 1 ? b[0] : b.at(-2)) ?? 1;
  if (k !== l) fail(a, b, k, l);
  const rows = a.length === 1 ? [] : [a.at(-2) ?? 1];
  const columns = b.length === 1 ? [] : [b.at(-1) ?? 1];
  const batch =
    a.length <= 2 && b.length <= 2
      ? scalarShape
      : broadcastShapes("matmul: batch axes", frozen(a.slice(0, -2)), frozen(b.slice(0, -2)));
  return { sizes: { m: rows[0] ?? 1, k, n: columns[0] ?? 1 }, batch, shape: frozen([...batch, ...rows, ...columns]) };
};

/** Where each matrix of a stack starts, the stack being repeated to the common batch shape. */
const starts = ({ shape, stride, offset }: View, batch: Shape): readonly number[] =>
  placesOf(batch, broadcastStrides(shape.slice(0, -2), stride, batch), offset);

const block = ({ data, stride }: View, start: number, isColumn: boolean): Block =>
  stride.length === 1
    ? { data, start, row: isColumn ? (stride[0] ?? 0) : 0, column: isColumn ? 0 : (stride[0] ?? 0) }
    : { data, start, row: stride.at(-2) ?? 0, column: stride.at(-1) ?? 0 };

const typeOf = (inputs: readonly ArrayType[]): ArrayType => {
  const [a, b] = pair("matmul", inputs);
  return { shape: plan(a.shape, b.shape).shape, dtype: promote(a.dtype, b.dtype) };
};

const isVector = (x: NDArray): boolean => x.shape.length === 1;

const asColumn = (x: NDArray): NDArray => expandDims(x, -1);
const asRow = (x: NDArray): NDArray => expandDims(x, -2);

/** d/da: an outer product beside a vector, else a product with the other operand turned. */
const cotangentOfLeft = (c: NDArray, a: NDArray, b: NDArray): NDArray => {
  if (isVector(b)) return fitTo(mul(isVector(a) ? c : asColumn(c), b), a);
  if (!isVector(a)) return fitTo(matmul(c, swapLast(b)), a);
  return b.shape.length === 2 ? matmul(b, c) : fitTo(squeezeLast(matmul(b, asColumn(c))), a);
};

/** d/db. For a matrix times a vector it is c @ a, which walks `a` row by row, not its transpose times c. */
const cotangentOfRight = (c: NDArray, a: NDArray, b: NDArray): NDArray => {
  if (isVector(a)) return fitTo(isVector(b) ? mul(c, a) : mul(asColumn(a), asRow(c)), b);
  if (!isVector(b)) return fitTo(matmul(swapLast(a), c), b);
  return a.shape.length === 2 ? matmul(c, a) : fitTo(matmul(asRow(c), a), b);
};

const squeezeLast = (x: NDArray): NDArray => reshape(x, x.shape.slice(0, -1));

/**
 * A stack of vectors is a matrix, so that one product does for all of them; otherwise both operands become matrices, with
 * the stack's axis before all others.
 */
const batch = (inputs: readonly NDArray[], mapped: readonly boolean[]): NDArray => {
  const [a, b] = pair("matmul", inputs);
  const [stackA = false, stackB = false] = mapped;
  const rankA = a.shape.length - (stackA ? 1 : 0);
  const rankB = b.shape.length - (stackB ? 1 : 0);
  if (!stackB && rankA === 1 && rankB <= 2) return matmul(a, b);
  if (!stackA && rankB === 1 && rankA <= 2) return matmul(b, rankA === 1 ? a : swapLast(a));
  const matrices = [rankA === 1 ? asRow(a) : a, rankB === 1 ? asColumn(b) : b];
  const [left = a, right = b] = aligned(matrices, mapped, Math.max(rankA, rankB, 2));
  const product = matmul(left, right);
  const { shape } = product;
  const end = shape.length;
  return reshape(
    product,
    shape.filter((_, i) => !(rankA === 1 && i === end - 2) && !(rankB === 1 && i === end - 1)),
  );
};

const primitive = bilinear({
  name: "matmul",
  type: typeOf,
  evaluate: (inputs) => {
    const [a, b] = pair("matmul", inputs);
    const { batch, shape, sizes } = plan(a.shape, b.shape);
    const out = allocate(a.dtype, sizeOf(shape));
    const left = view(a, "matmul");
    const right = view(b, "matmul");
    const rightStarts = starts(right, batch);
    starts(left, batch).forEach((start, i) => {
      const b = block(right, rightStarts[i] ?? 0, true);
      multiply(out, i * sizes.m * sizes.n, block(left, start, false), b, sizes);
    });
    return contiguous(a.dtype, shape, out);
  },
  loops: { kind: "product" },
  transposes: [cotangentOfLeft, cotangentOfRight],
  batch,
});

/**
 * The matrix product, as in NumPy: `[m, k] @ [k, n]` is `[m, n]`; a vector counts as a row on the left and as a column on
 * the right, and its axis is dropped again; axes before the last two are stacks, which broadcast.
 *
 * @throws ShapeError when the inner sizes differ, or an operand is a scalar
 * @example
 * import { array, matmul, toNested } from "gradfold";
 * toNested(matmul(array([[1, 2], [3, 4]]), array([1, 1]))); // => [ 3, 7 ]
 */
export const matmul = typed<
  <A extends Shape, B extends Shape>(a: NDArray<A>, b: Unless<MatMulClash<A, B>, NDArray<B>>) => NDArray<MatMul<A, B>>
>((x: NDArray, y: NDArray) => {
  const a = operand("matmul", x);
  const b = operand("matmul", y);
  const dtype = arithmetic(promote(a.dtype, b.dtype));
  return bind(primitive, [cast(a, dtype), cast(b, dtype)]);
});

const checkVectors = (name: string, a: NDArray, b: NDArray, hint: string): void => {
  if (a.shape.length !== 1 || b.shape.length !== 1)
    throw new ShapeError(
      `${name}: two vectors are needed, not ${formatShape(a.shape)} and ${formatShape(b.shape)}. ${hint}`,
    );
};

/**
 * The sum of the products of two vectors' elements.
 *
 * @throws ShapeError when an operand is not a vector, or their sizes differ
 * @example
 * import { array, dot, item } from "gradfold";
 * item(dot(array([1, 2]), array([3, 4]))); // => 11
 */
export const dot = typed<
  <A extends Shape, B extends Shape>(a: NDArray<A>, b: Unless<DotClash<A, B>, NDArray<B>>) => Scalar
>((x: NDArray, y: NDArray) => {
  const [a, b] = [operand("dot", x), operand("dot", y)];
  checkVectors("dot", a, b, "Use matmul");
  if (a.shape[0] !== b.shape[0])
    throw new ShapeError(`dot: sizes differ: ${formatShape(a.shape)} and ${formatShape(b.shape)}`);
  return matmul(a, b);
});

/**
 * Every product of an element of one vector and an element of another: `[m]` and `[n]` give `[m, n]`.
 *
 * @throws ShapeError when an operand is not a vector
 * @example
 * import { array, outer, toNested } from "gradfold";
 * toNested(outer(array([1, 2]), array([3, 4]))); // => [ [ 3, 4 ], [ 6, 8 ] ]
 */
export const outer = typed<
  <A extends Shape, B extends Shape>(
    a: NDArray<A>,
    b: Unless<VectorClash<"outer", A, B, "Use reshape(x, [-1])">, NDArray<B>>,
  ) => NDArray<[SizeOf<A>, SizeOf<B>]>
>((x: NDArray, y: NDArray) => {
  const [a, b] = [operand("outer", x), operand("outer", y)];
  checkVectors("outer", a, b, "Use reshape(x, [-1])");
  return mul(asColumn(a), b);
});
