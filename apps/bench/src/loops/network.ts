import { type Data, floatsOf, integersOf } from "../data.ts";
import { course, type Job, total } from "../job.ts";
import type { Network, Perceptron } from "../workload.ts";
import { adam } from "./adam.ts";
import { activate, crossEntropy, layersOf } from "./layer.ts";
import { multiply, multiplyByTransposed, multiplyTransposed, sumRows } from "./matrix.ts";

/** Loss and gradient by hand: forward, then the errors back from layer to layer. */
export const lossAndGradient = (
  model: Perceptron & { readonly batch: number },
  params: Float32Array,
  gradient: Float32Array,
) => {
  const { activation, batch } = model;
  const layers = layersOf(model).map((layer) => ({
    ...layer,
    w: params.subarray(...layer.weights),
    b: params.subarray(...layer.biases),
    dw: gradient.subarray(...layer.weights),
    db: gradient.subarray(...layer.biases),
  }));
  const last = layers.length - 1;

  return (x: Float32Array, labels: Int32Array): number => {
    layers.forEach(({ inputs, units, w, b, output }, l) => {
      multiply(output, layers[l - 1]?.output ?? x, w, [batch, inputs, units]);
      activate(output, b, batch, l < last ? activation : "none");
    });
    const { error, output, units } = layers[last] ?? { error: x, output: x, units: 0 };
    const loss = crossEntropy(error, output, labels, batch, units);
    for (let i = 0; i < batch; i++) {
      const at = i * units + (labels[i] ?? 0);
      error[at] = (error[at] ?? 0) - 1;
    }
    for (let i = 0; i < error.length; i++) error[i] = (error[i] ?? 0) / batch;
    for (let l = last; l >= 0; l--) {
      const layer = layers[l];
      if (layer === undefined) continue;
      const below = layers[l - 1];
      multiplyTransposed(layer.dw, below?.output ?? x, layer.error, [batch, layer.inputs, layer.units]);
      sumRows(layer.db, layer.error, batch, layer.units);
      if (below === undefined) continue;
      multiplyByTransposed(below.error, layer.error, layer.w, [batch, layer.units, layer.inputs]);
      for (let i = 0; i < below.error.length; i++) {
        const a = below.output[i] ?? 0;
        const slope = activation === "tanh" ? 1 - a * a : a > 0 ? 1 : 0;
        below.error[i] = (below.error[i] ?? 0) * slope;
      }
    }
    return loss;
  };
};

export const network = (task: Network, data: Data): Job => {
  const { sizes, batch, batches, rate, checked } = task;
  const [x, labels, start] = [floatsOf(data, "x"), integersOf(data, "labels"), floatsOf(data, "start")];
  const row = sizes[0] ?? 0;
  const parts = Array.from({ length: batches }, (_, i) => ({
    x: x.subarray(i * batch * row, (i + 1) * batch * row),
    labels: labels.subarray(i * batch, (i + 1) * batch),
  }));
  const params = start.slice();
  const gradient = new Float32Array(params.length);
  const update = adam(params, gradient, rate);
  const lossAt = lossAndGradient(task, params, gradient);
  let taken = 0;
  const begin = () => {
    params.set(start);
    update.begin();
    taken = 0;
  };
  const step = (): number => {
    const part = parts[taken++ % batches];
    const loss = part === undefined ? NaN : lossAt(part.x, part.labels);
    update.step();
    return loss;
  };
  const run = (units: number) => {
    for (let i = 0; i < units; i++) step();
  };
  const check = () => {
    begin();
    return course(Array.from({ length: checked }, step), total(params));
  };
  return { run, check };
};
