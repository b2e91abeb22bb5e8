import type { Perceptron } from "../workload.ts";

/** One layer's place in the parameters, and room for what a batch makes of it. */
export interface Layer {
  readonly inputs: number;
  readonly units: number;
  readonly weights: readonly [from: number, to: number];
  readonly biases: readonly [from: number, to: number];
  /** What comes out of it. */
  readonly output: Float32Array;
  /** The derivative of the loss with respect to what goes into its activation. */
  readonly error: Float32Array;
  /** Both again, as they change along a direction of the parameters. */
  readonly outputChange: Float32Array;
  readonly errorChange: Float32Array;
}

/** The layers after the input, and how many parameters they have. Weights [inputs, units] come before biases. */
export const layersOf = ({ sizes, batch }: Perceptron & { readonly batch: number }): readonly Layer[] => {
  let place = 0;
  return sizes.slice(1).map((units, i) => {
    const inputs = sizes[i] ?? 0;
    const from = place;
    const to = from + inputs * units;
    place = to + units;
    const room = () => new Float32Array(batch * units);
    return {
      inputs,
      units,
      weights: [from, to],
      biases: [to, place],
      output: room(),
      error: room(),
      outputChange: room(),
      errorChange: room(),
    };
  });
};

/** z ← f(z + b) for every row of a batch. */
export const activate = (
  z: Float32Array,
  b: Float32Array,
  batch: number,
  f: Perceptron["activation"] | "none",
): void => {
  const units = b.length;
  for (let i = 0; i < batch; i++)
    for (let j = 0; j < units; j++) {
      const at = i * units + j;
      const value = (z[at] ?? 0) + (b[j] ?? 0);
      z[at] = f === "none" ? value : f === "tanh" ? Math.tanh(value) : value > 0 ? value : 0;
    }
};

/** The mean cross entropy of a batch; writes the softmax of every row of logits. */
export const crossEntropy = (
  softmax: Float32Array,
  logits: Float32Array,
  labels: Int32Array,
  batch: number,
  classes: number,
): number => {
  let loss = 0;
  for (let i = 0; i < batch; i++) {
    const row = i * classes;
    let largest = -Infinity;
    for (let j = 0; j < classes; j++) largest = Math.max(largest, logits[row + j] ?? 0);
    let sum = 0;
    for (let j = 0; j < classes; j++) {
      const e = Math.exp((logits[row + j] ?? 0) - largest);
      softmax[row + j] = e;
      sum += e;
    }
    for (let j = 0; j < classes; j++) softmax[row + j] = (softmax[row + j] ?? 0) / sum;
    loss += Math.log(sum) + largest - (logits[row + (labels[i] ?? 0)] ?? 0);
  }
  return loss / batch;
};
