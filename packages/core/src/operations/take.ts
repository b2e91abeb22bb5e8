import { contiguous, type NDArray } from "../array.ts";
import { compact } from "../view.ts";
import { allocate, type Store } from "../dtype.ts";
import { DTypeError, ShapeError } from "../error.ts";
import { allStacked, stackSize } from "../family/batch.ts";
import { operand } from "../operand.ts";
import { bind, type Primitive, view } from "../primitive.ts";
import { formatShape, frozen, normalizeAxis, type Shape, sizeOf } from "../shape.ts";
import type { AxisClash, Replace } from "../static/axes.ts";
import { typed } from "../static/door.ts";
import type { Unless } from "../static/text.ts";
import { reshape } from "./reshape.ts";

/** Which axis is indexed. A stacked record does so for each of a stack of arrays and a stack of as many indices. */
interface Along {
  readonly axis: number;
  readonly stacked: boolean;
}

/** A stack of arrays seen around one axis: `before` blocks of n rows of `after` elements each. */
interface Around {
  readonly before: number;
  readonly n: number;
  readonly after: number;
}

const around = (shape: Shape, { axis, stacked }: Along): Around => ({
  before: sizeOf(shape.slice(stacked ? 1 : 0, axis)),
  n: shape[axis] ?? 1,
  after: sizeOf(shape.slice(axis + 1)),
});

/** Row numbers counted from the start, for each of the stack. */
const rowsOf = (indices: NDArray, { axis, stacked }: Along, shape: Shape): readonly (readonly number[])[] => {
  const n = shape[axis] ?? 0;
  const rows = Array.from(compact(view(indices, "take"), indices.dtype), (index) => {
    if (index < -n || index >= n)
      throw new ShapeError(`take: index ${index} is out of range for axis ${axis} of ${formatShape(shape)}`);
    return index < 0 ? index + n : index;
  });
  if (!stacked) return [rows];
  const count = indices.shape[0] ?? 0;
  return Array.from({ length: count }, (_, i) =>
    rows.slice((i * rows.length) / count, ((i + 1) * rows.length) / count),
  );
};

const pair = <A>(name: string, [x, indices]: readonly A[]): readonly [A, A] => {
  if (x === undefined || indices === undefined) throw new ShapeError(`${name}: an array and its indices are needed`);
  return [x, indices];
};

/** Two stacked axes in front as one. */
const merged = (x: NDArray): NDArray => reshape(x, [-1, ...x.shape.slice(2)]);

const takeAlong = (along: Along): Primitive => {
  const { axis, stacked } = along;
  const primitive: Primitive = {
    name: "take",
    parameters: { axis, stacked },
    type: (inputs) => {
      const [x, indices] = pair("take", inputs);
      const sizes = stacked ? indices.shape.slice(1) : indices.shape;
      return { shape: frozen(x.shape.toSpliced(axis, 1, ...sizes)), dtype: x.dtype };
    },
    evaluate: (inputs) => {
      const [x, indices] = pair("take", inputs);
      const { shape, dtype } = primitive.type(inputs);
      const data = compact(view(x, "take"), dtype);
      const rows = rowsOf(indices, along, x.shape);
      return contiguous(dtype, shape, gather(data, allocate(dtype, sizeOf(shape)), rows, around(x.shape, along)));
    },
    loops: { kind: "evaluate" },
    jvp: ([t], [, indices]) => (t && indices ? bind(primitive, [t, indices]) : null),
    vjp: (operand, cotangent, [x, indices]) =>
      operand === 0 && x && indices ? bind(putAlong(along, x.shape), [cotangent, indices]) : null,
    batch: (inputs, mapped) => {
      const [x, indices] = pair("take", inputs);
      if (!stacked && mapped[1] !== true) return bind(takeAlong({ axis: axis + 1, stacked }), [x, indices]);
      const stacks = allStacked(inputs, mapped);
      if (!stacked) return bind(takeAlong({ axis: axis + 1, stacked: true }), stacks);
      const taken = bind(primitive, stacks.map(merged));
      return reshape(taken, [...(stacks[0]?.shape.slice(0, 2) ?? []), ...taken.shape.slice(1)]);
    },
  };
  return primitive;
};

const gather = (
  data: Store,
  out: Store,
  stack: readonly (readonly number[])[],
  { before, n, after }: Around,
): Store => {
  let o = 0;
  stack.forEach((rows, k) => {
    for (let block = k * before; block < (k + 1) * before; block++)
      for (const row of rows) {
        const start = (block * n + row) * after;
        for (let i = 0; i < after; i++) out[o++] = data[start + i] ?? 0;
      }
  });
  return out;
};

/** Zeros to which every row is added at its index, in order: the adjoint of taking. */
const putAlong = (along: Along, shape: Shape): Primitive => {
  const { axis, stacked } = along;
  const primitive: Primitive = {
    name: "put",
    parameters: { axis, stacked, shape },
    type: ([x]) => ({ shape, dtype: x?.dtype ?? "float64" }),
    evaluate: (inputs) => {
      const [x, indices] = pair("put", inputs);
      const data = compact(view(x, "put"), x.dtype);
      const out = allocate(x.dtype, sizeOf(shape));
      return contiguous(x.dtype, shape, scatter(data, out, rowsOf(indices, along, shape), around(shape, along)));
    },
    loops: { kind: "evaluate" },
    jvp: ([t], [, indices]) => (t && indices ? bind(primitive, [t, indices]) : null),
    vjp: (operand, cotangent, [, indices]) =>
      operand === 0 && indices ? bind(takeAlong(along), [cotangent, indices]) : null,
    batch: (inputs, mapped) => {
      const n = stackSize(inputs, mapped);
      const stacks = allStacked(inputs, mapped);
      if (!stacked && mapped[1] !== true)
        return bind(putAlong({ axis: axis + 1, stacked }, frozen([n, ...shape])), inputs);
      if (!stacked) return bind(putAlong({ axis: axis + 1, stacked: true }, frozen([n, ...shape])), stacks);
      const [count = 0, ...sizes] = shape;
      const put = bind(putAlong(along, frozen([n * count, ...sizes])), stacks.map(merged));
      return reshape(put, [n, ...shape]);
    },
  };
  return primitive;
};

const scatter = (
  data: Store,
  out: Store,
  stack: readonly (readonly number[])[],
  { before, n, after }: Around,
): Store => {
  let i = 0;
  stack.forEach((rows, k) => {
    for (let block = k * before; block < (k + 1) * before; block++)
      for (const row of rows) {
        const start = (block * n + row) * after;
        for (let at = 0; at < after; at++) out[start + at] = (out[start + at] ?? 0) + (data[i++] ?? 0);
      }
  });
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
  return bind(takeAlong({ axis: normalizeAxis("take", axis, array.shape), stacked: false }), [array, at]);
});
