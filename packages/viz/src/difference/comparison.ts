import { extent } from "../column.ts";
import { tight } from "../domain.ts";
import type { Mark } from "../figure.ts";
import { valueAxis } from "../loss/axis.ts";
import { numberText } from "../number.ts";
import { besideOf } from "../series/rule.ts";
import type { Theme } from "../theme.ts";
import type { AxisDraft } from "../ticks.ts";
import { distance, hasSameBits, type Rows } from "./distance.ts";

/** Two runs side by side. */
export interface Comparison {
  readonly distances: readonly number[];
  /** The first state in which they are not the same bits; −1 for none. */
  readonly parting: number;
  readonly stepOf: (state: number) => number;
}

export const comparisonOf = (a: Rows, b: Rows, step: readonly number[] | undefined): Comparison => {
  const states = Array.from({ length: Math.min(a.length, b.length) }, (_, i) => i);
  return {
    distances: states.map((i) => distance(a, b, i)),
    parting: states.findIndex((i) => !hasSameBits(a, b, i)),
    stepOf: (i) => step?.[i] ?? i,
  };
};

/** The axes, the last step up to which the runs are the same, and the words for it: beside that step, or on the axis. */
export const axesOf = ({ distances, parting, stepOf }: Comparison, width: number) => {
  const x: AxisDraft = {
    label: "step",
    scale: "linear",
    domain: tight(distances.map((_, i) => stepOf(i))),
    minStep: 1,
  };
  if (parting < 1) return { x, y: distanceAxis(distances, ""), beside: undefined, same: undefined };
  const same = stepOf(parting - 1);
  const beside = besideOf(x, same, [`same bits up to step ${same}`, `same up to ${same}`], width, "end");
  return { x, y: distanceAxis(distances, beside === undefined ? `, same up to ${same}` : ""), beside, same };
};

/** Logarithmic where the distances span a power of ten, else from zero on. */
const distanceAxis = (distances: readonly number[], words: string): AxisDraft => {
  const positive = distances.filter((one) => one > 0 && Number.isFinite(one));
  const axis = valueAxis(`distance${words}`, positive);
  if (axis.scale === "log") return axis;
  const most = Math.max(0, ...extent(positive).slice(1).filter(Number.isFinite));
  return {
    ...axis,
    domain: most === 0 ? [0, 1] : [0, Math.min(Math.max(most * 1.05, Number.MIN_VALUE), Number.MAX_VALUE)],
  };
};

/** What is said where the runs never part. */
export const sameMark = (x: AxisDraft, y: AxisDraft, theme: Theme): Mark => ({
  kind: "text",
  at: [x.domain[0] / 2 + x.domain[1] / 2, y.domain[1] / 2],
  text: "same bits at every step",
  anchor: "middle",
  bold: true,
  offset: [0, 0],
  color: theme.ink,
});

export const wordsOf = ({ distances, parting, stepOf }: Comparison): readonly string[] => {
  if (parting < 0) return [`same bits at every step, up to step ${stepOf(distances.length - 1)}`];
  const last = distances.findLastIndex(Number.isFinite);
  const peak = distances.reduce(
    (peak, one, i) => (Number.isFinite(one) && one > (distances[peak] ?? 0) ? i : peak),
    last,
  );
  const places = [...new Set([peak, last])].filter((i) => i >= 0).toSorted((p, q) => p - q);
  return [
    parting === 0 ? `other bits from step ${stepOf(0)} on` : `same bits up to step ${stepOf(parting - 1)}`,
    ...(places.length === 0
      ? []
      : [`distance ${places.map((i) => `${numberText(distances[i] ?? NaN)} at step ${stepOf(i)}`).join(", ")}`]),
  ];
};
