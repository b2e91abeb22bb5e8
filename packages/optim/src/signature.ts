/*
 * What the types of public functions are made of: for the declarations of projects that export functions and results, and
 * seldom written by hand.
 */

export type { Bounds as FitBounds } from "./fit/bounds.ts";
export type { Compile } from "./fit/iterate.ts";
export type { Point as FitPoint } from "./fit/minimize.ts";
export type { FitOutcome } from "./fit/outcome.ts";
export type { Evaluations, FitMetrics, FitState } from "./fit/state.ts";
export type { Tolerances as FitTolerances } from "./fit/tolerances.ts";
export type { LineSearchState } from "./line-search/state.ts";
export type { PerClass } from "./metric.ts";
export type { FactoredRmsOptions, BlockRmsOptions } from "./optimizer/adafactor.ts";
export type { RssOptions } from "./optimizer/adagrad.ts";
export type { PenalizedAdamOptions } from "./optimizer/adam.ts";
export type { AdanSettings } from "./optimizer/adan.ts";
export type { LbfgsMemory } from "./optimizer/lbfgs.ts";
export type { LionDecays } from "./optimizer/lion.ts";
export type { MuonParts, OrthogonalOptions as OrthogonalizeOptions } from "./optimizer/muon.ts";
export type { NoiseOptions } from "./optimizer/noise.ts";
export type { PolyakOptions } from "./optimizer/polyak.ts";
export type { RmsOptions } from "./optimizer/rmsprop.ts";
export type { Result as RecordingResult } from "./recording/failure.ts";
export type { Lost } from "./recording/recording.ts";
export type { Split as TrainTest } from "./split.ts";
export type { Growth } from "./trajectory/growth.ts";
export type { Rows as MetricRows } from "./trajectory/rows.ts";
export type { AdaptiveGradClipOptions, NormalizeOptions } from "./transform/clip.ts";
export type { EmaOptions, EmaState, TraceOptions } from "./transform/momentum.ts";
export type { Chosen } from "./transform/static.ts";
export type { TrustRatioOptions } from "./transform/trust.ts";
export type { ScalarSchedule } from "./schedule/schedule.ts";
