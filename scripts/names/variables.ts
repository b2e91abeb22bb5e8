/** The values on which the expressions of docs/coming-from.md are tried. */
import { arange, array, less, mul, type NDArray, random, reshape, type Scalar, square, sub, sum } from "@gradfold/core";
import { valueAndGrad } from "@gradfold/autodiff";
import { adam, steps, trainState, trainStep, trajectory } from "@gradfold/optim";

export const key = random.key(0);

export const x: NDArray = array([
  [0.5, -1.5, 2.5, 1],
  [3, 0.25, -0.75, 1.25],
  [1.5, 2, 0.125, 4],
]);
export const y: NDArray = array([
  [1, 2, -3, 0.5],
  [0.5, 1.5, 2.5, -1],
  [2, 0.75, 3, 1],
]);
export const tall: NDArray = reshape(arange(1, 9), [4, 2]);
export const c: NDArray = less(x, y);
export const a: NDArray = array([
  [4, 1, 0.5],
  [1, 3, 0.25],
  [0.5, 0.25, 2],
]);
export const b: NDArray = array([
  [2, 0.5, 0],
  [0.5, 5, 1],
  [0, 1, 3],
]);

export const v = array([1, 2, 4, 3]);
export const w = array([0.5, 1, 1.5, 2]);
export const u = array([1, 2, 3]);
export const z = array([0.5, 0.25, 2]);
/** Probabilities. */
export const p = array([0.25, 0.5, 0.75]);
export const q = array([0.125, 0.5, 0.875]);
/** A place, and places. */
export const i = array(1, { dtype: "int32" });
export const indices = array([2, 0], { dtype: "int32" });

export const logits: NDArray = mul(x, 2);
export const labels = array([2, 0, 1], { dtype: "int32" });
export const predictions: NDArray = sub(x, 0.5);
export const targets: NDArray = sub(y, 0.25);
export const probabilities: NDArray = array([
  [0.25, 0.25, 0.25, 0.25],
  [0.5, 0.125, 0.125, 0.25],
  [0.1, 0.2, 0.3, 0.4],
]);

export const f = (values: NDArray): Scalar => sum(square(values));
export const g = (values: NDArray): NDArray => square(values);
export const params: { readonly w: NDArray; readonly b: NDArray } = { w: v, b: w };
export const grads: { readonly w: NDArray; readonly b: NDArray } = { w: w, b: v };
export const data: { readonly x: NDArray; readonly y: NDArray } = { x, y: u };

export const optimizer = adam(0.1);
export const step = trainStep(valueAndGrad(f), optimizer);
const point: NDArray = array([1, 2, 4, 3]);
export const start = trainState(point, optimizer);
export const run = trajectory.fold(step, start, steps(5));
