import { add, array, item, type NDArray, ones, toNested, tree, zeros } from "@gradfold/core";
import { describe, expect, test } from "vitest";
import {
  adam,
  applyIfFinite,
  applyUpdates,
  chain,
  freeze,
  injectHyperparams,
  lookahead,
  masked,
  multiSteps,
  namedChain,
  partition,
  schedule,
  sgd,
  transform,
} from "../src/index.ts";

describe("chain", () => {
  test("is the composition of its transforms, with the tuple of their states", () => {
    const [first, second] = [transform.trace({ decay: 0.9 }), transform.scaleByLearningRate(0.5)];
    const both = chain(first, second);
    const p = array([1, 2]);
    let [a, b] = [first.init(p), second.init(p)];
    let state = both.init(p);
    for (const g of [array([1, 1]), array([-3, 0.5]), array([0, 2])]) {
      const [u1, nextA] = first.update(g, a, p);
      const [u2, nextB] = second.update(u1, b, p);
      const [u, next] = both.update(g, state, p);
      expect(toNested(u)).toEqual(toNested(u2));
      expect(tree.allClose(next, [nextA, nextB], { rtol: 0, atol: 0 })).toBe(true);
      [a, b, state] = [nextA, nextB, next];
    }
  });
  test("of nothing leaves the updates alone", () => {
    const g = array([1, 2]);
    expect(chain().update(g, chain().init(g), g)).toEqual([g, []]);
  });
  test("refuses a state of another length", () => {
    const g = array([1, 2]);
    expect(() => sgd(0.1).update(g, [] as never, g)).toThrow(
      "sgd: the state is of another optimizer: a state of 0 parts for 2 transforms.",
    );
  });
});

describe("a learning rate", () => {
  const rates = (rate: Parameters<typeof sgd>[0]): readonly number[] => {
    const optimizer = sgd(rate);
    let state = optimizer.init(array(0));
    return [0, 1, 2, 3].map(() => {
      const [update, next] = optimizer.update(array(1), state, array(0));
      state = next;
      return -item(update);
    });
  };
  test("may be a number, a scalar array or a schedule", () => {
    expect(rates(0.5)).toEqual([0.5, 0.5, 0.5, 0.5]);
    expect(rates(array(0.5))).toEqual([0.5, 0.5, 0.5, 0.5]);
    expect(rates((count) => add(1, count))).toEqual([1, 2, 3, 4]);
    expect(rates((count) => 10 * item(count))).toEqual([0, 10, 20, 30]);
  });
  test("that is a schedule sees how many steps were taken, from 0", () => {
    const seen: number[] = [];
    rates((count) => {
      seen.push(item(count));
      return 0.1;
    });
    expect(seen).toEqual([0, 1, 2, 3]);
  });
  test("of a float32 parameter is rounded to float32", () => {
    const optimizer = sgd(array(0.1));
    const g = ones([1], { dtype: "float32" });
    expect(toNested(optimizer.update(g, optimizer.init(g), g)[0])).toEqual([-Math.fround(0.1)]);
  });
});

describe("bad settings are refused", () => {
  test.each([-0.1, 1, 1.5, NaN, Infinity])("a momentum of %d", (momentum) => {
    expect(() => sgd(0.1, { momentum })).toThrow(`sgd: momentum must be from 0 to below 1, not ${momentum}.`);
  });
  test("Nesterov's look-ahead without a momentum", () => {
    expect(() => sgd(0.1, { nesterov: true })).toThrow(
      "sgd: Nesterov's look-ahead needs a momentum above 0. Give one, 0.9 say.",
    );
  });
});

test("updates of another structure are refused", () => {
  expect(() => applyUpdates({ w: zeros([1]) }, { v: zeros([1]) } as never)).toThrow(
    "applyUpdates: the updates and the parameters differ at the root: {v} and {w}.",
  );
});

