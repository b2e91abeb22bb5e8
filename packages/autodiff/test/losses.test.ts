import {
  abs,
  add,
  array,
  div,
  exp,
  expandDims,
  item,
  log,
  logSoftmax,
  logSumExp,
  matmul,
  maximum,
  mean,
  minimum,
  mul,
  type NDArray,
  neg,
  norm,
  square,
  stack,
  sub,
  sum,
  take,
  takeAlongAxis,
  tanh,
} from "@gradfold/core";
import { describe, expect, test } from "vitest";
import { grad, hvp, valueAndGrad, vmap } from "../src/index.ts";
import { decode, expectClose, type GoldenArray } from "./golden.ts";
import lossFile from "./fixtures/losses.json" with { type: "json" };
import classifier from "./fixtures/train-classifier.json" with { type: "json" };

/* Losses written out in a user's own words. */

interface Case {
  readonly id: string;
  readonly loss: string;
  readonly attrs?: {
    readonly delta?: number;
    readonly beta?: number;
    readonly alpha?: number | null;
    readonly gamma?: number;
  };
  readonly inputs: Readonly<Record<string, GoldenArray>>;
  readonly perExample: GoldenArray;
  readonly gradOfMean: Readonly<Record<string, GoldenArray>>;
}

// The compiler's type of the file is a union of all its parts; the file's own description gives this one.
// The compiler's type of so large a file is a union of all its parts; its README gives this one.
const { losses } = lossFile as unknown as { readonly losses: readonly Case[] };

const softplus = (x: NDArray): NDArray => logSumExp(stack([mul(x, 0), x]), 0);

const within = (error: NDArray, delta: number): NDArray => {
  const size = abs(error);
  const near = minimum(size, delta);
  return add(mul(0.5, square(near)), mul(delta, sub(size, near)));
};

/** -sum t log p, where a class that cannot occur, with t = 0, counts as 0. */
const crossEntropy = (logits: NDArray, targets: NDArray): NDArray =>
  neg(sum(mul(targets, maximum(logSoftmax(logits), -1e308)), -1));

const picked = (logProbs: NDArray, labels: NDArray): NDArray =>
  neg(sum(takeAlongAxis(logProbs, expandDims(labels, -1), -1), -1));

const cosine = (a: NDArray, b: NDArray): NDArray => div(sum(mul(a, b), -1), mul(norm(a, -1), norm(b, -1)));

const oneHot = (labels: NDArray, like: NDArray): NDArray => {
  const n = like.shape.at(-1) ?? 1;
  const rows = Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));
  return take(array(rows, { shape: [n, n] }), labels);
};

const none = array(NaN);

const functions: Readonly<Record<string, (inputs: readonly NDArray[], attrs: NonNullable<Case["attrs"]>) => NDArray>> =
  {
    squaredError: ([p = none, t = none]) => square(sub(p, t)),
    absoluteError: ([p = none, t = none]) => abs(sub(p, t)),
    huber: ([p = none, t = none], { delta = 1 }) => within(sub(p, t), delta),
    smoothL1: ([p = none, t = none], { beta = 1 }) => div(within(sub(p, t), beta), beta),
    logCosh: ([p = none, t = none]) => {
      const error = sub(p, t);
      return sub(logSumExp(stack([error, neg(error)]), 0), Math.LN2);
    },
    crossEntropyInteger: ([z = none, labels = none]) => picked(logSoftmax(z), labels),
    crossEntropySoft: ([z = none, t = none]) => crossEntropy(z, t),
    crossEntropySmoothed: ([z = none, labels = none], { alpha = 0 }) =>
      crossEntropy(z, add(mul(1 - (alpha ?? 0), oneHot(labels, z)), (alpha ?? 0) / (z.shape.at(-1) ?? 1))),
    sigmoidBinaryCrossEntropy: ([z = none, t = none]) => sub(softplus(z), mul(z, t)),
    nll: ([logProbs = none, labels = none]) => picked(logProbs, labels),
    klDivergence: ([logP = none, t = none]) => {
      // log p of a p that is 0 does not matter, as long as it is finite.
      const entropy = mul(t, log(maximum(t, 1e-300)));
      return sum(sub(entropy, mul(t, logP)), -1);
    },
    hinge: ([p = none, t = none]) => maximum(0, sub(1, mul(p, t))),
    squaredHinge: ([p = none, t = none]) => square(maximum(0, sub(1, mul(p, t)))),
    cosineSimilarity: ([a = none, b = none]) => cosine(a, b),
    cosineDistance: ([a = none, b = none]) => sub(1, cosine(a, b)),
    sigmoidFocal: ([z = none, t = none], { gamma = 2, alpha = null }) => {
      const p = exp(neg(softplus(neg(z))));
      const wrong = add(mul(sub(1, p), t), mul(p, sub(1, t)));
      const weight = alpha === null ? array(1) : add(mul(alpha, t), mul(1 - alpha, sub(1, t)));
      return mul(mul(weight, gamma === 0 ? array(1) : square(wrong)), sub(softplus(z), mul(z, t)));
    },
    poissonNll: ([logP = none, t = none]) => sub(exp(logP), mul(t, logP)),
  };

