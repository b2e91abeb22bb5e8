// The types of fits: a point like the start, residuals as the function gives them, and the compiler's words about others.
import { add, array, exp, type Matrix, mul, type NDArray, type Scalar, sub } from "@gradfold/core";
import { type CurveBand, curveFit, type Intervals, leastSquares } from "../../src/index.ts";

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
const holds = <_ extends true>(): void => undefined;

const t = array([0, 1, 2]);
const fit = leastSquares(({ a, k }) => sub(mul(a, exp(mul(k, t))), t), { a: 1, k: array(0) });
holds<Same<typeof fit.point, { readonly a: Scalar; readonly k: Scalar }>>();
holds<Same<typeof fit.residuals, NDArray<[3]>>>();
holds<Same<ReturnType<typeof fit.covariance>, Matrix>>();
holds<Same<ReturnType<typeof fit.standardErrors>, typeof fit.point>>();
holds<Same<typeof fit.degreesOfFreedom, number>>();

const parts = leastSquares((p) => ({ prior: p, data: [sub(p, t)] }), array(1));
holds<Same<typeof parts.residuals.prior, Scalar>>();

const curve = curveFit(
  ({ a, b }, x) => add(mul(a, x), b),
  t,
  t,
  { a: 1, b: 0 },
  { weights: t, bounds: { lower: { a: 0, b: -1 } } },
);
holds<Same<ReturnType<typeof curve.intervals>, Intervals<{ readonly a: Scalar; readonly b: Scalar }>>>();
holds<Same<ReturnType<typeof curve.band>, CurveBand>>();
curve.band(array([1, 2, 3, 4]), 0.9, { kind: "prediction" });

// @ts-expect-error: there is no such loss
leastSquares((p) => p, array(1), { loss: "l1" });
// @ts-expect-error: bounds are like the start
leastSquares((p) => p.a, { a: 1 }, { bounds: { lower: { b: 0 } } });
// @ts-expect-error: the start has no such number
leastSquares(({ b }: { b: Scalar }) => b, { a: 1 });
// @ts-expect-error: there is no such kind of band
curve.band(t, 0.9, { kind: "both" });
// @ts-expect-error: x is an array, as it was
curve.band({ t });
