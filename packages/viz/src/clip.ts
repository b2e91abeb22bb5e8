import type { Domain, Path, Point } from "./figure.ts";

type Segment = readonly [Point, Point];

/** The part of the segment where the coordinate is at least (side 1) or at most (side −1) the edge. */
const cut =
  (axis: 0 | 1, edge: number, side: 1 | -1) =>
  (segment: Segment | null): Segment | null => {
    if (segment === null) return null;
    const [a, b] = segment;
    const hasA = side * a[axis] >= side * edge;
    const hasB = side * b[axis] >= side * edge;
    if (hasA && hasB) return segment;
    if (!hasA && !hasB) return null;
    const other = axis === 0 ? 1 : 0;
    // In halves and as a mean of the two ends, since their distance may be beyond the numbers.
    const t = (edge / 2 - a[axis] / 2) / (b[axis] / 2 - a[axis] / 2);
    const across = a[other] * (1 - t) + b[other] * t;
    const crossing: Point = axis === 0 ? [edge, across] : [across, edge];
    return hasA ? [a, crossing] : [crossing, b];
  };

export const isFinitePoint = (point: Point | null | undefined): point is Point =>
  point?.every(Number.isFinite) ?? false;

/**
 * The parts of a line that lie inside the domains, with gaps where it leaves them, has one or is not finite. Done on
 * numbers and not by an SVG clip, because browsers draw nothing sensible for coordinates of 1e20 pixels.
 */
export const clipped = (line: Path, x: Domain, y: Domain): Path => {
  const segments = line.slice(1).map((end, i): Segment | null => {
    const start = line[i];
    const whole: Segment | null = isFinitePoint(start) && isFinitePoint(end) ? [start, end] : null;
    return cut(1, y[1], -1)(cut(1, y[0], 1)(cut(0, x[1], -1)(cut(0, x[0], 1)(whole))));
  });
  const first = segments.findIndex((segment) => segment !== null);
  return segments.flatMap((segment, i): Path => {
    if (segment === null) return [];
    const [start, end] = segment;
    const before = segments[i - 1]?.[1];
    if (before?.[0] === start[0] && before[1] === start[1]) return [end];
    return i === first ? [start, end] : [null, start, end];
  });
};

/**
 * The part of a closed shape that lies inside the domains, by Sutherland and Hodgman's "Reentrant polygon clipping" (1974):
 * each edge of the domains in turn cuts off what is beyond it.
 */
export const clippedShape = (shape: readonly Point[], x: Domain, y: Domain): readonly Point[] => {
  const edges = [cut(0, x[0], 1), cut(0, x[1], -1), cut(1, y[0], 1), cut(1, y[1], -1)];
  return edges.reduce(
    (corners, edge) =>
      corners.flatMap((start, i) => {
        const end = corners[(i + 1) % corners.length] ?? start;
        const side = edge([start, end]);
        if (side === null) return [];
        // A corner where the outline comes back in; each side gives its own end besides.
        return side[0] === start ? [side[1]] : side;
      }),
    shape,
  );
};
