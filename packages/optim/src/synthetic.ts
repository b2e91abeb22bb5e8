import {
  add,
  arange,
  array,
  cast,
  cos,
  div,
  type Key,
  matmul,
  type Matrix,
  mul,
  notEqual,
  less,
  ones,
  random,
  remainder,
  sin,
  stack,
  sub,
  take,
  type Vector,
} from "@gradfold/core";
import { isList, isNDArray } from "@gradfold/core/library";
import { checkKey } from "./argument.ts";
import { check, count, finite, fraction, fromZero, kind, optional, type Settings, settings } from "./setting.ts";

/* Data made from a key: what examples, tests and pictures are tried on. Points are rows of two coordinates. */

/** Numbers and what they lead to. */
export interface Regression<N extends number, D extends number> {
  /** The inputs, a row for each. */
  readonly x: Matrix<N, D>;
  /** The number that each row leads to. */
  readonly y: Vector<N>;
}

/** Points and the classes that they are of, int32. */
export interface Classes<N extends number> {
  /** The points, a row of two coordinates for each. */
  readonly x: Matrix<N, 2>;
  /** The class of each point, int32. */
  readonly labels: Vector<N>;
}

export interface Noise {
  /** The standard deviation of normal noise on each coordinate; 0 by default. */
  readonly noise?: number;
}

const noiseSettings: Settings<Noise> = { noise: fromZero(0) };

const readNoise = settings(noiseSettings);

const checkGiven = (name: string, key: unknown, n: unknown): void => {
  checkKey(name, key);
  check(name, "the number of points", count(), n);
};

/** Points with noise on them. */
const spread = <N extends number>(key: Key, n: N, x: Vector<N>, y: Vector<N>, noise: number): Matrix<N, 2> =>
  add(stack([x, y], 1), mul(random.normal(key, [n, 2]), noise));

/** The class of each point: i mod classes, so that all are as frequent. */
const inTurn = <N extends number>(n: N, classes: number): Vector<N> =>
  remainder(arange(n, { dtype: "int32" }), array(classes, { dtype: "int32" }));

/** Where each point is in its class, from 0 to 1. */
const places = <N extends number>(n: N, classes: number): Vector<N> => {
  const each = Math.ceil(n / classes);
  const at = div(sub(arange(n), cast(inTurn(n, classes), "float64")), classes);
  return div(at, Math.max(each - 1, 1));
};

export interface LineOptions {
  /** What x and the constant 1 are multiplied by; [3, 2] by default. */
  readonly slope?: readonly [number, number];
  /** What the uniform noise is multiplied by; 1 by default. */
  readonly noise?: number;
}

const readLine = settings<LineOptions>({
  slope: kind<readonly [number, number]>(
    "two finite numbers",
    (x) => isList(x) && x.length === 2 && x.every(Number.isFinite),
  )([3, 2]),
  noise: fromZero(1),
});

/**
 * The blog's line: x = [u, 1] with u uniform in [-1, 1), y = x · slope + noise uniform in [0, 1).
 *
 * @param options - `slope`: [3, 2] by default; `noise`: what the uniform noise is multiplied by (1)
 * @throws DomainError when n is not a whole number from 1 on, or an option is out of range
 * @example
 * import { random, synthetic } from "gradfold";
 * const { x, y } = synthetic.line(random.key(0), 100);
 * [x.shape, y.shape]; // => [ [ 100, 2 ], [ 100 ] ]
 */
export const line = <const N extends number>(key: Key, n: N, options?: LineOptions): Regression<N, 2> => {
  checkGiven("synthetic.line", key, n);
  const { slope, noise } = readLine("synthetic.line", options);
  const [forX, forNoise] = random.split(key);
  const x = stack([random.uniform(forX, [n], { min: -1, max: 1 }), ones([n])], 1);
  return { x, y: add(matmul(x, array(slope)), mul(random.uniform(forNoise, [n]), noise)) };
};

const readSine = settings<Noise>({ noise: fromZero(0.1) });

/**
 * y = sin x with noise, for x uniform in [-π, π).
 *
 * @param options - `noise`: its standard deviation (0.1)
 * @throws DomainError when n is not a whole number from 1 on, or an option is out of range
 * @example
 * import { random, synthetic } from "gradfold";
 * synthetic.sine(random.key(0), 100).x.shape; // => [ 100, 1 ]
 */
export const sine = <const N extends number>(key: Key, n: N, options?: Noise): Regression<N, 1> => {
  checkGiven("synthetic.sine", key, n);
  const { noise } = readSine("synthetic.sine", options);
  const [forX, forNoise] = random.split(key);
  const x = random.uniform(forX, [n], { min: -Math.PI, max: Math.PI });
  return { x: stack([x], 1), y: add(sin(x), mul(random.normal(forNoise, [n]), noise)) };
};

/**
 * Two half circles that reach into each other, of classes 0 and 1.
 *
 * @throws DomainError when n is not a whole number from 1 on, or an option is out of range
 * @example
 * import { random, synthetic } from "gradfold";
 * synthetic.moons(random.key(0), 100, { noise: 0.1 }).x.shape; // => [ 100, 2 ]
 */
export const moons = <const N extends number>(key: Key, n: N, options?: Noise): Classes<N> => {
  checkGiven("synthetic.moons", key, n);
  const { noise } = readNoise("synthetic.moons", options);
  const labels = inTurn(n, 2);
  const [angle, side] = [mul(places(n, 2), Math.PI), cast(labels, "float64")];
  const sign = sub(1, mul(side, 2));
  const x = add(mul(cos(angle), sign), side);
  const y = add(mul(sin(angle), sign), mul(side, 0.5));
  return { x: spread(key, n, x, y, noise), labels };
};

