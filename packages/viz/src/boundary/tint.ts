import { blend } from "../blend.ts";
import type { Samples } from "../descent/surface.ts";
import type { Mark } from "../figure.ts";
import type { Glyph } from "../mark.ts";
import type { Color, Theme } from "../theme.ts";

/** By what the points of a class are told apart. */
export interface ClassLook {
  readonly color: Color;
  readonly glyph: Glyph;
  /** The form as a letter. */
  readonly sign: string;
}

export const classLooks = ({ series, ink }: Theme): readonly [ClassLook, ClassLook] => [
  { color: series[0] ?? ink, glyph: "disc", sign: "●" },
  { color: series[1] ?? ink, glyph: "square", sign: "■" },
];

/** How much of its colour the ground of each class has at most: the second has more, to be darker on paper too. */
const STRONGEST = [0.14, 0.26] as const;

/** The ground where the second class has a probability: the surer, the stronger. */
const tint = (theme: Theme, probability: number): Color => {
  const side = probability < 0.5 ? 0 : 1;
  const sure = Math.min(Math.abs(probability - 0.5) * 2, 1);
  return blend(theme.background, classLooks(theme)[side].color, STRONGEST[side] * sure);
};

/** Where the ground changes its colour. */
const STEPS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

/** The samples with what is no probability as the nearest one. */
export const bounded = (samples: Samples): Samples => ({
  ...samples,
  values: samples.values.map((value) => Math.min(Math.max(value, 0), 1)),
});

/** The probability as colours, from one isoline to the next. */
export const groundMarks = (theme: Theme, { columns, rows, values }: Samples): readonly Mark[] => {
  const known = values.map((value) => (Number.isNaN(value) ? null : value));
  if (known.every((value) => value === null)) return [];
  const color = blend(theme.background, theme.muted, 0.3);
  const levels = [0, ...STEPS].map((value) => ({ value, fill: tint(theme, value + 0.05) }));
  return [{ kind: "contour", columns, rows, values: known, levels, color }];
};
