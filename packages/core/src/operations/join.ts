import { type ArrayType, contiguous, type NDArray } from "../array/array.ts";
import { checkList } from "../array/description.ts";
import { bind, type Primitive, type Source, view } from "../array/primitive.ts";
import { endsOf, formatShape, frozen, normalizeAxis, rowMajor, sameShape, type Shape, sizeOf } from "../array/shape.ts";
import { assign, viewOn } from "../array/view.ts";
import { ShapeError } from "../error/error.ts";
import { checkTogether } from "../input/apart.ts";
import { operand } from "../input/operand.ts";
import { allocate, type DType, promote } from "../scalar/dtype.ts";
import type { ArraysApart, Count, First } from "../static/apart.ts";
import type { Insert, Replace } from "../static/axes.ts";
import type { ShapeOf } from "../static/broadcast.ts";
import { typed } from "../static/door.ts";
import type { StackClash, Total } from "../static/move.ts";
import type { Unless } from "../static/text.ts";
import { allStacked } from "./family/batch.ts";
import { jointlyLinear } from "./family/linear.ts";
import { expandDims } from "./reshape.ts";
import { slice } from "./slice.ts";
import { cast } from "./spread.ts";

const joined = (axis: number, shapes: readonly Shape[]): Shape => {
  const [first = [], ...rest] = shapes;
  for (const shape of rest)
    if (shape.length !== first.length || shape.some((n, i) => i !== axis && n !== first[i]))
      throw new ShapeError(
        `concatenate: shapes differ outside axis ${axis}: ${formatShape(first)} and ${formatShape(shape)}`,
      );
  const size = shapes.reduce((sum, shape) => sum + (shape[axis] ?? 0), 0);
  return frozen(first.map((n, i) => (i === axis ? size : n)));
};

const sizesAlong = (axis: number, inputs: readonly ArrayType[]): readonly number[] =>
  inputs.map(({ shape }) => shape[axis] ?? 0);

/** Operands of these sizes along an axis, one after another. */
const concatenateAlong = (axis: number, sizes: readonly number[]): Primitive => {
  const ends = endsOf(sizes);
  const spanOf = (i: number): readonly [start: number, stop: number] => [ends[i - 1] ?? 0, ends[i] ?? 0];
  const type = (inputs: readonly ArrayType[]): ArrayType => ({
    shape: joined(
      axis,
      inputs.map(({ shape }) => shape),
    ),
    dtype: inputs.map(({ dtype }) => dtype).reduce(promote),
  });
  const targets = (inputs: readonly ArrayType[]): readonly Source[] => {
    const strides = rowMajor(type(inputs).shape);
    return inputs.map((_, i) => ({ offset: spanOf(i)[0] * (strides[axis] ?? 0), strides }));
  };
  return jointlyLinear({
    name: "concatenate",
    parameters: { axis },
    type,
    evaluate: (inputs) => {
      const { shape, dtype } = type(inputs);
      const data = allocate(dtype, sizeOf(shape));
      targets(inputs).forEach(({ offset, strides }, i) => {
        const x = inputs[i];
        if (x !== undefined) assign(viewOn(data, x.shape, strides, offset), view(x, "concatenate"));
      });
      return contiguous(dtype, shape, data);
    },
    loops: { kind: "place", targets },
    batch: (inputs, mapped) => bind(concatenateAlong(axis + 1, sizes), allStacked(inputs, mapped)),
    transpose: (cotangent, _, i) =>
      slice(
        cotangent,
        cotangent.shape.map((_, at) => (at === axis ? spanOf(i) : null)),
      ),
  });
};

const promoted = (name: string, xs: readonly NDArray[]): readonly NDArray[] => {
  checkTogether(name, xs, `${name}([a, b], 0)`);
  checkList(name, "arrays", xs);
  if (xs.length === 0) throw new ShapeError(`${name}: no arrays were given. At least one is needed.`);
  const arrays = Array.from(xs, (x) => operand(name, x));
  const dtype = arrays.map((x): DType => x.dtype).reduce(promote);
  return arrays.map((x) => cast(x, dtype));
};

/**
 * Arrays one after another along an axis that they already have.
 *
 * @param xs - at least one; equal shapes but for that axis
 * @throws ShapeError when their other sizes differ; DTypeError when they do not come as a list
 * @example
 * import { array, concatenate, toNested } from "gradfold";
 * toNested(concatenate([array([1, 2]), array([3])])); // => [ 1, 2, 3 ]
 */
export const concatenate = typed<
  <const X extends readonly NDArray[] | NDArray, const Ax extends number = 0>(
    xs: Unless<ArraysApart<"concatenate([a, b], 0)", X>, X>,
    axis?: Ax,
  ) => NDArray<number extends Ax ? Shape : Replace<ShapeOf<First<X>>, `${Ax}`, [Total<X, `${Ax}`>]>>
>((xs: readonly NDArray[], axis = 0) => {
  const arrays = promoted("concatenate", xs);
  const at = normalizeAxis("concatenate", axis, arrays[0]?.shape ?? []);
  return bind(concatenateAlong(at, sizesAlong(at, arrays)), arrays);
});

/** Lists of arrays, stacked place by place. */
export const stackRows = (rows: readonly (readonly NDArray[])[]): readonly NDArray[] =>
  (rows[0] ?? []).map((_, k) => stack(rows.flatMap((row) => row[k] ?? [])));

/**
 * Arrays of one shape, side by side along a new axis.
 *
 * @param xs - at least one
 * @throws ShapeError when their shapes differ; DTypeError when they do not come as a list
 * @example
 * import { array, stack, toNested } from "gradfold";
 * toNested(stack([array([1, 2]), array([3, 4])], 1)); // => [ [ 1, 3 ], [ 2, 4 ] ]
 */
export const stack = typed<
  <const X extends readonly NDArray[] | NDArray, const Ax extends number = 0>(
    xs: Unless<ArraysApart<"stack([a, b], 0)", X> | StackClash<X>, X>,
    axis?: Ax,
  ) => NDArray<Insert<ShapeOf<First<X>>, Ax, Count<X>>>
>((xs: readonly NDArray[], axis = 0) => {
  const arrays = promoted("stack", xs);
  const shape = arrays[0]?.shape ?? [];
  for (const x of arrays)
    if (!sameShape(x.shape, shape))
      throw new ShapeError(`stack: shapes differ: ${formatShape(shape)} and ${formatShape(x.shape)}`);
  const at = normalizeAxis("stack", axis, [...shape, 1]);
  return bind(
    concatenateAlong(
      at,
      arrays.map(() => 1),
    ),
    arrays.map((x) => expandDims(x, at)),
  );
});
