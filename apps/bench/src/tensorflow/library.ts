import { dirname } from "node:path";
import { installed } from "../installed.ts";

/** As much of TensorFlow.js as is measured: it is not among this project's dependencies, so its types are not at hand. */
export interface Tensor {
  readonly add: (x: Tensor | number) => Tensor;
  readonly sub: (x: Tensor | number) => Tensor;
  readonly mul: (x: Tensor | number) => Tensor;
  readonly matMul: (x: Tensor) => Tensor;
  readonly square: () => Tensor;
  readonly exp: () => Tensor;
  readonly log: () => Tensor;
  readonly tanh: () => Tensor;
  readonly relu: () => Tensor;
  readonly mean: () => Tensor;
  readonly sum: (axis?: number, keepDims?: boolean) => Tensor;
  readonly dataSync: () => Float32Array;
  readonly dispose: () => void;
}

interface Variable extends Tensor {
  readonly assign: (x: Tensor) => void;
}

export interface Optimizer {
  readonly minimize: (f: () => Tensor, returnsCost: boolean, variables: readonly Variable[]) => Tensor | null;
  readonly dispose: () => void;
}

interface Dataset<T> {
  readonly forEachAsync: (f: (element: T) => void) => Promise<void>;
}

export interface TensorFlow {
  readonly version: { readonly tfjs: string };
  readonly setBackend: (name: string) => Promise<boolean>;
  readonly ready: () => Promise<void>;
  readonly enableProdMode: () => void;
  readonly tensor: (values: Float32Array, shape: readonly number[]) => Tensor;
  readonly scalar: (value: number) => Tensor;
  readonly variable: (x: Tensor) => Variable;
  readonly oneHot: (labels: Tensor, classes: number) => Tensor;
  readonly tensor1d: (values: Int32Array, dtype: "int32") => Tensor;
  readonly cast: (x: Tensor, dtype: "float32") => Tensor;
  readonly gather: (x: Tensor, indices: Tensor) => Tensor;
  readonly data: { readonly generator: <T>(f: () => Iterator<T>) => Dataset<T> };
  readonly dot: (a: Tensor, b: Tensor) => Tensor;
  readonly sub: (a: number | Tensor, b: Tensor) => Tensor;
  readonly tidy: <A>(f: () => A) => A;
  readonly dispose: (xs: readonly Tensor[]) => void;
  readonly grads: (f: (...xs: readonly Tensor[]) => Tensor) => (xs: readonly Tensor[]) => readonly Tensor[];
  readonly valueAndGrads: (
    f: (...xs: readonly Tensor[]) => Tensor,
  ) => (xs: readonly Tensor[]) => { readonly value: Tensor; readonly grads: readonly Tensor[] };
  readonly losses: { readonly softmaxCrossEntropy: (targets: Tensor, logits: Tensor) => Tensor };
  readonly train: {
    readonly sgd: (rate: number) => Optimizer;
    readonly adam: (rate: number, beta1: number, beta2: number, epsilon: number) => Optimizer;
  };
}

interface WasmBackend {
  readonly setWasmPaths: (folder: string) => void;
}

export type Backend = "wasm" | "cpu";

/** Loads it; `require` has no types, hence the casts. */
export const load = async (backend: Backend): Promise<TensorFlow> => {
  const tf = installed("@tensorflow/tfjs") as TensorFlow;
  if (backend === "wasm") {
    const name = "@tensorflow/tfjs-backend-wasm";
    const { setWasmPaths } = installed(name) as WasmBackend;
    setWasmPaths(`${dirname(installed.resolve(name))}/`);
  }
  await tf.setBackend(backend);
  await tf.ready();
  tf.enableProdMode();
  return tf;
};
