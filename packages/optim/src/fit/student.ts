/* Quantiles of Student's t distribution, of plain numbers. */

/** From where on the series for Γ's ratio is exact to rounding. */
const seriesFrom = 20;

/** (2 - 2^(1 - 2k)) B(2k) / (2k (2k - 1)) with Bernoulli's numbers B, for k from 1 on. */
const series = [1 / 8, -1 / 192, 1 / 640, -17 / 14_336, 31 / 18_432, -691 / 180_224];

/** Γ(a + ½) / Γ(a): Stirling's series for great a, from which steps of Γ(a + 1) = a Γ(a) lead to others. */
const gammaRatio = (a: number): number => {
  if (a < seriesFrom) return (gammaRatio(a + 1) * a) / (a + 0.5);
  return Math.sqrt(a) * Math.exp(-series.reduceRight((rest, each) => each + rest / (a * a), 0) / a);
};

const mostTurns = 10_000;

/**
 * I(x; a, b) B(a, b) / (x^a y^b) with y = 1 - x, for x below (a + 1) / (a + b + 2): the even part of the incomplete beta function's
 * continued fraction, in which nothing cancels where a is great (A. R. DiDonato, A. H. Morris, "Algorithm 708", 1992, equation 9).
 * By the method of Lentz.
 */
const fraction = (x: number, y: number, a: number, b: number): number => {
  const bottom = (m: number): number =>
    m + (m * (b - m) * x) / (a + 2 * m - 1) + ((a + m) * (a * y - b * x + 1 + m * (1 + y))) / (a + 2 * m + 1);
  const top = (m: number): number => {
    const c = a + 2 * m - 1;
    return ((((a + m - 1) / c) * (a + b + m - 1)) / c) * m * (b - m) * x * x;
  };
  let value = (a * (a * y - b * x + 1)) / (a + 1);
  let [upper, lower] = [value, 0];
  for (let m = 1; m <= mostTurns; m++) {
    upper = bottom(m) + top(m) / upper;
    lower = 1 / (bottom(m) + top(m) * lower);
    value *= upper * lower;
    if (Math.abs(upper * lower - 1) <= Number.EPSILON) break;
  }
  return 1 / value;
};

/** Of Student's t distribution: its density, the probability between 0 and t, and that beyond t. */
interface At {
  readonly density: number;
  readonly center: number;
  readonly tail: number;
}

/** With a = ν / 2: density Γ(a + ½) / Γ(a) / √(ν π) (1 + t² / ν)^(-a - ½); tail ½ I(ν / (ν + t²); a, ½). */
const at = (t: number, freedom: number): At => {
  const a = freedom / 2;
  const share = (t / freedom) * t;
  const power = Math.exp(-a * Math.log1p(share));
  const scale = gammaRatio(a) / Math.sqrt(Math.PI);
  const density = (scale / Math.sqrt(freedom)) * (power / Math.sqrt(1 + share));
  const [x, rest] = [1 / (1 + share), share / (1 + share)];
  // x^a (1 - x)^½ / B(a, ½), which both fractions have before them.
  const common = scale * power * Math.sqrt(rest);
  if (x < (a + 1) / (a + 2.5)) {
    const tail = (common / 2) * fraction(x, rest, a, 0.5);
    return { density, tail, center: 0.5 - tail };
  }
  const center = (common / 2) * fraction(rest, x, 0.5, a);
  return { density, center, tail: 0.5 - center };
};

/**
 * The t above 0 between which and 0 there is the probability `inside`, and `beyond` it the other; by Newton's iteration for the
 * logarithms, of the first where that is less than ¼ and else of the second, between ends that close in.
 */
const above0 = (inside: number, beyond: number, freedom: number): number => {
  const isNear = inside < 0.25;
  let [low, high, t] = [0, Infinity, Math.min(inside * 2.5, 1)];
  for (let k = 0; k < 200; k++) {
    const { density, center, tail } = at(t, freedom);
    if (isNear ? center < inside : tail > beyond) low = t;
    else high = t;
    const step = isNear ? (Math.log(inside / center) * center) / density : (Math.log(tail / beyond) * tail) / density;
    const [last, next] = [t, t * Math.exp(step / t)];
    const halfway = high === Infinity ? 4 * t : Math.sqrt(Math.max(low, high / 1e9) * high);
    t = next > low && next < high ? next : halfway;
    if (Math.abs(t - last) <= 2 * Number.EPSILON * last) break;
  }
  return t;
};

/** As many degrees of freedom as no sample has: where the distribution is the normal one to rounding. */
const normal = 1e17;

/**
 * The t below which Student's t distribution of some degrees of freedom has a probability between 0 and 1: of infinitely many, a
 * quantile of the normal distribution. By the continued fractions of the incomplete beta function and Newton's iteration.
 */
export const studentQuantile = (probability: number, freedom: number): number => {
  if (probability === 0.5) return 0;
  const size = above0(Math.abs(probability - 0.5), Math.min(probability, 1 - probability), Math.min(freedom, normal));
  return probability < 0.5 ? -size : size;
};