const tolerance = { rtol: 1e-10, atol: 1e-12 };

test("every loss of the file is written out", () =>
  expect([...new Set(losses.map(({ loss }) => loss))].filter((loss) => !(loss in functions))).toEqual([]));

describe.each(losses.map((each) => [each.id, each] as const))("%s", (_, { loss, attrs = {}, inputs, ...want }) => {
  const names = Object.keys(inputs);
  const values = names.flatMap((name) => (inputs[name] ? [decode(inputs[name])] : []));
  const f = (xs: readonly NDArray[]): NDArray => functions[loss]?.(xs, attrs) ?? none;

  test("has PyTorch's values and gradients", () => {
    expectClose(f(values), want.perExample, tolerance);
    for (const [name, gradient] of Object.entries(want.gradOfMean)) {
      const at = names.indexOf(name);
      const ofOne = (x: NDArray) => mean(f(values.with(at, x)));
      expectClose(grad(ofOne)(values[at] ?? none), gradient, tolerance);
    }
  });
});

describe("the classifier's network", () => {
  const { init, firstGrads, batches, labels } = classifier;
  const params = { w1: decode(init.w1), b1: decode(init.b1), w2: decode(init.w2), b2: decode(init.b2) };
  const rows = array(batches[0] ?? [], { dtype: "int32" });
  const x = take(decode(classifier.x), rows);
  const y = take(array(labels.data, { dtype: "int32" }), rows);
  const loss = (p: typeof params, input: NDArray, label: NDArray) =>
    mean(picked(logSoftmax(add(matmul(tanh(add(matmul(input, p.w1), p.b1)), p.w2), p.b2)), label));

  test("has PyTorch's first loss and gradients", () => {
    const [value, gradient] = valueAndGrad(loss)(params, x, y);
    expect(Math.abs(item(value) - (classifier.losses[0] ?? NaN))).toBeLessThan(1e-12);
    for (const name of ["w1", "b1", "w2", "b2"] as const) expectClose(gradient[name], firstGrads[name], tolerance);
  });
  test("has gradients for each example, whose mean is the gradient", () => {
    const each = vmap(grad(loss), { inAxes: [null, 0, 0] })(params, x, y);
    for (const name of ["w1", "b1", "w2", "b2"] as const) expectClose(mean(each[name], 0), firstGrads[name], tolerance);
  });
  test("has a Hessian that is the same from both sides", () => {
    const [u, v] = [params, grad(loss)(params, x, y)];
    const inner = (a: typeof params, b: typeof params) =>
      ["w1", "b1", "w2", "b2"]
        .map((name) => item(sum(mul(a[name as "w1"], b[name as "w1"]))))
        .reduce((s, t) => s + t, 0);
    const [left, right] = [inner(hvp(loss)(params, u, x, y), v), inner(u, hvp(loss)(params, v, x, y))];
    expect(Math.abs(left - right)).toBeLessThan(1e-12 * (1 + Math.abs(left)));
  });
});
