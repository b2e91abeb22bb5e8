import {
  abs,
  add,
  broadcastTo,
  cast,
  div,
  equal,
  exp,
  greater,
  less,
  log,
  matmul,
  maximum,
  mean,
  minimum,
  mul,
  neg,
  type NDArray,
  reshape,
  sign,
  slice,
  sqrt,
  square,
  sub,
  sum,
  tanh,
  transpose,
} from "@gradfold/core";

type Unary = (x: NDArray) => NDArray;
type Binary = (x: NDArray, y: NDArray) => NDArray;

export const unary: Readonly<Record<string, Unary>> = { neg, abs, sign, square, sqrt, exp, log, tanh };

export const binary: Readonly<Record<string, Binary>> = {
  add,
  sub,
  mul,
  div,
  maximum,
  minimum,
  equal,
  less,
  greater,
};

/** Compositions of moves and reductions, for arrays of any shape. */
export const shapely: Readonly<Record<string, Unary>> = {
  sum: (x) => sum(x),
  mean: (x) => mean(x),
  "sum over the first axis": (x) => (x.shape.length === 0 ? x : sum(x, 0)),
  "sum over the last axis": (x) => (x.shape.length === 0 ? x : sum(x, -1)),
  "sum over the outer axes": (x) => (x.shape.length < 2 ? x : sum(x, [0, -1])),
  "sum, axes kept": (x) => sum(x, undefined, { keepDims: true }),
  transpose: (x) => transpose(x),
  "sum of a transpose": (x) => sum(transpose(x), x.shape.length === 0 ? undefined : 0),
  flat: (x) => reshape(x, [-1]),
  reversed: (x) =>
    slice(
      x,
      x.shape.map(() => [null, null, -1] as const),
    ),
  "every other": (x) =>
    slice(
      x,
      x.shape.map(() => [null, null, 2] as const),
    ),
  repeated: (x) => broadcastTo(x, [2, ...x.shape]),
  "square of the transpose": (x) => square(transpose(x)),
  "centred along the last axis": (x) => (x.shape.length === 0 ? x : sub(x, mean(x, -1, { keepDims: true }))),
  "cast and back": (x) => cast(mul(cast(x, "float32"), 3), x.dtype),
  "product with itself": (x) => (x.shape.length === 2 ? matmul(transpose(x), x) : x),
};
