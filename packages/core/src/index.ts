export type { Matrix, NDArray, Operand, Scalar, Vector } from "./array.ts";
export type { DType } from "./dtype.ts";
export {
  attempt,
  DecodeError,
  type DecodeFailure,
  DomainError,
  DTypeError,
  type GradfoldError,
  orThrow,
  ShapeError,
  TraceError,
  TreeError,
} from "./error.ts";
export { type Either, either, type Option, option, pipe } from "./fp.ts";
export { fromJSON } from "./json.ts";
export { arange, array, eye, full, linspace, ones, onesLike, zeros, zerosLike } from "./make.ts";
export * as npy from "./npy.ts";
export { add } from "./operations/add.ts";
export { abs, div, mul, neg, sign, square, sub } from "./operations/arithmetic.ts";
export { argmax, argmin } from "./operations/argmax.ts";
export { cholesky } from "./operations/cholesky.ts";
export { equal, greater, greaterEqual, less, lessEqual, notEqual } from "./operations/compare.ts";
export { dot, matmul, outer } from "./operations/contract.ts";
export { cumsum } from "./operations/cumulative.ts";
export { diagonal } from "./operations/diagonal.ts";
export { einsum } from "./operations/einsum.ts";
export { exp, log, sqrt, tanh } from "./operations/elementary.ts";
export { max, min } from "./operations/extreme.ts";
export { maximum, minimum } from "./operations/extremum.ts";
export { flip, roll } from "./operations/flip.ts";
export { concatenate, stack } from "./operations/join.ts";
export { mean } from "./operations/mean.ts";
export { meshgrid } from "./operations/meshgrid.ts";
export { norm } from "./operations/norm.ts";
export { oneHot } from "./operations/onehot.ts";
export { prod } from "./operations/prod.ts";
export { repeat, split, tile } from "./operations/repeat.ts";
export { expandDims, reshape, squeeze, transpose } from "./operations/reshape.ts";
export { searchSorted } from "./operations/search.ts";
export { pad, set } from "./operations/set.ts";
export { slice } from "./operations/slice.ts";
export { argsort, sort } from "./operations/sort.ts";
export { logSoftmax, logSumExp, softmax } from "./operations/softmax.ts";
export { inverse, solve } from "./operations/solve.ts";
export { broadcastTo, cast, sum } from "./operations/spread.ts";
export { take, takeAlongAxis } from "./operations/take.ts";
export { triangularSolve } from "./operations/triangular.ts";
export { all, any } from "./operations/truth.ts";
export { std, variance } from "./operations/variance.ts";
export { print } from "./print.ts";
export * as random from "./random.ts";
export type { Key } from "./random.ts";
export { allClose, expectShape, item, toNested, toTypedArray } from "./read.ts";
export { fromNdarray, toNdarray } from "./scijs.ts";
export type { Axes, Shape } from "./shape.ts";
export type { SameShapeClash, ShapeOf, Broadcast } from "./static/broadcast.ts";
export type { Range } from "./static/move.ts";
export * as tree from "./tree.ts";
