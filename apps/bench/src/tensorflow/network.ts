import { type Data, floatsOf, integersOf } from "../data.ts";
import { course, digest, type Job, total } from "../job.ts";
import type { Curvature, Layers, Network, Perceptron } from "../workload.ts";
import type { Optimizer, Tensor, TensorFlow } from "./library.ts";

/** Weights and biases of each layer in turn. */
export const paramsOf = (tf: TensorFlow, flat: Float32Array, sizes: readonly number[]): readonly Tensor[] => {
  let place = 0;
  const cut = (size: number) => flat.slice(place, (place += size));
  return sizes.slice(1).flatMap((units, i) => {
    const inputs = sizes[i] ?? 0;
    return [tf.tensor(cut(inputs * units), [inputs, units]), tf.tensor(cut(units), [units])];
  });
};

export const partsOf = (tf: TensorFlow, { sizes, batch, batches }: Layers, data: Data) => {
  const [inputs = 0, classes = 0] = [sizes[0], sizes.at(-1)];
  const [x, labels] = [floatsOf(data, "x"), integersOf(data, "labels")];
  return Array.from({ length: batches }, (_, i) => ({
    x: tf.tensor(x.slice(i * batch * inputs, (i + 1) * batch * inputs), [batch, inputs]),
    targets: tf.cast(tf.oneHot(tf.tensor1d(labels.slice(i * batch, (i + 1) * batch), "int32"), classes), "float32"),
  }));
};

export const logitsOf =
  ({ activation, sizes }: Perceptron) =>
  (params: readonly Tensor[], x: Tensor): Tensor => {
    const layers = sizes.slice(1).map((_, i) => [params[2 * i], params[2 * i + 1]] as const);
    return layers.reduce((h, [weights, biases], i) => {
      if (weights === undefined || biases === undefined) throw new Error("a layer is missing");
      const input = i === 0 ? h : activation === "relu" ? h.relu() : h.tanh();
      return input.matMul(weights).add(biases);
    }, x);
  };

export const network = (tf: TensorFlow, task: Network, data: Data): Job => {
  const { sizes, rate, checked } = task;
  const logits = logitsOf(task);
  const parts = partsOf(tf, task, data);
  const start = paramsOf(tf, floatsOf(data, "start"), sizes);
  const params = start.map((x) => tf.variable(x));
  const make = (): Optimizer => tf.train.adam(rate, 0.9, 0.999, 1e-8);
  let optimizer = make();
  let taken = 0;
  const step = (returnsCost: boolean): number => {
    const part = parts[taken++ % parts.length];
    if (part === undefined) throw new Error("no batch");
    const cost = tf.tidy(() =>
      optimizer.minimize(
        () => tf.losses.softmaxCrossEntropy(part.targets, logits(params, part.x)),
        returnsCost,
        params,
      ),
    );
    return cost?.dataSync()[0] ?? NaN;
  };
  const run = (units: number) => {
    for (let i = 0; i < units; i++) step(false);
    params[0]?.dataSync();
  };
  const check = () => {
    start.forEach((x, i) => params[i]?.assign(x));
    optimizer.dispose();
    optimizer = make();
    taken = 0;
    const losses = Array.from({ length: checked }, () => step(true));
    return course(losses, total(params.flatMap((x) => [...x.dataSync()])));
  };
  return { run, check };
};

export const curvature = (tf: TensorFlow, task: Curvature, data: Data): Job => {
  const logits = logitsOf(task);
  const [part] = partsOf(tf, task, data);
  const params = paramsOf(tf, floatsOf(data, "start"), task.sizes);
  const vector = paramsOf(tf, floatsOf(data, "vector"), task.sizes);
  // Its own cross entropy has no second derivative.
  const loss = (...params: readonly Tensor[]): Tensor => {
    if (part === undefined) throw new Error("no batch");
    const z = logits(params, part.x);
    return tf
      .sub(z, z.exp().sum(-1, true).log())
      .mul(part.targets)
      .sum()
      .mul(-1 / task.batch);
  };
  const product = tf.grads((...params) =>
    tf
      .grads(loss)(params)
      .map((gradient, i) => (vector[i] ? gradient.mul(vector[i]).sum() : gradient.sum()))
      .reduce((a, b) => a.add(b)),
  );
  const one = (): readonly Tensor[] => tf.tidy(() => product(params));
  const run = (units: number) => {
    for (let i = 0; i < units; i++) tf.dispose(one());
  };
  return { run, check: () => digest(Float32Array.from(one().flatMap((x) => [...x.dataSync()]))) };
};
