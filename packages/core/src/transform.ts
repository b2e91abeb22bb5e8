/** What a transform is made of: for `@gradfold/autodiff` and its like, not for everyday programs. */
export type { Taken } from "./array/layers.ts";
export {
  atNewLevel,
  bind,
  escaped,
  innermost,
  type Interpreter,
  isTransforming,
  known,
  type Limit,
  type Primitive,
  traced,
  type Tracer,
  tracer,
} from "./array/primitive.ts";
export { rowMajor } from "./array/shape.ts";
export { zerosOf } from "./array/zeros.ts";
export { isErrorOf } from "./error/plain.ts";
export { type CotangentSum, settled, withCotangent, withPart } from "./operations/cotangent.ts";
export type { Insert } from "./static/axes.ts";
export type { ShapeText } from "./static/text.ts";
export { type Flat, flattenAs, type Structure } from "./tree/structure.ts";
