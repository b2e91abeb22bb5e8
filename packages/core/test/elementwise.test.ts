import { describe, expect, test } from "vitest";
import * as core from "../src/index.ts";
import { array, type DType, type NDArray, toTypedArray } from "../src/index.ts";

/* Functions at the edges of the numbers. */

type Unary = (x: NDArray) => NDArray;
type Binary = (a: NDArray, b: NDArray) => NDArray;

const inf = Infinity;
const tiny = 5e-324;
const halfPi = Math.PI / 2;

const values = (x: NDArray): readonly number[] => Array.from(toTypedArray(x));

const unary: Readonly<Record<string, Unary>> = {
  abs: core.abs,
  acos: core.acos,
  asin: core.asin,
  atan: core.atan,
  ceil: core.ceil,
  cos: core.cos,
  cosh: core.cosh,
  erf: core.erf,
  expm1: core.expm1,
  floor: core.floor,
  gelu: core.gelu,
  isFinite: core.isFinite,
  isNaN: core.isNaN,
  log1p: core.log1p,
  logicalNot: core.logicalNot,
  logSigmoid: core.logSigmoid,
  reciprocal: core.reciprocal,
  relu: core.relu,
  round: core.round,
  rsqrt: core.rsqrt,
  sigmoid: core.sigmoid,
  silu: core.silu,
  sin: core.sin,
  sinh: core.sinh,
  softplus: core.softplus,
  tan: core.tan,
};

const binary: Readonly<Record<string, Binary>> = {
  atan2: core.atan2,
  div: core.div,
  elu: core.elu,
  leakyRelu: core.leakyRelu,
  logicalAnd: core.logicalAnd,
  logicalOr: core.logicalOr,
  maximum: core.maximum,
  minimum: core.minimum,
  pow: core.pow,
  remainder: core.remainder,
};

/** What holds in float64 and in float32: x and f(x). */
const ofOne: Readonly<Record<string, readonly (readonly [x: number, value: number])[]>> = {
  floor: [
    [-0, -0],
    [-0.5, -1],
    [inf, inf],
    [-inf, -inf],
    [NaN, NaN],
    [16777216, 16777216],
  ],
  ceil: [
    [-0, -0],
    [-0.5, -0],
    [0.5, 1],
    [inf, inf],
    [NaN, NaN],
  ],
  round: [
    [0.5, 0],
    [1.5, 2],
    [2.5, 2],
    [-0.5, -0],
    [-1.5, -2],
    [-2.5, -2],
    [-0, -0],
    [8388607.5, 8388608],
    [inf, inf],
    [NaN, NaN],
  ],
  relu: [
    [-0, 0],
    [-inf, 0],
    [inf, inf],
    [NaN, NaN],
  ],
  reciprocal: [
    [0, inf],
    [-0, -inf],
    [inf, 0],
    [-inf, -0],
    [NaN, NaN],
  ],
  rsqrt: [
    [0, inf],
    [-0, -inf],
    [inf, 0],
    [-1, NaN],
    [-inf, NaN],
    [NaN, NaN],
    [4, 0.5],
  ],
  expm1: [
    [0, 0],
    [-0, -0],
    [inf, inf],
    [-inf, -1],
    [NaN, NaN],
    [1e4, inf],
    [-1e4, -1],
  ],
  log1p: [
    [0, 0],
    [-0, -0],
    [-1, -inf],
    [-1.5, NaN],
    [-inf, NaN],
    [inf, inf],
    [NaN, NaN],
  ],
  sin: [
    [0, 0],
    [-0, -0],
    [inf, NaN],
    [-inf, NaN],
    [NaN, NaN],
  ],
  cos: [
    [0, 1],
    [-0, 1],
    [inf, NaN],
    [-inf, NaN],
    [NaN, NaN],
  ],
  tan: [
    [0, 0],
    [-0, -0],
    [inf, NaN],
    [-inf, NaN],
    [NaN, NaN],
  ],
  asin: [
    [0, 0],
    [-0, -0],
    [1, halfPi],
    [-1, -halfPi],
    [1.5, NaN],
    [-inf, NaN],
    [NaN, NaN],
  ],
  acos: [
    [1, 0],
    [-1, Math.PI],
    [0, halfPi],
    [1.5, NaN],
    [inf, NaN],
    [NaN, NaN],
  ],
  atan: [
    [0, 0],
    [-0, -0],
    [inf, halfPi],
    [-inf, -halfPi],
    [NaN, NaN],
  ],
  sinh: [
    [0, 0],
    [-0, -0],
    [inf, inf],
    [-inf, -inf],
    [1e4, inf],
    [-1e4, -inf],
    [NaN, NaN],
  ],
  cosh: [
    [0, 1],
    [-0, 1],
    [inf, inf],
    [-inf, inf],
    [-1e4, inf],
    [NaN, NaN],
  ],
  sigmoid: [
    [0, 0.5],
    [-inf, 0],
    [inf, 1],
    [-1e4, 0],
    [1e4, 1],
    [NaN, NaN],
  ],
  logSigmoid: [
    [-inf, -inf],
    [inf, -0],
    [-1e4, -1e4],
    [1e4, -0],
    [NaN, NaN],
  ],
  softplus: [
    [-inf, 0],
    [inf, inf],
    [-1e4, 0],
    [1e4, 1e4],
    [NaN, NaN],
  ],
  silu: [
    [0, 0],
    [-0, -0],
    [-inf, -0],
    [inf, inf],
    [-1e4, -0],
    [1e4, 1e4],
    [NaN, NaN],
  ],
  gelu: [
    [0, 0],
    [-0, -0],
    [-inf, -0],
    [inf, inf],
    [-1e4, -0],
    [1e4, 1e4],
    [NaN, NaN],
  ],
  erf: [
    [0, 0],
    [-0, -0],
    [inf, 1],
    [-inf, -1],
    [6, 1],
    [NaN, NaN],
  ],
  isNaN: [
    [NaN, 1],
    [inf, 0],
    [0, 0],
  ],
  isFinite: [
    [NaN, 0],
    [inf, 0],
    [-inf, 0],
    [3e38, 1],
    [-0, 1],
  ],
  logicalNot: [
    [NaN, 0],
    [0, 1],
    [-0, 1],
    [2, 0],
  ],
};

