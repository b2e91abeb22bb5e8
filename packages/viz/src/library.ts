/** The functions of Observable Plot that draw figures. */
export const drawing = ["axisX", "axisY", "contour", "dot", "gridX", "gridY", "line", "plot", "ruleX", "text"] as const;

/**
 * Observable Plot, as `import * as Plot from "@observablehq/plot"` gives it. Its own types are not named here, so that
 * declarations compile without it.
 */
export type PlotLibrary = Readonly<Record<(typeof drawing)[number], (...given: never[]) => unknown>>;
