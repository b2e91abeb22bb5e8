import type { Point } from "../figure.ts";
import { boldWidth, TEXT } from "../label.ts";

/** Words that want a place near a point, all in pixels. */
export interface Words {
  readonly at: Point;
  readonly text: string;
}

/** Where they are put: which part of the text is how far from the point. */
export interface Placement {
  readonly anchor: "start" | "middle" | "end";
  readonly offset: readonly [right: number, down: number];
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const LINE = 16;

/** How far forms such as rings and stars reach from their middles. */
const FORM = 7;

/** Places around a point, the best first: on the right, on the left, above, below, then further up and down. */
const placements: readonly Placement[] = [
  ...[0, 1, -1].flatMap((row): readonly Placement[] => [
    { anchor: "start", offset: [11, row * LINE] },
    { anchor: "end", offset: [-11, row * LINE] },
  ]),
  { anchor: "middle", offset: [0, -LINE] },
  { anchor: "middle", offset: [0, LINE + 2] },
  ...[2, -2, 3, -3, 4, -4, 5, -5, 6, -6].flatMap((row): readonly Placement[] => [
    { anchor: "start", offset: [8, row * LINE] },
    { anchor: "end", offset: [-8, row * LINE] },
  ]),
];

const boxOf = ({ at: [x, y], text }: Words, { anchor, offset: [right, down] }: Placement): Box => {
  const width = boldWidth(text, TEXT);
  const left = x + right - (anchor === "start" ? 0 : anchor === "end" ? width : width / 2);
  return { left, right: left + width, top: y + down - LINE / 2, bottom: y + down + LINE / 2 };
};

const overlap = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

const within = (inner: Box, outer: Box): boolean =>
  inner.left >= outer.left && inner.right <= outer.right && inner.top >= outer.top && inner.bottom <= outer.bottom;

const holds = ({ left, right, top, bottom }: Box, [x, y]: Point): boolean =>
  x > left && x < right && y > top && y < bottom;

/**
 * A place for each of the words inside an area, none over another or over a form, and over as few points as can be; none
 * where there is no room left.
 */
export const placed = (
  words: readonly Words[],
  forms: readonly Point[],
  points: readonly Point[],
  area: Box,
): readonly (Placement | undefined)[] => {
  const taken = forms.map(([x, y]): Box => ({ left: x - FORM, right: x + FORM, top: y - FORM, bottom: y + FORM }));
  return words.map((some) => {
    const free = placements
      .map((placement) => ({ placement, box: boxOf(some, placement) }))
      .filter(({ box }) => within(box, area) && !taken.some((other) => overlap(box, other)))
      .map((candidate) => ({ ...candidate, covered: points.filter((point) => holds(candidate.box, point)).length }));
    const best = free.toSorted((a, b) => a.covered - b.covered)[0];
    if (best !== undefined) taken.push(best.box);
    return best?.placement;
  });
};
