import {
  add,
  argmax,
  argsort,
  array,
  broadcastTo,
  cast,
  cholesky,
  concatenate,
  conditionNumber,
  cumsum,
  div,
  type DType,
  einsum,
  eye,
  flip,
  full,
  greater,
  inverse,
  type Key,
  logSumExp,
  lstsq,
  matmul,
  max,
  mean,
  min,
  mul,
  type NDArray,
  norm,
  pad,
  pinv,
  prod,
  qr,
  random,
  remainder,
  reshape,
  type Scalar,
  searchSorted,
  set,
  type Shape,
  slice,
  softmax,
  solve,
  sort,
  square,
  std,
  sub,
  sum,
  svd,
  take,
  takeAlongAxis,
  tanh,
  tile,
  transpose,
  tril,
  variance,
  where,
  zeros,
} from "@gradfold/core";
import { noise } from "../bits.ts";
import { program, type Program, withGradient } from "./program.ts";

const cube = noise(1, [5, 6, 7]);

const subsets: readonly (readonly number[])[] = [[0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]];

const reductions = subsets.flatMap((axes) => [
  program(`sum over axes ${axes.join()}`, [cube], (x) => sum(mul(x, x), axes)),
  program(`several reductions over axes ${axes.join()}`, [cube], (x) => [max(x, axes), min(x, axes), mean(x, axes)]),
]);

const statistics = [
  ...withGradient("log of a sum of exponentials", [noise(1, [300], "float64")], (x) => logSumExp(x)),
  ...withGradient("log of sums of exponentials by columns", [cube], (x) => logSumExp(x, 1)),
  ...withGradient("softmax", [cube], (x) => softmax(x, -1)),
  ...withGradient("layer norm", [noise(1, [9, 16])], (x) =>
    div(sub(x, mean(x, -1, { keepDims: true })), add(std(x, -1, { keepDims: true }), 1e-5)),
  ),
  ...withGradient("variance and norm", [noise(1, [9, 16])], (x) => add(variance(x, 0), norm(x, 0))),
  ...withGradient("products", [noise(1, [4, 5])], (x) => prod(x, 1)),
  ...withGradient("sums so far", [noise(1, [4, 9])], (x) => cumsum(x, 1)),
  program("a sum of 100,000 numbers", [noise(1, [100_000])], (x) => sum(x)),
  program("a sum of 20,000 rows", [noise(1, [20_000, 3], "float64")], (x) => sum(x, 0)),
];

/** Of matrices m × k and k × n. */
const productOf = (m: number, k: number, n: number, dtype: DType): readonly Program[] =>
  withGradient(`a product ${m} × ${k} × ${n}, ${dtype}`, [noise(1, [m, k], dtype), noise(2, [k, n], dtype)], (a, b) =>
    matmul(a, b),
  );

const products = [
  ...[
    [1, 1, 1],
    [1, 7, 1],
    [3, 5, 7],
    [17, 33, 9],
    [65, 31, 66],
  ].flatMap(([m = 0, k = 0, n = 0]) => productOf(m, k, n, "float32")),
  ...productOf(19, 23, 29, "float64"),
  ...productOf(0, 3, 2, "float32"),
  ...productOf(2, 0, 3, "float32"),
  ...withGradient("a product with a transpose", [noise(1, [13, 11])], (x) => matmul(transpose(x), tanh(x))),
  ...withGradient("a matrix times a vector", [noise(1, [33, 18]), noise(2, [18])], (a, b) => matmul(a, b)),
  ...withGradient("products of a batch", [noise(1, [3, 4, 5]), noise(2, [3, 5, 6])], (a, b) => matmul(a, b)),
  ...withGradient("einsum", [noise(1, [3, 4]), noise(2, [5, 4, 2])], (a, b) => einsum("ij,kjl->kil", a, b)),
];

/** Windows of size 3, by slices and by places. */
const convolved = (x: NDArray, w: NDArray): NDArray =>
  [0, 1, 2].map((i): NDArray => mul(slice(x, [null, [i, i + 10]]), slice(w, [i]))).reduce((a, b) => add(a, b));

const windows = array(
  Array.from({ length: 30 }, (_, i) => Math.floor(i / 3) + (i % 3)),
  { shape: [10, 3], dtype: "int32" },
);

const convolvedByPlaces = (x: NDArray, w: NDArray): NDArray => matmul(take(x, windows, 1), w);

const definite = (x: NDArray): NDArray => add(matmul(x, transpose(x)), mul(eye(5, { dtype: "float64" }), 9));

const square5 = noise(1, [5, 5], "float64");

