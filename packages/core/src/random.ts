/* The name space `random`: draws that depend on a key and on nothing else. */

export { categorical } from "./random/categorical.ts";
export { choice } from "./random/choice.ts";
export { exponential, gumbel, laplace } from "./random/exponential.ts";
export { bits, integers } from "./random/integers.ts";
export { foldIn, key, type Key, keyData, split, wrap } from "./random/key.ts";
export { normal } from "./random/normal.ts";
export { orthogonal } from "./random/orthogonal.ts";
export { permutation } from "./random/permutation.ts";
export { truncatedNormal } from "./random/truncated.ts";
export { bernoulli, uniform } from "./random/uniform.ts";
