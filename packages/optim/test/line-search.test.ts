import { program, valueAndGrad, vmap } from "@gradfold/autodiff";
import {
  add,
  array,
  div,
  exp,
  item,
  log,
  mul,
  type NDArray,
  random,
  type Scalar,
  sqrt,
  square,
  sub,
  sum,
  toTypedArray,
  tree,
  zeros,
} from "@gradfold/core";
import { describe, expect, test } from "vitest";
import {
  chain,
  lbfgs,
  lineSearch,
  masked,
  newton,
  sgd,
  steps,
  testFunction,
  type Transform,
  trainState,
  trainStep,
  trajectory,
  transform,
  withValidation,
} from "../src/index.ts";
import type { Place } from "../src/line-search/place.ts";
import { wolfe, type WolfeOptions } from "../src/line-search/search.ts";

type Line = (at: Scalar) => Scalar;

const usual: WolfeOptions = {
  first: 1,
  longest: 1e10,
  slopeRtol: 1e-4,
  curvRtol: 0.1,
  intervalRtol: 0,
  valueRtol: 0,
  maxSteps: 40,
};

const placeOn =
  (f: Line) =>
  (at: Scalar): Place<Scalar> => {
    const [value, slope] = valueAndGrad(f)(at);
    return { at, value, slope, there: at };
  };

/** A search along a function, and at which places it was evaluated. */
const searched = (f: Line, options: Partial<WolfeOptions> = {}) => {
  const tried: number[] = [];
  const phi = placeOn(f);
  const start = phi(zeros([]));
  const found = wolfe(
    (at) => {
      tried.push(item(at));
      return phi(at);
    },
    start,
    { ...usual, ...options },
  );
  return { ...found, start, tried, at: item(found.place.at) };
};

/** The first three functions of Moré and Thuente's paper, section 5, and others. */
const lines: readonly (readonly [name: string, f: Line])[] = [
  ["a / (a² + 2), downwards", (a) => mul(div(a, add(square(a), 2)), -1)],
  ["(a + β)⁵ - 2 (a + β)⁴", (a) => sub(fifth(add(a, 0.004)), mul(fourth(add(a, 0.004)), 2))],
  ["a parabola far away", (a) => square(sub(a, 300))],
  ["a valley between exponentials", (a) => add(exp(sub(a, 3)), exp(mul(a, -1)))],
  ["√(1 + (a - 2)²)", (a) => sqrt(add(square(sub(a, 2)), 1))],
  ["a quartic", (a) => fourth(sub(a, 1))],
];
const fourth: Line = (x) => square(square(x));
const fifth: Line = (x) => mul(fourth(x), x);

