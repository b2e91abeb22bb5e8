import { valueAndGrad } from "@gradfold/autodiff";
import {
  array,
  item,
  matmul,
  type NDArray,
  random,
  square,
  sum,
  toNested,
  toTypedArray,
  transpose,
} from "@gradfold/core";
import { describe, expect, test } from "vitest";
import {
  adam,
  applyUpdates,
  muon,
  noisySgd,
  projection,
  reduceOnPlateau,
  sam,
  scheduleFree,
  sgd,
  transform,
} from "../src/index.ts";

const numbers = (x: NDArray): readonly number[] => Array.from(toTypedArray(x));

/** The eigenvalues of a symmetric 2 × 2 matrix. */
const eigenvalues = (m: NDArray): readonly number[] => {
  const [a = NaN, b = NaN, , d = NaN] = numbers(m);
  const root = Math.hypot((a - d) / 2, b);
  return [(a + d) / 2 - root, (a + d) / 2 + root];
};

describe("scheduleFree", () => {
  const gradient = (y: number): number => 3 * (y - 2);
  test("is z ← z - γ g(y), x ← (1 - c) x + c z, y = (1 - β) z + β x, with plain numbers", () => {
    const optimizer = scheduleFree(sgd(0.1), { learningRate: 0.1, b1: 0.8 });
    let [y, state] = [array(5) as NDArray, optimizer.init(array(5) as NDArray)];
    let [z, x] = [5, 5];
    for (let t = 1; t <= 30; t++) {
      const g = gradient(item(y));
      z -= 0.1 * g;
      x = (1 - 1 / t) * x + z / t;
      const [updates, next] = optimizer.update(array(g) as NDArray, state, y);
      [y, state] = [applyUpdates(y, updates), next];
      expect(item(state.z)).toBeCloseTo(z, 12);
      expect(item(state.x)).toBeCloseTo(x, 12);
      expect(item(y)).toBeCloseTo(0.2 * z + 0.8 * x, 12);
    }
    expect(item(state.x)).toBeCloseTo(2, 0);
  });
  test("averages evenly at a constant rate, and waits where the rate is 0", () => {
    const optimizer = scheduleFree(
      sgd((count) => count),
      { learningRate: (count) => count },
    );
    const p = array([1, 2]);
    const [updates, state] = optimizer.update(array([1, 1]), optimizer.init(p), p);
    expect(numbers(updates).map(Math.abs)).toEqual([0, 0]);
    expect(toNested(state.x)).toEqual([1, 2]);
  });
});

describe("sam", () => {
  test("takes the gradient at p + rho g / |g|, found by hand", () => {
    const lossAndGrad = valueAndGrad((p: NDArray) => sum(square(square(p))));
    const p = array([1, -2]);
    const optimizer = sam(sgd(0.01), { rho: 0.1 });
    const g = [4, -32];
    const length = Math.hypot(...g);
    const want = [1, -2].map((x, i) => -0.01 * 4 * (x + (0.1 * (g[i] ?? NaN)) / length) ** 3);
    const [updates] = optimizer.update(lossAndGrad(p)[1], optimizer.init(p), p, { lossAndGrad });
    numbers(updates).forEach((u, i) => expect(u).toBeCloseTo(want[i] ?? NaN, 14));
  });
  test("does not rest in a minimum that is sharper than rho", () => {
    const lossAndGrad = valueAndGrad((p: NDArray) => sum(square(p)));
    const optimizer = sam(sgd(0.1), { rho: 1 });
    const p: NDArray = array([1e-6]);
    const [updates] = optimizer.update(lossAndGrad(p)[1], optimizer.init(p), p, { lossAndGrad });
    expect(Math.abs(item(applyUpdates(p, updates)))).toBeGreaterThan(0.1);
  });
});

