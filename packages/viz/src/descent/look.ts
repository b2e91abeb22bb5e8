import type { Glyph } from "../mark.ts";
import type { Color, Theme } from "../theme.ts";

/** The lines and the forms at the ends are another for each run; where colours come again, dashes do not. */
const DASHES = ["", "7 4", "2 4", "10 4 2 4"];

const GLYPHS: readonly Glyph[] = ["disc", "square", "triangle", "diamond"];

/** By what a run is told from others: never by its colour alone. */
export interface Look {
  readonly color: Color;
  readonly dash: string;
  readonly glyph: Glyph;
}

export const lookOf = ({ series }: Theme, i: number): Look => {
  const turn = i + Math.floor(i / series.length);
  return {
    color: series[i % series.length] ?? "#000000",
    dash: DASHES[turn % DASHES.length] ?? "",
    glyph: GLYPHS[turn % GLYPHS.length] ?? "disc",
  };
};
