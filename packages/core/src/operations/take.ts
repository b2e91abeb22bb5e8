import { type ArrayType, contiguous, type NDArray } from "../array.ts";
import { compact } from "../view.ts";
import { allocate, type Store } from "../dtype.ts";
import { DTypeError, ShapeError } from "../error.ts";
import { operand } from "../operand.ts";
import { bind, type Primitive, view } from "../primitive.ts";
import { formatShape, frozen, normalizeAxis, type Shape, sizeOf } from "../shape.ts";
import type { AxisClash, Replace } from "../static/axes.ts";
import { typed } from "../static/door.ts";
import type { Unless } from "../static/text.ts";

/** An array seen around one axis: `before` blocks of n rows of `after` elements. */
interface Around {
  readonly before: number;
  readonly n: number;
  readonly after: number;
}

const around = (shape: Shape, axis: number): Around => ({
  before: sizeOf(shape.slice(0, axis)),
  n: shape[axis] ?? 1,
  after: sizeOf(shape.slice(axis + 1)),
});

/** Row numbers counted from the start. */
const rowsOf = (indices: NDArray, axis: number, shape: Shape): readonly number[] => {
  const n = shape[axis] ?? 0;
  return Array.from(compact(view(indices, "take"), indices.dtype), (index) => {
    if (index < -n || index >= n)
      throw new ShapeError(`take: index ${index} is out of range for axis ${axis} of ${formatShape(shape)}`);
    return index < 0 ? index + n : index;
  });
};

const typeOf =
  (axis: number) =>
  ([x, indices]: readonly ArrayType[]): ArrayType => {
    if (!x || !indices) throw new ShapeError("take: an array and its indices are needed");
    return { shape: frozen(x.shape.toSpliced(axis, 1, ...indices.shape)), dtype: x.dtype };
  };

const takeAlong = (axis: number): Primitive => {
  const type = typeOf(axis);
  const primitive: Primitive = {
    name: "take",
    parameters: { axis },
    type,
    evaluate: ([x, indices]) => {
      if (!x || !indices) throw new ShapeError("take: an array and its indices are needed");
      const { shape, dtype } = type([x, indices]);
      const rows = rowsOf(indices, axis, x.shape);
      const data = compact(view(x, "take"), dtype);
      return contiguous(dtype, shape, gather(data, allocate(dtype, sizeOf(shape)), rows, around(x.shape, axis)));
    },
    loops: { kind: "evaluate" },
    jvp: ([t], [, indices]) => (t && indices ? bind(primitive, [t, indices]) : null),
    vjp: (operand, cotangent, [x, indices]) =>
      operand === 0 && x && indices ? bind(putAlong(axis, x.shape), [cotangent, indices]) : null,
  };
  return primitive;
};

const gather = (data: Store, out: Store, rows: readonly number[], { before, n, after }: Around): Store => {
  let o = 0;
  for (let block = 0; block < before; block++)
    for (const row of rows) {
      const start = (block * n + row) * after;
      for (let i = 0; i < after; i++) out[o++] = data[start + i] ?? 0;
    }
  return out;
};

/** Zeros to which every row is added at its index, in order: the adjoint of taking. */
const putAlong = (axis: number, shape: Shape): Primitive => {
  const primitive: Primitive = {
    name: "put",
    parameters: { axis, shape },
    type: ([x]) => ({ shape, dtype: x?.dtype ?? "float64" }),
    evaluate: ([x, indices]) => {
      if (!x || !indices) throw new ShapeError("put: an array and its indices are needed");
      const data = compact(view(x, "put"), x.dtype);
      const out = allocate(x.dtype, sizeOf(shape));
      return contiguous(x.dtype, shape, scatter(data, out, rowsOf(indices, axis, shape), around(shape, axis)));
    },
    loops: { kind: "evaluate" },
    jvp: ([t], [, indices]) => (t && indices ? bind(primitive, [t, indices]) : null),
    vjp: (operand, cotangent, [, indices]) =>
      operand === 0 && indices ? bind(takeAlong(axis), [cotangent, indices]) : null,
  };
  return primitive;
};

const scatter = (data: Store, out: Store, rows: readonly number[], { before, n, after }: Around): Store => {
  let i = 0;
  for (let block = 0; block < before; block++)
    for (const row of rows) {
      const start = (block * n + row) * after;
      for (let k = 0; k < after; k++) out[start + k] = (out[start + k] ?? 0) + (data[i++] ?? 0);
    }
  return out;
};

/**
 * The rows of `x` at integer indices along an axis; the indices' shape takes that axis' place.
 *
 * @param indices - int32; negative ones count from the end
 * @throws ShapeError when an index is out of range; DTypeError when the indices are not integers
 * @example
 * import { array, take, toNested } from "@gradfold/core";
 * toNested(take(array([5, 6, 7]), array([2, 0, 2], { dtype: "int32" }))); // => [ 7, 5, 7 ]
 */
export const take = typed<
  <S extends Shape, I extends Shape, const Ax extends number = 0>(
    x: NDArray<S>,
    indices: NDArray<I>,
    axis?: Unless<AxisClash<"take", S, Ax>, Ax>,
  ) => NDArray<number extends S["length"] ? Shape : number extends Ax ? Shape : Replace<S, `${Ax}`, I>>
>((x: NDArray, indices: NDArray, axis = 0) => {
  const array = operand("take", x);
  const at = operand("take", indices);
  if (at.dtype !== "int32")
    throw new DTypeError(`take: indices must be int32, not ${at.dtype}. Use array(…, { dtype: "int32" }) or cast.`);
  return bind(takeAlong(normalizeAxis("take", axis, array.shape)), [array, at]);
});
