import { type Caption, captionMarks, captionWidth, roomFor } from "../caption.ts";
import { captionMarks as besideMarks } from "../descent/caption.ts";
import type { Look } from "../descent/look.ts";
import type { Figure, Mark, Path, Point } from "../figure.ts";
import { boldLabel, boldWidth, counted, TEXT } from "../label.ts";
import type { Glyph } from "../mark.ts";
import { along } from "../position.ts";
import type { AxisDraft } from "../ticks.ts";

type Base = Omit<Figure, "marks">;

/** A line with a form and its name where it ends. */
export interface Curve {
  readonly name: string;
  readonly path: Path;
  readonly look: Look;
}

export const endOf = (path: Path): Point | undefined => path.findLast((point) => point !== null) ?? undefined;

/** A name is not wider than this in pixels, nor than this part of the picture. */
const WIDEST = { pixels: 150, part: 0.3 };

/** What the names at the ends of curves ask of a figure. */
export interface Ends {
  /** Pixels to the right of the axes. */
  readonly right: number;
  /** Names beyond the right end of the axes. */
  readonly margin: readonly Caption[];
  /** Names of curves that end earlier. */
  readonly inner: readonly Curve[];
  /** What has no room, in words. */
  readonly remarks: readonly string[];
}

/** The forms as letters: before the names where colours come again. */
const SIGNS: Readonly<Record<Glyph, string>> = {
  disc: "●",
  ring: "○",
  square: "■",
  triangle: "▲",
  diamond: "◆",
  star: "★",
};

/** Past this share of the axis a curve ends where the axis does. */
const AT_END = 0.94;

/** Where the names of curves go, in a picture of a width and a height. */
export const endsOf = (
  curves: readonly Curve[],
  x: AxisDraft,
  { width, height, title }: { readonly width: number; readonly height: number; readonly title: string },
): Ends => {
  const room = Math.min(WIDEST.pixels, width * WIDEST.part);
  const isShared = new Set(curves.map(({ look }) => look.color)).size < curves.length;
  const named = curves.map((curve) => {
    const sign = isShared ? `${SIGNS[curve.look.glyph]} ` : "";
    return { ...curve, name: boldLabel(`${sign}${curve.name}`, room, TEXT) };
  });
  const isAtEnd = ({ path }: Curve): boolean => along(x, endOf(path)?.[0] ?? -Infinity) > AT_END;
  const captions = named.filter(isAtEnd).flatMap(({ name, path, look: { color } }): readonly Caption[] => {
    const end = endOf(path);
    return end === undefined || name === "" ? [] : [{ y: end[1], rows: [name], isBold: true, color }];
  });
  const most = roomFor(height, title);
  const lost = Math.max(0, captions.length - most);
  return {
    right: captionWidth(captions, boldWidth),
    margin: captions.slice(0, most),
    inner: named.filter((curve) => !isAtEnd(curve)),
    remarks: lost === 0 ? [] : [`no room for ${counted(lost, "name")}`],
  };
};

/** The curves, each with a form at its end. */
export const curveMarks = (curves: readonly Curve[]): readonly Mark[] => [
  ...curves.map(({ path, look: { color, dash } }): Mark => ({ kind: "line", path, width: 2, dash, color })),
  ...curves.flatMap(({ path, look: { color, glyph } }): readonly Mark[] => {
    const end = endOf(path);
    return end === undefined ? [] : [{ kind: "dots", points: [end], radius: 4, opacity: 1, glyph, color }];
  }),
];

/** The names of the curves, none over another. */
export const nameMarks = (base: Base, curves: readonly Curve[], { margin, inner }: Ends): readonly Mark[] => {
  // Names inside stay there, and leave the margin to the others.
  const area = { ...base, width: base.width - base.margin.right + 4, margin: { ...base.margin, right: 4 } };
  const beside = inner.flatMap(({ name, path, look: { color } }) => {
    const end = endOf(path);
    return end === undefined || name === "" ? [] : [{ at: end, text: name, color }];
  });
  return [
    ...besideMarks(
      area,
      beside,
      curves.map(({ path }) => path),
    ),
    ...captionMarks(base, margin),
  ];
};
