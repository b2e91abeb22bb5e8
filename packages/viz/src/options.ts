import { between, type Check, type Checks, fields, refuse, text } from "./check.ts";
import { dark, type Theme, themeOf } from "./theme.ts";

/** What every figure can be told. Sizes are in pixels. */
export interface FigureOptions {
  /** Default: {@link dark}. */
  readonly theme?: Theme;
  /** Drawn above the axes. */
  readonly title?: string;
  /** 240 to 4096; default 640. */
  readonly width?: number;
  /** 160 to 4096; default 400. */
  readonly height?: number;
  /** Begins every id in the SVG, so that several figures can share a page. Default: named after the figure. */
  readonly idPrefix?: string;
}

const pixels = (least: number): Check<number> => between(least, 4096, "pixels", "Leave it out for the default.");

export const prefix: Check<string> = (value, place) =>
  typeof value === "string" && /^[A-Za-z][\w-]*$/.test(value)
    ? value
    : refuse(place, 'a letter followed by letters, digits, "-" and "_"', value);

/** The defaults of every figure, but for the prefix. */
export const common = { width: 640, height: 400, title: "", theme: dark };

/** What the options of every figure must be. */
export const commonChecks: Checks<Required<FigureOptions>> = {
  theme: themeOf,
  title: text,
  width: pixels(240),
  height: pixels(160),
  idPrefix: prefix,
};

/** The options, each as its check gives it. */
export const checkedOptions = <T extends object>(op: string, options: object, checks: Checks<T>): T =>
  fields(checks, { ...options }, (name) => `${op}: ${name}`);
