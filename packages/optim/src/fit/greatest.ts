import { abs, max, type NDArray, type Scalar, zeros } from "@gradfold/core";

/** The greatest of numbers in size; 0 of none. */
export const greatest = (x: NDArray): Scalar => (x.shape.includes(0) ? zeros([], { dtype: x.dtype }) : max(abs(x)));
