import { clipped } from "../clip.ts";
import type { Samples } from "../descent/surface.ts";
import type { Domain, Path, Point } from "../figure.ts";

type Corner = readonly [column: number, row: number, value: number];

/** Where a side of a square crosses the level, if it does. */
const crossing = (level: number, [i, j, a]: Corner, [k, l, b]: Corner): readonly Point[] => {
  if (a < level === b < level) return [];
  // In halves, since their distance may be beyond the numbers.
  const part = (level / 2 - a / 2) / (b / 2 - a / 2);
  return [[i + (k - i) * part, j + (l - j) * part]];
};

/**
 * The pieces of the line in a square of four neighbours, by marching squares: of a saddle, where all four sides cross, the
 * mean of the corners tells which sides belong together. None where a corner has no value.
 */
const pieces = (level: number, corners: readonly [Corner, Corner, Corner, Corner]): readonly (readonly Point[])[] => {
  const [a, b, c, d] = corners;
  if (corners.some(([, , value]) => Number.isNaN(value))) return [];
  const [ab, bc, cd, da] = [crossing(level, a, b), crossing(level, b, c), crossing(level, c, d), crossing(level, d, a)];
  const all = [...ab, ...bc, ...cd, ...da];
  if (all.length < 4) return all.length === 2 ? [all] : [];
  const isLowInside = corners.reduce((sum, [, , value]) => sum + value / 4, 0) < level;
  return a[2] < level === isLowInside
    ? [
        [...ab, ...bc],
        [...cd, ...da],
      ]
    : [
        [...da, ...ab],
        [...bc, ...cd],
      ];
};

/** The line along which samples have a value, piece by piece, as far as it is in the domains. */
export const isoline = ({ columns, rows, values }: Samples, x: Domain, y: Domain, level: number): Path => {
  const corner = (i: number, j: number): Corner => [i, j, values[j * (columns + 2) + i] ?? NaN];
  // The samples are at the middles of cells, of which the first is outside.
  const along = ([low, high]: Domain, at: number, cells: number): number => {
    const share = (at - 0.5) / cells;
    return low * (1 - share) + high * share;
  };
  const squares = Array.from({ length: (columns + 1) * (rows + 1) }, (_, n) => {
    const [i, j] = [n % (columns + 1), Math.floor(n / (columns + 1))];
    return pieces(level, [corner(i, j), corner(i + 1, j), corner(i + 1, j + 1), corner(i, j + 1)]);
  });
  const path = squares
    .flat()
    .flatMap((piece): Path => [...piece.map(([i, j]): Point => [along(x, i, columns), along(y, j, rows)]), null]);
  return clipped(path, x, y);
};