export interface CirclesOptions extends Noise {
  /** The inner radius over the outer one, from 0 to 1; 0.5 by default. */
  readonly factor?: number;
}

const readCircles = settings<CirclesOptions>({ ...noiseSettings, factor: fraction(0.5) });

/**
 * Two circles around 0, of class 0 with radius 1 and class 1 within it.
 *
 * @param options - `factor`: the inner radius (0.5); `noise`
 * @throws DomainError when n is not a whole number from 1 on, or an option is out of range
 * @example
 * import { random, synthetic } from "gradfold";
 * synthetic.circles(random.key(0), 100).labels.shape; // => [ 100 ]
 */
export const circles = <const N extends number>(key: Key, n: N, options?: CirclesOptions): Classes<N> => {
  checkGiven("synthetic.circles", key, n);
  const { noise, factor } = readCircles("synthetic.circles", options);
  const labels = inTurn(n, 2);
  const each = Math.ceil(n / 2);
  const angle = mul(places(n, 2), (2 * Math.PI * Math.max(each - 1, 1)) / each);
  const radius = sub(1, mul(cast(labels, "float64"), 1 - factor));
  return { x: spread(key, n, mul(cos(angle), radius), mul(sin(angle), radius), noise), labels };
};

export interface SpiralsOptions extends Noise {
  /** How many arms there are; 3 by default. */
  readonly classes?: number;
  /** How often an arm goes round; 0.75 by default. */
  readonly turns?: number;
}

const readSpirals = settings<SpiralsOptions>({ ...noiseSettings, classes: count(3), turns: finite(0.75) });

/**
 * Arms of a spiral, one for each class, from the middle out to radius 1.
 *
 * @param options - `classes` (3); `turns`: how often an arm goes around (0.75); `noise`
 * @throws DomainError when n is not a whole number from 1 on, or an option is out of range
 * @example
 * import { random, synthetic } from "gradfold";
 * synthetic.spirals(random.key(0), 99, { classes: 3 }).x.shape; // => [ 99, 2 ]
 */
export const spirals = <const N extends number>(key: Key, n: N, options?: SpiralsOptions): Classes<N> => {
  checkGiven("synthetic.spirals", key, n);
  const { noise, classes, turns } = readSpirals("synthetic.spirals", options);
  const labels = inTurn(n, classes);
  const radius = places(n, classes);
  const start = mul(cast(labels, "float64"), (2 * Math.PI) / classes);
  const angle = add(mul(radius, 2 * Math.PI * turns), start);
  return { x: spread(key, n, mul(cos(angle), radius), mul(sin(angle), radius), noise), labels };
};

export interface BlobsOptions {
  /** The centre of each class [classes, 2]; by default three, uniform in [-10, 10). */
  readonly centers?: Matrix<number, 2> | undefined;
  /** The standard deviation around a centre; 1 by default. */
  readonly deviation?: number;
}

const areCenters = (x: unknown): boolean =>
  isNDArray(x) && x.shape.length === 2 && (x.shape[0] ?? 0) >= 1 && x.shape[1] === 2;

const readBlobs = settings<BlobsOptions>({
  centers: optional(kind<Matrix<number, 2>>("an array of shape [classes, 2]", areCenters)()),
  deviation: fromZero(1),
});

/**
 * Normal clouds, one for each centre.
 *
 * @param options - `centers` [classes, 2]: by default three, uniform in [-10, 10); `deviation`: theirs (1)
 * @throws DomainError when n is not a whole number from 1 on, or an option is out of range
 * @example
 * import { array, random, synthetic } from "gradfold";
 * synthetic.blobs(random.key(0), 100, { centers: array([[0, 0], [5, 5]]) }).x.shape; // => [ 100, 2 ]
 */
export const blobs = <const N extends number>(key: Key, n: N, options?: BlobsOptions): Classes<N> => {
  checkGiven("synthetic.blobs", key, n);
  const { centers, deviation } = readBlobs("synthetic.blobs", options);
  const [forCenters, forPoints] = random.split(key);
  const around: Matrix<number, 2> = centers ?? random.uniform(forCenters, [3, 2], { min: -10, max: 10 });
  const labels = inTurn(n, around.shape[0]);
  const middle = take<[number, 2], [N]>(around, labels);
  return { x: add(middle, mul(random.normal(forPoints, [n, 2]), deviation)), labels };
};

/**
 * Points uniform in the square from -1 to 1, of class 1 where just one of the coordinates is positive.
 *
 * @throws DomainError when n is not a whole number from 1 on, or an option is out of range
 * @example
 * import { random, synthetic } from "gradfold";
 * synthetic.xor(random.key(0), 100).labels.dtype; // => 'int32'
 */
export const xor = <const N extends number>(key: Key, n: N, options?: Noise): Classes<N> => {
  checkGiven("synthetic.xor", key, n);
  const { noise } = readNoise("synthetic.xor", options);
  const [forX, forY, forNoise] = random.split(key, 3);
  const [x, y] = [random.uniform(forX, [n], { min: -1, max: 1 }), random.uniform(forY, [n], { min: -1, max: 1 })];
  const labels = cast(notEqual(less(x, 0), less(y, 0)), "int32");
  return { x: spread(forNoise, n, x, y, noise), labels };
};