/** Of two numbers, in both dtypes. */
const ofTwo: Readonly<Record<string, readonly (readonly [a: number, b: number, value: number])[]>> = {
  pow: [
    [0, 0, 1],
    [-0, 0, 1],
    [NaN, 0, 1],
    [inf, -0, 1],
    [1, NaN, 1],
    [1, inf, 1],
    [-1, inf, 1],
    [-1, -inf, 1],
    [NaN, 1, NaN],
    [2, NaN, NaN],
    [0, 2, 0],
    [-0, 3, -0],
    [-0, 2, 0],
    [0, -1, inf],
    [-0, -1, -inf],
    [-0, -2, inf],
    [0, 0.5, 0],
    [0, inf, 0],
    [0, -inf, inf],
    [0.5, inf, 0],
    [0.5, -inf, inf],
    [2, inf, inf],
    [2, -inf, 0],
    [inf, 2, inf],
    [inf, -2, 0],
    [-inf, 3, -inf],
    [-inf, 2, inf],
    [-inf, -3, -0],
    [-inf, 0.5, inf],
    [-8, 1 / 3, NaN],
    [-2, 3, -8],
    [-2, -2, 0.25],
    [9, 0.5, 3],
    [2, 10, 1024],
    [-1, 1e15, 1],
    [7, 1, 7],
  ],
  atan2: [
    [0, 1, 0],
    [-0, 1, -0],
    [0, -1, Math.PI],
    [-0, -1, -Math.PI],
    [0, 0, 0],
    [-0, 0, -0],
    [0, -0, Math.PI],
    [-0, -0, -Math.PI],
    [1, 0, halfPi],
    [-1, -0, -halfPi],
    [inf, inf, Math.PI / 4],
    [-inf, -inf, (-3 * Math.PI) / 4],
    [1, inf, 0],
    [-1, inf, -0],
    [1, -inf, Math.PI],
    [inf, 1, halfPi],
    [NaN, 1, NaN],
    [1, NaN, NaN],
    [1, 1, Math.PI / 4],
  ],
  remainder: [
    [7, 3, 1],
    [-7, 3, 2],
    [7, -3, -2],
    [-7, -3, -1],
    [6, 3, 0],
    [-6, 3, 0],
    [6, -3, -0],
    [0, 3, 0],
    [-0, 3, 0],
    [5, 0, NaN],
    [inf, 2, NaN],
    [5, inf, 5],
    [-5, inf, inf],
    [5, -inf, -inf],
    [NaN, 2, NaN],
    [2, NaN, NaN],
    [-(2 ** -30), 1, 1 - 2 ** -30],
    [2 ** 100, 3, 1],
    [2 ** 99, 3, 2],
    [0.75, 0.5, 0.25],
  ],
  div: [
    [1, 0, inf],
    [-1, 0, -inf],
    [1, -0, -inf],
    [0, 0, NaN],
    [inf, inf, NaN],
    [0, -5, -0],
    [1, inf, 0],
  ],
  maximum: [
    [-0, 0, 0],
    [NaN, 1, NaN],
    [1, NaN, NaN],
    [-inf, -1, -1],
  ],
  minimum: [
    [0, -0, -0],
    [NaN, 1, NaN],
    [1, NaN, NaN],
    [inf, 1, 1],
  ],
  leakyRelu: [
    [-2, 0.5, -1],
    [-0, 0.5, -0],
    [inf, 0.5, inf],
    [-inf, 0.5, -inf],
    [NaN, 0.5, NaN],
  ],
  elu: [
    [-inf, 2, -2],
    [-1e4, 2, -2],
    [inf, 2, inf],
    [-0, 2, -0],
    [NaN, 2, NaN],
    [1e4, 1, 1e4],
  ],
  logicalAnd: [
    [NaN, 1, 1],
    [0, 1, 0],
    [-0, NaN, 0],
    [2, 3, 1],
  ],
  logicalOr: [
    [NaN, 0, 1],
    [0, -0, 0],
    [0, 5, 1],
  ],
};

