/* The name space `random`: draws that depend on a key and on nothing else. */

export { categorical } from "./categorical.ts";
export { choice } from "./choice.ts";
export { exponential, gumbel, laplace } from "./exponential.ts";
export { bits, integers } from "./integers.ts";
export { foldIn, key, type Key, keyData, split, wrap } from "./key.ts";
export { normal } from "./normal.ts";
export { orthogonal } from "./orthogonal.ts";
export { permutation } from "./permutation.ts";
export { truncatedNormal } from "./truncated.ts";
export { bernoulli, uniform } from "./uniform.ts";
