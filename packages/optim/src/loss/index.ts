export { type FocalOptions, hinge, sigmoidBinaryCrossEntropy, sigmoidFocal, squaredHinge } from "./binary.ts";
export { nll, smoothLabels, softmaxCrossEntropyWithIntegerLabels } from "./label.ts";
export type { ClassLoss, Loss, RowLoss } from "./loss.ts";
export { absoluteError, huber, l2Loss, logCosh, poissonNll, smoothL1, squaredError } from "./regression.ts";
export {
  cosineDistance,
  type CosineOptions,
  cosineSimilarity,
  klDivergence,
  type KlDivergenceOptions,
  softmaxCrossEntropy,
} from "./row.ts";
