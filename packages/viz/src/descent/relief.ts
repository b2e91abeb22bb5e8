import { aboveMarks } from "../above.ts";
import { blend } from "../blend.ts";
import type { Figure, Mark } from "../figure.ts";
import type { Levels } from "./level.ts";
import type { Samples } from "./surface.ts";

type Base = Omit<Figure, "marks">;

/** The surface as colours and isolines, and what the isolines stand for. */
export const surfaceMarks = (base: Base, { columns, rows }: Samples, levels: Levels): readonly Mark[] => {
  const { values, thresholds } = levels;
  const [lowest, highest] = base.theme.surface;
  const least = values.reduce<number>((least, value) => Math.min(least, value ?? Infinity), Infinity);
  if (least === Infinity) return [];
  // The ground, or nothing were painted below the first isoline.
  const ground = { value: least, fill: lowest };
  const steps = thresholds.map((value, i) => ({
    value,
    fill: blend(lowest, highest, (i + 1) / thresholds.length),
  }));
  const color = blend(highest, base.theme.muted, 0.25);
  return [{ kind: "contour", columns, rows, values, levels: [ground, ...steps], color }, ...legend(base, levels)];
};

/** The losses of the isolines, above the picture on the right: all of them, or the ends, or none, as there is room. */
const legend = (figure: Base, { texts, base, isLog }: Levels): readonly Mark[] => {
  const above = isLog && base !== 0 ? " above the lowest" : "";
  const [first, last] = [texts[0], texts.at(-1)];
  if (first === undefined) return [];
  const versions = [`isolines at ${texts.join(", ")}`, `${texts.length} isolines from ${first} to ${last}`];
  return aboveMarks(
    figure,
    versions.map((text) => `${text}${above}`),
  );
};
