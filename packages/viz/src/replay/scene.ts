import { drawable, finitePoints, type Points } from "../column.ts";
import { roomy, stretched } from "../domain.ts";
import type { Figure, Mark, Path, Point } from "../figure.ts";
import { arranged } from "../layout.ts";
import { lossCurve } from "../loss.ts";
import { type FigureOptions, settled } from "../options.ts";
import { dots } from "../scatter.ts";
import { lineOf, type ReplayFrame } from "./frame.ts";

/** What the pictures of a replay can be told. */
export interface SceneOptions extends Omit<FigureOptions, "idPrefix"> {
  /** The points to fit, drawn behind the line. */
  readonly data?: Points;
  /** Names of the axes; default "x" and "y". */
  readonly xLabel?: string;
  readonly yLabel?: string;
}

/** The axes and the data, wide enough for the lines that stay near. */
export const sceneOf = (op: string, frames: readonly ReplayFrame[], options: SceneOptions): Figure => {
  const settings = settled(op, { height: 440, ...options, title: "", idPrefix: "replay" }, "replay");
  const { points } = options.data === undefined ? { points: [] } : finitePoints(op, options.data);
  const fitted = frames.flatMap(lineOf).filter((point) => point.every(drawable));
  const around = points.length > 0 ? points : fitted;
  const y = stretched(
    roomy(around.map((point) => point[1])),
    fitted.map((point) => point[1]),
  );
  const base = arranged({
    options: settings,
    name: "Data and fitted line",
    description: `The line at each of ${frames.length} frames, over ${points.length} points.`,
    note: "",
    x: { label: options.xLabel ?? "x", scale: "linear", domain: roomy(around.map((point) => point[0])), minStep: 0 },
    y: { label: options.yLabel ?? "y", scale: "linear", domain: y, minStep: 0 },
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

/** The losses of the frames that have one, with a marker on the first that is finite. */
export const curveOf = (frames: readonly ReplayFrame[], { theme }: SceneOptions): Figure | undefined => {
  const rows = frames.flatMap(({ step, loss }) => (loss === undefined ? [] : [{ step, loss }]));
  if (rows.length === 0) return undefined;
  const curve = lossCurve(rows, { width: 400, height: 260, idPrefix: "loss", ...(theme && { theme }) });
  const first = rows.find((row) => Number.isFinite(row.loss));
  if (first === undefined) return curve;
  const points: readonly Point[] = [[first.step, first.loss]];
  return {
    ...curve,
    marks: [...curve.marks, { kind: "dots", id: "marker", points, radius: 5, opacity: 1, color: curve.theme.ink }],
  };
};
