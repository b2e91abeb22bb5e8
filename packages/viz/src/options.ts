import { DomainError } from "@gradfold/core";
import { checkedTheme, dark, type Theme } from "./theme.ts";

/** What every figure can be told. Sizes are in pixels. */
export interface FigureOptions {
  /** Default: {@link dark}. */
  readonly theme?: Theme;
  /** Drawn above the axes. */
  readonly title?: string;
  /** 280 to 4096; default 640. */
  readonly width?: number;
  /** 180 to 4096; default 400. */
  readonly height?: number;
  /** Begins every id in the SVG, so that several figures can share a page. Default: named after the figure. */
  readonly idPrefix?: string;
}

const pixels = (op: string, name: string, value: number, least: number): number => {
  if (!(value >= least && value <= 4096))
    throw new DomainError(
      `${op}: ${name} is not from ${least} to 4096 pixels: ${value}. Leave it out for the default.`,
    );
  return value;
};

/** The options with their defaults filled in, or a DomainError. */
export const settled = (
  op: string,
  { theme = dark, title = "", width = 640, height = 400, idPrefix }: FigureOptions,
  defaultPrefix: string,
): Required<FigureOptions> => {
  const prefix = idPrefix ?? defaultPrefix;
  if (!/^[A-Za-z][\w-]*$/.test(prefix))
    throw new DomainError(
      `${op}: idPrefix is not a letter followed by letters, digits, "-" and "_": ${JSON.stringify(prefix)}.`,
    );
  return {
    theme: checkedTheme(op, theme),
    title,
    width: pixels(op, "width", width, 280),
    height: pixels(op, "height", height, 180),
    idPrefix: prefix,
  };
};
