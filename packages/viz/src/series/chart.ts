import type { Figure, Mark, Path } from "../figure.ts";
import { sentences } from "../label.ts";
import { arranged } from "../layout.ts";
import type { Value } from "../number.ts";
import type { FigureOptions } from "../options.ts";
import type { AxisDraft } from "../ticks.ts";
import { type Curve, curveMarks, endsOf, nameMarks } from "./curve.ts";

/** A figure of curves before it is laid out. */
export interface Chart {
  readonly options: Required<FigureOptions>;
  /** Stands for the title when the caller gives none. */
  readonly name: string;
  /** What it shows, in words. */
  readonly words: readonly string[];
  /** What it does not show, in words. */
  readonly remarks: readonly string[];
  readonly x: AxisDraft;
  readonly y: AxisDraft;
  readonly curves: readonly Curve[];
  /** What is drawn behind the curves. */
  readonly behind: readonly Mark[];
}

/** The figure of curves with their names where they end. */
export const charted = ({ options, name, words, remarks, x, y, curves, behind }: Chart): Figure => {
  const ends = endsOf(curves, x, options);
  const base = arranged({
    options,
    name,
    description: sentences([...words, ...remarks]),
    note: [...remarks, ...ends.remarks].join("; "),
    x,
    y,
    right: ends.right,
  });
  return { ...base, marks: [...behind, ...curveMarks(curves), ...nameMarks(base, curves, ends)] };
};

/** The values as points over their steps: from 0 on, unless these are given. */
export const pathOf = (values: readonly Value[], steps?: readonly number[]): Path =>
  values.map((value, i) => (value !== null && Number.isFinite(value) ? [steps?.[i] ?? i, value] : null));
