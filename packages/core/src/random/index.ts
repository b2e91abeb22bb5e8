/* The name space `random`: draws that depend on a key and on nothing else. */

export { type Categorical, categorical } from "./categorical.ts";
export { type Choice, choice } from "./choice.ts";
export type { Precision, Sampler } from "./draw.ts";
export { exponential, gumbel, laplace } from "./exponential.ts";
export { bits, type Bounds, integers } from "./integers.ts";
export { foldIn, key, type Key, keyData, type Split, split, wrap } from "./key.ts";
export { type Normal, normal } from "./normal.ts";
export { orthogonal } from "./orthogonal.ts";
export { type Permutation, permutation } from "./permutation.ts";
export { type Truncated, truncatedNormal } from "./truncated.ts";
export { bernoulli, type Interval, uniform } from "./uniform.ts";
