/*
 * What the types of public functions are made of: for the declarations of projects that export functions and results, and
 * seldom written by hand.
 */

export type { Arange, Eye, Filled, Full, MakeArray, MakeOptions } from "./convert/make.ts";
export type { NestedElements, Tolerance } from "./convert/read.ts";
export type { LazyArg, Left, None, Right, Some } from "./fp/fp.ts";
export type { Clip } from "./operations/clip.ts";
export type { Options as NormOptions } from "./operations/norm.ts";
export type { Splitting, Tile, Tuples, Unstacked } from "./operations/repeat.ts";
export type { Reshape, Transpose } from "./operations/reshape.ts";
export type { BroadcastTo } from "./operations/spread.ts";
export type { Triangle } from "./operations/triangle.ts";
export type { Options as VarianceOptions } from "./operations/variance.ts";
export type { ArraysApart, Count, First } from "./static/apart.ts";
export type {
  Along,
  AxisClash,
  AxisMissing,
  Reduced,
  Reduction,
  Replace,
  SizeAt,
  Squeezed,
  SqueezeClash,
} from "./static/axes.ts";
export type { Binary, BroadcastClash, Parametric, Unary } from "./static/broadcast.ts";
export type { DotClash, MatMul, MatMulClash, SizeOf, VectorClash } from "./static/contract.ts";
export type { EinsumClash, EinsumShape, ShapesOf } from "./static/einsum.ts";
export type { Factored, LeastSquares, OfMatrix, PseudoInverse, SingularValues } from "./static/factor.ts";
export type { OfSquare, Solve } from "./static/matrix.ts";
export type { Padded, Sliced, StackClash, Tiled, Total } from "./static/move.ts";
export type { Lesser, Product, ProductOf, Sum } from "./static/natural.ts";
export type { FractionClash, Mutable, Unless } from "./static/text.ts";
export type { FromNamed } from "./tree/named.ts";
