import type { Point } from "../figure.ts";
import { counted } from "../label.ts";
import { numberText } from "../number.ts";
import { isPoint, type Stop } from "../track.ts";
import type { Levels } from "./level.ts";
import { type Landscape, type Samples, shownOf } from "./surface.ts";

/** A remark on the part of the surface that stays bare, if there is one. */
export const bareWords = (samples: Samples): readonly string[] => {
  const heights = shownOf(samples);
  const bare = heights.filter((height) => Number.isNaN(height)).length;
  if (bare === 0) return [];
  return [bare === heights.length ? "the surface has no loss here" : `no loss at ${bare} of ${heights.length} places`];
};

export const surfaceWords = (
  samples: Samples,
  { texts, base, isLog }: Levels,
  { xLabel, yLabel }: { readonly xLabel: string; readonly yLabel: string },
): string => {
  const heights = shownOf(samples).filter((height) => !Number.isNaN(height));
  const [low, high] = [Math.min(...heights), Math.max(...heights)];
  const range = heights.length === 0 ? "" : `, from ${numberText(low, 3)} to ${numberText(high, 3)}`;
  const above = isLog && base !== 0 ? " above the lowest" : "";
  const lines = texts.length === 0 ? "" : `, isolines at ${texts.join(", ")}${above}`;
  return `loss over ${xLabel} and ${yLabel}${range}${lines}`;
};

export const placeWords = ([x, y]: Point): string => `(${numberText(x, 3)}, ${numberText(y, 3)})`;

export const pathWords = ({ at }: Landscape, name: string, stops: readonly Stop[]): string => {
  const points = stops.filter(isPoint);
  const [start, end] = [points[0], points.at(-1)];
  if (start === undefined || end === undefined) return `path ${name}: no finite point`;
  const words = (point: Point): string => {
    const height = at(point[0], point[1]);
    return height === null ? placeWords(point) : `${placeWords(point)}, loss ${numberText(height, 3)}`;
  };
  return `path ${name}: ${counted(stops.length - 1, "step")} from ${words(start)}, to ${words(end)}`;
};
