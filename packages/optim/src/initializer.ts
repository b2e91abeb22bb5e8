import { type Key, mul, type NDArray, random, reshape, type Shape, ShapeError } from "@gradfold/core";
import { describe, formatShape, isList, typed } from "@gradfold/core/library";
import { checkKey } from "./argument.ts";
import { finite, oneOf, type Settings, settings } from "./setting.ts";

/* Weights to begin with, whose variance keeps that of signals and of gradients from layer to layer. */

interface Options {
  /** The type of the weights; float64 by default. */
  readonly dtype?: "float64" | "float32";
}

const common: Settings<Options> = { dtype: oneOf<"float64" | "float32">("float64", "float32")("float64") };

const read = settings(common);

type Mutable<S extends Shape> = { -readonly [K in keyof S]: S[K] };

export interface Initializer {
  /** Weights [in, out], or […window, in, out] for convolutions. */
  <const S extends Shape>(key: Key, shape: S, options?: Options): NDArray<Mutable<S>>;
}

/** How many numbers come into a unit, and how many go out of one. */
const fans = (name: string, shape: Shape): readonly [fanIn: number, fanOut: number] => {
  const isShape = isList(shape) && shape.every((n) => Number.isSafeInteger(n) && n >= 0);
  if (!isShape) throw new ShapeError(`${name}: a shape is a list of whole numbers from 0 on, not ${describe(shape)}.`);
  const [inward, outward] = shape.slice(-2);
  if (inward === undefined || outward === undefined)
    throw new ShapeError(`${name}: weights need two axes or more, [in, out], not ${formatShape(shape)}.`);
  const window = shape.slice(0, -2).reduce((product, n) => product * n, 1);
  return [inward * window, outward * window];
};

/** Numbers of mean 0 and the variance scale / fan. */
const uniform = (name: string, variance: (fanIn: number, fanOut: number) => number): Initializer =>
  typed<Initializer>((key: Key, shape: Shape, options?: Options) => {
    checkKey(name, key);
    const { dtype } = read(name, options);
    const limit = Math.sqrt(3 * variance(...fans(name, shape)));
    return random.uniform(key, shape, { min: -limit, max: limit, dtype });
  });

const normal = (name: string, variance: (fanIn: number, fanOut: number) => number): Initializer =>
  typed<Initializer>((key: Key, shape: Shape, options?: Options) => {
    checkKey(name, key);
    const { dtype } = read(name, options);
    return random.normal(key, shape, { standardDeviation: Math.sqrt(variance(...fans(name, shape))), dtype });
  });

const glorot = (fanIn: number, fanOut: number): number => 2 / Math.max(fanIn + fanOut, 1);
const he = (fanIn: number): number => 2 / Math.max(fanIn, 1);
const lecun = (fanIn: number): number => 1 / Math.max(fanIn, 1);

/**
 * Uniform numbers of mean 0 and variance 2 / (in + out): for tanh and the like. PyTorch's `xavier_uniform_`.
 *
 * X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks", AISTATS 2010.
 *
 * @param shape - [in, out], or […window, in, out]
 * @param options - `dtype`: float64 (default) or float32
 * @throws ShapeError for fewer than two axes
 * @example
 * import { initializer, random } from "gradfold";
 * initializer.glorotUniform(random.key(0), [64, 32]).shape; // => [ 64, 32 ]
 */
export const glorotUniform = uniform("initializer.glorotUniform", glorot);

/**
 * Normal numbers of mean 0 and variance 2 / (in + out): for tanh and the like. PyTorch's `xavier_normal_`.
 *
 * X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks", AISTATS 2010.
 *
 * @param shape - [in, out], or […window, in, out]
 * @param options - `dtype`: float64 (default) or float32
 * @throws ShapeError for fewer than two axes
 * @example
 * import { initializer, random } from "gradfold";
 * initializer.glorotNormal(random.key(0), [64, 32]).shape; // => [ 64, 32 ]
 */
