import {
  array,
  concatenate,
  exp,
  matmul,
  mul,
  type NDArray,
  ones,
  type Scalar,
  softplus,
  sub,
  sum,
} from "@gradfold/core";
import fixture from "../fixtures/glm.json" with { type: "json" };

interface Regression {
  readonly name: string;
  /** Ones, and the columns of the table. */
  readonly design: NDArray<[number, number]>;
  readonly y: NDArray<[number]>;
  /** The negative log-likelihood of coefficients, without the terms that they do not change. */
  readonly loss: (coefficients: NDArray) => Scalar;
  /** The coefficients of the largest likelihood, the intercept first, and their standard errors. */
  readonly coefficients: readonly number[];
  readonly deviations: readonly number[];
  readonly covariance: readonly (readonly number[])[];
  readonly deviance: number;
  readonly logLikelihood: number;
}

/** The logarithm of what a response's likelihoods are divided by, of its linear predictor. */
type Normalizer = (predictor: NDArray) => NDArray;

const regression = (name: keyof typeof normalizers): Regression => {
  const { x, ...rest } = fixture[name];
  const y = array(rest.y);
  const design = concatenate([ones([x.length, 1]), array(x)], 1);
  const loss = (coefficients: NDArray): Scalar => {
    const predictor = matmul(design, coefficients as NDArray<[number]>);
    return sum(sub(normalizers[name](predictor), mul(y, predictor)));
  };
  return { ...rest, name, design, y, loss };
};

const normalizers = { logistic: softplus, poisson: exp } satisfies Readonly<Record<string, Normalizer>>;

/** Generalized linear models of tables, with coefficients by iteratively reweighted least squares with 50 digits. */
export const regressions: readonly Regression[] = [regression("logistic"), regression("poisson")];
