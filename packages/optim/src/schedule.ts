import type { Scalar } from "@gradfold/core";

/** A hyper-parameter as a function of how many steps were taken; made of array operations, so that it can be traced. */
export type Schedule = (count: number | Scalar) => number | Scalar;

/** A learning rate: a number, a scalar array, or a schedule. */
export type Rate = number | Scalar | Schedule;
