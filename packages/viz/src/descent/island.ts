import type { Samples } from "./surface.ts";

/** A spot of fewer cells than this has no form. */
const SPOT = 9;

/** A larger part than this of the cells below a level stands in islands: the tips of a valley are always thin. */
const ISLANDS = 1 / 12;

/**
 * Whether what is below the level is too small for the grid, or too much of it too thin: connected cells among which no two
 * by two are below it. Of a narrow valley such a level draws a chain of islands.
 */
export const isTooFine = ({ columns, rows, values }: Samples, level: number): boolean => {
  const width = columns + 2;
  const height = rows + 2;
  const isBelow = (i: number): boolean => (values[i] ?? NaN) < level;
  const isWide = (i: number): boolean =>
    i % width < width - 1 && isBelow(i) && isBelow(i + 1) && isBelow(i + width) && isBelow(i + width + 1);
  const seen = new Uint8Array(width * height);
  const neighbours = (i: number): readonly number[] =>
    [i % width > 0 ? i - 1 : -1, i % width < width - 1 ? i + 1 : -1, i - width, i + width].filter(
      (j) => j >= 0 && j < seen.length,
    );
  /** Walks over the part that a cell belongs to: how many cells it has, if none of it is two cells wide. */
  const thinCells = (start: number): number => {
    const waiting = [start];
    seen[start] = 1;
    let thin = true;
    let count = 0;
    for (let i = waiting.pop(); i !== undefined; i = waiting.pop()) {
      count += 1;
      // The corner of the two by two that the cell is in may be any of its four.
      if ([i, i - 1, i - width, i - width - 1].some((corner) => corner >= 0 && isWide(corner))) thin = false;
      for (const j of neighbours(i))
        if (seen[j] === 0 && isBelow(j)) {
          seen[j] = 1;
          waiting.push(j);
        }
    }
    return thin ? count : 0;
  };
  const below = Array.from(seen.keys()).filter(isBelow);
  const islands = below.reduce((sum, i) => sum + (seen[i] === 0 ? thinCells(i) : 0), 0);
  return below.length < SPOT || islands > below.length * ISLANDS;
};
