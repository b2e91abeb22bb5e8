import { isFinitePoint } from "../clip.ts";
import { roomy, stretched } from "../domain.ts";
import type { Figure, Mark, Path, Point } from "../figure.ts";
import { counted, sentences } from "../label.ts";
import { arranged } from "../layout.ts";
import { lossCurve } from "../loss.ts";
import type { FigureOptions } from "../options.ts";
import { dots } from "../scatter.ts";
import type { Theme } from "../theme.ts";
import type { Moment } from "./frame.ts";

/** What is behind the line: the points to fit, a remark on those that cannot be drawn, and the settings. */
export interface Scenery {
  readonly points: readonly Point[];
  readonly lost: readonly string[];
  readonly settings: Required<FigureOptions> & { readonly xLabel: string; readonly yLabel: string };
}

/** The axes and the data, wide enough for the lines that stay near. */
export const sceneOf = (moments: readonly Moment[], { points, lost, settings }: Scenery): Figure => {
  const fitted = moments.flatMap(({ line }) => line.filter(isFinitePoint));
  const around = points.length > 0 ? points : fitted;
  const y = stretched(
    roomy(around.map((point) => point[1])),
    fitted.map((point) => point[1]),
  );
  const over = points.length === 0 ? "" : `, over ${counted(points.length, "point")}`;
  const base = arranged({
    options: { ...settings, title: "" },
    name: "Data and fitted line",
    description: sentences([`the line at each of ${counted(moments.length, "frame")}${over}`, ...lost]),
    note: lost.join("; "),
    x: { label: settings.xLabel, scale: "linear", domain: roomy(around.map((point) => point[0])), minStep: 0 },
    y: { label: settings.yLabel, scale: "linear", domain: y, minStep: 0 },
    right: 20,
  });
  return { ...base, marks: points.length === 0 ? [] : [dots(points, settings.theme)] };
};

/** The scene with the first line. Plot draws no empty line, but the player needs one to change: then it is a dot. */
export const withLine = (scene: Figure, line: Path): Figure => {
  const corner: Point = [scene.x.domain[0], scene.y.domain[0]];
  const path = line.length === 0 ? [corner, corner] : line;
  const mark: Mark = { kind: "line", id: "line", path, width: 3, dash: "", color: scene.theme.after };
  return { ...scene, marks: [...scene.marks, mark] };
};

/** The losses of the frames, with a marker on the first that is finite; none if there is no loss. */
export const curveOf = (moments: readonly Moment[], theme: Theme): Figure | undefined => {
  const losses = moments.map(({ step, loss }) => ({ step, loss }));
  const last = losses.findLastIndex(({ loss }) => loss !== null);
  if (last < 0) return undefined;
  const curve = lossCurve(losses.slice(0, last + 1), { width: 400, height: 260, idPrefix: "loss", theme });
  const first = moments.find(({ loss }) => Number.isFinite(loss));
  if (first === undefined) return curve;
  const points: readonly Point[] = [[first.step, first.loss ?? NaN]];
  const marker: Mark = { kind: "dots", id: "marker", points, radius: 5, opacity: 1, color: curve.theme.ink };
  return { ...curve, marks: [...curve.marks, marker] };
};
