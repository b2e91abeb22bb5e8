import type { Color } from "./theme.ts";

/** The three channels of a colour, from 0 to 255. */
const channels = (color: Color): readonly number[] =>
  [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));

/** The colour between two, at a share of the way from the first. */
export const blend = (from: Color, to: Color, share: number): Color => {
  const end = channels(to);
  const mixed = channels(from).map((channel, i) => Math.round(channel * (1 - share) + (end[i] ?? 0) * share));
  return `#${mixed.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
};

/** Relative luminance, by WCAG 2.2. */
const luminance = (color: Color): number => {
  const [r = 0, g = 0, b = 0] = channels(color)
    .map((channel) => channel / 255)
    .map((share) => (share <= 0.04045 ? share / 12.92 : Math.pow((share + 0.055) / 1.055, 2.4)));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

/** Where black and white stand out equally: √(1.05 · 0.05) − 0.05. */
const MIDDLE = 0.1791;

/** Black or white, what stands out more from a colour: at least 4.5 to 1. */
export const inkOn = (color: Color): Color => (luminance(color) > MIDDLE ? "#000000" : "#ffffff");
