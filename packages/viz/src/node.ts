import { createRequire } from "node:module";
import { DomainError, lazy } from "@gradfold/core/library";
import type * as jsdom from "jsdom";
import type { Figure } from "./figure.ts";
import type { PlotLibrary } from "./library.ts";
import { type Render, render as renderIn } from "./render.ts";
import type { ReplayFrame } from "./replay/frame.ts";
import { type ReplayOptions, replayPage as replayPageBy } from "./replay/replay.ts";

/**
 * This file, also where a bundler made it part of a CommonJS one, in which `import.meta` is empty. Asked in this order:
 * under `node -e` and in a console, modules see a `__filename` that is none.
 */
const here = (import.meta as Partial<ImportMeta>).url ?? __filename;

/** What brings both packages, in versions for every Node that we promise. */
const command = "npm install jsdom@29 @observablehq/plot@0.6";

/*
 * jsdom takes most of a second to load, to be paid only by who draws, and is not there for who does not: hence `require`,
 * which unlike `import` waits for the first call, and unlike `import()` does not make every picture a promise. No bundler
 * follows it, which is well: bundled, jsdom does not find its own files. The one cast: `require` has no types.
 */
const load = <A>(name: string): A => {
  try {
    return createRequire(here)(name) as A;
  } catch (cause) {
    const hint = `Run ${command} beside it, or give render of @gradfold/viz a document and Plot.`;
    throw new DomainError(`render: ${name} cannot be loaded from ${here}: see the cause. ${hint}`, { cause });
  }
};

const renderer = lazy((): Render => {
  const { JSDOM } = load<typeof jsdom>("jsdom");
  return renderIn(new JSDOM().window.document, load<PlotLibrary>("@observablehq/plot"));
});

/**
 * A figure as the text of a stand-alone SVG file, drawn in a document of jsdom's that is made on first use.
 *
 * The first call takes about a second, later ones a few milliseconds. It needs two packages that gradfold does not bring:
 * `npm install jsdom@29 @observablehq/plot@0.6`.
 *
 * @throws DomainError where jsdom or Observable Plot is not installed; for what is no figure
 *
 * @example
 * import { lossCurve } from "gradfold/viz";
 * import { render } from "gradfold/viz/node";
 * render(lossCurve({ loss: [8, 2, 0.5] })).endsWith("</svg>"); // => true
 */
export const render = (figure: Figure): string => renderer()(figure);

/**
 * A page that replays a run as one HTML file that loads nothing: `replayPage(render)` of the main entry.
 *
 * Frames are plain rows; see there for what they hold, and for what is thrown.
 *
 * @example
 * import { replayPage } from "gradfold/viz/node";
 * const html = replayPage([{ step: 0, params: [2, 1], line: [[0, 1], [1, 3]] }]);
 * html.slice(0, 15); // => '<!doctype html>'
 */
export const replayPage: (frames: readonly ReplayFrame[], options?: ReplayOptions) => string = replayPageBy(render);