const routines = [
  ...withGradient("sort", [noise(1, [4, 9])], (x) => sort(x, 1)),
  ...withGradient("sort down the columns", [noise(1, [9, 4], "float64")], (x) => sort(x, 0)),
  ...withGradient("take", [cube], (x) => take(x, array([0, -1, 3], { dtype: "int32" }), 1)),
  ...withGradient("take along an axis", [noise(1, [4, 6])], (x) => takeAlongAxis(x, argsort(x, 1), 1)),
  ...withGradient("Cholesky", [square5], (x) => cholesky(definite(x))),
  ...withGradient("solve", [square5, noise(2, [5, 2], "float64")], (x, b) => solve(definite(x), b)),
  ...withGradient("inverse", [square5], (x) => inverse(definite(x))),
  ...withGradient("QR", [noise(3, [6, 3], "float64")], (x) => matmul(qr(x).q, tanh(qr(x).r))),
  ...withGradient("QR of a wide matrix", [noise(3, [3, 5])], (x) => qr(x).r),
  ...withGradient(
    "least squares",
    [noise(3, [6, 3], "float64"), noise(2, [6, 2], "float64")],
    (x, b) => lstsq(x, b).solution,
  ),
  ...withGradient("least squares of a stack", [noise(3, [2, 2, 3]), noise(2, [2])], (x, b) => lstsq(x, b).solution),
  ...withGradient("singular values", [noise(3, [5, 3], "float64")], (x) => {
    const { u, s, v } = svd(x);
    return matmul(mul(u, tanh(s)), transpose(v));
  }),
  ...withGradient("condition numbers of a stack", [noise(3, [2, 3, 4])], (x) => conditionNumber(x)),
  ...withGradient("pseudo-inverse", [noise(3, [3, 5])], (x) => pinv(x)),
  ...withGradient("convolution by slices", [noise(1, [2, 12]), noise(2, [3])], convolved),
  ...withGradient("convolution by places", [noise(1, [2, 12]), noise(2, [3])], convolvedByPlaces),
  program("places of the largest", [cube], (x) => [argmax(x, 0), argmax(x, 2)]),
  program("search", [noise(1, [20]), noise(2, [3, 3])], (x, y) => searchSorted(sort(reshape(x, [20])), y)),
];

const moves = [
  ...withGradient("concatenate", [noise(1, [3, 4]), noise(2, [2, 4])], (x, y) => concatenate([y, tanh(x), y], 0)),
  ...withGradient("pad", [noise(1, [3, 4])], (x) =>
    pad(
      x,
      [
        [1, 2],
        [0, 3],
      ],
      7,
    ),
  ),
  ...withGradient("set", [noise(1, [6, 4]), noise(2, [4])], (x, y) => set(x, [2], y)),
  ...withGradient("tile and flip", [noise(1, [3, 4])], (x) => flip(tile(x, [2, 1]), 0)),
  ...withGradient("a lower triangle", [noise(1, [6, 6])], (x) => tril(x)),
  ...withGradient("broadcast rows", [noise(1, [5])], (x) => square(broadcastTo(x, [4, 5]))),
  ...withGradient("where", [cube], (x) => where(greater(x, 0), square(x), tanh(x))),
  program("transposes of all axes", [cube], (x) => [
    transpose(x),
    transpose(x, [1, 0, 2]),
    reshape(transpose(x), [-1]),
  ]),
];

const whole = cast(mul(noise(1, [9, 5]), 1e6), "int32");

const types = [
  program("whole numbers", [whole], (x) => [mul(x, x), sum(mul(x, 12_345), 0), remainder(x, 7), prod(x, 1)]),
  program("truths", [noise(1, [9, 5])], (x) => [greater(x, 0), sum(cast(greater(x, 0.5), "int32"))]),
  program("dtypes together", [noise(1, [8]), noise(2, [8], "float64"), slice(whole, [[0, 8], 0])], (x, y, z) => [
    add(x, cast(z, "float32")),
    add(cast(x, "float64"), y),
    mul(cast(z, "float64"), y),
  ]),
  program("one number for all", [full([40], 3), noise(1, [40])], (x, y) => [mul(x, y), sum(square(x)), tanh(x)]),
];

const empty = ([[0], [0, 3], [3, 0], [2, 0, 3]] satisfies readonly Shape[]).map((shape) =>
  program(`an empty array ${shape.join(" × ")}`, [zeros(shape, { dtype: "float32" })], (x) => [
    tanh(x),
    sum(x),
    sum(x, 0),
    concatenate([x, x], 0),
  ]),
);

const key = (step: NDArray): Key => random.foldIn(random.key(9), step as Scalar);

const draws = [
  program("random bits", [array(5)], (step) => random.bits(key(step), [33])),
  program("random numbers", [array(6)], (step) => [random.uniform(key(step), [3, 7]), random.normal(key(step), [40])]),
  program("keys split", [array(7)], (step) => random.split(key(step)).map((k) => random.uniform(k, [3]))),
  program("a permutation", [array(8)], (step) => random.permutation(key(step), 20)),
];

/** Reductions, products, routines, moves, dtypes, empty arrays and random numbers. */
export const structures: readonly Program[] = [
  ...reductions,
  ...statistics,
  ...products,
  ...routines,
  ...moves,
  ...types,
  ...empty,
  ...draws,
];
