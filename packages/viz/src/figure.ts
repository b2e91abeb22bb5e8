import type { Color, Theme } from "./theme.ts";

/** A position in data units. */
export type Point = readonly [x: number, y: number];

/** The points of a line in their order; `null` is a gap. */
export type Path = readonly (Point | null)[];

/** The lowest and the highest value that an axis shows. */
export type Domain = readonly [low: number, high: number];

export interface Tick {
  readonly value: number;
  readonly text: string;
}

export interface Axis {
  readonly label: string;
  readonly scale: "linear" | "log";
  readonly domain: Domain;
  readonly ticks: readonly Tick[];
}

/** What is drawn, in the order given. A mark with an `id` can be found again in the SVG, as `idPrefix-id`. */
export type Mark = (
  | { readonly kind: "dots"; readonly points: readonly Point[]; readonly radius: number; readonly opacity: number }
  | { readonly kind: "line"; readonly path: Path; readonly width: number; readonly dash: string }
  | { readonly kind: "rule"; readonly x: number; readonly dash: string }
  | {
      readonly kind: "text";
      readonly at: Point;
      readonly text: string;
      readonly anchor: "start" | "middle" | "end";
      readonly bold: boolean;
      /** Pixels to the right and downwards. */
      readonly offset: readonly [right: number, down: number];
    }
) & { readonly color: Color; readonly id?: string };

/** Pixels around the area that the axes span. */
export interface Margin {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

/** The size of a picture in pixels and its two axes: all that it takes to place a point. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly margin: Margin;
  readonly x: Axis;
  readonly y: Axis;
}

/** A picture as plain data: it can be compared, saved as JSON and changed with a spread before it is drawn. */
export interface Figure extends Frame {
  /** Read out by screen readers: what this is, and what it shows. */
  readonly title: string;
  readonly description: string;
  /** Drawn above the axes; empty for none. */
  readonly heading: string;
  /** Drawn below the axes; empty for none. */
  readonly note: string;
  readonly theme: Theme;
  readonly idPrefix: string;
  readonly marks: readonly Mark[];
}
