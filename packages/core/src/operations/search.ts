import type { NDArray, Operand } from "../array/array.ts";
import { formatShape } from "../array/shape.ts";
import { array as make, zeros } from "../convert/make.ts";
import { DomainError, ShapeError } from "../error/error.ts";
import { operands } from "../input/operand.ts";
import { optionsOf } from "../input/options.ts";
import type { ShapeOf } from "../static/broadcast.ts";
import { typed } from "../static/door.ts";
import { add } from "./add.ts";
import { less, lessEqual } from "./compare.ts";
import { minimum } from "./extremum.ts";
import { isNaN, logicalAnd, logicalNot, logicalOr } from "./logic.ts";
import { broadcastTo } from "./spread.ts";
import { take } from "./take.ts";
import { where } from "./where.ts";

const whole = (value: number): NDArray => make(value, { dtype: "int32" });

/**
 * Where each value would be put into a sorted vector so that it stays sorted, as int32: before equal elements, or with
 * `side: "right"` behind them. NaN is larger than any number, as `sort` has it.
 *
 * @param sorted - a vector in ascending order; what is given for another one is not defined
 * @throws ShapeError when `sorted` is no vector
 * @example
 * import { array, searchSorted, toNested } from "@gradfold/core";
 * toNested(searchSorted(array([1, 2, 2, 3]), array([2, 9]))); // => [ 1, 4 ]
 */
export const searchSorted = typed<
  <X extends Operand>(
    sorted: NDArray<[number]>,
    values: X,
    options?: { readonly side?: "left" | "right" },
  ) => NDArray<ShapeOf<X>>
>((sorted: NDArray, values: Operand, options?: { readonly side?: "left" | "right" }) => {
  const { side } = optionsOf("searchSorted", options, { side: "left" });
  if (side !== "left" && side !== "right")
    throw new DomainError(`searchSorted: the side must be "left" or "right", not ${String(side)}`);
  const [list, wanted] = operands("searchSorted", sorted, values);
  const [n = 0] = list.shape;
  if (list.shape.length !== 1)
    throw new ShapeError(`searchSorted: the sorted array must be a vector, not of shape ${formatShape(list.shape)}`);
  // Binary search for all values at once: a step is taken where the element before its end comes before the value.
  let found: NDArray = broadcastTo(zeros([], { dtype: "int32" }), wanted.shape);
  for (let step = n === 0 ? 0 : 2 ** Math.floor(Math.log2(n)); step >= 1; step /= 2) {
    const end = add(found, whole(step));
    const element = take(list, minimum(add(end, whole(-1)), whole(n - 1)));
    found = where(logicalAnd(lessEqual(end, whole(n)), comesBefore(element, wanted, side)), end, found);
  }
  return found;
});

const comesBefore = (element: NDArray, wanted: NDArray, side: "left" | "right"): NDArray => {
  if (side === "right") return logicalOr(lessEqual(element, wanted), isNaN(wanted));
  return logicalOr(less(element, wanted), logicalAnd(isNaN(wanted), logicalNot(isNaN(element))));
};