export const glorotNormal = normal("initializer.glorotNormal", glorot);

/**
 * Uniform numbers of mean 0 and variance 2 / in: for relu. PyTorch's `kaiming_uniform_`.
 *
 * K. He et al., "Delving deep into rectifiers", ICCV 2015.
 *
 * @param shape - [in, out], or […window, in, out]
 * @param options - `dtype`: float64 (default) or float32
 * @throws ShapeError for fewer than two axes
 * @example
 * import { initializer, random } from "gradfold";
 * initializer.heUniform(random.key(0), [64, 32]).shape; // => [ 64, 32 ]
 */
export const heUniform = uniform("initializer.heUniform", he);

/**
 * Normal numbers of mean 0 and variance 2 / in: for relu. PyTorch's `kaiming_normal_`.
 *
 * K. He et al., "Delving deep into rectifiers", ICCV 2015.
 *
 * @param shape - [in, out], or […window, in, out]
 * @param options - `dtype`: float64 (default) or float32
 * @throws ShapeError for fewer than two axes
 * @example
 * import { initializer, random } from "gradfold";
 * initializer.heNormal(random.key(0), [64, 32]).shape; // => [ 64, 32 ]
 */
export const heNormal = normal("initializer.heNormal", he);

/**
 * Uniform numbers of mean 0 and variance 1 / in: for selu, and for tanh.
 *
 * Y. LeCun et al., "Efficient BackProp", 1998.
 *
 * @param shape - [in, out], or […window, in, out]
 * @param options - `dtype`: float64 (default) or float32
 * @throws ShapeError for fewer than two axes
 * @example
 * import { initializer, random } from "gradfold";
 * initializer.lecunUniform(random.key(0), [64, 32]).shape; // => [ 64, 32 ]
 */
export const lecunUniform = uniform("initializer.lecunUniform", lecun);

/**
 * Normal numbers of mean 0 and variance 1 / in: for selu, and for tanh.
 *
 * Y. LeCun et al., "Efficient BackProp", 1998.
 *
 * @param shape - [in, out], or […window, in, out]
 * @param options - `dtype`: float64 (default) or float32
 * @throws ShapeError for fewer than two axes
 * @example
 * import { initializer, random } from "gradfold";
 * initializer.lecunNormal(random.key(0), [64, 32]).shape; // => [ 64, 32 ]
 */
export const lecunNormal = normal("initializer.lecunNormal", lecun);

export interface OrthogonalOptions extends Options {
  /** What the orthogonal matrix is multiplied by; 1 by default. */
  readonly gain?: number;
}

const readOrthogonal = settings<OrthogonalOptions>({ ...common, gain: finite(1) });

/**
 * Orthonormal rows or columns, whichever are fewer, times a gain: signals keep their length.
 *
 * A. M. Saxe, J. L. McClelland, S. Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear neural
 * networks", ICLR 2014. PyTorch's `orthogonal_`.
 *
 * @param shape - [in, out], or […window, in, out], where all axes but the last are rows
 * @param options - `gain` (1); `dtype`: float64 (default) or float32
 * @throws ShapeError for fewer than two axes
 * @example
 * import { initializer, matmul, random, transpose } from "gradfold";
 * const w = initializer.orthogonal(random.key(0), [3, 2]);
 * matmul(transpose(w), w).shape; // => [ 2, 2 ]
 */
export const orthogonal = typed<
  <const S extends Shape>(key: Key, shape: S, options?: OrthogonalOptions) => NDArray<Mutable<S>>
>((key: Key, shape: Shape, options?: OrthogonalOptions) => {
  checkKey("initializer.orthogonal", key);
  const { gain, dtype } = readOrthogonal("initializer.orthogonal", options);
  fans("initializer.orthogonal", shape);
  const rows = shape.slice(0, -1).reduce((product, n) => product * n, 1);
  const columns = shape.at(-1) ?? 1;
  return mul(reshape(random.orthogonal(key, rows, { columns, dtype }), shape), gain);
});
