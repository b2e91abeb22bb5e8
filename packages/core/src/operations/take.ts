import type { ArrayType, NDArray } from "../array/array.ts";
import { bind, type Primitive } from "../array/primitive.ts";
import {
  broadcastShapes,
  formatShape,
  frozen,
  normalizeAxis,
  pick,
  type Shape,
  sizeBetween,
  sizeOf,
} from "../array/shape.ts";
import { ShapeError } from "../error/error.ts";
import { indicesOf } from "../input/indices.ts";
import { operand } from "../input/operand.ts";
import type { Term, Value } from "../scalar/lane.ts";
import { type Machine, recordRoutine, type Routine } from "../scalar/routine.ts";
import type { AxisClash, Replace } from "../static/axes.ts";
import type { Broadcast } from "../static/broadcast.ts";
import { typed } from "../static/door.ts";
import type { FractionClash, Unless } from "../static/text.ts";
import { allStacked, stackSize } from "./family/batch.ts";
import { pair } from "./family/operands.ts";
import { sequential } from "./family/sequential.ts";
import { reshape, transpose } from "./reshape.ts";
import { broadcastTo } from "./spread.ts";

/** Which axis is indexed. A stacked record does so for each of a stack of arrays and a stack of as many indices. */
interface Along {
  readonly axis: number;
  readonly stacked: boolean;
  /** What an index that is out of range is said of, where it is not the record's own operand. */
  readonly said?: { readonly operation: string; readonly axis: number; readonly shape: Shape };
}

/** A row number, counted from the start. */
const rowAt = (m: Machine, at: Term, n: Value): Value => {
  const index = m.place(m.load(1, at));
  const row = m.select(m.less(index, 0), m.add(index, n), index);
  m.refuse(m.or(m.less(row, 0), m.lessEqual(n, row)), index);
  return row;
};

/** The number of the size that says how many elements a row has. */
const ofRow = 4;

/** Visits the row behind every index of a stack: where it starts in the array, and among the rows side by side. */
const everyRow = (visit: (m: Machine, array: Value, row: Value) => void): (() => Routine) =>
  recordRoutine((m) => {
    const stacks = m.size(0);
    const before = m.size(1);
    const n = m.size(2);
    const count = m.size(3);
    const after = m.size(ofRow);
    m.loop(0, stacks, (k) => {
      m.loop(m.mul(k, before), m.mul(m.add(k, 1), before), (block) => {
        m.loop(0, count, (j) => {
          const row = rowAt(m, m.add(m.mul(k, count), j), n);
          const array = m.mul(m.add(m.mul(block, n), row), after);
          visit(m, array, m.mul(m.add(m.mul(block, count), j), after));
        });
      });
    });
  });

/** Stacks, blocks before the axis, its size, indices for each of the stack, and elements behind the axis. */
const sizesOf = (shape: Shape, indices: Shape, { axis, stacked }: Along): readonly number[] => {
  const first = stacked ? 1 : 0;
  return [
    sizeBetween(indices, 0, first),
    sizeBetween(shape, first, axis),
    shape[axis] ?? 1,
    sizeBetween(indices, first, indices.length),
    sizeBetween(shape, axis + 1, shape.length),
  ];
};

/** The shape of what is taken: that of the indices in the place of the axis. */
const takenShape = (shape: Shape, indices: Shape, { axis, stacked }: Along): Shape => {
  const sizes: number[] = [];
  for (let i = 0; i < axis; i++) sizes.push(shape[i] ?? 1);
  for (let i = stacked ? 1 : 0; i < indices.length; i++) sizes.push(indices[i] ?? 1);
  for (let i = axis + 1; i < shape.length; i++) sizes.push(shape[i] ?? 1);
  return frozen(sizes);
};

const outOfRange = (index: number, of: Shape, along: Along): ShapeError => {
  const { operation, axis, shape } = along.said ?? { operation: "take", axis: along.axis, shape: of };
  return new ShapeError(`${operation}: index ${index} is out of range for axis ${axis} of ${formatShape(shape)}`);
};

