export type { Matrix, NDArray, Operand, Scalar, Vector } from "./array/array.ts";
export type { Axes, Shape } from "./array/shape.ts";
export { fromJSON } from "./convert/json.ts";
export { arange, array, eye, full, linspace, ones, onesLike, zeros, zerosLike } from "./convert/make.ts";
export { print } from "./convert/print.ts";
export { allClose, expectShape, item, toNested, toTypedArray } from "./convert/read.ts";
export { fromNdarray, toNdarray } from "./convert/scijs.ts";
export {
  DecodeError,
  type DecodeFailure,
  DomainError,
  DTypeError,
  type GradfoldError,
  ShapeError,
  TraceError,
  TreeError,
} from "./error/error.ts";
export { attempt, orThrow } from "./fp/attempt.ts";
export { type Either, either, type Option, option, pipe } from "./fp/fp.ts";
export { numerics } from "./kernel/numerics.ts";
export * as npy from "./npy/npy.ts";
export * as npz from "./npz/npz.ts";
export { elu, leakyRelu, logSigmoid, relu, sigmoid, silu, softplus } from "./operations/activation.ts";
export { add } from "./operations/add.ts";
export { argmax, argmin } from "./operations/argmax.ts";
export { abs, div, mul, neg, sign, square, sub } from "./operations/arithmetic.ts";
export { cholesky } from "./operations/cholesky.ts";
export { clip } from "./operations/clip.ts";
export { equal, greater, greaterEqual, less, lessEqual, notEqual } from "./operations/compare.ts";
export { dot, matmul, outer } from "./operations/contract.ts";
export { cumsum } from "./operations/cumulative.ts";
export { diag, diagonal } from "./operations/diagonal.ts";
export { einsum } from "./operations/einsum.ts";
export { exp, expm1, log, log1p, reciprocal, rsqrt, sqrt } from "./operations/elementary.ts";
export { erf, gelu } from "./operations/error.ts";
export { max, min } from "./operations/extreme.ts";
export { maximum, minimum } from "./operations/extremum.ts";
export { flip, roll } from "./operations/flip.ts";
export { cosh, sinh, tanh } from "./operations/hyperbolic.ts";
export { concatenate, stack } from "./operations/join.ts";
export { isFinite, isNaN, logicalAnd, logicalNot, logicalOr } from "./operations/logic.ts";
export { lstsq } from "./operations/lstsq.ts";
export { mean } from "./operations/mean.ts";
export { meshgrid } from "./operations/meshgrid.ts";
export { norm } from "./operations/norm.ts";
export { oneHot } from "./operations/onehot.ts";
export { pinv } from "./operations/pinv.ts";
export { pow } from "./operations/power.ts";
export { prod } from "./operations/prod.ts";
export { qr } from "./operations/qr.ts";
export { repeat, split, tile, unstack } from "./operations/repeat.ts";
export { expandDims, reshape, squeeze, transpose } from "./operations/reshape.ts";
export { ceil, floor, remainder, round } from "./operations/rounding.ts";
export { searchSorted } from "./operations/search.ts";
export { pad, set } from "./operations/set.ts";
export { slice } from "./operations/slice.ts";
export { logSoftmax, logSumExp, softmax } from "./operations/softmax.ts";
export { inverse, solve } from "./operations/solve.ts";
export { argsort, sort } from "./operations/sort.ts";
export { broadcastTo, cast, sum } from "./operations/spread.ts";
export { conditionNumber, svd } from "./operations/svd.ts";
export { take, takeAlongAxis } from "./operations/take.ts";
export { tril, triu } from "./operations/triangle.ts";
export { triangularSolve } from "./operations/triangular.ts";
export { acos, asin, atan, atan2, cos, sin, tan } from "./operations/trigonometric.ts";
export { all, any } from "./operations/truth.ts";
export { std, variance } from "./operations/variance.ts";
export { where } from "./operations/where.ts";
export * as random from "./random/index.ts";
export type { Key } from "./random/index.ts";
export type { DType } from "./scalar/dtype.ts";
export type { SameShapeClash, ShapeOf, Broadcast } from "./static/broadcast.ts";
export type { Range } from "./static/move.ts";
export * as safetensors from "./safetensors/safetensors.ts";
export * as tree from "./tree/index.ts";
export type * from "./signature.ts";
