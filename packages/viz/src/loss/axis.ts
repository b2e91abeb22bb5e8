import { extent } from "../column.ts";
import { roomy, roomyLog } from "../domain.ts";
import { TEXT, textWidth } from "../label.ts";
import type { AxisDraft } from "../ticks.ts";

/** A logarithmic axis for positive values that span a power of ten, else a linear one. */
export const valueAxis = (label: string, values: readonly number[]): AxisDraft => {
  const [low, high] = extent(values);
  const isLog = low > 0 && high / low >= 10;
  if (isLog) return { label: `${label} (log scale)`, scale: "log", domain: roomyLog(values), minStep: 0 };
  return { label, scale: "linear", domain: values.length === 0 ? [0, 1] : roomy(values), minStep: 0 };
};

/** The axis of losses, which says how they are smoothed: at length where there is room. */
export const lossAxis = (
  values: readonly number[],
  { smoothing, width }: { readonly smoothing: number; readonly width: number },
): AxisDraft => {
  const axis = valueAxis("loss", values);
  if (smoothing === 0) return axis;
  const long = `${axis.label}, and its exponential mean of weight ${smoothing}`;
  return { ...axis, label: textWidth(long, TEXT) < width - 32 ? long : `smoothed ${axis.label}` };
};
