import type { ArrayType, NDArray, Operand } from "../array/array.ts";
import { bind, type Primitive } from "../array/primitive.ts";
import { around, normalizeAxis } from "../array/shape.ts";
import { operand } from "../input/operand.ts";
import { isFloat } from "../scalar/dtype.ts";
import type { Scratch } from "../scalar/routine.ts";
import type { Along } from "../static/axes.ts";
import { typed } from "../static/door.ts";
import { only } from "./family/operands.ts";
import { sequential } from "./family/sequential.ts";
import { byDigitsOfFloats, byDigitsOfIntegers, byInsertion } from "./order.ts";
import { takeAlongAxis } from "./take.ts";

/** Rows up to this length are sorted by insertion: the buckets of a radix sort cost more. */
const short = 50;
/** Rows from this length on are worth more buckets. */
const long = 8192;

/** The bits of a digit, the buckets for its values, the digits of a 32-bit word, and the first of its leading ones. */
const digits = (n: number): readonly [bits: number, buckets: number, count: number, leading: number] =>
  n < long ? [8, 2 ** 8, 4, 1] : [11, 2 ** 11, 3, 0];

/** Places and elements for insertion, from 1 on; or two lists of pairs, and counts of digits. */
const scratch = (n: number): readonly Scratch[] => [
  { dtype: "int32", size: n <= short ? n + 1 : 4 * n },
  n <= short ? { dtype: "float64", size: n + 1 } : { dtype: "int32", size: digits(n)[1] },
];

const argsortAlong = (axis: number): Primitive => {
  const type: Primitive["type"] = ([x]) => ({ shape: x?.shape ?? [], dtype: "int32" });
  const lengthOf = (inputs: readonly ArrayType[]): number => only("argsort", inputs).shape[axis] ?? 1;
  return {
    name: "argsort",
    parameters: { axis },
    type,
    ...sequential({
      name: "argsort",
      type,
      overwrites: true,
      routine: (inputs) => {
        if (lengthOf(inputs) <= short) return byInsertion();
        return isFloat(only("argsort", inputs).dtype) ? byDigitsOfFloats() : byDigitsOfIntegers();
      },
      sizes: (inputs) => [...around(type(inputs).shape, axis), ...digits(lengthOf(inputs))],
      scratch: (inputs) => scratch(lengthOf(inputs)),
    }),
    jvp: () => null,
    vjp: () => null,
    batch: (inputs) => bind(argsortAlong(axis + 1), inputs),
  };
};

/**
 * The places, as int32, that put an axis, the last by default, in ascending order: `takeAlongAxis(x, argsort(x), -1)` is
 * sorted. Equal elements keep their order, and NaNs come last.
 *
 * @throws ShapeError when the axis is out of range
 * @example
 * import { argsort, array, toNested } from "gradfold";
 * toNested(argsort(array([3, 1, 2]))); // => [ 1, 2, 0 ]
 */
export const argsort = typed<Along<"argsort">>((x: Operand, axis = -1) => {
  const array: NDArray = operand("argsort", x);
  return bind(argsortAlong(normalizeAxis("argsort", axis, array.shape)), [array]);
});

/**
 * The elements in ascending order along an axis, the last by default; NaNs come last.
 *
 * @throws ShapeError when the axis is out of range
 * @example
 * import { array, sort, toNested } from "gradfold";
 * toNested(sort(array([[3, 1], [0, 2]]), 0)); // => [ [ 0, 1 ], [ 3, 2 ] ]
 */
export const sort = typed<Along<"sort">>((x: Operand, axis = -1) => {
  const array: NDArray = operand("sort", x);
  const at = normalizeAxis("sort", axis, array.shape);
  return takeAlongAxis(array, argsort(array, at), at);
});
