import { drawable } from "./column.ts";
import type { Domain, Path, Point } from "./figure.ts";

type Segment = readonly [Point, Point];

/** The part of the segment where the coordinate is at least (side 1) or at most (side −1) the edge. */
const cut =
  (axis: 0 | 1, edge: number, side: 1 | -1) =>
  (segment: Segment | null): Segment | null => {
    if (segment === null) return null;
    const [a, b] = segment;
    const hasA = side * (a[axis] - edge) >= 0;
    const hasB = side * (b[axis] - edge) >= 0;
    if (hasA && hasB) return segment;
    if (!hasA && !hasB) return null;
    const other = axis === 0 ? 1 : 0;
    const t = (edge - a[axis]) / (b[axis] - a[axis]);
    const across = a[other] + t * (b[other] - a[other]);
    const crossing: Point = axis === 0 ? [edge, across] : [across, edge];
    return hasA ? [a, crossing] : [crossing, b];
  };

const samePoint = (a: Point | null | undefined, b: Point): boolean => a?.[0] === b[0] && a[1] === b[1];

/**
 * The parts of a line that lie inside the domains, with gaps where it leaves them or is not finite. Done on numbers
 * and not by an SVG clip, because browsers draw nothing sensible for coordinates of 1e20 pixels.
 */
export const clipped = (line: readonly Point[], x: Domain, y: Domain): Path => {
  const finite = (point: Point): boolean => point.every(drawable);
  const segments = line.slice(1).map((end, i): Segment | null => {
    const start = line[i];
    const whole: Segment | null = start !== undefined && finite(start) && finite(end) ? [start, end] : null;
    return cut(1, y[1], -1)(cut(1, y[0], 1)(cut(0, x[1], -1)(cut(0, x[0], 1)(whole))));
  });
  return segments.reduce<Path>((path, segment) => {
    if (segment === null) return path.length === 0 || path.at(-1) === null ? path : [...path, null];
    const [start, end] = segment;
    const last = path.at(-1);
    if (samePoint(last, start)) return [...path, end];
    return last === undefined || last === null ? [...path, start, end] : [...path, null, start, end];
  }, []);
};