/** Two stacked axes in front as one. */
const merged = (x: NDArray): NDArray => reshape(x, [sizeOf(x.shape.slice(0, 2)), ...x.shape.slice(2)]);

const gather = everyRow((m, array, row) => m.copy({ buffer: 0, at: array }, { buffer: 2, at: row }, ofRow));

const takeAlong = (along: Along): Primitive => {
  const { axis, stacked } = along;
  const type = (inputs: readonly ArrayType[]): ArrayType => {
    const [x, indices] = pair("take", inputs);
    return { shape: takenShape(x.shape, indices.shape, along), dtype: x.dtype };
  };
  const primitive: Primitive = {
    name: "take",
    parameters: { axis, stacked },
    type,
    ...sequential({
      name: "take",
      type,
      routine: gather,
      overwrites: true,
      sizes: (inputs) => {
        const [x, indices] = pair("take", inputs);
        return sizesOf(x.shape, indices.shape, along);
      },
      refusal: (index, inputs) => outOfRange(index, pair("take", inputs)[0].shape, along),
    }),
    jvp: ([t], [, indices]) => (t && indices ? bind(primitive, [t, indices]) : null),
    vjp: (operand, cotangent, [x, indices]) =>
      operand === 0 && x && indices ? bind(putAlong(along, x.shape), [cotangent, indices]) : null,
    batch: (inputs, mapped) => {
      const [x, indices] = pair("take", inputs);
      const said = along.said ?? { operation: "take", axis, shape: mapped[0] === true ? x.shape.slice(1) : x.shape };
      if (!stacked && mapped[1] !== true) return bind(takeAlong({ axis: axis + 1, stacked, said }), [x, indices]);
      const stacks = allStacked(inputs, mapped);
      if (!stacked) return bind(takeAlong({ axis: axis + 1, stacked: true, said }), stacks);
      const taken = bind(primitive, stacks.map(merged));
      return reshape(taken, [...(stacks[0]?.shape.slice(0, 2) ?? []), ...taken.shape.slice(1)]);
    },
  };
  return primitive;
};

/** The records for one array and its axes, each made when it is first asked for. */
const alone: Primitive[] = [];

const takeAlone = (axis: number): Primitive => (alone[axis] ??= takeAlong({ axis, stacked: false }));

const scatter = everyRow((m, array, row) => m.accumulate({ buffer: 0, at: row }, { buffer: 2, at: array }, ofRow));

/** Zeros to which every row is added at its index, in order: the adjoint of taking. */
const putAlong = (along: Along, shape: Shape): Primitive => {
  const { axis, stacked } = along;
  const type = (inputs: readonly ArrayType[]): ArrayType => ({ shape, dtype: pair("put", inputs)[0].dtype });
  const primitive: Primitive = {
    name: "put",
    parameters: { axis, stacked, shape },
    type,
    ...sequential({
      name: "put",
      type,
      routine: scatter,
      sizes: (inputs) => sizesOf(shape, pair("put", inputs)[1].shape, along),
      refusal: (index) => outOfRange(index, shape, along),
    }),
    jvp: ([t], [, indices]) => (t && indices ? bind(primitive, [t, indices]) : null),
    vjp: (operand, cotangent, [, indices]) =>
      operand === 0 && indices ? bind(takeAlong(along), [cotangent, indices]) : null,
    batch: (inputs, mapped) => {
      const n = stackSize(inputs, mapped);
      if (!stacked && mapped[1] !== true)
        return bind(putAlong({ axis: axis + 1, stacked }, frozen([n, ...shape])), inputs);
      const stacks = allStacked(inputs, mapped);
      if (!stacked) return bind(putAlong({ axis: axis + 1, stacked: true }, frozen([n, ...shape])), stacks);
      const [count = 0, ...sizes] = shape;
      return reshape(bind(putAlong(along, frozen([n * count, ...sizes])), stacks.map(merged)), [n, ...shape]);
    },
  };
  return primitive;
};

