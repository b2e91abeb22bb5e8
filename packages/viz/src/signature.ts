/*
 * What the types of public functions are made of: for the declarations of projects that export functions and results, and
 * seldom written by hand.
 */

export type { Band } from "./band.ts";
export type { Probability } from "./boundary/grid.ts";
export type { Column, Points } from "./column.ts";
export type { Axis, Domain, Frame, Margin, Mark, Path, Point, Tick } from "./figure.ts";
export type { Surface } from "./descent/surface.ts";
export type { States } from "./difference/distance.ts";
export type { Line } from "./fit.ts";
export type { Glyph, Level } from "./mark.ts";
export type { Against, Residuals } from "./residual/read.ts";
export type { RateCurve } from "./schedule/rate.ts";
export type { Setting, Sweep } from "./sweep/read.ts";
export type { Color } from "./theme.ts";
export type { Track } from "./track.ts";
