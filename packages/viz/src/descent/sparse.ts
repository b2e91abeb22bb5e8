import type { Frame, Path, Point } from "../figure.ts";
import { position } from "../position.ts";

/** Points closer together than this are drawn as one. In pixels. */
const NEAR = 0.7;

/** More points than this are thinned to every second, third and so on. */
const MOST = 4000;

/**
 * The points without those that are less than a pixel from the last one that is kept, and no more of them than an eye can
 * tell apart. The two ends and the gaps stay.
 */
export const sparse = (frame: Frame, points: Path): Path => {
  // A loop: this runs for millions of points.
  const kept: (Point | null)[] = [];
  let before: Point = [NaN, NaN];
  points.forEach((point, i) => {
    const place: Point = point === null ? [NaN, NaN] : position(frame, point);
    // Nothing is near where there is no point before.
    const isNear = Math.abs(place[0] - before[0]) < NEAR && Math.abs(place[1] - before[1]) < NEAR;
    if (isNear && i < points.length - 1) return;
    before = place;
    kept.push(point);
  });
  const every = Math.ceil(kept.length / MOST);
  return kept.filter((point, i) => point === null || i % every === 0 || i === kept.length - 1);
};
