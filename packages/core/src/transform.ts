/** What a transform is made of: for `@gradfold/autodiff` and its like, not for everyday programs. */
export { type ArrayType, isNDArray } from "./array.ts";
export { isFloat } from "./dtype.ts";
export { accumulate } from "./operations/add.ts";
export {
  atNewLevel,
  bind,
  escaped,
  type Interpreter,
  known,
  type Primitive,
  traced,
  type Tracer,
  tracer,
  view,
} from "./primitive.ts";
export { formatShape, sameShape } from "./shape.ts";
export type { ShapeText, Unless } from "./static/text.ts";
export { typed } from "./static/door.ts";
export { zerosOf } from "./zeros.ts";
