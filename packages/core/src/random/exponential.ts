import type { ScalarLane, Value } from "../scalar/lane.ts";
import { log, logShort } from "../scalar/logarithm.ts";
import { drawFloat, sampler } from "./draw.ts";
import { symmetric23, symmetric52, unit23, unit52 } from "./fraction.ts";

type Logarithm = typeof log;

/* Each is the inverse of its distribution function, written over the logarithm; 1 - u and 1 - |u| are exact. */

const ofExponential = (L: ScalarLane, log: Logarithm, u: Value): Value => L.neg(log(L, L.sub(1, u)));

/** The least number that is not subnormal stands for u = 0. */
const ofGumbel = (L: ScalarLane, log: Logarithm, u: Value, least: number): Value =>
  L.neg(log(L, L.neg(log(L, L.select(L.equal(u, 0), least, u)))));

const ofLaplace = (L: ScalarLane, log: Logarithm, u: Value): Value => {
  const magnitude = log(L, L.sub(1, L.abs(u)));
  return L.select(L.less(u, 0), L.neg(magnitude), magnitude);
};

const exponentials = drawFloat(
  "exponential",
  (L, block) => ofExponential(L, log, unit52(L, block)),
  (L, block) => ofExponential(L, logShort, unit23(L, block)),
);

/**
 * Numbers of the exponential distribution of mean 1: -log(1 - u), u uniform in [0, 1), as JAX draws them.
 *
 * @param options - `dtype`: float64 (default) or float32
 * @throws DTypeError for other dtypes
 * @example
 * import { random } from "gradfold";
 * random.exponential(random.key(0), [2]); // => float64 [2] [0.54207056, 0.24372319]
 */
export const exponential = sampler("exponential", exponentials);

const gumbels = drawFloat(
  "gumbel",
  (L, block) => ofGumbel(L, log, unit52(L, block), 2 ** -1022),
  (L, block) => ofGumbel(L, logShort, unit23(L, block), 2 ** -126),
);

/**
 * Numbers of the standard Gumbel distribution: -log(-log u), u uniform in (0, 1), as JAX draws them.
 *
 * @param options - `dtype`: float64 (default) or float32
 * @throws DTypeError for other dtypes
 * @example
 * import { random } from "gradfold";
 * random.gumbel(random.key(0), [2]); // => float64 [2] [ 0.13790566, -0.42599294]
 */
export const gumbel = sampler("gumbel", gumbels);

const laplaces = drawFloat(
  "laplace",
  (L, block) => ofLaplace(L, log, symmetric52(L, block)),
  (L, block) => ofLaplace(L, logShort, symmetric23(L, block)),
);

/**
 * Numbers of the standard Laplace distribution: sign(u) log(1 - |u|), u uniform in (-1, 1), as JAX draws them.
 *
 * @param options - `dtype`: float64 (default) or float32
 * @throws DTypeError for other dtypes
 * @example
 * import { random } from "gradfold";
 * random.laplace(random.key(0), [2]); // => float64 [2] [0.17803369, 0.83796278]
 */
export const laplace = sampler("laplace", laplaces);
