export { fitStatuses, type FitStatus } from "./fit/status.ts";
export { curveFit, type CurveFit, type CurveFitOptions } from "./fit/curve-fit.ts";
export { leastSquares, type LeastSquaresFit } from "./fit/least-squares.ts";
export { root, type Root, type RootSettings, type RootTolerances } from "./fit/root.ts";
export { minimize, type MinimizeOptions, type Minimum } from "./fit/minimize.ts";
export type { CurveBand, BandOptions, Intervals } from "./fit/squares/band.ts";
export type { SquaresLoss } from "./fit/squares/loss.ts";
export type { LeastSquaresOptions, SquaresTolerances } from "./fit/squares/options.ts";
export * as initializer from "./initializer.ts";
export * as lineSearch from "./line-search/index.ts";
export * as projection from "./projection.ts";
export { type SplitOptions, trainTestSplit } from "./split.ts";
export * as standardize from "./standardize.ts";
export * as synthetic from "./synthetic.ts";
export * as testFunction from "./test-function.ts";
export { batches } from "./batches/batches.ts";
export type { BatchOptions } from "./batches/options.ts";
export type { Rows } from "./batches/rows.ts";
export { sliceInputs } from "./gathering.ts";
export { type Inputs, steps } from "./inputs.ts";
export * as loss from "./loss/index.ts";
export * as metric from "./metric.ts";
export type { Rate, Schedule } from "./schedule/schedule.ts";
export * from "./optimizer/index.ts";
export * as schedule from "./schedule/index.ts";
export * as recording from "./recording/index.ts";
export type { Recording } from "./recording/index.ts";
export type { StepMetric } from "./step-metric.ts";
export {
  type Metrics,
  type MetricsOf,
  type Step,
  type TrainState,
  trainState,
  trainStep,
  type TrainStepOptions,
} from "./train.ts";
export { type ValidationOptions, withValidation } from "./validation.ts";
export * as trajectory from "./trajectory/index.ts";
export type { Replay, Trajectory } from "./trajectory/index.ts";
export { chain, namedChain } from "./transform/chain.ts";
export { injectHyperparams, type InjectState } from "./transform/inject.ts";
export {
  applyIfFinite,
  type IfFiniteOptions,
  type IfFiniteState,
  lookahead,
  type LookaheadOptions,
  type LookaheadState,
  multiSteps,
  type MultiStepsOptions,
  type MultiStepsState,
} from "./transform/steps.ts";
export * as transform from "./transform/index.ts";
export type { Mask } from "./transform/mask.ts";
export { freeze, masked } from "./transform/masked.ts";
export { partition } from "./transform/partition.ts";
export type { TraceState } from "./transform/momentum.ts";
export { globalNorm } from "./transform/norm.ts";
export type { ScaleState } from "./transform/scale.ts";
export type { For, Masked, Params } from "./transform/static.ts";
export { applyUpdates, type Evaluated, type Extra, type Transform } from "./transform/transform.ts";
export type * from "./signature.ts";
