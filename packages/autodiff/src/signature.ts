/*
 * What the types of public functions are made of: for the declarations of projects that export functions and results, and
 * seldom written by hand.
 */

export type { Options as CheckOptions } from "./check.ts";
export type { JvpRule, VjpRule } from "./custom.ts";
export type { Jac } from "./jacobian.ts";
export type { Parts } from "./program.ts";
export type { RootOptions } from "./root.ts";
export type { RowsOf } from "./scan.ts";
export type {
  Arguments,
  Axes as MappedAxes,
  BatchedArguments,
  Differentiated,
  LossOf,
  Named,
  Truth,
  ValueOf,
} from "./static.ts";
export type { Traced } from "./trace.ts";
export type { Options as WhileOptions } from "./while.ts";
