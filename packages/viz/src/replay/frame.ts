import { DomainError } from "@gradfold/core";
import { drawable } from "../column.ts";
import type { Point } from "../figure.ts";
import { steadyText } from "../number.ts";

/** One moment of a run, as plain data. Numbers that are not finite are shown as words. */
export interface ReplayFrame {
  readonly step: number;
  readonly loss?: number;
  /** By name, or in order. */
  readonly params: ArrayLike<number> | { readonly [name: string]: number };
  /** The fit as points `[x, y]` in data units: two for a straight line. */
  readonly line: readonly (readonly number[])[];
}

/** A row of the readout: its name, and what it says at each frame. */
export interface Readout {
  readonly name: string;
  readonly texts: readonly string[];
}

/** More parameters than this do not make a readout. */
const MOST = 8;

/** The parameters of a frame with their names; `Object.entries` reads arrays and records alike. */
const named = (params: ReplayFrame["params"]): readonly (readonly [string, number])[] =>
  Object.entries<number>(params)
    .slice(0, MOST)
    .map(([key, value]) => [/^\d+$/.test(key) ? `params[${key}]` : key, value]);

/** The fit of a frame, for pictures. */
export const lineOf = ({ line }: ReplayFrame): readonly Point[] => line.map(([x = NaN, y = NaN]) => [x, y]);

/** The frames themselves, or a DomainError. */
export const checkedFrames = (op: string, frames: readonly ReplayFrame[]): readonly ReplayFrame[] => {
  const [first] = frames;
  if (first === undefined) throw new DomainError(`${op}: no frame to show: []. Give at least one.`);
  const names = (frame: ReplayFrame): string => Object.keys(frame.params).join(", ");
  frames.forEach((frame, i) => {
    if (!drawable(frame.step))
      throw new DomainError(`${op}: a step is not a finite number: ${frame.step} at frame ${i}.`);
    const point = frame.line.find((xy) => xy.length !== 2);
    if (point) throw new DomainError(`${op}: a point of a line is not [x, y]: [${point.join(", ")}] at frame ${i}.`);
    if (names(frame) !== names(first))
      throw new DomainError(
        `${op}: frames have different parameters: {${names(first)}} at frame 0, {${names(frame)}} at frame ${i}.`,
      );
  });
  return frames;
};

/** What the page says in numbers: the step, the loss if there is one, and each parameter. */
export const readouts = (frames: readonly ReplayFrame[]): readonly Readout[] => {
  const losses = frames.map(({ loss }) => (loss === undefined ? "–" : steadyText(loss)));
  const params = frames.map((frame) => named(frame.params));
  return [
    { name: "step", texts: frames.map((frame) => String(frame.step)) },
    ...(frames.some((frame) => frame.loss !== undefined) ? [{ name: "loss", texts: losses }] : []),
    ...(params[0] ?? []).map(([name], i) => ({ name, texts: params.map((row) => steadyText(row[i]?.[1] ?? NaN)) })),
  ];
};
