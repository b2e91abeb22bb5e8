export {
  constant,
  cosineDecay,
  type CosineDecay,
  exponentialDecay,
  type ExponentialDecay,
  inverseTime,
  type InverseTime,
  linear,
  polynomial,
  type Polynomial,
} from "./decay.ts";
export {
  join,
  type Restarts,
  sgdr,
  type Warmup,
  warmupConstant,
  warmupCosineDecay,
  type WarmupCosineDecay,
  warmupExponentialDecay,
  type WarmupExponentialDecay,
} from "./join.ts";
export { cosineOnecycle, type CosineOnecycle, linearOnecycle, type LinearOnecycle } from "./onecycle.ts";
export {
  type Boundary,
  piecewiseConstant,
  type PiecewiseConstant,
  piecewiseInterpolate,
  type PiecewiseInterpolate,
} from "./piecewise.ts";
