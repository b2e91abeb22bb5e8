/** What a transform is made of: for `@gradfold/autodiff` and its like, not for everyday programs. */
export { type ArrayType, contiguous, isNDArray, type Layout, layoutOf } from "./array.ts";
export { allocate, isFloat, type Store } from "./dtype.ts";
export { type Instruction, type LaneOperation, type ScalarFunction } from "./lane.ts";
export { accumulate } from "./operations/add.ts";
export {
  atNewLevel,
  bind,
  escaped,
  type Interpreter,
  known,
  type Loops,
  type Primitive,
  type Source,
  traced,
  type Tracer,
  tracer,
  view,
} from "./primitive.ts";
export { formatShape, rowMajor, sameShape, sizeOf } from "./shape.ts";
export type { ShapeText, Unless } from "./static/text.ts";
export { typed } from "./static/door.ts";
export { compact, isRowMajor } from "./view.ts";
export { zerosOf } from "./zeros.ts";