describe("muon", () => {
  const g = random.normal(random.key(3), [2, 5]);
  test("brings singular values near 1: from 0.6 to 1.3 after five steps", () => {
    const { init, update } = transform.scaleByMuon({ beta: 0, nesterov: false });
    const [u] = update(g, init(g), g);
    for (const value of eigenvalues(matmul(u, transpose(u)))) {
      expect(Math.sqrt(value / 2.5)).toBeGreaterThan(0.6);
      expect(Math.sqrt(value / 2.5)).toBeLessThan(1.3);
    }
  });
  test("is x ← ax + b(xxᵀ)x + c(xxᵀ)²x five times, on singular values: with plain numbers", () => {
    const { init, update } = transform.scaleByMuon({ beta: 0, nesterov: false, eps: 0 });
    const diagonal = array([
      [3, 0],
      [0, 4],
    ]);
    const follow = (x: number): number =>
      Array.from({ length: 5 }).reduce<number>((s) => 3.4445 * s - 4.775 * s ** 3 + 2.0315 * s ** 5, x);
    numbers(update(diagonal, init(diagonal), diagonal)[0]).forEach((u, i) =>
      expect(u).toBeCloseTo([follow(0.6), 0, 0, follow(0.8)][i] ?? NaN, 12),
    );
  });
  test("gives the transpose for the transpose, but for the factor of its shape", () => {
    const { init, update } = transform.scaleByMuon();
    const [wide] = update(g, init(g), g);
    const tall = transpose(g);
    const [other] = update(tall, init(tall), tall);
    numbers(transpose(other)).forEach((u, i) => expect(u * Math.sqrt(2.5)).toBeCloseTo(numbers(wide)[i] ?? NaN, 12));
  });
  test("gives Adam's steps to all that is no matrix", () => {
    const params = { w: g, b: array([1, -2]) };
    const [optimizer, other] = [muon(0.1), adam(0.1)];
    const [updates] = optimizer.update(params, optimizer.init(params), params);
    const [own] = other.update(params.b, other.init(params.b), params.b);
    expect(toNested(updates.b)).toEqual(toNested(own));
    expect(() => transform.scaleByMuon().update(params.b, { mu: params.b }, params.b)).toThrow(
      "scaleByMuon: a matrix is needed, not [2]. Use muon, or masked.",
    );
  });
});

describe("reduceOnPlateau", () => {
  const scales = (values: readonly number[], options: Parameters<typeof reduceOnPlateau>[0]): readonly number[] => {
    const { init, update } = reduceOnPlateau(options);
    let state = init(array(1));
    return values.map((value) => {
      const [scaled, next] = update(array(1), state, array(1), { value: array(value) });
      state = next;
      return item(scaled);
    });
  };
  test("reduces after as many losses in a row that are no better as its patience", () => {
    expect(scales([5, 4, 4, 4, 4, 3, 3], { factor: 0.5, patience: 2 })).toEqual([1, 1, 1, 0.5, 0.5, 0.5, 0.5]);
  });
  test("waits after a reduction, and stops at the least scale", () => {
    expect(scales([1, 1, 1, 1, 1, 1], { factor: 0.5, patience: 1, cooldown: 2 })).toEqual([
      1, 0.5, 0.5, 0.5, 0.25, 0.25,
    ]);
    expect(scales([1, 1, 1, 1], { factor: 0.1, patience: 1, minScale: 0.05 })).toEqual([1, 0.1, 0.05, 0.05]);
  });
  test("takes a loss for better only by more than its tolerances", () => {
    expect(scales([1, 0.99, 0.98], { factor: 0.5, patience: 1, rtol: 0.1 })).toEqual([1, 0.5, 0.25]);
    expect(scales([1, 0.95, 0.8], { factor: 0.5, patience: 1, rtol: 0, atol: 0.1 })).toEqual([1, 0.5, 0.5]);
  });
  test("asks for the loss", () => {
    expect(() => reduceOnPlateau().update(array(1), reduceOnPlateau().init(array(1)), array(1))).toThrow(
      "reduceOnPlateau: the loss is missing: update's fourth argument must hold { value }. trainStep gives it.",
    );
  });
});