describe.each<DType>(["float64", "float32"])("in %s", (dtype) => {
  const of = (x: number): number => (dtype === "float32" ? Math.fround(x) : x);
  const one = (x: number): NDArray => array([x], { dtype });

  describe.each(Object.entries(ofOne))("%s", (name, rows) => {
    test.each(rows)("of %d is %d", (x, value) => {
      const f = unary[name];
      const found = f === undefined ? [] : values(f(one(x)));
      expect(found).toEqual([of(value)]);
    });
  });

  describe.each(Object.entries(ofTwo))("%s", (name, rows) => {
    test.each(rows)("of %d and %d is %d", (a, b, value) => {
      const f = binary[name];
      expect(f === undefined ? [] : values(f(one(a), one(b)))).toEqual([of(value)]);
    });
  });
});

/** Where a simpler formula loses all: f(x), to the nearest double. */
const tails: Readonly<Record<string, readonly (readonly [x: number, value: number])[]>> = {
  sigmoid: [
    [-740, 4.2e-322],
    [-700, 9.85967654375977e-305],
    [-100, 3.720075976020836e-44],
    [-40, 4.248354255291589e-18],
    [-1e-10, 0.499999999975],
    [1e-300, 0.5],
    [30, 0.9999999999999064],
    [36.5, 0.9999999999999999],
  ],
  softplus: [
    [-740, 4.2e-322],
    [-100, 3.720075976020836e-44],
    [-37, 8.533047625744066e-17],
    [-1e-8, 0.6931471755599453],
    [20, 20.000000002061153],
    [36, 36],
    [40, 40],
    [10000, 10000],
  ],
  logSigmoid: [
    [-10000, -10000],
    [-40, -40],
    [-36, -36],
    [1e-8, -0.6931471755599453],
    [20, -2.061153620314381e-9],
    [37, -8.533047625744066e-17],
    [100, -3.720075976020836e-44],
    [740, -4.2e-322],
  ],
  gelu: [
    [-38, -1.096462777e-314],
    [-37, -2.1184613523340935e-298],
    [-30, -1.472014178144456e-196],
    [-10, -7.619853024160526e-23],
    [-5, -1.4332578593959695e-6],
    [-1e-8, -4.999999960105772e-9],
    [5e-324, 0],
    [8, 7.999999999999995],
    [10000, 10000],
  ],
  silu: [
    [-740, -3.09967e-319],
    [-100, -3.720075976020836e-42],
    [-40, -1.6993417021166355e-16],
    [-1e-8, -4.9999999750000005e-9],
    [1e-300, 5e-301],
    [40, 40],
  ],
  erf: [
    [1e-300, 1.1283791670955126e-300],
    [-1e-8, -1.1283791670955126e-8],
    [0.84375, 0.7672256612323416],
    [1.25, 0.9229001282564583],
    [2.857142857142857, 0.9999466876886117],
    [5.9, 0.9999999999999999],
    [-3, -0.9999779095030014],
  ],
  log1p: [
    [-0.9999999999999999, -36.7368005696771],
    [-0.5, -0.6931471805599453],
    [-1e-300, -1e-300],
    [1e-16, 1e-16],
    [1e-8, 9.999999950000001e-9],
    [1e300, 690.7755278982137],
  ],
  expm1: [
    [-50, -1],
    [-36, -0.9999999999999998],
    [-1e-300, -1e-300],
    [1e-16, 1e-16],
    [1e-8, 1.0000000050000001e-8],
    [709.5, 1.3549863193146328e308],
  ],
  sinh: [
    [1e-300, 1e-300],
    [1e-8, 1e-8],
    [0.9999999999999999, 1.1752011936438014],
    [1, 1.1752011936438014],
    [710, 1.1169973830808555e308],
  ],
  cosh: [
    [1e-8, 1],
    [0.5, 1.1276259652063807],
    [710, 1.1169973830808555e308],
  ],
  sin: [
    [1e-300, 1e-300],
    [3.141592653589793, 1.2246467991473532e-16],
    [6.283185307179586, -2.4492935982947064e-16],
    [823549, -0.6167306535771907],
    [1000000000000000, 0.8582727931702359],
    [1e22, -0.8522008497671888],
    [1.7976931348623157e308, 0.004961954789184062],
    [5.319372648326541e255, 1],
  ],
  cos: [
    [1.5707963267948966, 6.123233995736766e-17],
    [1e22, 0.523214785395139],
    [4.71238898038469, -1.8369701987210297e-16],
    [823548.9, 0.7216713299478111],
  ],
  tan: [
    [1.5707963267948966, 1.633123935319537e16],
    [0.7853981633974483, 0.9999999999999999],
    [1e22, -1.6287782256068988],
  ],
  asin: [
    [1e-8, 1e-8],
    [0.5, 0.5235987755982989],
    [0.9999999999999999, 1.5707963118937354],
  ],
  acos: [
    [0.9999999999999999, 1.4901161193847656e-8],
    [-0.9999999999999999, 3.141592638688632],
    [1e-300, 1.5707963267948966],
    [0.5, 1.0471975511965979],
  ],
  atan: [
    [1e-8, 1e-8],
    [0.4375, 0.4124104415973873],
    [2.4375, 1.1814796049617557],
    [1e16, 1.5707963267948966],
  ],
  rsqrt: [
    [5e-324, 4.4989137945431964e161],
    [3, 0.5773502691896257],
    [1.7976931348623157e308, 7.458340731200207e-155],
  ],
};

