import { array, DomainError, expectShape, type Scalar, ShapeError } from "@gradfold/core";
import { checker, eachElement, formatShape, isNDArray } from "@gradfold/core/transform";

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

/** A schedule by its formula. */
export const scheduled =
  (name: string, formula: (count: Scalar) => Scalar): ScalarSchedule =>
  (count) => {
    const given = isNDArray(count) ? count : array(count);
    if (given.shape.length > 0)
      throw new ShapeError(`schedule.${name}: the count must be a scalar, not ${formatShape(given.shape)}`);
    const counted = fromZero(
      given,
      (wrong) => new DomainError(`schedule.${name}: the count of steps must be from 0 on, not ${wrong}.`),
    );
    return formula(expectShape(counted, []));
  };

/** How many steps something takes: at least one. */
export const checkSteps = (name: string, what: string, steps: number): void => {
  if (!Number.isFinite(steps) || steps <= 0)
    throw new DomainError(`schedule.${name}: ${what} must be above 0, not ${steps}.`);
};

/** The numbers of a schedule's options, but for infinite ones that mean "never". */
export const checkNumbers = (name: string, numbers: Readonly<Record<string, number>>): void => {
  for (const [what, value] of Object.entries(numbers))
    if (!Number.isFinite(value)) throw new DomainError(`schedule.${name}: ${what} must be finite, not ${value}.`);
};
