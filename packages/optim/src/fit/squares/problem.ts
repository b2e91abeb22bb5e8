import type { Scalar, Vector } from "@gradfold/core";
import type { FlatBounds } from "../bounds.ts";
import type { Limits } from "../tolerances.ts";
import { type Local, localOf } from "./local.ts";
import type { Loss } from "./loss.ts";
import type { Residuals } from "./residuals.ts";

/** What is minimized, and how far. */
export interface Squares extends Limits {
  readonly residuals: Residuals;
  readonly loss: Loss;
  readonly bounds: FlatBounds;
}

/** What the method carries from step to step. */
export interface Memory {
  readonly local: Local;
  /** How long a step may be, in units of the Jacobian's columns. */
  readonly radius: Scalar;
}

/** What is known at a point whose residuals are known. */
export const localAt = ({ residuals, loss, bounds }: Squares, x: Vector, found: Vector, scale: Vector): Local =>
  localOf(loss.weigh(found, residuals.jacobian(x, found)), x, bounds, scale);