/** The distance between a double and the next one. */
const unitOf = (x: number): number => Math.max(2 ** (Math.floor(Math.log2(Math.abs(x))) - 52), tiny);

describe.each(Object.entries(tails))("%s is within three units in the last place", (name, rows) => {
  test.each(rows)("at %d", (x, value) => {
    const f = unary[name];
    const [found = NaN] = f === undefined ? [] : values(f(array([x])));
    expect(Math.abs(found - value)).toBeLessThanOrEqual(3 * unitOf(value));
  });
});

test("a power that is too small or too great is a subnormal number, zero or infinite", () => {
  const a = array([2, 2, 2, 2, 10, 10, -2, -2]);
  const b = array([-1074, -1075, 1023, 1024, 308, 309, -1074, 1025]);
  expect(values(core.pow(a, b))).toEqual([tiny, 0, 2 ** 1023, inf, 1e308, inf, tiny, -inf]);
});

test("a remainder is exact, whatever the quotient", () => {
  const a = array([1.7976931348623157e308, 2 ** 1000, 1e300, 2 ** -1022 + tiny, 3 * tiny]);
  const b = array([tiny, 3, 7, 2 ** -1022, 2 * tiny]);
  const exactly = [0, 1, Number(BigInt(1e300) % 7n), tiny, tiny];
  expect(values(core.remainder(a, b))).toEqual(exactly);
});

