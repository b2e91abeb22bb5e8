/** What a transform is made of: for `@gradfold/autodiff` and its like, not for everyday programs. */
export { type ArrayType, contiguous, isNDArray, type Layout, layoutOf, type Run, runIfKept } from "./array.ts";
export { isPromise, pairOf, reasonOf } from "./callback.ts";
export { compileCode } from "./code.ts";
export { bytesOf } from "./bytes.ts";
export { checkFunction, checkList, describe, inQuotes, isRemains } from "./description.ts";
export { allocate, allocateAlone, bytesPerElement, isFloat, mostShared, type Store } from "./dtype.ts";
export { decoded } from "./attempt.ts";
export { inLayers, type Reach, type Taken } from "./layers.ts";
export { type Instruction, type LaneOperation, type ScalarFunction } from "./lane.ts";
export { lazy } from "./lazy.ts";
export { isWide } from "./matmul.ts";
export { accumulate } from "./operations/add.ts";
export { type CotangentSum, settled, withCotangent, withPart } from "./operations/cotangent.ts";
export { checker, eachElement } from "./operations/checked.ts";
export { type Arithmetic, fused } from "./operations/fused.ts";
export { stackRows } from "./operations/join.ts";
export type { Combine } from "./monoid.ts";
export { block1, block2, foldByHalves, lanes } from "./order.ts";
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
  type Source,
  traced,
  type Tracer,
  tracer,
  view,
} from "./primitive.ts";
export type { Part, Routine, Scratch, Step } from "./routine.ts";
export { areBeside, axesBehind } from "./reduce.ts";
export { broadcastStrides, formatShape, mostAxes, pick, placesOf, rowMajor, sameShape, sizeOf } from "./shape.ts";
export type { Insert } from "./static/axes.ts";
export type { ShapeText, Unless } from "./static/text.ts";
export { typed } from "./static/door.ts";
export { nearest, optionsOf } from "./options.ts";
export { isErrorOf, isList, isRecord, kindOf } from "./plain.ts";
export { flattenAs, keyPath, mostLevels } from "./tree/structure.ts";
export { compact } from "./view.ts";
export { zerosOf } from "./zeros.ts";
