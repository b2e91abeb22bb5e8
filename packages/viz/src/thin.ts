import type { Path } from "./figure.ts";

/** The lowest and the highest point and the first of any gap, in the order in which they came. */
const outline = (path: Path): Path => {
  const best = (better: (a: number, b: number) => boolean): number =>
    path.reduce((at, point, i) => {
      const champion = path[at]?.[1];
      return point !== null && (champion === undefined || better(point[1], champion)) ? i : at;
    }, 0);
  const kept = new Set([best((a, b) => a < b), best((a, b) => a > b), path.indexOf(null)]);
  return path.filter((_, i) => kept.has(i));
};

/**
 * About `most` points that draw the same line: of each stretch that falls on one pixel the lowest and the highest, so
 * that no spike is lost. A million steps become a few kilobytes.
 */
export const thinned = (path: Path, most: number): Path => {
  if (path.length <= most) return path;
  const size = Math.ceil((2 * path.length) / most);
  const inner = path.slice(1, -1);
  const stretches = Array.from({ length: Math.ceil(inner.length / size) }, (_, i) =>
    outline(inner.slice(i * size, (i + 1) * size)),
  );
  return [...path.slice(0, 1), ...stretches.flat(), ...path.slice(-1)];
};
