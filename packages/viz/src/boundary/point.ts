import { type Check, refuse } from "../check.ts";
import type { Landscape } from "../descent/surface.ts";
import type { Mark, Point } from "../figure.ts";
import { counted } from "../label.ts";
import type { Theme } from "../theme.ts";
import { isPoint, type Stop } from "../track.ts";
import { classLooks } from "./tint.ts";

type Label = 0 | 1;

/** A point with its class. */
export interface Labelled {
  readonly stop: Stop;
  readonly label: Label;
}

type Seen = Labelled & { readonly stop: Point };

export const isSeen = (one: Labelled): one is Seen => isPoint(one.stop);

export const classLabel: Check<Label> = (given, place) => {
  if (given === 0 || given === false) return 0;
  return given === 1 || given === true ? 1 : refuse(place, "0 or 1", given);
};

interface Settings {
  readonly theme: Theme;
  readonly width: number;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly classes: readonly string[];
}

/** How many points there are of each class, and how many of them are on the other's side of the line. */
export const pointWords = (
  { at }: Landscape,
  points: readonly Seen[],
  { xLabel, yLabel, classes }: Settings,
): string => {
  const over = `${counted(points.length, "point")} over ${xLabel} and ${yLabel}`;
  if (points.length === 0) return over;
  const counts = classes.map((name, i) => `${points.filter(({ label }) => label === i).length} of ${name}`);
  const isWrong = ({ stop: [x, y], label }: Seen): boolean => {
    const probability = at(x, y) ?? NaN;
    return label === 1 ? probability < 0.5 : probability >= 0.5;
  };
  return `${over}: ${counts.join(", ")}, ${points.filter(isWrong).length} on the wrong side`;
};

/** Why there is no line. */
export const onlyWords = (probabilities: readonly number[], classes: readonly string[]): string => {
  const known = probabilities.find((value) => !Number.isNaN(value));
  return known === undefined ? "no probability here" : `no boundary here: all is ${classes[known < 0.5 ? 0 : 1]}`;
};

/** More points than this are smaller and faint, so that crowds show. */
const MANY = 500;

export const dotMarks = (points: readonly Seen[], { theme, width }: Settings): readonly Mark[] =>
  classLooks(theme).flatMap(({ color, glyph }, i): readonly Mark[] => {
    const own = points.filter(({ label }) => label === i).map(({ stop }) => stop);
    const look =
      points.length > MANY
        ? { radius: 2.4, opacity: 0.7 }
        : { radius: width < 420 ? 3 : 4, opacity: 1, halo: theme.background };
    return own.length === 0 ? [] : [{ kind: "dots", points: own, glyph, ...look, color }];
  });
