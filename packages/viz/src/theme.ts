import { type Check, isObject, listOf, oneOf, pair, record, refuse } from "./check.ts";

/** A colour as `#rrggbb`. */
export type Color = `#${string}`;

/**
 * The colours of a figure, by what they mean. All but `grid`, which is only a help to the eye, have a contrast of
 * at least 3 against the background (WCAG 2.2, 1.4.11).
 */
export interface Theme {
  /** Whether the background is dark or light. */
  readonly scheme: "dark" | "light";
  /** What everything is drawn on. */
  readonly background: Color;
  /** Words and numbers. */
  readonly ink: Color;
  /** Axes, and words of less weight. */
  readonly muted: Color;
  /** Lines behind the data. */
  readonly grid: Color;
  /** Points, and the curve of a loss. */
  readonly data: Color;
  /** What there was before training. */
  readonly before: Color;
  /** What there is after training. */
  readonly after: Color;
  /** What went wrong. */
  readonly alarm: Color;
  /** Several things of one kind, such as the paths of optimizers: a colour for each, then the first again. */
  readonly series: readonly Color[];
  /** A surface seen from above: its lowest and its highest places. The series stand out from both. */
  readonly surface: readonly [lowest: Color, highest: Color];
}

/*
 * Colours from Okabe and Ito, "Color Universal Design" (2008), chosen to stay apart for every kind of colour vision.
 * The line before is dashed as well: no meaning hangs on colour alone.
 */

/**
 * Light on black, as matplotlib's `dark_background`. The default.
 *
 * @example
 * import { dark } from "gradfold/viz";
 * dark.background; // => '#000000'
 */
export const dark: Theme = {
  scheme: "dark",
  background: "#000000",
  ink: "#ffffff",
  muted: "#b3b3b3",
  grid: "#2b2b2b",
  data: "#e69f00",
  before: "#cc79a7",
  after: "#56b4e9",
  alarm: "#f0e442",
  series: ["#56b4e9", "#e69f00", "#f6eed0", "#ff9ec2"],
  surface: ["#0a1722", "#2c5068"],
};

/**
 * Dark on white, for the screen.
 *
 * @example
 * import { light } from "gradfold/viz";
 * light.background; // => '#ffffff'
 */
export const light: Theme = {
  scheme: "light",
  background: "#ffffff",
  ink: "#1a1a1a",
  muted: "#595959",
  grid: "#e6e6e6",
  data: "#b57700",
  before: "#b3528a",
  after: "#0072b2",
  alarm: "#d55e00",
  series: ["#0072b2", "#a84300", "#1a1a1a", "#8f2d84"],
  surface: ["#ffffff", "#c9d6de"],
};

/**
 * Black and greys on white, for paper.
 *
 * @example
 * import { paper } from "gradfold/viz";
 * paper.after; // => '#000000'
 */
export const paper: Theme = {
  scheme: "light",
  background: "#ffffff",
  ink: "#000000",
  muted: "#404040",
  grid: "#e0e0e0",
  data: "#808080",
  before: "#404040",
  after: "#000000",
  alarm: "#000000",
  series: ["#000000", "#333333", "#505050", "#6b6b6b"],
  surface: ["#ffffff", "#d6d6d6"],
};

export const color: Check<Color> = (value, place) =>
  isColor(value) ? value : refuse(place, "a colour #rrggbb", value);

const isColor = (value: unknown): value is Color => typeof value === "string" && /^#[0-9a-f]{6}$/i.test(value);

const colors: Check<readonly Color[]> = (value, place) => {
  const given = listOf(color)(value, place);
  return given.length > 0 ? given : refuse(place, "a list of at least one colour", value);
};

const checked = record<Theme>({
  scheme: oneOf("dark", "light"),
  background: color,
  ink: color,
  muted: color,
  grid: color,
  data: color,
  before: color,
  after: color,
  alarm: color,
  series: colors,
  surface: pair(color, "two colours, [lowest, highest]"),
});

/** A theme. Its texts go into attributes and style sheets as they are, so nothing else may pass. */
export const themeOf: Check<Theme> = (value, place) =>
  isObject(value)
    ? checked(value, place)
    : refuse(place, "a theme", value, "Give one of the values dark, light and paper, or one of your own.");
