import {
  acos,
  add,
  all,
  any,
  argmax,
  argmin,
  argsort,
  array,
  asin,
  atan,
  atan2,
  cast,
  cholesky,
  clip,
  concatenate,
  cos,
  cosh,
  cumsum,
  div,
  type DType,
  einsum,
  elu,
  erf,
  exp,
  expm1,
  eye,
  flip,
  floor,
  gelu,
  inverse,
  less,
  linspace,
  log,
  log1p,
  logSigmoid,
  logSoftmax,
  logSumExp,
  lstsq,
  matmul,
  max,
  maximum,
  mean,
  min,
  mul,
  type NDArray,
  norm,
  ones,
  outer,
  pad,
  pinv,
  pow,
  prod,
  qr,
  random,
  reciprocal,
  remainder,
  roll,
  round,
  rsqrt,
  searchSorted,
  set,
  sigmoid,
  silu,
  sin,
  sinh,
  slice,
  softmax,
  softplus,
  solve,
  sort,
  square,
  stack,
  std,
  sub,
  sum,
  svd,
  take,
  takeAlongAxis,
  tan,
  tanh,
  tile,
  toTypedArray,
  transpose,
  tree,
  variance,
  type Vector,
  where,
} from "@gradfold/core";
import { grad, valueAndGrad, vmap } from "@gradfold/autodiff";
import { jit, scan } from "@gradfold/compile";
import { batches, sgd, steps, trainState, trainStep, trajectory } from "@gradfold/optim";

type Way = typeof trajectory.fold;

/** How a run can be computed: operation by operation, each step compiled, and all steps as compiled loops. */
const ways: readonly Way[] = [
  (step, start, inputs) => trajectory.fold(step, start, inputs),
  (step, start, inputs) => trajectory.fold(jit(step), start, inputs),
  (step, start, inputs) => trajectory.fold(step, start, inputs, { scan }),
];

/** The blog's run, full-batch and with mini-batches and momentum: every state and every loss. */
const runs = (way: Way, dtype: DType): readonly (NDArray | Float64Array)[] => {
  const [forX, forB, forBatches] = random.split(random.key(0), 3);
  const x = stack([random.uniform(forX, [100], { min: -1, max: 1, dtype }), ones([100], { dtype })], 1);
  const y = add(matmul(x, array([3, 2], { dtype })), random.uniform(forB, [100], { dtype }));
  const loss = (a: Vector<2>, batch: { x: NDArray<[number, 2]>; y: NDArray<[number]> }) =>
    mean(square(sub(matmul(batch.x, a), batch.y)));
  const settings = [
    { optimizer: sgd(0.1), inputs: steps(100, { x, y }) },
    { optimizer: sgd(0.05, { momentum: 0.9 }), inputs: batches(forBatches, { x, y }, { size: 16, epochs: 3 }) },
  ];
  return settings.flatMap(({ optimizer, inputs }) => {
    const start = trainState(array([0.5, 0.75], { dtype }), optimizer);
    const run = way(trainStep(valueAndGrad(loss), optimizer), start, inputs);
    return [Float64Array.from(run.metrics.loss), ...Array.from(run.states(0), tree.leaves).flat()];
  });
};

/** Scalar functions over their range. */
const functions = (dtype: DType): readonly NDArray[] => {
  const x = linspace(-30, 30, 20_001, { dtype });
  const e = exp(x);
  const unit = div(x, 31);
  const anywhere = [
    tanh,
    sin,
    cos,
    tan,
    atan,
    sinh,
    cosh,
    expm1,
    erf,
    sigmoid,
    logSigmoid,
    softplus,
    silu,
    floor,
    round,
  ];
  return [
    e,
    ...anywhere.map((f) => f(x)),
    gelu(x),
    ...[log, log1p, rsqrt, reciprocal].map((f) => f(e)),
    ...[asin, acos].map((f) => f(unit)),
    // Arguments far beyond the first turns, and quotients beyond the digits of a number.
    ...[sin, cos, tan].map((f) => f(mul(x, 1e20))),
    remainder(mul(x, 1e20), 0.7),
    pow(e, unit),
    atan2(x, sub(1, x)),
    elu(x, 0.5),
  ];
};

