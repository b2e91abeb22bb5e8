import type { NDArray } from "../array/array.ts";
import { roomFor, type Shape } from "../array/shape.ts";
import { arange, dtypeIn, type MakeOptions } from "../convert/make.ts";
import { DomainError } from "../error/error.ts";
import { indicesOf } from "../input/indices.ts";
import { typed } from "../static/door.ts";
import type { FractionClash, Unless } from "../static/text.ts";
import { checker, eachElement } from "./checked.ts";
import { equal } from "./compare.ts";
import { expandDims } from "./reshape.ts";
import { cast } from "./spread.ts";

const indicesBelow = checker(
  "oneHot",
  1,
  eachElement((m, index, classes) => m.and(m.lessEqual(0, index), m.less(index, classes))),
);

const outOfRange = (index: number, classes: number): DomainError => {
  const all = classes === 0 ? "" : `, which ${classes === 1 ? "is 0" : `are 0 to ${classes - 1}`}`;
  return new DomainError(`oneHot: ${index} is none of ${classes} ${classes === 1 ? "class" : "classes"}${all}.`);
};

/**
 * A vector for each index, with a 1 at its place and 0 elsewhere: class labels as probabilities.
 *
 * @param indices - int32, or a whole number, from 0 to classes - 1; the result has one more axis behind theirs
 * @throws DTypeError when the indices are not integers; DomainError when one is out of range
 * @example
 * import { array, oneHot, toNested } from "gradfold";
 * toNested(oneHot(array([2, 0], { dtype: "int32" }), 3)); // => [ [ 0, 0, 1 ], [ 1, 0, 0 ] ]
 */
export const oneHot = typed<
  <const N extends number, S extends Shape = [], const K extends number = number>(
    indices: NDArray<S> | Unless<FractionClash<"oneHot", K>, K>,
    classes: N,
    options?: MakeOptions,
  ) => NDArray<[...S, N]>
>((indices: NDArray | number, classes: number, options?: MakeOptions) => {
  const array = indicesOf("oneHot", indices);
  const dtype = dtypeIn("oneHot", options);
  roomFor("oneHot", [...array.shape, classes], dtype);
  const within = indicesBelow(array, (index) => outOfRange(index, classes), classes);
  return cast(equal<NDArray, NDArray>(expandDims(within, -1), arange(classes, { dtype: "int32" })), dtype);
});
