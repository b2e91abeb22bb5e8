import { type Data, floatsOf, integersOf } from "../data.ts";
import { course, type Job, total } from "../job.ts";
import type { Epochs } from "../workload.ts";
import type { Tensor, TensorFlow } from "./library.ts";
import { logitsOf, paramsOf, partsOf } from "./network.ts";

interface Rows {
  readonly x: Tensor;
  readonly y: Tensor;
}

/** All rows, the parameters at the start, and the loss. */
const modelOf = (tf: TensorFlow, { model, rows }: Epochs, data: Data) => {
  if (model.kind === "linear") {
    const all: Rows = {
      x: tf.tensor(floatsOf(data, "x"), [rows, model.columns]),
      y: tf.tensor(floatsOf(data, "y"), [rows]),
    };
    const start = [tf.tensor(floatsOf(data, "start"), [model.columns])];
    const loss = ([w]: readonly Tensor[], { x, y }: Rows) => {
      if (w === undefined) throw new Error("no parameters");
      return tf.dot(x, w).sub(y).square().mean();
    };
    return { all, start, loss };
  }
  const [part] = partsOf(tf, { ...model, batch: rows, batches: 1 }, data);
  if (part === undefined) throw new Error("no rows");
  const logits = logitsOf(model);
  const loss = (params: readonly Tensor[], { x, y }: Rows) => tf.losses.softmaxCrossEntropy(y, logits(params, x));
  return { all: { x: part.x, y: part.targets }, start: paramsOf(tf, floatsOf(data, "start"), model.sizes), loss };
};

/** All batches in turn. A dataset's own shuffling would be another: rows are gathered by the order that is given. */
const datasetOf = (tf: TensorFlow, { rows, batch, epochs }: Epochs, data: Data, { x, y }: Rows) => {
  const orders = integersOf(data, "orders");
  const places = Array.from({ length: epochs }, (_, epoch) => {
    const order = orders.subarray(epoch * rows, (epoch + 1) * rows);
    return Array.from({ length: Math.ceil(rows / batch) }, (_, i) =>
      tf.tensor1d(order.slice(i * batch, (i + 1) * batch), "int32"),
    );
  }).flat();
  // It disposes of what it gave.
  return tf.data.generator(function* () {
    for (const place of places) yield { x: tf.gather(x, place), y: tf.gather(y, place) };
  });
};

export const epochs = (tf: TensorFlow, task: Epochs, data: Data): Job => {
  const { all, start, loss } = modelOf(tf, task, data);
  const batches = datasetOf(tf, task, data, all);
  const params = start.map((x) => tf.variable(x));
  const one = async (told?: (loss: number) => void) => {
    start.forEach((x, i) => params[i]?.assign(x));
    const optimizer = tf.train.adam(task.rate, 0.9, 0.999, 1e-8);
    await batches.forEachAsync((rows) => {
      const cost = tf.tidy(() => optimizer.minimize(() => loss(params, rows), told !== undefined, params));
      told?.(cost?.dataSync()[0] ?? NaN);
      cost?.dispose();
    });
    optimizer.dispose();
    params[0]?.dataSync();
  };
  const run = async (units: number) => {
    for (let i = 0; i < units; i++) await one();
  };
  const check = async () => {
    const losses: number[] = [];
    await one((loss) => losses.push(loss));
    return course(losses, total(params.flatMap((x) => [...x.dataSync()])));
  };
  return { run, check };
};
