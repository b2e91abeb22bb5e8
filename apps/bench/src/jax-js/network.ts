import { type Data, floatsOf, integersOf } from "../data.ts";
import { course, digest, type Job, total } from "../job.ts";
import type { Curvature, Layers, Network, Perceptron } from "../workload.ts";
import { adamStep, corrections } from "./adam.ts";
import { arrayOf, floatsIn, type JaxArray, type JaxJs, scalarOf } from "./library.ts";

type Arrays = readonly JaxArray[];

/** Weights and biases of each layer in turn. */
export const paramsOf = (jax: JaxJs, flat: Float32Array, sizes: readonly number[]): Arrays => {
  let place = 0;
  const cut = (size: number) => flat.slice(place, (place += size));
  return sizes.slice(1).flatMap((units, i) => {
    const inputs = sizes[i] ?? 0;
    return [arrayOf(jax, cut(inputs * units), [inputs, units]), arrayOf(jax, cut(units), [units])];
  });
};

export const partsOf = (jax: JaxJs, { sizes, batch, batches }: Layers, data: Data) => {
  const [inputs = 0, classes = 0] = [sizes[0], sizes.at(-1)];
  const [x, labels] = [floatsOf(data, "x"), integersOf(data, "labels")];
  return Array.from({ length: batches }, (_, i) => {
    const targets = new Float32Array(batch * classes);
    labels.slice(i * batch, (i + 1) * batch).forEach((label, j) => (targets[j * classes + label] = 1));
    return {
      x: arrayOf(jax, x.slice(i * batch * inputs, (i + 1) * batch * inputs), [batch, inputs]),
      targets: arrayOf(jax, targets, [batch, classes]),
    };
  });
};

/** Uses up its parameters, and keeps the batch. */
export const lossOf =
  ({ numpy, nn }: JaxJs, { activation, batch, sizes }: Perceptron & { readonly batch: number }) =>
  (params: Arrays, x: JaxArray, targets: JaxArray): JaxArray => {
    const layers = sizes.slice(1).map((_, i) => [params[2 * i], params[2 * i + 1]] as const);
    const logits = layers.reduce((h, [weights, biases], i) => {
      if (weights === undefined || biases === undefined) throw new Error("a layer is missing");
      const input = i === 0 ? h : activation === "relu" ? nn.relu(h) : numpy.tanh(h);
      return numpy.dot(input, weights).add(biases);
    }, x.ref);
    return nn
      .logSoftmax(logits, -1)
      .mul(targets.ref)
      .sum()
      .mul(-1 / batch);
  };

export const flatOf = async (params: Arrays): Promise<Float32Array> => {
  const parts: number[] = [];
  for (const x of params) parts.push(...(await floatsIn(x.ref)));
  return Float32Array.from(parts);
};

export const network = (jax: JaxJs, task: Network, data: Data): Job => {
  const { sizes, rate, checked } = task;
  const parts = partsOf(jax, task, data);
  const start = floatsOf(data, "start");
  const loss = lossOf(jax, task);
  type State = readonly [params: Arrays, means: Arrays, squares: Arrays];
  const step = jax.jit(
    (
      state: State,
      scale: JaxArray,
      correction: JaxArray,
      x: JaxArray,
      targets: JaxArray,
    ): readonly [JaxArray, State] => {
      const both = jax.valueAndGrad((params: Arrays) => loss(params, x, targets));
      const [value, gradients] = both(jax.tree.ref(state[0]));
      x.dispose();
      targets.dispose();
      return [value, adamStep(jax, state, gradients, scale, correction)];
    },
  );
  const zeros = new Float32Array(start.length);
  const first = (): State => [paramsOf(jax, start, sizes), paramsOf(jax, zeros, sizes), paramsOf(jax, zeros, sizes)];
  let [state, taken] = [first(), 0];
  const one = async (): Promise<JaxArray> => {
    const part = parts[taken++ % parts.length];
    if (part === undefined) throw new Error("no batch");
    const [scale, correction] = corrections(rate, taken);
    const [value, after] = step(state, scalarOf(jax, scale), scalarOf(jax, correction), part.x.ref, part.targets.ref);
    state = after;
    await jax.blockUntilReady(state);
    return value;
  };
  const run = async (units: number) => {
    for (let i = 0; i < units; i++) (await one()).dispose();
  };
  const check = async () => {
    jax.tree.dispose(state);
    [state, taken] = [first(), 0];
    const losses: number[] = [];
    for (let i = 0; i < checked; i++) losses.push(...(await floatsIn(await one())));
    return course(losses, total(await flatOf(state[0])));
  };
  return { run, check };
};

export const curvature = (jax: JaxJs, task: Curvature, data: Data): Job => {
  const [part] = partsOf(jax, task, data);
  if (part === undefined) throw new Error("no batch");
  const params = paramsOf(jax, floatsOf(data, "start"), task.sizes);
  const vector = paramsOf(jax, floatsOf(data, "vector"), task.sizes);
  const loss = lossOf(jax, task);
  const product = jax.jit((params: Arrays, vector: Arrays, x: JaxArray, targets: JaxArray): Arrays => {
    const gradient = jax.grad((params: Arrays) => loss(params, x, targets));
    const [value, change] = jax.jvp(gradient, [params], [vector]);
    jax.tree.dispose(value);
    x.dispose();
    targets.dispose();
    return change;
  });
  const one = async (): Promise<Arrays> => {
    const { ref } = jax.tree;
    const found = product(ref(params), ref(vector), part.x.ref, part.targets.ref);
    await jax.blockUntilReady(found);
    return found;
  };
  const run = async (units: number) => {
    for (let i = 0; i < units; i++) jax.tree.dispose(await one());
  };
  return { run, check: async () => digest(await flatOf(await one())) };
};
