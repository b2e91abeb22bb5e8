export type { Figure } from "./figure.ts";
export { type Losses, lossCurve } from "./loss.ts";
export type { FigureOptions } from "./options.ts";
export type { PlotLibrary } from "./library.ts";
export { type Render, render } from "./render.ts";
export type { ReplayFrame } from "./replay/frame.ts";
export { type ReplayOptions, replayPage } from "./replay/replay.ts";
export { type Lines, scatterFit, type ScatterOptions } from "./scatter.ts";
export { dark, light, paper, type Theme } from "./theme.ts";
