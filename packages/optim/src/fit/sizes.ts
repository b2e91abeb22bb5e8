import type { Matrix, NDArray, Scalar, Vector } from "@gradfold/core";
import { typed } from "@gradfold/core/library";

/* Arrays whose rank follows from how they were made, which their type does not say. */

export const asScalar = typed<(x: NDArray) => Scalar>((x: unknown) => x);
export const asVector = typed<(x: NDArray) => Vector>((x: unknown) => x);
export const asMatrix = typed<(x: NDArray) => Matrix>((x: unknown) => x);
