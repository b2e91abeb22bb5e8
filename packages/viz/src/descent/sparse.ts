import type { Domain, Path, Point } from "../figure.ts";
import { along } from "../position.ts";

/** Points closer together than this share of the axes are drawn as one: about half a pixel. */
const NEAR = 1 / 1500;

/** Of more points than this, only every second, third and so on is drawn. */
const MOST = 2000;

/** Every so many points the first, and a gap where there is one among them. */
const thinned = (points: Path, every: number): Path =>
  Array.from({ length: Math.ceil(points.length / every) }, (_, i) => points.slice(i * every, (i + 1) * every)).flatMap(
    (some): Path => (some.length > 1 && some.includes(null) ? [...some.slice(0, 1), null] : some.slice(0, 1)),
  );

/**
 * The points without those that are less than a pixel from the last one that is kept, and no more of them than an eye can
 * tell apart. The two ends stay, and so do gaps.
 */
export const sparse = (points: Path, x: Domain, y: Domain): Path => {
  // A loop: this runs for millions of points.
  const kept: (Point | null)[] = [];
  let before: Point = [NaN, NaN];
  points.forEach((point, i) => {
    const place: Point =
      point === null
        ? [NaN, NaN]
        : [along({ scale: "linear", domain: x }, point[0]), along({ scale: "linear", domain: y }, point[1])];
    // Nothing is near where there is no point before.
    const isNear = Math.abs(place[0] - before[0]) < NEAR && Math.abs(place[1] - before[1]) < NEAR;
    if (isNear && i < points.length - 1) return;
    before = place;
    kept.push(point);
  });
  return kept.length <= MOST ? kept : [...thinned(kept.slice(0, -1), Math.ceil(kept.length / MOST)), ...kept.slice(-1)];
};
