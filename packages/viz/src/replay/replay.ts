import { optionsOf } from "@gradfold/core/library";
import { between, bool, reading, refuse, text } from "../check.ts";
import { clipped } from "../clip.ts";
import { finitePoints, type Points } from "../column.ts";
import type { Figure, Frame, Path, Point } from "../figure.ts";
import { checkedOptions, common, commonChecks, type FigureOptions } from "../options.ts";
import { position } from "../position.ts";
import type { Render } from "../render.ts";
import { type Moment, momentsOf, readouts, type ReplayFrame } from "./frame.ts";
import { page } from "./page.ts";
import { curveOf, sceneOf, withLine } from "./scene.ts";

/** What a replay can be told. */
export interface ReplayOptions extends Omit<FigureOptions, "idPrefix"> {
  /** The points to fit, drawn behind the line. */
  readonly data?: Points;
  /** Names of the axes; default "x" and "y". */
  readonly xLabel?: string;
  /** The name of the vertical axis; "y" by default. */
  readonly yLabel?: string;
  /** Milliseconds between frames at speed 1; default 50. */
  readonly interval?: number;
  /** Whether it plays when opened; default true, but never for readers who asked their system for less motion. */
  readonly autoplay?: boolean;
}

const op = "replayPage";

const defaults = {
  ...common,
  title: "Replay",
  height: 440,
  data: undefined,
  xLabel: "x",
  yLabel: "y",
  interval: 50,
  autoplay: true,
};

const checks = {
  ...commonChecks,
  xLabel: text,
  yLabel: text,
  interval: between(1, 60_000, "milliseconds"),
  autoplay: bool,
};

/** The options as they were read: how it plays, and what is behind the line. */
const settled = (given: ReplayOptions | undefined) => {
  const { data, ...options } = optionsOf(op, given, defaults);
  const settings = checkedOptions(op, { ...options, idPrefix: "replay" }, checks);
  const { points, lost } = data === undefined ? { points: [], lost: [] } : finitePoints(op, "data", data);
  return { points, lost, settings };
};

const checkRender = (render: unknown): void => {
  if (typeof render !== "function")
    refuse(
      () => `${op}: render`,
      "a function",
      render,
      "Give render(document, Plot), or import from @gradfold/viz/node.",
    );
};

/**
 * A page that replays a run: one HTML file that loads nothing, to be opened from a disk or served.
 *
 * The line of each frame is drawn over the data, beside the step, the loss and the parameters; the reader plays it
 * forwards or backwards, steps, slides and sets the speed. What is not finite is said in words; a null in a line is a
 * gap. The page needs its script to play: without it, it shows the first frame and says so.
 * Throws a DomainError if there is no frame, if frames differ in their parameters, or for a bad option.
 *
 * @example
 * import { replayPage } from "gradfold/viz";
 * import { render } from "gradfold/viz/node";
 * const frames = [0, 1].map((a) => ({ step: a, loss: 1 - a, params: { slope: a }, line: [[0, 0], [1, a]] }));
 * const html = replayPage(render)(frames, { title: "Two steps" });
 * html.slice(0, 15); // => '<!doctype html>'
 */
export const replayPage = (render: Render): ((frames: readonly ReplayFrame[], options?: ReplayOptions) => string) => {
  reading(op, () => checkRender(render));
  return (frames, options) => {
    const [moments, scenery] = reading(op, () => [momentsOf(op, frames), settled(options)]);
    return pageOf(render, moments, scenery);
  };
};

const pageOf = (render: Render, moments: readonly Moment[], scenery: ReturnType<typeof settled>): string => {
  const { title, theme, interval, autoplay } = scenery.settings;
  const drawn = (figure: Figure): string => {
    const svg: unknown = render(figure);
    return reading(op, () => text(svg, () => `${op}: what render gives`));
  };
  const scene = sceneOf(moments, scenery);
  const curve = curveOf(moments, theme);
  const lines = moments.map(({ line }) => clipped(line, scene.x.domain, scene.y.domain));
  const rows = readouts(moments);
  return page({
    title,
    theme,
    figure: drawn(withLine(scene, lines[0] ?? [])),
    lossFigure: curve === undefined ? "" : drawn(curve),
    readouts: rows,
    reel: {
      length: moments.length,
      lines: packed(lines.map((line) => pathText(scene, line))),
      markers: packed(moments.map((moment) => (curve === undefined ? "-" : markerText(curve, moment)))),
      texts: rows.map((row) => packed(row.texts)),
      interval,
      autoplay,
    },
  });
};

/** A column of the reel: see there. */
const packed = (texts: readonly string[]): string =>
  texts.map((text, i) => (text === texts[i - 1] ? "" : text)).join("|");

/** Where a point stands, to a tenth of a pixel. */
const placeText = (frame: Frame, point: Point): string =>
  position(frame, point)
    .map((pixels) => String(Math.round(pixels * 10) / 10))
    .join(",");

/** Where the marker of a frame stands; nowhere if its loss is not finite. */
const markerText = (curve: Frame, { step, loss }: Moment): string =>
  loss === null || !Number.isFinite(loss) ? "-" : placeText(curve, [step, loss]);

/** A path in the language of SVG. */
const pathText = (frame: Frame, path: Path): string =>
  path.length === 0
    ? "-"
    : path
        .map((point, i) =>
          point === null ? "" : `${(path[i - 1] ?? null) === null ? "M" : "L"}${placeText(frame, point)}`,
        )
        .join("");
