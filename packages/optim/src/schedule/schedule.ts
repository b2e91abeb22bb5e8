import { array, DomainError, DTypeError, expectShape, type Scalar, ShapeError } from "@gradfold/core";
import { checker, describe, eachElement, formatShape, isNDArray } from "@gradfold/core/library";

/** A hyper-parameter as a function of how many steps were taken; made of array operations, so that it can be traced. */
export type Schedule = (count: number | Scalar) => number | Scalar;

/** A learning rate: a number, a scalar array, or a schedule. */
export type Rate = number | Scalar | Schedule;

/** What the schedules of this library give. */
export type ScalarSchedule = (count: number | Scalar) => Scalar;

const fromZero = checker(
  "count",
  0,
  eachElement((m, count) => m.lessEqual(0, count)),
);

/** A schedule by its public name and its formula. */
export const scheduled =
  (name: string, formula: (count: Scalar) => Scalar): ScalarSchedule =>
  (count) => {
    if (!isNDArray(count) && typeof count !== "number")
      throw new DTypeError(`${name}: the count must be a number or a scalar array, not ${describe(count)}.`);
    const given = isNDArray(count) ? count : array(count);
    if (given.shape.length > 0)
      throw new ShapeError(`${name}: the count must be a scalar, not ${formatShape(given.shape)}.`);
    const counted = fromZero(
      given,
      (wrong) => new DomainError(`${name}: the count of steps must be from 0 on, not ${wrong}.`),
    );
    return formula(expectShape(counted, []));
  };