describe("wolfe", () => {
  const firsts = [1e-3, 0.1, 1, 10, 1e3];
  test.each(lines)("keeps both conditions along %s, wherever it looks first", (_, f) => {
    for (const first of firsts) {
      const { place, start, isAccepted, isStalled, tried } = searched(f, { first });
      expect([item(isAccepted), item(isStalled)]).toEqual([1, 0]);
      expect(item(place.value)).toBeLessThanOrEqual(item(start.value) + 1e-4 * item(place.at) * item(start.slope));
      expect(Math.abs(item(place.slope))).toBeLessThanOrEqual(0.1 * Math.abs(item(start.slope)));
      expect(tried.length).toBeLessThanOrEqual(12);
    }
  });
  test("tells how often it evaluated, asks no place twice, and gives back what is there", () => {
    for (const [, f] of lines) {
      const { evaluations, tried, place } = searched(f, { first: 7, curvRtol: 1e-3 });
      expect(item(evaluations)).toBe(tried.length);
      expect(new Set(tried).size).toBe(tried.length);
      expect(item(place.there)).toBe(item(place.at));
    }
  });
  test("goes back from where the function is not finite, and finds the minimum before", () => {
    // ln(1 - a) is NaN from a = 1 on, and infinite at it.
    const barrier: Line = (a) => sub(mul(log(sub(1, a)), -1), mul(a, 4));
    for (const first of [1, 2, 1e6]) {
      const { at, isAccepted } = searched(barrier, { first, curvRtol: 1e-3 });
      expect([item(isAccepted), Math.abs(at - 0.75) < 1e-3]).toEqual([1, true]);
    }
    const pit: Line = (a) => add(sub(square(sub(a, 1)), 1), mul(log(sub(3, a)), 1e-3));
    expect(searched(pit, { first: 3 }).at).toBeLessThan(3);
  });
  test("evaluates nothing where the way leads uphill, is level, or starts at NaN", () => {
    for (const f of [(a: Scalar) => a, (a: Scalar) => square(a), (a: Scalar) => mul(log(sub(a, 1)), -1)]) {
      const { tried, at, isAccepted } = searched(f);
      expect([tried.length, at, item(isAccepted)]).toEqual([0, 0, 0]);
    }
    expect(item(searched((a) => square(a)).isStalled)).toBe(0);
    expect(item(searched((a) => a).isStalled)).toBe(1);
  });
  test("ends at the limit of floats, stalled, where the slope lies", () => {
    const { isStalled, isAccepted, at, tried } = (() => {
      const tried: number[] = [];
      const phi = (at: Scalar): Place<null> => {
        tried.push(item(at));
        return { at, value: at, slope: array(-1), there: null };
      };
      const found = wolfe(phi, { ...phi(zeros([])), value: zeros([]) }, { ...usual, maxSteps: 5000 });
      return { ...found, at: item(found.place.at), tried };
    })();
    expect([item(isStalled), item(isAccepted), at]).toEqual([1, 0, 0]);
    expect(tried.length).toBeLessThan(2000);
  });
  test("goes to the longest step where the function falls on and on", () => {
    const { at, isAccepted } = searched((a) => mul(a, -1), { longest: 50 });
    expect([at, item(isAccepted)]).toEqual([50, 1]);
    expect(searched((a) => mul(a, -1), { longest: 0.25 }).tried).toEqual([0.25]);
  });
  test("takes the best place where trials run out", () => {
    const { at, isAccepted, place, start } = searched((a) => square(sub(a, 300)), { maxSteps: 2 });
    expect([item(isAccepted), at > 0]).toEqual([0, true]);
    expect(item(place.value)).toBeLessThan(item(start.value));
  });
  test("takes a place that only rounding sets above the start, if its slope is level", () => {
    const rounded = (at: Scalar): Place<null> => ({
      at,
      value: array(1 + 2 ** -52),
      slope: array(-1e-17),
      there: null,
    });
    const start = { ...rounded(zeros([])), value: array(1), slope: array(-2e-16) };
    const accepted = (valueRtol: number) => item(wolfe(rounded, start, { ...usual, valueRtol }).isAccepted);
    expect([accepted(0), accepted(2 ** -50)]).toEqual([0, 1]);
  });
  test("is one program, to the same bits, and searches along many lines at once", () => {
    const distance = (to: Scalar): Scalar =>
      wolfe(
        placeOn((a) => fourth(sub(a, to))),
        placeOn((a) => fourth(sub(a, to)))(zeros([])),
        usual,
      ).place.at;
    const goals = [0.3, 2, 700];
    const alone = goals.map((goal) => item(distance(array(goal))));
    const traced = program.of(distance)(array(1));
    expect(goals.map((goal) => program.evaluate(traced, [array(goal)]).map((x) => item(x as Scalar))[0])).toEqual(
      alone,
    );
    expect(Array.from(toTypedArray(vmap(distance)(array(goals))))).toEqual(alone);
  });
});

/** A run of a loss that counts: how often it was evaluated, and at how many points. */
const counted = (loss: (x: NDArray) => Scalar, optimizer: Transform<unknown>, start: readonly number[], n: number) => {
  const points: string[] = [];
  const lossAndGrad = valueAndGrad(loss);
  const counting = (p: NDArray): readonly [Scalar, NDArray] => {
    points.push(Array.from(toTypedArray(p)).join());
    return lossAndGrad(p);
  };
  const run = trajectory.fold(trainStep(counting, optimizer), trainState(array(start) as NDArray, optimizer), steps(n));
  return { run, evaluations: points.length, distinct: new Set(points).size };
};

const functions = [
  ["Rosenbrock's", testFunction.rosenbrock, [-1.2, 1], 30],
  ["Beale's", testFunction.beale, [1, 1], 12],
  ["Himmelblau's", testFunction.himmelblau, [0.5, -1], 8],
  ["Booth's", testFunction.booth, [5, -5], 4],
] as const;

const searches: readonly (readonly [string, () => Transform<unknown>])[] = [
  ["lbfgs", () => lbfgs()],
  ["lbfgs with backtracking", () => lbfgs({ lineSearch: lineSearch.backtracking() })],
  ["sgd with zoom", () => chain(sgd(1), lineSearch.zoom())],
];

/** The same by hand, where nothing is told from step to step. */
const byHand = (loss: (x: NDArray) => Scalar, optimizer: Transform<unknown>, start: readonly number[], n: number) => {
  const step = trainStep(valueAndGrad(loss), optimizer);
  return Array.from({ length: n }).reduce<ReturnType<typeof trainState<NDArray, unknown>>>(
    (state) => step(state)[0],
    trainState(array(start) as NDArray, optimizer),
  );
};

const bits = (t: unknown) => tree.leaves(t).map((leaf) => Array.from(toTypedArray(leaf)));

describe.each(searches)("a run of %s", (_, make) => {
  test.each(functions)("evaluates %s function once at each point, to the same bits", (_, loss, start, n) => {
    const { run, evaluations, distinct } = counted(loss, make(), start, n);
    expect(evaluations).toBe(distinct);
    expect(bits(run.final)).toEqual(bits(byHand(loss, make(), start, n)));
  });
});