test("gradients of another shape are refused, with the path, though they would broadcast", () => {
  const params = { w: ones([3]) };
  const message = "adam: the updates and the parameters differ at w: [1] and [3].";
  expect(() => adam(0.1).update({ w: ones([1]) } as never, adam(0.1).init(params), params)).toThrow(message);
  expect(() => applyUpdates(params, { w: ones([3, 1]) } as never)).toThrow(
    "applyUpdates: the updates and the parameters differ at w: [3, 1] and [3].",
  );
});

test("a learning rate that is negative or NaN is refused, and so is one that is no scalar", () => {
  for (const rate of [-0.1, NaN, Infinity])
    expect(() => adam(rate)).toThrow(
      `adam: the learning rate must be a finite number from 0 on, a scalar array or a schedule, not ${rate}.`,
    );
  expect(() => adam(ones([2]) as never)).toThrow("not an array of shape [2].");
});

test("settings out of range are refused by the optimizer's name", () => {
  expect(() => adam(0.1, { b1: 1 })).toThrow("adam: b1 must be from 0 to below 1, not 1.");
  expect(() => adam(0.1, { eps: -1 })).toThrow("adam: eps must be a finite number from 0 on, not -1.");
  expect(() => multiSteps(sgd(0.1), { every: 0 })).toThrow(
    "multiSteps: every must be a whole number from 1 on, not 0.",
  );
  expect(() => lookahead(sgd(0.1), { syncPeriod: 1.5 })).toThrow(
    "lookahead: syncPeriod must be a whole number from 1 on, not 1.5.",
  );
  expect(() => applyIfFinite(sgd(0.1), { maxConsecutiveErrors: 0 })).toThrow(
    "applyIfFinite: maxConsecutiveErrors must be",
  );
  expect(() => transform.scale(NaN)).toThrow(
    "transform.scale: the factor must be a number or a scalar array, not NaN.",
  );
  expect(() => transform.clipByBlockRms(0)).toThrow(
    "transform.clipByBlockRms: threshold must be a number above 0, not 0.",
  );
});

test("a tree without parameters is refused", () => {
  for (const nothing of [{}, [], { a: {} }])
    expect(() => sgd(0.1).init(nothing)).toThrow("sgd: there are no parameters: the tree holds no array.");
  expect(() => namedChain({ a: sgd(0.1) }).init({})).toThrow("namedChain: there are no parameters");
});

const p = { w: array([1, 2]), b: array(3) };

describe("namedChain", () => {
  test("keeps the states under their names, and refuses one that lacks a part", () => {
    const both = namedChain({ first: transform.trace({ decay: 0.5 }), second: transform.scaleByLearningRate(1) });
    const state = both.init(p);
    expect(Object.keys(state)).toEqual(["first", "second"]);
    const [updates, next] = both.update(p, state, p);
    expect(toNested(updates.w)).toEqual([-1, -2]);
    expect(toNested(next.first.trace.w)).toEqual([1, 2]);
    expect(() => both.update(p, { first: state.first } as never, p)).toThrow(
      'namedChain: the state has no part "second"',
    );
  });
});

describe("a mask", () => {
  const grow = transform.scale(10);
  test("may be a tree of booleans", () => {
    const { init, update } = masked(grow, { w: false, b: true });
    const [updates] = update(p, init(p), p);
    expect([toNested(updates.w), item(updates.b)]).toEqual([[1, 2], 30]);
  });
  test("of another structure is refused, with the path", () => {
    const differs = (at: string) => `masked: the mask has another structure than the parameters at ${at}.`;
    expect(() => masked(grow, { w: true }).init(p)).toThrow(differs("the root"));
    expect(() => masked(grow, [true, true]).init(p)).toThrow(differs("the root"));
    expect(() => masked(grow, { w: true, c: true }).init(p)).toThrow(differs("the root"));
    expect(() => masked(grow, { w: { x: true }, b: true }).init(p)).toThrow(
      "masked: the mask must be true or false at w, not an object.",
    );
    expect(() => masked(grow, { list: [true] }).init({ list: [p.b, p.b] })).toThrow(differs("list"));
  });
  test("leaves null in the state where a parameter is not chosen", () => {
    const state = masked(transform.trace({ decay: 0.5 }), (path) => path === "w").init(p);
    expect(state.trace.b).toBeNull();
    expect(toNested(state.trace.w ?? p.w)).toEqual([0, 0]);
  });
  test("freezes parameters, whatever came before", () => {
    const { init, update } = chain(
      adam(0.1),
      freeze((path) => path === "w"),
    );
    expect(toNested(update(p, init(p), p)[0].w)).toEqual([0, 0]);
    expect(item(update(p, init(p), p)[0].b)).toBeCloseTo(-0.1, 7);
  });
  test("that chooses nothing changes nothing", () => {
    const { init, update } = masked(adam(0.1), () => false);
    expect(update(p, init(p), p)[0]).toEqual(p);
  });
});

