import { jacfwd } from "@gradfold/autodiff";
import {
  add,
  matmul,
  type Matrix,
  mul,
  type NDArray,
  reshape,
  type Scalar,
  square,
  sub,
  sum,
  type Vector,
} from "@gradfold/core";
import { sizeOf, typed } from "@gradfold/core/library";
import { check, finitePositive, oneOf, settings, shrinking } from "../../setting.ts";
import { rootsOf } from "../covariance.ts";
import { studentQuantile } from "../student.ts";
import type { Solved } from "./solve.ts";
import { asVector } from "../sizes.ts";

/** From where to where, of each number of a tree. */
export interface Intervals<P> {
  /** The lower ends. */
  readonly lower: P;
  /** The upper ends. */
  readonly upper: P;
}

/** A curve and what is on both sides of it, in the shape of the model's predictions. */
export interface CurveBand {
  /** The lower ends. */
  readonly lower: NDArray;
  /** The curve itself. */
  readonly predicted: NDArray;
  /** The upper ends. */
  readonly upper: NDArray;
}

export interface BandOptions {
  /** `"confidence"` by default: where the curve is; `"prediction"`: where one more observation will be, which varies around it. */
  readonly kind?: "confidence" | "prediction";
  /** The weight of that observation, as the fit's weights are; 1 by default. */
  readonly weight?: number;
}

const read = settings<BandOptions>({
  kind: oneOf<"confidence" | "prediction">("confidence", "prediction")("confidence"),
  weight: finitePositive(1),
});

/** As many standard errors on both sides of a center as cover a level. */
const around = (name: string, level: number, freedom: number, center: Vector, errors: Vector) => {
  check(name, "the level", shrinking(), level);
  const half = mul(errors, studentQuantile((1 + level) / 2, freedom));
  return { lower: sub(center, half), upper: add(center, half) };
};

/** The intervals of the numbers of a point. */
export const intervalsOf = <P>(name: string, solved: Solved<P>, level: number): Intervals<P> => {
  const { x, back, variance, varianceFreedom, root } = solved;
  const errors = rootsOf(asVector(mul(sum(square(root(name)), 1), variance)));
  const { lower, upper } = around(name, level, varianceFreedom, x, errors);
  return { lower: back(lower), upper: back(upper) };
};

/** The band around predictions at a point, by the delta method: their variances are those of their linear parts. */
export const bandOf = <P>(
  name: string,
  { x, back, variance, varianceFreedom, root }: Solved<P>,
  predict: (point: P) => NDArray,
  level: number,
  options: BandOptions | undefined,
): CurveBand => {
  const { kind, weight } = read(name, options);
  const { shape } = predict(back(x));
  const flat = (v: Vector): Vector => reshape(predict(back(v)), [sizeOf(shape)]);
  const jacobian = typed<(f: (v: Vector) => Vector) => (v: Vector) => Matrix>(jacfwd)(flat)(x);
  const ofCurve = sum(square(matmul(jacobian, root(name))), 1);
  const ofOne = kind === "prediction" ? add(ofCurve, 1 / weight) : ofCurve;
  const predicted = flat(x);
  const errors = rootsOf(asVector(mul<NDArray, Scalar>(ofOne, variance)));
  const { lower, upper } = around(name, level, varianceFreedom, predicted, errors);
  const shaped = (v: Vector): NDArray => reshape(v, shape);
  return { lower: shaped(lower), predicted: shaped(predicted), upper: shaped(upper) };
};
