import type { NDArray } from "../array/array.ts";
import { checkList, describe } from "../array/description.ts";
import { type Axes, formatShape, normalizeAxes, normalizeAxis, onlyAxis, type Shape } from "../array/shape.ts";
import { DomainError, ShapeError } from "../error/error.ts";
import { operand } from "../input/operand.ts";
import type { AxisClash, AxisMissing } from "../static/axes.ts";
import { typed } from "../static/door.ts";
import type { Range } from "../static/move.ts";
import type { Unless } from "../static/text.ts";
import { concatenate } from "./join.ts";
import { slice } from "./slice.ts";

const backwards: Range = [null, null, -1];

/**
 * The elements in the opposite order along some axes, all of them by default. Nothing is copied.
 *
 * @throws ShapeError when an axis is out of range or given twice
 * @example
 * import { array, flip, toNested } from "gradfold";
 * toNested(flip(array([[1, 2], [3, 4]]), 1)); // => [ [ 2, 1 ], [ 4, 3 ] ]
 */
export const flip = typed<
  <S extends Shape, const Ax extends Axes | undefined = undefined>(
    x: NDArray<S>,
    axes?: Unless<AxisClash<"flip", S, Ax>, Ax>,
  ) => NDArray<S>
>((x: NDArray, axes?: Axes) => {
  const array = operand("flip", x);
  const turned = normalizeAxes("flip", axes, array.shape);
  return slice(
    array,
    array.shape.map((_, axis) => (turned.includes(axis) ? backwards : null)),
  );
});

/** Moves along one axis; what leaves at one end comes in at the other. */
const rollAlong = (x: NDArray, shift: number, axis: number): NDArray => {
  const n = x.shape[axis] ?? 0;
  const by = n === 0 ? 0 : ((shift % n) + n) % n;
  if (by === 0) return x;
  const part = (range: Range): NDArray =>
    slice(
      x,
      x.shape.map((_, i) => (i === axis ? range : null)),
    );
  return concatenate([part([n - by, null]), part([null, n - by])], axis);
};

/**
 * The elements moved along axes by whole numbers of places; what leaves at one end comes in at the other. Only a vector
 * may leave out its axis.
 *
 * @param shift - for all axes, or one for each; positive ones move towards the end
 * @throws DomainError when a shift is not whole; ShapeError when there are not as many shifts as axes, or
 * the axes are missing or out of range
 * @example
 * import { arange, roll, toNested } from "gradfold";
 * toNested(roll(arange(5), 2)); // => [ 3, 4, 0, 1, 2 ]
 */
export const roll = typed<
  <S extends Shape, const Ax extends Axes | undefined = undefined>(
    x: Unless<AxisMissing<"roll(x, 1, 0)", S, Ax>, NDArray<S>>,
    shift: number | readonly number[],
    axes?: Unless<AxisClash<"roll", S, Ax>, Ax>,
  ) => NDArray<S>
>((x: NDArray, shift: number | readonly number[], given?: Axes) => {
  const array = operand("roll", x);
  const axes = given ?? onlyAxis("roll", given, array.shape, "roll(x, 1, 0)");
  normalizeAxes("roll", axes, array.shape);
  const along = [axes].flat().map((axis) => normalizeAxis("roll", axis, array.shape));
  if (typeof shift !== "number") checkList("roll", "shifts", shift);
  const shifts = typeof shift === "number" ? along.map(() => shift) : shift;
  if (shifts.length !== along.length)
    throw new ShapeError(`roll: ${shifts.length} shifts for ${along.length} axes: ${formatShape(shifts)}`);
  const odd = shifts.find((by) => !Number.isSafeInteger(by));
  if (odd !== undefined) throw new DomainError(`roll: a shift must be a whole number, not ${describe(odd)}`);
  return along.reduce((rolled, axis, i) => rollAlong(rolled, shifts[i] ?? 0, axis), array);
});
