import { add, array, matmul, mean, type NDArray, oneHot, relu, type Scalar, tanh, toTypedArray } from "@gradfold/core";
import { loss } from "@gradfold/optim";
import { type Data, floatsOf, integersOf } from "../data.ts";
import type { Layers, Perceptron } from "../workload.ts";

type Matrix = NDArray<[number, number]>;

interface Layer {
  readonly weights: Matrix;
  readonly biases: NDArray<[number]>;
}

export type Params = readonly Layer[];

/** Layer by layer, as they lie in one list of numbers: weights before biases. */
export const paramsOf = (flat: Float32Array, sizes: readonly number[]): Params => {
  let place = 0;
  const cut = (size: number) => flat.subarray(place, (place += size));
  return sizes.slice(1).map((units, i) => {
    const inputs = sizes[i] ?? 0;
    return {
      weights: array(cut(inputs * units), { shape: [inputs, units] }),
      biases: array(cut(units), { shape: [units] }),
    };
  });
};

/** The same numbers in one list again. */
export const flatOf = (params: Params): Float32Array =>
  Float32Array.from(params.flatMap(({ weights, biases }) => [...toTypedArray(weights), ...toTypedArray(biases)]));

/** The mean cross entropy of a batch, with labels as probabilities. */
export const lossOf =
  ({ activation }: Perceptron) =>
  (params: Params, x: Matrix, targets: Matrix): Scalar => {
    const act = activation === "relu" ? relu : tanh;
    const logits = params.reduce(
      (h, { weights, biases }, i): Matrix => add(matmul(i === 0 ? h : act(h), weights), biases),
      x,
    );
    return mean(loss.softmaxCrossEntropy(logits, targets));
  };

/** Inputs and labels, batch after batch. */
export const partsOf = ({ sizes, batch, batches }: Layers, data: Data) => {
  const [inputs = 0, classes = 0] = [sizes[0], sizes.at(-1)];
  const [x, labels] = [floatsOf(data, "x"), integersOf(data, "labels")];
  return Array.from({ length: batches }, (_, i) => ({
    x: array(x.subarray(i * batch * inputs, (i + 1) * batch * inputs), { shape: [batch, inputs] }),
    targets: oneHot(array(labels.subarray(i * batch, (i + 1) * batch), { shape: [batch] }), classes, {
      dtype: "float32",
    }),
  }));
};