test("a partition refuses a label that has no transform", () => {
  const { init } = partition({ one: sgd(0.1), two: sgd(0.2) }, (path) => (path === "w" ? "one" : ("three" as "two")));
  expect(() => init(p)).toThrow('partition: b has the label "three", which is none of one, two.');
});

test("multiSteps takes the mean of the gradients, once in so many", () => {
  const optimizer = multiSteps(sgd(1), { every: 3 });
  let state = optimizer.init(array(0));
  const steps = [3, 6, 9, 1, 1, 4].map((g) => {
    const [update, next] = optimizer.update(array(g), state, array(0));
    state = next;
    return item(update);
  });
  expect(steps).toEqual([0, 0, -6, 0, 0, -2]);
  expect(item(state.gradientStep)).toBe(2);
});

test("applyIfFinite rests at gradients that are not finite, but not for ever", () => {
  const optimizer = applyIfFinite(sgd(1, { momentum: 0.5 }), { maxConsecutiveErrors: 2 });
  let state = optimizer.init(array(0));
  const steps = [1, NaN, Infinity, 1, NaN, NaN, NaN].map((g) => {
    const [update, next] = optimizer.update(array(g), state, array(0));
    state = next;
    return item(update);
  });
  expect(steps.map((x) => x + 0)).toEqual([-1, 0, 0, -1.5, 0, 0, NaN]);
  expect([item(state.errors), item(state.totalErrors)]).toEqual([3, 5]);
});

test("hyper-parameters that are schedules are seen in the state, step by step", () => {
  const rate = schedule.linear({ init: 1, end: 0, transitionSteps: 4 });
  const optimizer = injectHyperparams((h) => sgd(h.learningRate), { learningRate: rate });
  let state = optimizer.init(array(0));
  const seen = [0, 1, 2].map(() => {
    const [update, next] = optimizer.update(array(1), state, array(0));
    state = next;
    return [item(update), item(state.hyperparams.learningRate)];
  });
  expect(seen).toEqual([
    [-1, 1],
    [-0.75, 0.75],
    [-0.5, 0.5],
  ]);
});

test("transforms of single updates do what they say", () => {
  const of = (t: { update: typeof grow.update }, u: NDArray, q: NDArray = u) => toNested(t.update(u, null, q)[0]);
  const grow = transform.zeroNans();
  expect(of(grow, array([NaN, 1, -Infinity]))).toEqual([0, 1, -Infinity]);
  expect(of(transform.keepParamsNonnegative(), array([-3, 1]), array([2, 2]))).toEqual([-2, 1]);
  expect(of(transform.clipByGlobalNorm(10), array([3, 4]))).toEqual([3, 4]);
  expect(of(transform.clipByGlobalNorm(0), array([0, 0]))).toEqual([0, 0]);
  expect(of(transform.normalizeByUpdateNorm({ eps: 0 }), array([0, 0]))).toEqual([0, 0]);
  expect(of(transform.scaleByTrustRatio(), array([0, 0]), array([1, 1]))).toEqual([0, 0]);
});