test("division and roots of float32 are correctly rounded", () => {
  const a = array([1, 2, 5, 1e-40, 3e38], { dtype: "float32" });
  const b = array([3, 3, 7, 3, 7e-8], { dtype: "float32" });
  expect(values(core.div(a, b))).toEqual(values(a).map((x, i) => Math.fround(x / (values(b)[i] ?? NaN))));
  expect(values(core.sqrt(a))).toEqual(values(a).map((x) => Math.fround(Math.sqrt(x))));
});

test("integers stay integers where they can, and meet functions of real numbers as float64", () => {
  const n = array([-7, 0, 7], { dtype: "int32" });
  for (const f of [core.floor, core.ceil, core.round, core.relu]) expect(f(n).dtype).toBe("int32");
  expect(values(core.relu(n))).toEqual([0, 0, 7]);
  const m = array([3, 0, -3], { dtype: "int32" });
  expect([core.remainder(n, m).dtype, values(core.remainder(n, m))]).toEqual(["int32", [2, 0, -2]]);
  expect(core.clip(n, { max: m }).dtype).toBe("int32");
  for (const f of [core.sin, core.sigmoid, core.erf, core.rsqrt]) expect(f(n).dtype).toBe("float64");
  expect(core.pow(n, m).dtype).toBe("float64");
  for (const f of [core.isNaN, core.isFinite, core.logicalNot]) expect(f(n).dtype).toBe("bool");
});

test("elu and leakyRelu have the parameters of other libraries where these are left out", () => {
  for (const dtype of ["float64", "float32"] as const) {
    const x = array([-inf, -2, -0, 0, 3, NaN], { dtype });
    expect(values(core.elu(x))).toEqual(values(core.elu(x, 1)));
    expect(values(core.leakyRelu(x))).toEqual(values(core.leakyRelu(x, 0.01)));
    expect(core.leakyRelu(x).dtype).toBe(dtype);
  }
  expect(core.item(core.elu(-inf, undefined))).toBe(-1);
  expect(core.item(core.leakyRelu(-100))).toBe(-1);
});

describe("where", () => {
  test("chooses, and takes the dtype of what it chooses from", () => {
    const condition = array([true, false, true]);
    expect(values(core.where(condition, array([1, 2, 3]), array([NaN, 5, inf])))).toEqual([1, 5, 3]);
    expect(core.where(condition, array([true, true, true]), condition).dtype).toBe("bool");
    expect(core.where(condition, 1, array([0, 0, 0], { dtype: "float32" })).dtype).toBe("float32");
    expect(core.where(array([1.5, 0, NaN]), array([1, 2, 3], { dtype: "float32" }), 0).dtype).toBe("float32");
  });
  test("takes every number but 0 as true", () => {
    expect(values(core.where(array([0.5, 0, -0, NaN]), 1, 2))).toEqual([1, 2, 2, 1]);
    expect(values(core.where(array([3, 0], { dtype: "int32" }), 1, 2))).toEqual([1, 2]);
  });
  test("broadcasts all three", () => {
    const found = core.where(array([[true], [false]]), array([1, 2, 3]), 0);
    expect([found.shape, values(found)]).toEqual([
      [2, 3],
      [1, 2, 3, 0, 0, 0],
    ]);
  });
});

describe("clip", () => {
  test("keeps NaN and numbers within, and lets the greater bound hold where they cross", () => {
    const x = array([-5, -1, 0, NaN, 1, 5]);
    expect(values(core.clip(x, { min: -1, max: 1 }))).toEqual([-1, -1, 0, NaN, 1, 1]);
    expect(values(core.clip(x, { min: 2, max: -2 }))).toEqual([-2, -2, -2, NaN, -2, -2]);
    expect(values(core.clip(x, {}))).toEqual(values(x));
  });
  test("takes arrays as bounds", () => {
    expect(values(core.clip(array([[0], [10]]), { min: array([1, 2]) }))).toEqual([1, 2, 10, 10]);
  });
});
