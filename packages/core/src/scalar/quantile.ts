import type { ScalarLane, Value } from "./lane.ts";
import { log, logShort } from "./logarithm.ts";
import { polynomial } from "./part.ts";

/*
 * The normal deviate of a uniform number u of (-1, 1): √2 erf⁻¹(u). Near 0 it is u (c + u² P(t)/Q(t)) with
 * t = 0.75² - u², elsewhere, with r = √(-log(1 - |u|)), √2 r + P(s)/Q(s), s being r less a constant. The rational functions
 * interpolate in Chebyshev's points; in t and s their terms all have one sign, or nearly so.
 */

type Coefficients = readonly [...number[], number, number];
type Rational = readonly [numerator: Coefficients, denominator: Coefficients];

/** Where the centre ends. */
const edge = 0.75;

/** √(π/2) */
const slope = 1.2533141373155003;

const central: Rational = [
  [
    0.4986400649229819, 2.996972878061523, 6.687904268239185, 6.846486286819611, 3.2115223722569013, 0.5968756243559779,
    0.028458041849150587,
  ],
  [
    1, 7.069227561956244, 19.39378846187909, 26.08296182309938, 17.895613601819054, 5.91845086089, 0.7939980370145348,
    0.027412243460105134,
  ],
];

/** For r from 1.17 to 2.4. */
const middle: Rational = [
  [
    -0.5148706561515174, -1.244268795056944, -1.1814746675899752, -0.5433229015383333, -0.11234225109128257,
    -0.00765640006496967, -4.3746849867931256e-5, 4.860934216106817e-7,
  ],
  [
    1, 2.444251987333539, 2.5601594591856536, 1.4076883426526638, 0.4104484150144552, 0.055232824593139634,
    0.002406904412201975,
  ],
];

/** For r from 2.4 to that of the last u below 1. */
const far: Rational = [
  [
    -0.4415136973468534, -0.6738120547893813, -0.4097833799804534, -0.12457332056053061, -0.019367937871500183,
    -0.0014149946966367526, -3.972815633406102e-5, -2.6122144568374035e-7,
  ],
  [
    1, 1.6794536103650184, 1.1724115381964113, 0.43304547272418936, 0.08928625066816394, 0.009958230147462444,
    0.0005391621471201501, 1.1278422308751489e-5, 5.141098332116827e-8,
  ],
];

/* For float32, √2 erf⁻¹(u) is u P(t)/Q(t) or P(s)/Q(s) as a whole, to 2^-34 and 2^-32. */

const centralShort: Rational = [
  [1.5337991737821277, 5.4488841989988135, 5.6411558823988415, 1.6901756291893466, 0.07099696092702544],
  [1, 4.071288902750648, 5.170510591255513, 2.199722893889804, 0.21527636085859925],
];

const tailShort: Rational = [
  [
    1.139759212007631, 4.380455770637719, 6.692495199252749, 5.115680473217387, 1.9974143973181773, 0.3528676825083729,
    0.02003148694609817,
  ],
  [1, 2.5900535539685836, 2.536376603533873, 1.1693021336594471, 0.23317713775460827, 0.014161537413347573],
];

const ratio = (L: ScalarLane, x: Value, [p, q]: Rational): Value => L.div(polynomial(L, x, p), polynomial(L, x, q));

const root = (L: ScalarLane, u: Value, logarithm: typeof log): Value => L.sqrt(L.neg(logarithm(L, L.sub(1, L.abs(u)))));

const joined = (L: ScalarLane, u: Value, centre: Value, tail: Value): Value =>
  L.select(L.less(L.abs(u), edge), centre, L.select(L.less(u, 0), L.neg(tail), tail));

/** √2 erf⁻¹(u): 2 ulp. */
export const quantile = (L: ScalarLane, u: Value): Value => {
  const z = L.mul(u, u);
  const bend = L.mul(L.mul(u, z), ratio(L, L.sub(edge * edge, z), central));
  const r = root(L, u, log);
  const rest = L.select(L.less(r, 2.4), ratio(L, L.sub(r, 1.17), middle), ratio(L, L.sub(r, 2.4), far));
  return joined(L, u, L.add(L.mul(u, slope), bend), L.add(L.mul(r, Math.SQRT2), rest));
};

/** √2 erf⁻¹(u) for float32: 0.502 ulp. */
export const quantileShort = (L: ScalarLane, u: Value): Value => {
  const centre = L.mul(u, ratio(L, L.sub(edge * edge, L.mul(u, u)), centralShort));
  return joined(L, u, centre, ratio(L, L.sub(root(L, u, logShort), 1.17), tailShort));
};
