import { type Data, floatsOf, integersOf } from "../data.ts";
import { course, type Job, total } from "../job.ts";
import type { Epochs, Linear, Perceptron } from "../workload.ts";
import { adam } from "./adam.ts";
import { addRow } from "./line.ts";
import { lossAndGradient } from "./network.ts";

/** Writes the gradient on the rows that the orders have from one place to another, and gives the loss. */
type Loss = (from: number, to: number) => number;

/** The mean squared error: rows are read where they lie. */
const squaredError = ({ columns: n }: Linear, data: Data, w: Float32Array, gradient: Float64Array): Loss => {
  const [x, y, orders] = [floatsOf(data, "x"), floatsOf(data, "y"), integersOf(data, "orders")];
  return (from, to) => {
    let loss = 0;
    gradient.fill(0);
    for (let i = from; i < to; i++) {
      const r = addRow(x, y, orders[i] ?? 0, w, gradient);
      loss += r * r;
    }
    const scale = 2 / (to - from);
    for (let j = 0; j < n; j++) gradient[j] = (gradient[j] ?? 0) * scale;
    return loss / (to - from);
  };
};

/** The cross entropy of batches of a size: rows are copied into one matrix. */
const crossEntropyOf = (model: Perceptron, batch: number, data: Data, params: Float32Array, gradient: Float32Array) => {
  const [all, allLabels, orders] = [floatsOf(data, "x"), integersOf(data, "labels"), integersOf(data, "orders")];
  const n = model.sizes[0] ?? 0;
  const [x, labels] = [new Float32Array(batch * n), new Int32Array(batch)];
  const lossAt = lossAndGradient({ ...model, batch }, params, gradient);
  return (from: number): number => {
    for (let i = 0; i < batch; i++) {
      const place = orders[from + i] ?? 0;
      x.set(all.subarray(place * n, (place + 1) * n), i * n);
      labels[i] = allLabels[place] ?? 0;
    }
    return lossAt(x, labels);
  };
};

/** A loss on rows, and the step of Adam with its gradient. */
const lossAndUpdate = ({ model, rows, batch, rate }: Epochs, data: Data, params: Float32Array) => {
  if (model.kind === "linear") {
    const gradient = new Float64Array(params.length);
    return { lossAt: squaredError(model, data, params, gradient), update: adam(params, gradient, rate) };
  }
  const gradient = new Float32Array(params.length);
  const lossOf = (size: number) => crossEntropyOf(model, size, data, params, gradient);
  const [whole, last] = [lossOf(batch), lossOf(rows % batch)];
  const lossAt: Loss = (from, to) => (to - from === batch ? whole(from) : last(from));
  return { lossAt, update: adam(params, gradient, rate) };
};

export const epochs = (task: Epochs, data: Data): Job => {
  const { rows, batch, epochs } = task;
  const start = floatsOf(data, "start");
  const params = start.slice();
  const { lossAt, update } = lossAndUpdate(task, data, params);
  const losses = new Float64Array(epochs * Math.ceil(rows / batch));
  const one = () => {
    params.set(start);
    update.begin();
    let step = 0;
    for (let first = 0; first < epochs * rows; first += rows)
      for (let from = 0; from < rows; from += batch) {
        losses[step++] = lossAt(first + from, first + Math.min(from + batch, rows));
        update.step();
      }
  };
  const run = (units: number) => {
    for (let i = 0; i < units; i++) one();
  };
  const check = () => {
    one();
    return course([...losses], total(params));
  };
  return { run, check };
};