/**
 * The rows of `x` at integer indices along an axis; the indices' shape takes that axis' place, so that one number drops
 * the axis.
 *
 * @param indices - int32, or a whole number; negative ones count from the end
 * @throws ShapeError when an index is out of range; DTypeError when the indices are not integers
 * @example
 * import { array, take, toNested } from "gradfold";
 * toNested(take(array([5, 6, 7]), array([2, 0, 2], { dtype: "int32" }))); // => [ 7, 5, 7 ]
 * toNested(take(array([[1, 2], [3, 4]]), 0, 1)); // => [ 1, 3 ]
 */
export const take = typed<
  <S extends Shape, I extends Shape = [], const K extends number = number, const Ax extends number = 0>(
    x: NDArray<S>,
    indices: NDArray<I> | Unless<FractionClash<"take", K>, K>,
    axis?: Unless<AxisClash<"take", S, Ax>, Ax>,
  ) => NDArray<number extends S["length"] ? Shape : number extends Ax ? Shape : Replace<S, `${Ax}`, I>>
>((x: NDArray, indices: NDArray | number, axis = 0) => {
  const array = operand("take", x);
  const axisAt = normalizeAxis("take", axis, array.shape);
  return bind(takeAlone(axisAt), [array, indicesOf("take", indices)]);
});

/** The shapes but for one axis, along which the indices say how many there are. */
type AlongAxis<S extends Shape, I extends Shape, Ax extends number> = number extends S["length"]
  ? Shape
  : number extends Ax
    ? Shape
    : Broadcast<Replace<S, `${Ax}`, [1]>, I>;

/**
 * Elements picked along one axis, at indices of their own for every place of the other axes: what `argsort` and its like
 * give.
 *
 * @param indices - int32, of as many axes as `x`, which broadcast but for that axis; negative ones count from the end
 * @throws ShapeError when an index is out of range or the shapes do not fit; DTypeError when the indices are not integers
 * @example
 * import { argsort, array, takeAlongAxis, toNested } from "gradfold";
 * const x = array([[3, 1], [2, 4]]);
 * toNested(takeAlongAxis(x, argsort(x, 1), 1)); // => [ [ 1, 3 ], [ 2, 4 ] ]
 */
export const takeAlongAxis = typed<
  <S extends Shape, I extends Shape, const Ax extends number>(
    x: NDArray<S>,
    indices: NDArray<I>,
    axis: Unless<AxisClash<"takeAlongAxis", S, Ax>, Ax>,
  ) => NDArray<AlongAxis<S, I, Ax>>
>((x: NDArray, indices: NDArray, axis: number) => {
  const array = operand("takeAlongAxis", x);
  const at = indicesOf("takeAlongAxis", indices);
  const { shape } = array;
  const along = normalizeAxis("takeAlongAxis", axis, shape);
  if (at.shape.length !== shape.length)
    throw new ShapeError(
      `takeAlongAxis: the indices must have as many axes as the array: ${formatShape(at.shape)} and ${formatShape(shape)}`,
    );
  // Rows along the axis, each with its own indices.
  const common = broadcastShapes("takeAlongAxis", shape.with(along, 1), at.shape.with(along, 1));
  const [n = 0, k = 0] = [shape[along], at.shape[along]];
  const order = [...common.map((_, i) => i).filter((i) => i !== along), along];
  const rows = (of: NDArray, size: number): NDArray =>
    reshape(transpose(broadcastTo(of, common.with(along, size)), order), [sizeOf(common), size]);
  const said = { operation: "takeAlongAxis", axis: along, shape };
  const taken = bind(takeAlong({ axis: 1, stacked: true, said }), [rows(array, n), rows(at, k)]);
  const sizes = pick(common.with(along, k), order);
  return transpose(
    reshape(taken, sizes),
    order.map((_, i) => order.indexOf(i)),
  );
});
