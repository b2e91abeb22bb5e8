import { add, argmax, type Key, matmul, mul, type NDArray, random, type Shape, toTypedArray } from "@gradfold/core";
import type { Epochs, Linear, Perceptron, Task } from "./workload.ts";

/** The numbers of a task by name. */
export type Data = Readonly<Record<string, Float32Array | Float64Array | Int32Array>>;

const float32 = { dtype: "float32" } as const;

const floats = (x: NDArray): Float32Array => Float32Array.from(toTypedArray(x));

/** Uniform numbers of mean 0 and variance 1. */
const standard = (key: Key, shape: Shape): NDArray =>
  random.uniform(key, shape, { min: -Math.sqrt(3), max: Math.sqrt(3), ...float32 });

const standardOf = (key: Key, size: number): Float32Array => floats(standard(key, [size]));

/** y = 3 u + 2 + noise for two columns u and 1, as in the README; else random columns, weights and noise. */
const lineData = (rows: number, { columns }: Linear): Data => {
  const [forX, forWeights, forNoise] = random.split(random.key(rows + columns), 3);
  if (columns === 2) {
    const u = toTypedArray(random.uniform(forX, [rows], { min: -1, max: 1, ...float32 }));
    const noise = toTypedArray(random.uniform(forNoise, [rows], float32));
    return {
      x: Float32Array.from({ length: 2 * rows }, (_, i) => (i % 2 === 0 ? (u[i / 2] ?? NaN) : 1)),
      y: Float32Array.from(u, (v, i) => 3 * v + 2 + (noise[i] ?? NaN)),
      start: Float32Array.of(0.5, 0.75),
    };
  }
  const x = standard(forX, [rows, columns]);
  const truth = matmul(x, standard(forWeights, [columns]));
  const noise = mul(standard(forNoise, [rows]), 0.1);
  return { x: floats(x), y: floats(add<NDArray, NDArray>(truth, noise)), start: new Float32Array(columns) };
};

/** Random inputs, labelled by where a random linear map is largest; weights of variance 1 / inputs, biases of 0. */
const networkData = (rows: number, { sizes }: Perceptron): Data => {
  const [forX, forMap, forParams, forVector] = random.split(random.key(sizes.length), 4);
  const [inputs = 1, classes = 1] = [sizes[0], sizes.at(-1)];
  const x = standard(forX, [rows, inputs]);
  const labels = argmax(matmul(x, standard(forMap, [inputs, classes])), 1);
  const layers = sizes.slice(1).map((units, i) => {
    const before = sizes[i] ?? 1;
    const weights = standardOf(random.foldIn(forParams, i), before * units).map((w) => w / Math.sqrt(before));
    return [...weights, ...new Float32Array(units)];
  });
  const start = Float32Array.from(layers.flat());
  return {
    x: floats(x),
    labels: Int32Array.from(toTypedArray(labels)),
    start,
    vector: standardOf(forVector, start.length),
  };
};

/** What shuffles the rows of every epoch: `batches` takes them in the same orders. */
export const orderKey = random.key(10);

const ordersOf = ({ rows, epochs }: Epochs): Int32Array => {
  const orders = new Int32Array(epochs * rows);
  for (let epoch = 0; epoch < epochs; epoch++)
    orders.set(toTypedArray(random.permutation(random.foldIn(orderKey, epoch), rows)), epoch * rows);
  return orders;
};

/** What all peers are given: a function of the task alone. */
export const dataOf = (task: Task): Data => {
  switch (task.kind) {
    case "line":
      return lineData(task.rows, task);
    case "network":
    case "curvature":
      return networkData(task.batch * task.batches, task);
    case "epochs": {
      const { rows, model } = task;
      const table = model.kind === "linear" ? lineData(rows, model) : networkData(rows, model);
      return { ...table, orders: ordersOf(task) };
    }
    case "valley":
      return { start: Float32Array.of(-1.2, 1) };
    case "chain": {
      const [x, w, b] = random.split(random.key(7), 3).map((key) => standardOf(key, task.size));
      return x && w && b ? { x, w, b } : {};
    }
    case "product": {
      const [a, b] = random
        .split(random.key(task.size), 2)
        .map((key) => floats(random.uniform(key, [task.size, task.size], { min: -1, max: 1, ...float32 })));
      return a && b ? { a, b } : {};
    }
  }
};

/** The float32 numbers of a name. */
export const floatsOf = (data: Data, name: string): Float32Array => {
  const values = data[name];
  if (values instanceof Float32Array) return values;
  throw new Error(`no float32 numbers ${name} among ${Object.keys(data).join(", ")}`);
};

/** The float64 numbers of a name. */
export const doublesOf = (data: Data, name: string): Float64Array => {
  const values = data[name];
  if (values instanceof Float64Array) return values;
  throw new Error(`no float64 numbers ${name} among ${Object.keys(data).join(", ")}`);
};

/** The int32 numbers of a name. */
export const integersOf = (data: Data, name: string): Int32Array => {
  const values = data[name];
  if (values instanceof Int32Array) return values;
  throw new Error(`no int32 numbers ${name} among ${Object.keys(data).join(", ")}`);
};
