import type { NDArray } from "../array.ts";
import type { DType } from "../dtype.ts";
import { DomainError, DTypeError } from "../error.ts";
import { arange, dtypeIn, type Options } from "../make.ts";
import { operand } from "../operand.ts";
import { viewIfKnown } from "../primitive.ts";
import { checkShape, type Shape } from "../shape.ts";
import { typed } from "../static/door.ts";
import { compact } from "../view.ts";
import { equal } from "./compare.ts";
import { expandDims } from "./reshape.ts";
import { cast } from "./spread.ts";

const checkIndices = (indices: NDArray, classes: number): void => {
  const elements = viewIfKnown(indices, "oneHot");
  if (elements === undefined) return;
  for (const index of compact(elements, indices.dtype))
    if (index < 0 || index >= classes)
      throw new DomainError(`oneHot: ${index} is none of ${classes} classes, which are 0 to ${classes - 1}.`);
};

/**
 * A vector for each index, with a 1 at its place and 0 elsewhere: class labels as probabilities.
 *
 * Where the indices are not known yet (inside `trace`), one that is out of range will give a vector of zeros.
 *
 * @param indices - int32, from 0 to classes - 1; the result has one more axis behind theirs
 * @throws DTypeError when the indices are not integers; DomainError when one is out of range
 * @example
 * import { array, oneHot, toNested } from "@gradfold/core";
 * toNested(oneHot(array([2, 0], { dtype: "int32" }), 3)); // => [ [ 0, 0, 1 ], [ 1, 0, 0 ] ]
 */
export const oneHot = typed<
  <S extends Shape, const N extends number>(
    indices: NDArray<S>,
    classes: N,
    options?: { readonly dtype?: DType },
  ) => NDArray<[...S, N]>
>((indices: NDArray, classes: number, options?: Options) => {
  const array = operand("oneHot", indices);
  if (array.dtype !== "int32")
    throw new DTypeError(
      `oneHot: indices must be int32, not ${array.dtype}. Use array(…, { dtype: "int32" }) or cast.`,
    );
  checkShape("oneHot", [...array.shape, classes]);
  const dtype = dtypeIn("oneHot", options);
  checkIndices(array, classes);
  return cast(equal<NDArray, NDArray>(expandDims(array, -1), arange(classes, { dtype: "int32" })), dtype);
});
