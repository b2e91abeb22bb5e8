import type { Color } from "./theme.ts";

/** The three channels of a colour, from 0 to 255. */
export const channels = (color: Color): readonly number[] =>
  [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));

/** The colour between two, at a share of the way from the first. */
export const blend = (from: Color, to: Color, share: number): Color => {
  const end = channels(to);
  const mixed = channels(from).map((channel, i) => Math.round(channel * (1 - share) + (end[i] ?? 0) * share));
  return `#${mixed.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
};
