import { optionsOf } from "@gradfold/core/library";
import { oneOf, optional, reading, text } from "../check.ts";
import { roomy } from "../domain.ts";
import type { Figure, Mark, Path, Point } from "../figure.ts";
import { counted, sentences } from "../label.ts";
import { arranged } from "../layout.ts";
import { checkedOptions, common, commonChecks, type FigureOptions } from "../options.ts";
import { dots } from "../scatter.ts";
import { type Against, type Residuals, spreadOf, spreadWords } from "./read.ts";

export interface ResidualOptions extends FigureOptions {
  /** What they are drawn against; by default the fitted values, or `x`, or the order, whichever is given first. */
  readonly against?: Against;
  /** The name of the horizontal axis; by default what it is. */
  readonly xLabel?: string;
  /** The name of the vertical axis; "residual" by default. */
  readonly yLabel?: string;
}

/**
 * A figure of residuals, what is observed less what was fitted: a stick from the zero line to each.
 *
 * Of a good fit they lie about the line without order. A bow means that the model has another form than the data; a fan,
 * that some points are less sure than others; one stick far longer than all, an outlier. Residuals that are missing or not
 * finite are left out and counted.
 *
 * @throws DomainError if no residual is finite, if columns differ in length or one is missing; for a bad option
 *
 * @example
 * import { residuals } from "gradfold/viz";
 * const figure = residuals({ y: [1, 2.5, 2], fitted: [1.5, 2, 2.5] });
 * figure.description;
 * // => '3 residuals: mean −0.167, root mean square 0.5, 1 above zero, 2 below.'
 */
export const residuals = (data: Residuals, options?: ResidualOptions): Figure => {
  const op = "residuals";
  const [{ against, points, lost }, settings] = reading(op, () => {
    const settings = checkedOptions(op, optionsOf(op, options, defaults), checks);
    return [spreadOf(op, data, settings.against), settings];
  });
  const { theme } = settings;
  const x = roomy(points.map((point) => point[0]));
  const y = roomy([0, ...points.map((point) => point[1])]);
  const base = arranged({
    options: settings,
    name: "Residuals",
    description: sentences([`${counted(points.length, "residual")}: ${spreadWords(points)}`, ...lost]),
    note: lost.join("; "),
    x: { label: settings.xLabel ?? WORDS[against], scale: "linear", domain: x, minStep: against === "order" ? 1 : 0 },
    y: { label: settings.yLabel, scale: "linear", domain: y, minStep: 0 },
    right: 20,
  });
  const zero: Path = [
    [x[0], 0],
    [x[1], 0],
  ];
  return {
    ...base,
    marks: [
      ...(points.length > MOST_STICKS ? [] : [sticks(points, theme.data)]),
      { kind: "line", path: zero, width: 1.5, dash: "", color: theme.ink },
      dots(points, theme),
    ],
  };
};

const WORDS: Readonly<Record<Against, string>> = { fitted: "fitted value", x: "x", order: "observation" };

const defaults = {
  ...common,
  idPrefix: "residuals",
  against: undefined,
  xLabel: undefined,
  yLabel: "residual",
};

const checks = {
  ...commonChecks,
  against: optional(oneOf<Against>("fitted", "x", "order")),
  xLabel: optional(text),
  yLabel: text,
};

/** More sticks than this are a solid band. */
const MOST_STICKS = 300;

const sticks = (points: readonly Point[], color: Mark["color"]): Mark => ({
  kind: "line",
  path: points.flatMap(([x, y]): Path => [[x, 0], [x, y], null]).slice(0, -1),
  width: 1.5,
  dash: "",
  color,
});
