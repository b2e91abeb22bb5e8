import { type Data, floatsOf } from "../data.ts";
import { digest, type Job, type Peer } from "../job.ts";
import type { Chain, Product, Task, Valley } from "../workload.ts";
import { type Backend, load, type Tensor, type TensorFlow } from "./library.ts";
import { epochs } from "./epochs.ts";
import { line } from "./line.ts";
import { curvature, network } from "./network.ts";

const valley = (tf: TensorFlow, { optimizer, rate, steps, checked }: Valley): Job => {
  const go = (length: number): readonly number[] => {
    const [x, y] = [tf.variable(tf.scalar(-1.2)), tf.variable(tf.scalar(1))];
    const rule = optimizer === "gd" ? tf.train.sgd(rate) : tf.train.adam(rate, 0.9, 0.999, 1e-8);
    const height = () => tf.sub(1, x).square().add(y.sub(x.square()).square().mul(100));
    for (let i = 0; i < length; i++) tf.tidy(() => rule.minimize(height, false, [x, y]));
    const place = [x, y].flatMap((one) => [...one.dataSync()]);
    tf.dispose([x, y]);
    rule.dispose();
    return place;
  };
  const run = (units: number) => {
    for (let i = 0; i < units; i++) go(steps);
  };
  return { run, check: () => go(checked) };
};

const chain = (tf: TensorFlow, { size }: Chain, data: Data): Job => {
  const [x, ...params] = ["x", "w", "b"].map((name) => tf.tensor(floatsOf(data, name), [size]));
  const both = tf.valueAndGrads((w, b) => {
    if (w === undefined || b === undefined || x === undefined) throw new Error("an argument is missing");
    return x.mul(w).add(b).tanh().square().sum();
  });
  const one = () => tf.tidy(() => both(params));
  const run = (units: number) => {
    for (let i = 0; i < units; i++) {
      const { value, grads } = one();
      tf.dispose([value, ...grads]);
    }
  };
  const check = () => {
    const { value, grads } = one();
    return [...value.dataSync(), ...grads.flatMap((x) => digest(x.dataSync()))];
  };
  return { run, check };
};

const product = (tf: TensorFlow, { size }: Product, data: Data): Job => {
  const matrix = (name: string): Tensor => tf.tensor(floatsOf(data, name), [size, size]);
  const [a, b] = [matrix("a"), matrix("b")];
  const run = (units: number) => {
    for (let i = 0; i < units; i++) a.matMul(b).dispose();
  };
  return { run, check: () => digest(a.matMul(b).dataSync()) };
};

const taking =
  (tf: TensorFlow) =>
  (task: Task, data: Data): Job => {
    switch (task.kind) {
      case "line":
        return line(tf, task, data);
      case "network":
        return network(tf, task, data);
      case "epochs":
        return epochs(tf, task, data);
      case "curvature":
        return curvature(tf, task, data);
      case "valley":
        return valley(tf, task);
      case "chain":
        return chain(tf, task, data);
      case "product":
        return product(tf, task, data);
    }
  };

/** TensorFlow.js, as its guide writes training: variables, its optimizers, everything in `tidy`. */
export const tensorflow = async (backend: Backend): Promise<Peer> => {
  const tf = await load(backend);
  return { version: `${tf.version.tfjs} ${backend}, Node ${process.versions.node}`, take: taking(tf) };
};
