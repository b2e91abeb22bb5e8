import { DomainError } from "@gradfold/core";
import { clipped } from "../clip.ts";
import type { Frame, Path, Point } from "../figure.ts";
import { position } from "../position.ts";
import type { Render } from "../render.ts";
import { checkedFrames, lineOf, readouts, type ReplayFrame } from "./frame.ts";
import { page } from "./page.ts";
import { curveOf, type SceneOptions, sceneOf, withLine } from "./scene.ts";

export interface ReplayOptions extends SceneOptions {
  /** Milliseconds between frames at speed 1; default 50. */
  readonly interval?: number;
  /** Whether it plays when opened; default true, but never for readers who asked their system for less motion. */
  readonly autoplay?: boolean;
}

/**
 * A page that replays a run: one HTML file that loads nothing, to be opened from a disk or served.
 *
 * The line of each frame is drawn over the data, beside the step, the loss and the parameters; the reader plays it
 * forwards or backwards, steps, slides and sets the speed. What is not finite is said in words.
 * Throws a DomainError if there is no frame, if frames differ in their parameters, or for a bad option.
 *
 * @example
 * import { replayPage } from "@gradfold/viz";
 * import { render } from "@gradfold/viz/node";
 * const frames = [0, 1].map((a) => ({ step: a, loss: 1 - a, params: { slope: a }, line: [[0, 0], [1, a]] }));
 * const html = replayPage(render)(frames, { title: "Two steps" });
 * html.slice(0, 15); // => '<!doctype html>'
 */
export const replayPage =
  (render: Render) =>
  (frames: readonly ReplayFrame[], options: ReplayOptions = {}): string => {
    const op = "replayPage";
    const { title = "Replay", interval = 50, autoplay = true } = options;
    if (!(interval >= 1 && interval <= 60_000))
      throw new DomainError(`${op}: interval is not from 1 to 60000 milliseconds: ${interval}.`);
    const scene = sceneOf(op, checkedFrames(op, frames), options);
    const curve = curveOf(frames, options);
    const lines = frames.map((frame) => clipped(lineOf(frame), scene.x.domain, scene.y.domain));
    const rows = readouts(frames);
    return page({
      title,
      theme: scene.theme,
      figure: render(withLine(scene, lines[0] ?? [])),
      lossFigure: curve === undefined ? "" : render(curve),
      readouts: rows,
      reel: {
        length: frames.length,
        lines: packed(lines.map((line) => pathText(scene, line))),
        markers: packed(frames.map((frame) => (curve === undefined ? "-" : markerText(curve, frame)))),
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
const markerText = (curve: Frame, { step, loss }: ReplayFrame): string =>
  loss === undefined || !Number.isFinite(loss) ? "-" : placeText(curve, [step, loss]);

/** A path in the language of SVG. */
const pathText = (frame: Frame, path: Path): string =>
  path.length === 0
    ? "-"
    : path
        .map((point, i) =>
          point === null ? "" : `${(path[i - 1] ?? null) === null ? "M" : "L"}${placeText(frame, point)}`,
        )
        .join("");