describe("projections", () => {
  const points = [array([0.3, -2, 5, 0.1]), array([0.25, 0.25, 0.25, 0.25]), array([-1, -1, -1, -1])];
  const sets = {
    box: [
      (p: NDArray) => projection.box(p, { lower: -1, upper: 1 }),
      (x: readonly number[]) => x.every((v) => Math.abs(v) <= 1),
    ],
    "box of bounds for each": [
      (p: NDArray) => projection.box(p, { lower: array([-1, -Infinity, 0, 0.1]), upper: array([0, -1, 2, 0.1]) }),
      ([a = NaN, b = NaN, c = NaN, d = NaN]: readonly number[]) =>
        -1 <= a && a <= 0 && b <= -1 && 0 <= c && c <= 2 && d === 0.1,
    ],
    nonNegative: [projection.nonNegative<NDArray>, (x) => x.every((v) => v >= 0)],
    simplex: [
      (p) => projection.simplex(p),
      (x) => x.every((v) => v >= 0) && Math.abs(x.reduce((a, b) => a + b, 0) - 1) < 1e-14,
    ],
    l2Ball: [(p) => projection.l2Ball(p), (x) => Math.hypot(...x) <= 1 + 1e-15],
  } as const satisfies Record<string, readonly [(p: NDArray) => NDArray, (x: readonly number[]) => boolean]>;

  test.each(Object.entries(sets))(
    "%s gives the nearest point of its set, and leaves what is in it",
    (_, [project, contains]) => {
      for (const p of points) {
        const nearest = project(p);
        expect(contains(numbers(nearest))).toBe(true);
        numbers(project(nearest)).forEach((x, i) => expect(x).toBeCloseTo(numbers(nearest)[i] ?? NaN, 14));
        // No other point of the set is on the outer side: (p - nearest)·(q - nearest) ≤ 0.
        for (let k = 0; k < 20; k++) {
          const q = project(random.normal(random.key(k), [4]));
          const inner = numbers(p).reduce((total, v, i) => {
            const at = numbers(nearest)[i] ?? NaN;
            return total + (v - at) * ((numbers(q)[i] ?? NaN) - at);
          }, 0);
          expect(inner).toBeLessThanOrEqual(1e-12);
        }
      }
    },
  );
  test("box takes trees as bounds, whose arrays broadcast, in the parameters' dtypes", () => {
    const params = {
      w: array(
        [
          [-3, 3],
          [5, 0.5],
        ],
        { dtype: "float32" },
      ),
      b: [array(-2)],
    };
    const bounds = { lower: { w: array([0, 1]), b: [-1] }, upper: { w: 2, b: [array(Infinity)] } };
    const { w, b } = projection.box(params, bounds);
    expect([w.dtype, numbers(w), numbers(b[0] ?? w)]).toEqual(["float32", [0, 2, 2, 1], [-1]]);
    const again = projection.box({ w, b }, bounds);
    expect([numbers(again.w), numbers(again.b[0] ?? w)]).toEqual([numbers(w), numbers(b[0] ?? w)]);
    expect(numbers(projection.box(array([-1, 9]), { lower: array([0, 1]), upper: 4 }))).toEqual([0, 4]);
  });
  test("box refuses bounds for each that cross, or fit no parameters", () => {
    const p = { w: array([1, 2]) };
    const crossed = "projection.box: the bounds cross, or one is NaN. Every lower bound must be at most the upper one.";
    expect(() => projection.box(p, { lower: { w: array([0, 3]) }, upper: 2 })).toThrow(crossed);
    expect(() => projection.box(p, { lower: 0, upper: { w: NaN } })).toThrow(crossed);
    expect(() => projection.box(p, { lower: { v: 0 } as never, upper: 2 })).toThrow(
      "projection.box: lower does not fit the parameters at the root: {v} and {w}.",
    );
    expect(() => projection.box(p, { lower: 0, upper: { w: array([1, 2, 3]) } })).toThrow(
      "projection.box: upper does not fit the parameters at w: [3] and [2].",
    );
    expect(() => projection.box(p, { lower: "0" as never, upper: 2 })).toThrow(
      'projection.box: lower must be a number, or a tree like the parameters, not the string "0".',
    );
  });
  test("refuse what is no set", () => {
    expect(() => projection.box(array(1), { lower: 1, upper: 0 })).toThrow(
      "projection.box: the bounds cross: 1 and 0.",
    );
    expect(() => projection.simplex(array([1]), 0)).toThrow(
      "projection.simplex: the scale must be a finite number above 0, not 0.",
    );
    expect(() => projection.l2Ball(array([1]), -1)).toThrow(
      "projection.l2Ball: the radius must be a finite number from 0 on, not -1.",
    );
  });
});

describe("noise", () => {
  test("is normal, of the variance eta / t^gamma, another one in each step and leaf, the same again from the key", () => {
    const { init, update } = transform.addNoise(random.key(1), { eta: 4, gamma: 1 });
    const g = { a: random.uniform(random.key(2), [2000]), b: random.uniform(random.key(2), [2000]) };
    const zero = { a: array(new Float64Array(2000)), b: array(new Float64Array(2000)) };
    const variance = (x: NDArray): number => numbers(x).reduce((total, v) => total + v * v, 0) / 2000;
    const [first, state] = update(zero, init(g), g);
    const [second] = update(zero, state, g);
    // Within five standard deviations of what 2000 draws tell.
    expect(Math.abs(variance(first.a) / 4 - 1)).toBeLessThan(0.16);
    expect(Math.abs(variance(second.a) / 2 - 1)).toBeLessThan(0.16);
    expect(toNested(first.a)).not.toEqual(toNested(first.b));
    expect(toNested(first.a)).not.toEqual(toNested(second.a));
    expect(toNested(update(zero, init(g), g)[0].a)).toEqual(toNested(first.a));
    const other = noisySgd(1, { key: random.key(5) });
    expect(toNested(other.update(zero, other.init(g), g)[0].a)).not.toEqual(toNested(first.a));
  });
});
