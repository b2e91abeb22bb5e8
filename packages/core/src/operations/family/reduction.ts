import { type ArrayType, contiguous, type NDArray, type Operand } from "../../array/array.ts";
import { bind, type Loops, type Primitive, view } from "../../array/primitive.ts";
import {
  type Axes,
  formatShape,
  frozen,
  normalizeAxes,
  pick,
  scalarShape,
  type Shape,
  sizeOf,
} from "../../array/shape.ts";
import { ShapeError } from "../../error/error.ts";
import { isRecord } from "../../error/plain.ts";
import { operand } from "../../input/operand.ts";
import { completed } from "../../input/options.ts";
import { reduceOver, reducerOf } from "../../kernel/reduce.ts";
import { allocate, arithmetic, type DType } from "../../scalar/dtype.ts";
import type { Combine } from "../../scalar/monoid.ts";
import type { Reduction } from "../../static/axes.ts";
import { typed } from "../../static/door.ts";
import { reshape } from "../reshape.ts";
import { only } from "./operands.ts";

/* What reductions have in common. */

/** The shape that is left when some axes are reduced. */
export const without = (shape: Shape, axes: readonly number[]): Shape => {
  if (axes.length === 0) return shape;
  if (axes.length === shape.length) return scalarShape;
  const sizes: number[] = [];
  for (let axis = 0; axis < shape.length; axis++) if (!axes.includes(axis)) sizes.push(shape[axis] ?? 1);
  return frozen(sizes);
};

/** A result over some axes of a shape with these axes put back, with size 1, so that it broadcasts to the shape. */
export const withAxes = (result: NDArray, shape: Shape, axes: readonly number[]): NDArray =>
  reshape(
    result,
    shape.map((n, i) => (axes.includes(i) ? 1 : n)),
  );

/** The part of a record that does not depend on its derivative. */
export interface Reduce {
  readonly parameters: { readonly axes: readonly number[] };
  readonly type: (x: ArrayType) => ArrayType;
  readonly evaluate: (x: NDArray) => NDArray;
  readonly loops: Loops;
}

/** Bools are added and multiplied as integers; an extremum is one of the elements. */
const resultOf = (combine: Combine, dtype: DType): DType =>
  combine === "add" || combine === "multiply" ? arithmetic(dtype) : dtype;

/** The elements along some axes joined. */
export const reduceAlong = (combine: Combine, axes: readonly number[]): Reduce => ({
  parameters: { axes },
  type: ({ shape, dtype }) => ({ shape: without(shape, axes), dtype: resultOf(combine, dtype) }),
  evaluate: (x) => {
    const shape = without(x.shape, axes);
    const out = allocate(resultOf(combine, x.dtype), sizeOf(shape));
    const reducer = reducerOf(combine, x.dtype, x.shape, axes);
    return contiguous(resultOf(combine, x.dtype), shape, reduceOver(view(x, combine), x.dtype, axes, out, reducer));
  },
  loops: { kind: "reduce", axes, combine },
});

/** A reduction that is not linear; its derivatives are written with operations, the answer y comes for free. */
interface ReducingEntry {
  readonly name: string;
  readonly reduce: (axes: readonly number[]) => Reduce;
  readonly tangent: (t: NDArray, x: NDArray, y: NDArray, axes: readonly number[]) => NDArray | null;
  readonly cotangent: (c: NDArray, x: NDArray, y: NDArray, axes: readonly number[]) => NDArray | null;
}

export const reducing = (entry: ReducingEntry, axes: readonly number[]): Primitive => {
  const { name, reduce, tangent, cotangent } = entry;
  const { parameters, type, evaluate, loops } = reduce(axes);
  return {
    name,
    parameters,
    type: (inputs) => type(only(name, inputs)),
    evaluate: (inputs) => evaluate(only(name, inputs)),
    loops,
    jvp: ([t], [x], y) => (t && x ? tangent(t, x, y, axes) : null),
    vjp: (_, c, [x], y) => (x ? cotangent(c, x, y, axes) : null),
    batch: (inputs) =>
      bind(
        reducing(
          entry,
          axes.map((axis) => axis + 1),
        ),
        inputs,
      ),
  };
};

/** What to write where an object stands in the place of axes: options, or NumPy's keyword. */
const adviceOn = (name: string, { axis }: Readonly<Record<string, unknown>>): string =>
  typeof axis === "number" ? `Write ${name}(x, ${axis})` : `Options come after them: ${name}(x, undefined, { … })`;

/**
 * The axes that a reduction is asked for, counted from the start.
 *
 * @param hint - what else may have been meant by axes that are none
 */
export const reducedAxes = (name: string, axes: Axes | undefined, shape: Shape, hint?: string): readonly number[] =>
  normalizeAxes(name, axes, shape, isRecord(axes) ? adviceOn(name, axes) : hint);

/** Reduced axes are left out unless told otherwise. */
export const dropped = { keepDims: false };

interface Reducing {
  <Name extends string>(name: Name, reduce: (x: NDArray, axes: readonly number[]) => NDArray): Reduction<Name>;
  <Name extends string, Options extends object>(
    name: Name,
    reduce: (x: NDArray, axes: readonly number[], options: Options) => NDArray,
    defaults: Options,
    hint?: string,
  ): Reduction<Name, Options>;
}

/**
 * A public reduction, by what it gives for axes that are counted from the start; its result lacks these axes. `keepDims`
 * puts them back; other options, with their defaults, are the reduction's own.
 *
 * @param hint - what else may have been meant by axes that are none
 */
export const reduction = typed<Reducing>(
  (
    name: string,
    reduce: (x: NDArray, axes: readonly number[], options: object) => NDArray,
    own?: object,
    hint?: string,
  ) => {
    const defaults = { ...dropped, ...own };
    return (x: Operand, axes?: Axes, given?: Partial<typeof defaults>): NDArray => {
      const options = completed(name, given, defaults);
      const array = operand(name, x);
      const over = reducedAxes(name, axes, array.shape, hint);
      const result = reduce(array, over, options);
      return options.keepDims ? withAxes(result, array.shape, over) : result;
    };
  },
);

/** The greatest of nothing does not exist; that there are no results is no harm. */
export const refuseNothing = (name: string, { shape }: ArrayType, axes: readonly number[]): void => {
  if (sizeOf(pick(shape, axes)) === 0 && sizeOf(without(shape, axes)) > 0)
    throw new ShapeError(`${name}: there is no element along the axes ${formatShape(axes)} of ${formatShape(shape)}`);
};
