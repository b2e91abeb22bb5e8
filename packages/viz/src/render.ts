import { DomainError, lazy } from "@gradfold/core/library";
import { aligned } from "./align.ts";
import { isObject, reading, refuse } from "./check.ts";
import { type Figure, figureOf } from "./figure.ts";
import { drawing, type PlotLibrary } from "./library.ts";
import { normalised } from "./normalise.ts";
import { plotted } from "./plot.ts";
import { type Branch, treeOf } from "./tree.ts";
import { xml } from "./xml.ts";

/** The document of a page, or of jsdom: what is needed of it here, for projects without the DOM's types. */
export interface DrawingDocument {
  /** As in the DOM. */
  readonly createElementNS: (namespace: string | null, name: string) => unknown;
}

/** A figure as SVG text. */
export type Render = (figure: Figure) => string;

/**
 * Draws a figure in a document by Observable Plot, and gives it as the text of a stand-alone SVG file.
 *
 * The document is only lent: nothing is added to it. The text is valid XML without scripts, styles or references to
 * anything outside, and the same bytes wherever it is
 * drawn. In a page, `import * as Plot from "@observablehq/plot"` and
 * `element.innerHTML = render(document, Plot)(figure)`; Node has no document, so there `@gradfold/viz/node` has it ready.
 * Plot comes as an argument because only who draws installs it: `npm install @observablehq/plot@0.6`.
 *
 * @throws DomainError without a document or without Plot; of what it gives, for what is no figure
 *
 * @example
 * import { scatterFit } from "gradfold/viz";
 * import { render } from "gradfold/viz/node";
 * const svg = render(scatterFit([{ x: 1, y: 2 }], { width: 480, height: 300 }));
 * svg.split("\n")[1]; // => '<title id="scatter-title">Data and fitted line</title>'
 */
export const render = (document: DrawingDocument, plot: PlotLibrary): Render => {
  const page = reading(op, () => documentOf(document));
  reading(op, () => checkPlot(plot));
  const functions = lazy(() => aligned(page, plot));
  return (figure) => {
    const checked = reading(op, () => figureOf(figure, () => `${op}: figure`));
    if (elementsOf(checked) > MOST)
      throw new DomainError(
        `${op}: the figure has too much to draw: ${elementsOf(checked)} dots, texts and rules, more than ${MOST}. ` +
          "Give every tenth point, say.",
      );
    const drawn = reading(op, () => treeOf(plotted(checked, page, functions())), "drawing in the document");
    return xml(named(normalised(framed(checked, drawn), checked.idPrefix)));
  };
};

const op = "render";

/** More elements than this take minutes. */
const MOST = 100_000;

const elementsOf = ({ marks, x, y }: Figure): number =>
  marks.reduce((sum, mark) => sum + (mark.kind === "dots" ? mark.points.length : 1), x.ticks.length + y.ticks.length);

/** The one cast: what has the method is a document. */
const documentOf = (document: unknown): Document => {
  const { createElementNS } = isObject(document) ? document : {};
  if (typeof createElementNS !== "function")
    refuse(() => `${op}: document`, "a document", document, "Without one, import render from @gradfold/viz/node.");
  return document as Document;
};

const checkPlot = (plot: unknown): void => {
  const functions: Readonly<Record<string, unknown>> = isObject(plot) ? plot : {};
  if (drawing.some((name) => typeof functions[name] !== "function"))
    refuse(
      () => `${op}: plot`,
      "Observable Plot",
      plot,
      'Write import * as Plot from "@observablehq/plot" and render(document, Plot), after npm install @observablehq/plot@0.6.',
    );
};

/** The drawing with what it takes to stand alone: a size, fonts, a name and a description, a background. */
const framed = ({ title, description, width, height, theme }: Figure, drawing: Branch): Branch => ({
  name: "svg",
  attributes: [
    ["width", String(width)],
    ["height", String(height)],
    ["viewBox", `0 0 ${width} ${height}`],
    ["fill", theme.ink],
    ["font-family", "system-ui, sans-serif"],
    ["text-anchor", "middle"],
  ],
  children: [
    { name: "title", attributes: [["id", "title"]], children: [title] },
    { name: "desc", attributes: [["id", "desc"]], children: [description] },
    {
      name: "rect",
      attributes: [
        ["width", "100%"],
        ["height", "100%"],
        ["fill", theme.background],
      ],
      children: [],
    },
    ...drawing.children,
  ],
});

/** The picture with its name space, and one image to a screen reader, with the name and description it begins with. */
const named = (svg: Branch): Branch => {
  const ids = svg.children
    .slice(0, 2)
    .flatMap((child) => (typeof child === "string" ? [] : child.attributes.map(([, id]) => id)));
  return {
    ...svg,
    attributes: [
      ["xmlns", "http://www.w3.org/2000/svg"],
      ["role", "img"],
      ["aria-labelledby", ids.join(" ")],
      ...svg.attributes,
    ],
  };
};
