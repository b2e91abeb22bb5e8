/** What a transform is made of: for `@gradfold/autodiff` and its like, not for everyday programs. */
export {
  type ArrayType,
  contiguous,
  isForeign,
  isNDArray,
  type Layout,
  layoutOf,
  type Run,
  runIfKept,
  type View,
} from "./array/array.ts";
export { checkFunction, checkList, describe, isRemains } from "./array/description.ts";
export { type Box, inLayers, type Reach, type Taken } from "./array/layers.ts";
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
} from "./array/primitive.ts";
export { broadcastStrides, formatShape, mostAxes, pick, placesOf, rowMajor, sameShape, sizeOf } from "./array/shape.ts";
export { compact } from "./array/view.ts";
export { zerosOf } from "./array/zeros.ts";
export { inQuotes, isErrorOf, isList, isRecord, kindOf } from "./error/plain.ts";
export { decoded } from "./fp/attempt.ts";
export { bytesOf } from "./input/bytes.ts";
export { isPromise, pairOf, reasonOf } from "./input/callback.ts";
export { nearest, type OptionsOf, optionsOf } from "./input/options.ts";
export { isWide } from "./kernel/matmul.ts";
export type { Sizes } from "./kernel/tile.ts";
export { block1, block2, foldByHalves, lanes } from "./kernel/order.ts";
export { areBeside, axesBehind } from "./kernel/reduce.ts";
export { accumulate } from "./operations/add.ts";
export { checker, eachElement } from "./operations/checked.ts";
export { type CotangentSum, settled, withCotangent, withPart } from "./operations/cotangent.ts";
export { type Arithmetic, fused } from "./operations/fused.ts";
export { gatherRows } from "./operations/gather.ts";
export { stackRows } from "./operations/join.ts";
export { canonical, raw } from "./npy/element.ts";
export { compileCode } from "./scalar/code.ts";
export { allocate, allocateAlone, bytesPerElement, isFloat, mostShared, type Store } from "./scalar/dtype.ts";
export { type Instruction, type LaneOperation, type Mask, type ScalarFunction, type Value } from "./scalar/lane.ts";
export { lazy } from "./scalar/lazy.ts";
export type { Combine } from "./scalar/monoid.ts";
export type { Bulk, Machine, Part, Routine, Scratch, Step } from "./scalar/routine.ts";
export { byWidth, codes } from "./safetensors/element.ts";
export {
  checkCount,
  checkPlaces,
  countOf,
  headerBytes,
  headerLength,
  headerText,
  lengthBytes,
  longestHeader,
  mostTexts,
  type Placed,
  readHeader,
  readTexts,
} from "./safetensors/header.ts";
export {
  asciiBytes,
  isCount,
  type Quoted,
  type Reader,
  readerOf,
  short,
  stringOf,
  toJson,
} from "./safetensors/json.ts";
export type { Insert } from "./static/axes.ts";
export { typed } from "./static/door.ts";
export type { ShapeText, Unless } from "./static/text.ts";
export { type Flat, flattenAs, keyPath, mostLevels, type Structure } from "./tree/structure.ts";