/** Everything else that gives numbers: reductions, rearrangements, products, systems of equations, sorting. */
const structures = (dtype: DType): readonly NDArray[] => {
  const [forM, forS, forV] = random.split(random.key(1), 3);
  const m = random.normal(forM, [37, 29], { dtype });
  const s = random.normal(forS, [12, 12], { dtype });
  const v = random.uniform(forV, [3000], { min: -1, max: 1, dtype });
  const spd = add(matmul(s, transpose(s)), eye(12, { dtype }));
  const order = argsort(m, 0);
  const ints = cast(mul(m, 1000), "int32");
  const reductions = [sum, mean, max, min, prod, logSumExp, variance, std, norm, all, any, argmax, argmin];
  const along: readonly ((x: NDArray, axis: number) => NDArray)[] = [softmax, logSoftmax, cumsum, sort, argsort];
  return [
    ...reductions.flatMap((f): NDArray[] => [f(m), f(m, 0), f(m, 1), f(v)]),
    ...along.flatMap((f): NDArray[] => [f(m, 0), f(m, 1), f(v, 0)]),
    ...[sum, max, prod].map((f) => f(ints)),
    cumsum(ints, -1),
    ...[add, sub, mul, maximum].map((f) => f(ints, 12_345_678)),
    matmul(ints, transpose(ints)),
    takeAlongAxis(m, order, 0),
    take(m, slice(order, [0]), 0),
    searchSorted(sort(v), m),
    where(less(m, 0), m, square(m)),
    clip(m, { min: -0.5, max: 0.5 }),
    concatenate([m, flip(m, 0), roll(m, 5, 1)], 0),
    tile(
      pad(
        m,
        [
          [1, 2],
          [3, 4],
        ],
        7,
      ),
      [2, 1],
    ),
    set(m, [null, [null, null, 3]], 1),
    einsum("ij,kj->ik", m, m),
    outer(slice(v, [[0, 40]]), slice(v, [[40, 90]])),
    solve(spd, s),
    cholesky(spd),
    inverse(spd),
    ...Object.values(qr(m)),
    ...Object.values(svd(m)),
    pinv(m),
    ...Object.values(lstsq(m, m)),
    grad((x) => sum(solve(add(spd, x), cholesky(add(spd, x)))))(s),
    grad((x) => sum(mul(sort(x, 0), takeAlongAxis(x, order, 0))))(m),
    vmap((row) => logSumExp(mul(row, row)))(m),
  ];
};

/** Every distribution. */
const draws = (dtype: DType): readonly NDArray[] => {
  const key = random.key(7);
  const { uniform, normal, exponential, gumbel, laplace, truncatedNormal } = random;
  return [
    ...[uniform, normal, exponential, gumbel, laplace].map((draw) => draw(key, [2000], { dtype })),
    truncatedNormal(key, [2000], { min: -1, max: 3, dtype }),
    random.bits(key, [2000]),
    random.integers(key, [2000], { min: -5, max: 77_777 }),
    random.bernoulli(key, [2000]),
    random.permutation(key, 300),
    random.categorical(key, normal(key, [50, 7], { dtype })),
    random.choice(key, 500, [100], { replace: false }),
    random.orthogonal(key, 6, { dtype }),
  ];
};

/** Every NaN as the same NaN: its sign and payload are not defined. */
const bytesOf = (x: NDArray | Float64Array): Uint8Array => {
  const elements = x instanceof Float64Array ? x : toTypedArray(x);
  const { buffer, byteOffset, byteLength } = elements.map((value: number) => (Number.isNaN(value) ? NaN : value));
  return new Uint8Array(buffer, byteOffset, byteLength);
};

const hash = async (parts: readonly (NDArray | Float64Array)[]): Promise<string> => {
  const bytes = await new Blob(parts.map(bytesOf) as BlobPart[]).arrayBuffer();
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
};

const dtypes = ["float64", "float32"] as const;

/** A hash over the bits of what the packages compute, whichever way they do: the same in every engine. */
export const fingerprint = async (): Promise<string> => {
  const [eager = [], ...others] = ways.map((way) => dtypes.flatMap((dtype) => runs(way, dtype)));
  const hashes = await Promise.all([eager, ...others].map(hash));
  if (new Set(hashes).size > 1) throw new Error(`eager, jitted and scanned runs differ: ${hashes.join(", ")}`);
  return hash([...eager, ...dtypes.flatMap((dtype) => [...functions(dtype), ...structures(dtype), ...draws(dtype)])]);
};
