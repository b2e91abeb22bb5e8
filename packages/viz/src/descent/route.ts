import { clipped } from "../clip.ts";
import { notDrawn } from "../column.ts";
import type { Domain, Path, Point } from "../figure.ts";
import { inWords } from "../number.ts";
import { sparse } from "./sparse.ts";
import { faultOf, isPoint, NOWHERE, type Stop } from "../track.ts";

/** A path as far as it is in the picture. */
export interface Route {
  readonly name: string;
  /** The line, as far as it is in the picture. */
  readonly path: Path;
  /** Its steps in the picture. */
  readonly steps: readonly Point[];
  /** Its first point, unless it is outside of the picture. */
  readonly start: Point | undefined;
  /** Its last point, unless it is outside of the picture. */
  readonly end: Point | undefined;
  /** What of it the picture does not show, in words. */
  readonly remarks: readonly string[];
}

const isInside =
  (x: Domain, y: Domain) =>
  (point: Stop | null | undefined): point is Point =>
    point !== null &&
    point !== undefined &&
    isPoint(point) &&
    point[0] >= x[0] &&
    point[0] <= x[1] &&
    point[1] >= y[0] &&
    point[1] <= y[1];

/** How a path ended: what it says if its last points are not finite, or are outside of the picture. */
const endingOf = (name: string, stops: readonly Stop[], isSeen: (stop: Stop) => boolean): readonly string[] => {
  const last = stops.findLastIndex(isPoint);
  const fault = stops.findIndex((stop, i) => i > last && faultOf(stop) !== null);
  const seen = stops.findLastIndex(isSeen);
  const isLeft = seen >= 0 && seen < last;
  if (!isLeft && fault < 0) return [];
  const leaving = isLeft ? `leaves the picture at step ${seen + 1}` : "";
  const ending = fault < 0 ? "" : `is ${inWords(faultOf(stops[fault] ?? NOWHERE))} from step ${fault} on`;
  return [`path ${name} ${leaving}${isLeft && fault >= 0 ? ", and " : ""}${ending}`];
};

/** A path over a surface of which a part is shown. */
export const routeOf = (name: string, stops: readonly Stop[], x: Domain, y: Domain): Route => {
  const isSeen = isInside(x, y);
  const lastSeen = stops.findLastIndex(isSeen);
  // Once it has left for good, only the way out is drawn.
  const way = stops.slice(0, lastSeen < 0 ? stops.length : lastSeen + 2);
  const points = sparse(
    way.map((stop) => (isPoint(stop) ? stop : null)),
    x,
    y,
  );
  const last = stops.findLastIndex(isPoint);
  const [start, end] = [stops.find(isPoint), stops[last]];
  const seen = points.filter(isSeen);
  const path = clipped(points, x, y);
  const gaps = stops.slice(0, last + 1).filter((stop) => !isPoint(stop));
  return {
    name,
    path,
    steps: seen,
    start: isSeen(start) ? start : undefined,
    end: isSeen(end) ? end : undefined,
    remarks: [
      ...(path.length === 0 && seen.length === 0 ? [`path ${name} has no point in the picture`] : []),
      ...endingOf(name, stops, isSeen),
      ...notDrawn(gaps.map(faultOf)).map((words) => `path ${name}: ${words}`),
    ],
  };
};
