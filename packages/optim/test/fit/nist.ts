import {
  add,
  array,
  atan,
  cos,
  div,
  exp,
  log,
  mul,
  type NDArray,
  neg,
  pow,
  type Scalar,
  sin,
  slice,
  square,
  sub,
} from "@gradfold/core";
import fixture from "../fixtures/nist-nonlinear.json" with { type: "json" };

/** The digits that SciPy finds of the worst parameter, from the first start and the second: null where it raised an error. */
type Found = readonly (number | null)[];

export interface NistProblem {
  readonly name: string;
  readonly difficulty: string;
  readonly x: NDArray;
  /** The response, of Nelson its logarithm. */
  readonly y: NDArray<[number]>;
  readonly model: (params: NDArray, x: NDArray) => NDArray;
  readonly starts: readonly (readonly number[])[];
  readonly parameters: readonly number[];
  /** The standard deviations of the parameters. */
  readonly deviations: readonly number[];
  readonly residualSumOfSquares: number;
  readonly residualDeviation: number;
  readonly degreesOfFreedom: number;
  readonly scipy: Readonly<
    Record<"trf" | "trfTight" | "trfTightScaled" | "lm" | "lmTight" | "curveFit" | "curveFitTight", Found>
  >;
}

/** A response, by the parameters as NIST counts them, from 1, and by the predictor. */
type Formula = (b: (index: number) => Scalar, x: NDArray) => NDArray;

const growth: Formula = (b, x) => mul(b(1), sub(1, exp(mul(neg(b(2)), x))));
const decay = (height: Scalar, rate: Scalar, x: NDArray): NDArray => mul(height, exp(mul(neg(rate), x)));
const bell = (height: Scalar, middle: Scalar, width: Scalar, x: NDArray): NDArray =>
  mul(height, exp(neg(square(div(sub(x, middle), width)))));
const wave = (cosine: Scalar, sine: Scalar, period: Scalar | number, x: NDArray): NDArray => {
  const angle = div(mul(x, 2 * Math.PI), period);
  return add(mul(cosine, cos(angle)), mul(sine, sin(angle)));
};
const ultrasonic: Formula = (b, x) => div(exp(mul(neg(b(1)), x)), add(b(2), mul(b(3), x)));
/** The polynomial of these coefficients, the constant first. */
const polynomial = (coefficients: readonly (Scalar | number)[], x: NDArray): NDArray =>
  coefficients.reduceRight<NDArray>((higher, coefficient) => add(mul(higher, x), coefficient), mul(x, 0));

const formulas: Readonly<Record<keyof typeof fixture.problems, Formula>> = {
  BoxBOD: growth,
  Chwirut1: ultrasonic,
  Chwirut2: ultrasonic,
  DanWood: (b, x) => mul(b(1), pow(x, b(2))),
  ENSO: (b, x) => add(add(add(b(1), wave(b(2), b(3), 12, x)), wave(b(5), b(6), b(4), x)), wave(b(8), b(9), b(7), x)),
  Gauss1: (b, x) => add(add(decay(b(1), b(2), x), bell(b(3), b(4), b(5), x)), bell(b(6), b(7), b(8), x)),
  Hahn1: (b, x) => div(polynomial([b(1), b(2), b(3), b(4)], x), polynomial([1, b(5), b(6), b(7)], x)),
  Kirby2: (b, x) => div(polynomial([b(1), b(2), b(3)], x), polynomial([1, b(4), b(5)], x)),
  Lanczos3: (b, x) => add(add(decay(b(1), b(2), x), decay(b(3), b(4), x)), decay(b(5), b(6), x)),
  MGH09: (b, x) => div(mul(b(1), mul(x, add(x, b(2)))), add(mul(x, add(x, b(3))), b(4))),
  MGH17: (b, x) => add(add(b(1), decay(b(2), b(4), x)), decay(b(3), b(5), x)),
  Misra1a: growth,
  Misra1b: (b, x) => mul(b(1), sub(1, pow(add(1, div(mul(b(2), x), 2)), -2))),
  Misra1c: (b, x) => mul(b(1), sub(1, pow(add(1, mul(mul(b(2), x), 2)), -0.5))),
  Misra1d: (b, x) => div(mul(mul(b(1), b(2)), x), add(1, mul(b(2), x))),
  Nelson: (b, x) => sub(b(1), mul(mul(b(2), slice(x, [null, 0])), exp(mul(neg(b(3)), slice(x, [null, 1]))))),
  Rat42: (b, x) => div(b(1), add(1, exp(sub(b(2), mul(b(3), x))))),
  Roszman1: (b, x) => sub(sub(b(1), mul(b(2), x)), div(atan(div(b(3), sub(x, b(4)))), Math.PI)),
};

/**
 * NIST's problems of nonlinear regression, with models that take their parameters as one vector.
 *
 * https://www.itl.nist.gov/div898/strd/nls/nls_main.shtml
 */
export const nist: readonly NistProblem[] = Object.entries(fixture.problems).map(([name, problem]) => {
  const formula = formulas[name as keyof typeof formulas];
  const y = array(problem.y);
  return {
    ...problem,
    name,
    x: array(problem.x as readonly number[]),
    y: name === "Nelson" ? log(y) : y,
    model: (params, x) => formula((index) => slice(params as NDArray<[number]>, [index - 1]), x),
  };
});

/** How many digits of the worst parameter are right, of the 11 that NIST certifies. */
export const digits = (found: readonly number[], certified: readonly number[]): number => {
  const error = certified.reduce(
    (worst, right, i) => Math.max(worst, Math.abs(((found[i] ?? NaN) - right) / right)),
    0,
  );
  return Number.isNaN(error) ? 0 : Math.min(11, Math.max(0, -Math.log10(error)));
};
