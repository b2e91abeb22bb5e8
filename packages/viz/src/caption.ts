import type { Frame, Mark } from "./figure.ts";
import { TEXT, textWidth } from "./label.ts";
import { position } from "./position.ts";
import type { Color } from "./theme.ts";

/** Words in the right margin, about the height at which something ends. */
export interface Caption {
  /** The height, in the units of the axis. */
  readonly y: number;
  /** One below the other. The first is in bold type where there are more. */
  readonly rows: readonly string[];
  readonly isBold: boolean;
  readonly color: Color;
}

const LINE = 15;

/** How many pixels to the right of the axes the captions take. */
export const captionWidth = (captions: readonly Pick<Caption, "rows">[], widthOf = textWidth): number =>
  Math.max(20, ...captions.flatMap(({ rows }) => rows.map((text) => 20 + widthOf(text, TEXT))));

/** How far from the top of a picture the first caption is at least: below its heading. */
const topOf = (heading: string): number => (heading === "" ? LINE : 3 * LINE);

/** How many captions of one row find room in a picture, with a note below it. */
export const roomFor = (height: number, heading: string): number =>
  Math.max(1, Math.floor((height - 70 - topOf(heading)) / LINE));

interface Placed {
  readonly caption: Caption;
  readonly height: number;
}

/** How far apart the middles of two neighbours have to be: with air between them where one has several rows. */
const gap = (a: Placed | undefined, b: Placed): number => {
  if (a === undefined) return -Infinity;
  const [above, below] = [a.caption.rows.length, b.caption.rows.length];
  return (LINE * (above + below + (above + below > 2 ? 1 : 0))) / 2;
};

/** The captions moved downwards, then back up from the bottom, until none touches another. Sorted in, sorted out. */
const spread = (captions: readonly Placed[], bottom: number): readonly Placed[] => {
  const down = captions.reduce<readonly Placed[]>((above, next) => {
    const last = above.at(-1);
    return [...above, { ...next, height: Math.max(next.height, (last?.height ?? 0) + gap(last, next)) }];
  }, []);
  return down.reduceRight<readonly Placed[]>((below, next) => {
    const [first] = below;
    const most = first === undefined ? bottom : first.height - gap(first, next);
    return [{ ...next, height: Math.min(next.height, most) }, ...below];
  }, []);
};

/** The captions, each at the height where what it names ends, or as near as there is room. */
export const captionMarks = (frame: Frame, captions: readonly Caption[]): readonly Mark[] => {
  const right = frame.x.domain[1];
  const placed = captions
    .map((caption): Placed => ({ caption, height: position(frame, [right, caption.y])[1] }))
    .toSorted((a, b) => a.height - b.height);
  return spread(placed, frame.height - frame.margin.bottom - LINE).flatMap(({ caption, height }) => {
    const { y, rows, isBold, color } = caption;
    const above = height - position(frame, [right, y])[1];
    return rows.map((text, row): Mark => ({
      kind: "text",
      at: [right, y],
      text,
      anchor: "start",
      bold: isBold && row === 0,
      offset: [10, above + LINE * (row - (rows.length - 1) / 2)],
      color,
    }));
  });
};
