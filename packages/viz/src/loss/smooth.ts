import type { Path, Point } from "../figure.ts";

/**
 * The exponential mean of the heights up to each point: of a weight w, m ← w m + (1 − w) y from zero on, divided by
 * 1 − wⁿ to undo that beginning, as in Kingma and Ba's "Adam: A Method for Stochastic Optimization" (2015). Here it is
 * m + (1 − w) / (1 − wⁿ) (y − m), the same without numbers beyond those given. Gaps stay gaps, and the mean goes on
 * behind them.
 */
export const smoothed = (path: Path, weight: number): Path => {
  // A loop, since each mean needs the one before.
  const made: (Point | null)[] = [];
  let mean = 0;
  let power = 1;
  for (const point of path) {
    if (point === null) {
      made.push(null);
      continue;
    }
    const [x, y] = point;
    const isFirst = power === 1;
    power *= weight;
    const share = (1 - weight) / (1 - power);
    const next = mean * (1 - share) + y * share;
    // Rounding may lead beyond the two.
    mean = isFirst ? y : Math.min(Math.max(next, Math.min(mean, y)), Math.max(mean, y));
    made.push([x, mean]);
  }
  return made;
};
