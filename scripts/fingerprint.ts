import {
  acos,
  add,
  array,
  asin,
  atan,
  atan2,
  cos,
  cosh,
  div,
  type DType,
  elu,
  erf,
  exp,
  expm1,
  floor,
  gelu,
  linspace,
  log,
  log1p,
  logSigmoid,
  matmul,
  mean,
  mul,
  type NDArray,
  ones,
  pow,
  random,
  reciprocal,
  remainder,
  round,
  rsqrt,
  sigmoid,
  silu,
  sin,
  sinh,
  softplus,
  square,
  stack,
  sub,
  tan,
  tanh,
  toTypedArray,
  tree,
  type Vector,
} from "@gradfold/core";
import { valueAndGrad } from "@gradfold/autodiff";
import { jit, scan } from "@gradfold/compile";
import { batches, repeat, sgd, trajectory, trainState, trainStep } from "@gradfold/optim";

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
    { optimizer: sgd(0.1), inputs: repeat({ x, y }, 100) },
    { optimizer: sgd(0.05, { momentum: 0.9 }), inputs: batches(forBatches, { x, y }, { size: 16, epochs: 3 }) },
  ];
  return settings.flatMap(({ optimizer, inputs }) => {
    const start = trainState(array([0.5, 0.75], { dtype }), optimizer);
    const run = way(trainStep(valueAndGrad(loss), optimizer), start, inputs);
    return [run.metrics.loss, ...Array.from(run.states(0), tree.leaves).flat()];
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

const bytesOf = (x: NDArray | Float64Array): Uint8Array => {
  const { buffer, byteOffset, byteLength } = x instanceof Float64Array ? x : toTypedArray(x);
  return new Uint8Array(buffer, byteOffset, byteLength);
};

const hash = async (parts: readonly (NDArray | Float64Array)[]): Promise<string> => {
  const bytes = await new Blob(parts.map(bytesOf) as BlobPart[]).arrayBuffer();
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
};

/** A hash over the bits of what the packages compute, whichever way they do: the same in every engine. */
export const fingerprint = async (): Promise<string> => {
  const dtypes = ["float64", "float32"] as const;
  const parts = (way: Way) => dtypes.flatMap((dtype) => [...runs(way, dtype), ...functions(dtype)]);
  const [eager = "", ...others] = await Promise.all(ways.map(async (way) => hash(parts(way))));
  if (others.some((other) => other !== eager))
    throw new Error(`eager, jitted and scanned runs differ: ${[eager, ...others].join(", ")}`);
  return eager;
};
