import { pathToFileURL } from "node:url";
import { installed } from "../installed.ts";

/**
 * As much of jax-js as is measured: it is not among this project's dependencies, so its types are not at hand. What uses
 * an array uses it up; `ref` is another hold on it.
 */
export interface JaxArray {
  readonly ref: JaxArray;
  readonly add: (x: JaxArray | number) => JaxArray;
  readonly sub: (x: JaxArray | number) => JaxArray;
  readonly mul: (x: JaxArray | number) => JaxArray;
  readonly div: (x: JaxArray | number) => JaxArray;
  readonly sum: () => JaxArray;
  readonly mean: () => JaxArray;
  readonly dispose: () => void;
  readonly data: () => Promise<ArrayLike<number>>;
}

type Loss<P> = (params: P, ...rest: readonly JaxArray[]) => JaxArray;

export interface JaxJs {
  readonly init: (device: string) => Promise<unknown>;
  readonly defaultDevice: (device: string) => unknown;
  readonly blockUntilReady: (x: unknown) => Promise<unknown>;
  readonly grad: <P>(f: Loss<P>) => (params: P) => P;
  readonly valueAndGrad: <P>(f: Loss<P>) => (params: P) => readonly [JaxArray, P];
  readonly jvp: <P>(f: (params: P) => P, primals: readonly [P], tangents: readonly [P]) => readonly [P, P];
  readonly jit: <F>(f: F) => F;
  readonly tree: { readonly ref: <T>(tree: T) => T; readonly dispose: (tree: unknown) => void };
  readonly nn: {
    readonly relu: (x: JaxArray) => JaxArray;
    readonly logSoftmax: (x: JaxArray, axis: number) => JaxArray;
  };
  readonly numpy: {
    readonly float32: unknown;
    readonly int32: unknown;
    readonly array: (
      values: Float32Array | Int32Array | number,
      options: { readonly shape?: readonly number[]; readonly dtype: unknown },
    ) => JaxArray;
    readonly take: (a: JaxArray, indices: JaxArray, axis: number) => JaxArray;
    readonly dot: (a: JaxArray, b: JaxArray) => JaxArray;
    readonly matmul: (a: JaxArray, b: JaxArray) => JaxArray;
    readonly square: (x: JaxArray) => JaxArray;
    readonly sqrt: (x: JaxArray) => JaxArray;
    readonly tanh: (x: JaxArray) => JaxArray;
    readonly subtract: (a: number | JaxArray, b: JaxArray) => JaxArray;
  };
}

const isVersioned = (x: unknown): x is { readonly version: string } =>
  typeof x === "object" && x !== null && "version" in x;

/** Loads it with its WebAssembly back end; and its version. */
export const load = async (): Promise<readonly [JaxJs, string]> => {
  const entry = installed.resolve("@jax-js/jax").replace(/\.cjs$/, ".js");
  // An import by a computed name has no types: hence the cast.
  const jax = (await import(pathToFileURL(entry).href)) as JaxJs;
  await jax.init("wasm");
  jax.defaultDevice("wasm");
  const manifest: unknown = installed(entry.replace(/dist\/.*$/, "package.json"));
  return [jax, isVersioned(manifest) ? manifest.version : "unknown"];
};

export const arrayOf = ({ numpy }: JaxJs, values: Float32Array, shape: readonly number[]): JaxArray =>
  numpy.array(values, { shape, dtype: numpy.float32 });

export const scalarOf = ({ numpy }: JaxJs, value: number): JaxArray => numpy.array(value, { dtype: numpy.float32 });

export const floatsIn = async (x: JaxArray): Promise<Float32Array> => Float32Array.from(await x.data());