describe("what a step tells the next one", () => {
  const optimizer = lbfgs();
  const loss = (p: NDArray, { to }: { readonly to: NDArray }) => {
    const value: Scalar = sum(square(sub(p, to)));
    return [value, { double: mul(value, 2) }] as const;
  };
  const lossAndGrad = valueAndGrad(loss);
  const start = trainState(array([1, 2]) as NDArray, optimizer);
  const counting = () => {
    const at: unknown[] = [];
    const step = trainStep((p: NDArray, batch: { readonly to: NDArray }) => {
      at.push(p);
      return lossAndGrad(p, batch);
    }, optimizer);
    return { at, step };
  };
  const batch = (to: number) => ({ to: array([to, to]) as NDArray });

  test("is the loss, its gradient and what comes beside, at the parameters behind it", () => {
    const [state, , known] = trainStep(lossAndGrad, optimizer)(start, batch(5));
    const [[value, { double }], gradient] = lossAndGrad(state.params, batch(5));
    expect(bits(known)).toEqual(bits([value, gradient, { double }]));
  });
  test("is used in the place of evaluating, with all of its metrics", () => {
    const { at, step } = counting();
    const [state, , known] = step(start, batch(5));
    const before = at.length;
    const [next, metrics] = step(state, batch(5), known);
    const taken = at.length - before;
    const [same, others] = step(state, batch(5));
    expect(at.length - before).toBe(2 * taken + 1);
    expect(bits([next, metrics])).toEqual(bits([same, others]));
  });
  test("is not used for another batch: a run of batches that change evaluates each anew", () => {
    const inputs = { length: 6, at: (i: number) => batch(i % 2) };
    const run = trajectory.fold(trainStep(lossAndGrad, optimizer), start, inputs);
    const hand = [0, 1, 2, 3, 4, 5].reduce(
      (state, i) => trainStep(lossAndGrad, optimizer)(state, batch(i % 2))[0],
      start,
    );
    expect(bits(run.final)).toEqual(bits(hand));
  });
  test("is nothing with a key, whose numbers are others in each step", () => {
    const noisy = (p: NDArray, _: undefined, key: random.Key) =>
      valueAndGrad((q: NDArray) => sum(square(sub(q, random.normal(key, [2])))))(p);
    const step = trainStep(noisy, optimizer);
    const state = trainState(array([1, 2]) as NDArray, optimizer, random.key(1));
    expect(step(state, undefined)).toHaveLength(2);
    const run = trajectory.fold(step, state, steps(4));
    const hand = [1, 2, 3, 4].reduce((so) => step(so, undefined)[0], state);
    expect(bits(run.final.params)).toEqual(bits(hand.params));
  });
  test("is nothing where another transform follows the line search, or the optimizer has none", () => {
    const bowl = valueAndGrad((p: NDArray) => sum(square(p)));
    for (const other of [
      sgd(0.1),
      newton(),
      masked(lbfgs(), () => true),
      chain(lbfgs(), transform.scale(0.5)),
    ] as const)
      expect(
        trainStep(bowl, other as Transform<unknown>)(trainState(array([1, 2]) as NDArray, other as Transform<unknown>)),
      ).toHaveLength(2);
  });
  test("goes through withValidation", () => {
    const { at, step } = counting();
    const validated = withValidation(step, { every: 1, metrics: () => ({ one: 1 }) });
    trajectory.fold(validated, start, steps(3, batch(5)));
    const alone = counting();
    trajectory.fold(alone.step, start, steps(3, batch(5)));
    expect(at.length).toBe(alone.at.length);
  });
  test("is refused when it is nothing that a step told", () => {
    expect(() => trainStep(lossAndGrad, optimizer)(start, batch(5), 7)).toThrow(
      "trainStep: the third argument is the third result of the step before, [loss, gradient], not 7.",
    );
  });
});

describe("a line search", () => {
  test("takes the start from extra, and evaluates it where it is not told", () => {
    const lossAndGrad = valueAndGrad((p: NDArray) => sum(square(p)));
    const p = array([3, 4]) as NDArray;
    const [value, gradient] = lossAndGrad(p);
    const asked = (extra: object): number => {
      let count = 0;
      const counting = (q: NDArray) => {
        count++;
        return lossAndGrad(q);
      };
      const optimizer = chain(sgd(0.5), lineSearch.zoom());
      optimizer.update(gradient, optimizer.init(p), p, { ...extra, lossAndGrad: counting });
      return count;
    };
    expect([asked({}), asked({ value }), asked({ value, gradient })]).toEqual([2, 2, 1]);
  });
  test.each([
    ["zoom", lineSearch.zoom()],
    ["backtracking", lineSearch.backtracking()],
  ] as const)("by %s does not move where the direction is not finite", (_, search) => {
    const p = array([1, 2]) as NDArray;
    const lossAndGrad = valueAndGrad((q: NDArray) => sum(square(q)));
    const [updates, state] = search.update(array([Infinity, 1]) as NDArray, search.init(p), p, { lossAndGrad });
    expect(bits([updates, state.stalled])).toEqual([[0, 0], [1]]);
  });
});
