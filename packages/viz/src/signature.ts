/*
 * What the types of public functions are made of: for the declarations of projects that export functions and results, and
 * seldom written by hand.
 */

export type { Points } from "./column.ts";
export type { Axis, Domain, Frame, Margin, Mark, Path, Point, Tick } from "./figure.ts";
export type { Color } from "./theme.ts";
