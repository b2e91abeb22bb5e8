export { scaleByLbfgs } from "../optimizer/lbfgs.ts";
export { scaleByMuon } from "../optimizer/muon.ts";
export { scaleByNewton } from "../optimizer/newton.ts";
export { scaleByAdadelta } from "../optimizer/adadelta.ts";
export { scaleByFactoredRms, scaleByParamBlockRms } from "../optimizer/adafactor.ts";
export { scaleByRss } from "../optimizer/adagrad.ts";
export { scaleByBelief } from "../optimizer/adabelief.ts";
export { scaleByAdam } from "../optimizer/adam.ts";
export { scaleByAdamax } from "../optimizer/adamax.ts";
export { scaleByAdan } from "../optimizer/adan.ts";
export { scaleByAmsgrad } from "../optimizer/amsgrad.ts";
export { scaleByLion } from "../optimizer/lion.ts";
export { addNoise } from "../optimizer/noise.ts";
export { scaleByNovograd } from "../optimizer/novograd.ts";
export { scaleByOptimisticGradient } from "../optimizer/optimistic.ts";
export { scaleByPolyak } from "../optimizer/polyak.ts";
export { scaleByRadam } from "../optimizer/radam.ts";
export { scaleByRms, scaleByStddev } from "../optimizer/rmsprop.ts";
export { scaleByRprop } from "../optimizer/rprop.ts";
export { scaleBySign } from "../optimizer/sign.ts";
export { scaleBySm3 } from "../optimizer/sm3.ts";
export { scaleByYogi } from "../optimizer/yogi.ts";
export {
  adaptiveGradClip,
  centralize,
  clip,
  clipByBlockRms,
  clipByGlobalNorm,
  keepParamsNonnegative,
  normalizeByUpdateNorm,
  zeroNans,
} from "./clip.ts";
export { ema, trace } from "./momentum.ts";
export { scale, scaleByLearningRate, scaleBySchedule } from "./scale.ts";
export { scaleByTrustRatio } from "./trust.ts";
export { addDecayedWeights } from "./weight-decay.ts";
