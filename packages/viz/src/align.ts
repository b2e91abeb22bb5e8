import type * as Plot from "@observablehq/plot";
import type { PlotLibrary } from "./library.ts";

type Library = typeof Plot;

type Make<Options> = (data: Plot.Data, options: Options) => Plot.Markish;

/** Plot's functions as figures call them. */
export interface Drawing {
  readonly plot: Library["plot"];
  readonly axisX: Make<Plot.AxisXOptions>;
  readonly axisY: Make<Plot.AxisYOptions>;
  readonly gridX: Make<Plot.GridXOptions>;
  readonly gridY: Make<Plot.GridYOptions>;
  readonly ruleX: Make<Plot.RuleXOptions>;
  readonly contour: Make<Plot.ContourOptions>;
  readonly dot: Make<Plot.DotOptions>;
  readonly line: Make<Plot.LineOptions>;
  readonly text: Make<Plot.TextOptions>;
}

/**
 * How far Plot moves its marks: half a pixel where there is a window whose pixels are not dense, or a global `it`, as
 * under test runners. It does not say so: a dot at the corner shows it.
 */
const shiftOf = (document: Document, { plot, dot }: Library): number => {
  const scale = { type: "linear", domain: [0, 1], range: [0, 1], axis: null } as const;
  const svg = plot({ document, width: 9, height: 9, x: scale, y: scale, marks: [dot([[0, 0]])] });
  const place = svg.querySelector("[transform]")?.getAttribute("transform") ?? "";
  return Number(/^translate\(([\d.]+)/.exec(place)?.[1] ?? 0);
};

interface Place {
  readonly dx?: number | undefined;
  readonly dy?: number | undefined;
}

const moved =
  <Options extends Place>(x: number, y: number, make: Make<Options>): Make<Options> =>
  (data, options) =>
    make(data, { ...options, dx: (options.dx ?? 0) - x, dy: (options.dy ?? 0) - y });

/** Plot's functions for figures that are the same bytes wherever they are drawn: they undo its half pixel. */
export const aligned = (document: Document, given: PlotLibrary): Drawing => {
  // The one cast: it was asked for its functions, and not for their types.
  const library = given as Library;
  const shift = shiftOf(document, library);
  const { axisX, axisY, contour, dot, gridX, gridY, line, plot, ruleX, text } = library;
  return {
    plot,
    axisX: moved<Plot.AxisXOptions>(shift, shift, axisX),
    axisY: moved<Plot.AxisYOptions>(shift, shift, axisY),
    gridX: moved<Plot.GridXOptions>(shift, 0, gridX),
    gridY: moved<Plot.GridYOptions>(0, shift, gridY),
    ruleX: moved<Plot.RuleXOptions>(shift, 0, ruleX),
    contour: moved<Plot.ContourOptions>(shift, shift, contour),
    dot: moved<Plot.DotOptions>(shift, shift, dot),
    line: moved<Plot.LineOptions>(shift, shift, line),
    text: moved<Plot.TextOptions>(shift, shift, text),
  };
};
