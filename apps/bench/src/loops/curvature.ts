import { type Data, floatsOf, integersOf } from "../data.ts";
import { digest, type Job } from "../job.ts";
import type { Curvature } from "../workload.ts";
import { activate, crossEntropy, layersOf } from "./layer.ts";
import { multiply, multiplyByTransposed, multiplyTransposed, sumRows } from "./matrix.ts";

/**
 * The Hessian times a vector by hand: every quantity of the gradient's computation beside its change along the vector
 * (B. A. Pearlmutter, "Fast exact multiplication by the Hessian", 1994), for tanh.
 */
export const curvature = (task: Curvature, data: Data): Job => {
  const { batch } = task;
  const x = floatsOf(data, "x");
  const labels = integersOf(data, "labels");
  const params = floatsOf(data, "start");
  const vector = floatsOf(data, "vector");
  const product = new Float32Array(params.length);
  const layers = layersOf(task).map((layer) => ({
    ...layer,
    w: params.subarray(...layer.weights),
    b: params.subarray(...layer.biases),
    wChange: vector.subarray(...layer.weights),
    bChange: vector.subarray(...layer.biases),
    hw: product.subarray(...layer.weights),
    hb: product.subarray(...layer.biases),
  }));
  const last = layers.length - 1;

  const forward = () =>
    layers.forEach(({ inputs, units, w, b, wChange, bChange, output, outputChange }, l) => {
      const below = layers[l - 1];
      const input = below?.output ?? x;
      multiply(output, input, w, [batch, inputs, units]);
      activate(output, b, batch, l < last ? "tanh" : "none");
      multiply(outputChange, input, wChange, [batch, inputs, units]);
      if (below) multiply(outputChange, below.outputChange, w, [batch, inputs, units], true);
      for (let i = 0; i < outputChange.length; i++) {
        const a = output[i] ?? 0;
        const change = (outputChange[i] ?? 0) + (bChange[i % units] ?? 0);
        outputChange[i] = l < last ? change * (1 - a * a) : change;
      }
    });

  /** (softmax - label) / batch and its change. */
  const errors = () => {
    const top = layers[last];
    if (top === undefined) return;
    const { error, errorChange, output, outputChange, units } = top;
    crossEntropy(error, output, labels, batch, units);
    for (let i = 0; i < batch; i++) {
      const row = i * units;
      let mean = 0;
      for (let j = 0; j < units; j++) mean += (error[row + j] ?? 0) * (outputChange[row + j] ?? 0);
      for (let j = 0; j < units; j++) {
        const p = error[row + j] ?? 0;
        errorChange[row + j] = (p * ((outputChange[row + j] ?? 0) - mean)) / batch;
        error[row + j] = (p - (j === labels[i] ? 1 : 0)) / batch;
      }
    }
  };

  const backward = () => {
    for (let l = last; l >= 0; l--) {
      const layer = layers[l];
      if (layer === undefined) continue;
      const { inputs, units, error, errorChange, w, wChange, hw, hb } = layer;
      const below = layers[l - 1];
      multiplyTransposed(hw, below?.output ?? x, errorChange, [batch, inputs, units]);
      sumRows(hb, errorChange, batch, units);
      if (below === undefined) continue;
      multiplyTransposed(hw, below.outputChange, error, [batch, inputs, units], true);
      multiplyByTransposed(below.error, error, w, [batch, units, inputs]);
      multiplyByTransposed(below.errorChange, errorChange, w, [batch, units, inputs]);
      multiplyByTransposed(below.errorChange, error, wChange, [batch, units, inputs], true);
      for (let i = 0; i < below.error.length; i++) {
        const a = below.output[i] ?? 0;
        const change = below.outputChange[i] ?? 0;
        const e = below.error[i] ?? 0;
        const slope = 1 - a * a;
        below.errorChange[i] = (below.errorChange[i] ?? 0) * slope - 2 * e * a * change;
        below.error[i] = e * slope;
      }
    }
  };

  const run = (units: number) => {
    for (let i = 0; i < units; i++) {
      forward();
      errors();
      backward();
    }
  };
  const check = () => {
    run(1);
    return digest(product);
  };
  return { run, check };
};
