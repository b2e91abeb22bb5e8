import { valueAndGrad } from "@gradfold/autodiff";
import {
  add,
  array,
  div,
  item,
  matmul,
  mean,
  type NDArray,
  ones,
  option,
  pipe,
  ShapeError,
  square,
  sub,
  take,
  toTypedArray,
  transpose,
} from "@gradfold/core";
import { describe, expect, test } from "vitest";
import { type Inputs, loss, sgd, steps, trainState, trainStep, trajectory } from "../src/index.ts";
import { decode, expectClose, type GoldenRun, seed } from "./golden.ts";

interface Batch {
  readonly x: NDArray;
  readonly y: NDArray;
}

const mse = (a: NDArray, { x, y }: Batch) => mean(square(sub(matmul(x, a), y)));
const both = valueAndGrad((a: NDArray<[2]>, batch: Batch) => mse(a, batch));
const optimizer = sgd(seed.lr);

/** The metrics hold the gradient too, so that each step's can be compared. */
const step = trainStep((a: NDArray<[2]>, batch: Batch) => {
  const [loss, gradient] = both(a, batch);
  const [g0 = NaN, g1 = NaN] = toTypedArray(gradient);
  return [[loss, { g0, g1 }], gradient] as const;
}, optimizer);

const start = (dtype: "float64" | "float32") => trainState(array(seed.a0, { dtype, shape: [2] }), optimizer);
const data = (dtype: "float64" | "float32"): Batch => ({ x: decode(seed.x, dtype), y: decode(seed.y, dtype) });

const paramsAt = (run: trajectory.Trajectory<ReturnType<typeof start>, unknown>, k: number): NDArray =>
  pipe(
    trajectory.at(run, k),
    option.match(
      (): NDArray => array(NaN),
      (state) => state.params,
    ),
  );

const runs: readonly (readonly [
  string,
  "float64" | "float32",
  number,
  GoldenRun,
  (dtype: "float64" | "float32") => Inputs<Batch>,
])[] = (["float64", "float32"] as const).flatMap((dtype) => {
  const tolerance = dtype === "float64" ? 1e-12 : 1e-5;
  const rows = seed.miniBatch.epochs.flat();
  const miniBatches = (of: "float64" | "float32"): Inputs<Batch> => ({
    length: rows.length,
    at: (i) => {
      const index = array(rows[i] ?? [], { dtype: "int32" });
      const { x, y } = data(of);
      return { x: take(x, index), y: take(y, index) };
    },
  });
  return [
    ["full-batch descent", dtype, tolerance, seed.fullBatch[dtype], (of) => steps(seed.steps, data(of))],
    ["mini-batch descent", dtype, tolerance, seed.miniBatch[dtype], miniBatches],
  ] as const;
});

describe.each(runs)("%s in %s", (_, dtype, rtol, golden, inputs) => {
  const run = trajectory.fold(step, start(dtype), inputs(dtype));
  const atol = dtype === "float64" ? 0 : 1e-5;

  test("has PyTorch's losses", () => {
    expectClose(array(run.metrics.loss), golden.losses, rtol, atol);
  });
  test("has PyTorch's gradients", () => {
    const { g0, g1 } = run.metrics;
    golden.grads.forEach((want, i) => expectClose(array([g0[i] ?? NaN, g1[i] ?? NaN]), want, rtol, atol));
  });
  test("has PyTorch's parameters at every step", () => {
    expect(run.length).toBe(golden.params.length);
    golden.params.forEach((want, k) => {
      expect(paramsAt(run, k).dtype).toBe(dtype);
      expectClose(paramsAt(run, k), want, rtol, atol);
    });
  });
  test("ends at PyTorch's loss", () => {
    expectClose(mse(run.final.params, data(dtype)), [golden.finalLoss], rtol, atol);
    expect(run.outcome).toEqual({ kind: "finished" });
  });
});

const { x, y } = data("float64");

test("the prediction and the loss at the start are PyTorch's", () => {
  const prediction = matmul(x, array(seed.a0));
  expectClose(prediction, seed.initialPrediction.data, 1e-12, 0);
  expectClose(mse(array(seed.a0), { x, y }), [seed.initialLoss], 1e-12, 0);
  expectClose(mean(loss.squaredError(prediction, y)), [seed.initialLoss], 1e-12, 0);
});

test("the targets are the line with the noise", () => {
  expectClose(add(matmul(x, array(seed.m)), decode(seed.b)), seed.y.data, 1e-6, 1e-6);
});

test("the losses that the blog prints are those of the float32 run", () => {
  const { loss } = trajectory.fold(step, start("float32"), steps(seed.steps, data("float32"))).metrics;
  expectClose(array(seed.printedAt.map((k) => loss[k] ?? NaN)), seed.printed, 1e-5, 1e-5);
});

test("the run follows its closed form", () => {
  const run = trajectory.fold(step, start("float64"), steps(seed.steps, { x, y }));
  seed.leastSquares.closedFormPath.forEach((want, k) => expectClose(paramsAt(run, k), want, 1e-9, 1e-9));
});

describe("least squares", () => {
  const { solution, loss, hessian, maxStableLr } = seed.leastSquares;

  test("is where the gradient vanishes", () => {
    const [value, gradient] = both(array(solution) as NDArray<[2]>, { x, y });
    expectClose(value, [loss], 1e-12, 0);
    expectClose(gradient, [0, 0], 0, 1e-14);
  });
  test("has the Hessian 2 xT x / n", () => {
    expectClose(div(matmul(transpose(x), x), 50), hessian.data, 1e-12, 1e-15);
  });
  test("is approached below the largest stable learning rate, and left above it", () => {
    const lossAfter = (rate: number) => {
      const descend = sgd(rate);
      const run = trajectory.fold(
        trainStep(both, descend),
        trainState(array(seed.a0) as NDArray<[2]>, descend),
        steps(1000, { x, y }),
      );
      return item(mse(run.final.params, { x, y }));
    };
    expect(lossAfter(0.99 * maxStableLr)).toBeCloseTo(loss, 8);
    expect(lossAfter(1.01 * maxStableLr)).toBeGreaterThan(seed.initialLoss);
  });
});

test("the product with its operands the wrong way round says how to mend it", () => {
  const { leftShape, rightShape } = seed.badMatmul;
  const message = "matmul: inner sizes differ: [2] @ [100, 2] (2 is not 100). Did you mean to swap them?";
  expect(() => matmul(ones(leftShape), ones(rightShape))).toThrow(new ShapeError(message));
});
