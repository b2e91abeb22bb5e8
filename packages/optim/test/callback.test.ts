// What others write, transforms, losses, masks and labels, is looked at where it comes back, under the public name.
import { array, item, ones, toNested, zeros } from "@gradfold/core";
import { describe, expect, test } from "vitest";
import * as optim from "../src/index.ts";
import { messageOf } from "./refusal.ts";
import {
  adamw,
  applyIfFinite,
  chain,
  freeze,
  injectHyperparams,
  lbfgs,
  lineSearch,
  lookahead,
  masked,
  multiSteps,
  namedChain,
  newton,
  partition,
  polyakSgd,
  reduceOnPlateau,
  sam,
  scheduleFree,
  sgd,
  type Transform,
  transform,
} from "../src/index.ts";

const params = { w: array([1, 2]), b: array(3) };
const other = { w: array([1, 2]), c: array(3) };

const own = /^(TreeError|ShapeError|DTypeError|DomainError): /;

const lossAndGrad = () => [array(1), params] as const;

/** Everything that takes a transform, with words for the transform. */
const takers: readonly (readonly [name: string, words: string, take: (t: never) => Transform<unknown>])[] = [
  ["chain", "transform 1", (t) => chain(sgd(0.1), t) as Transform<unknown>],
  ["namedChain", 'transform "step"', (t) => namedChain({ step: t }) as Transform<unknown>],
  ["masked", "what is masked", (t) => masked(t, () => true) as Transform<unknown>],
  ["partition", 'transform "all"', (t) => partition({ all: t }, () => "all") as Transform<unknown>],
  ["multiSteps", "the optimizer", (t) => multiSteps(t, { every: 1 }) as Transform<unknown>],
  ["applyIfFinite", "the optimizer", (t) => applyIfFinite(t, { maxConsecutiveErrors: 1 }) as Transform<unknown>],
  ["lookahead", "the optimizer", (t) => lookahead(t) as Transform<unknown>],
  ["sam", "the optimizer", (t) => sam(t)],
  ["scheduleFree", "the optimizer", (t) => scheduleFree(t, { learningRate: 0.1 }) as Transform<unknown>],
  ["lbfgs", "lineSearch", (t) => lbfgs({ lineSearch: t }) as Transform<unknown>],
  ["injectHyperparams", "what make gives", (t) => injectHyperparams(() => t, { a: 1 }) as Transform<unknown>],
];

describe.each(takers)("%s", (name, words, take) => {
  const run = (t: unknown) => {
    const made = take(t as never);
    return made.update(params, made.init(params), params, { lossAndGrad });
  };
  test("takes a transform that users wrote", () => {
    const halved = { init: () => null, update: (u: unknown, s: unknown) => [u, s] };
    expect(messageOf(() => run(halved))).toBe("nothing was refused");
  });
  test("refuses what is no transform", () => {
    const nothing = name === "lbfgs" ? [null] : [null, undefined];
    for (const wrong of [...nothing, 3, "adam", {}, [], { init: () => null }, { update: () => [] }, array(1)])
      expect(messageOf(() => run(wrong))).toContain(
        `DTypeError: ${name}: ${words} must be a transform, { init, update }, not `,
      );
    expect(messageOf(() => run(optim.adam))).toContain("not a function. Call it: adam(0.1), not adam.");
  });
  test("refuses what gives no updates like the parameters, and no pair", () => {
    const giving = (result: unknown): unknown => ({ init: () => null, update: () => result });
    for (const none of [null, undefined, params, [params], [params, null, null], { updates: params }])
      expect(messageOf(() => run(giving(none)))).toContain(
        `TreeError: ${name}: update of ${words} must give [updates, state], not `,
      );
    for (const unlike of [other, null, { w: params.w }, [params], "w"])
      expect(messageOf(() => run(giving([unlike, null])))).toContain(
        `TreeError: ${name}: the updates of ${words} and the parameters differ at the root: `,
      );
    expect(messageOf(() => run(giving([{ ...params, w: zeros([3]) }, null])))).toContain(
      `ShapeError: ${name}: the updates of ${words} and the parameters differ at w: [3] and [2].`,
    );
  });
  test("refuses a state that is no tree", () => {
    const t = { init: () => ({ when: new Date(0) }), update: (u: unknown, s: unknown) => [u, s] };
    expect(messageOf(() => run(t))).toContain(
      `TreeError: ${name}: what init of ${words} gives must be a tree of arrays: `,
    );
  });
});

const lossy: readonly (readonly [name: string, optimizer: Transform<unknown>])[] = [
  ["lbfgs", lbfgs() as Transform<unknown>],
  ["newton", newton()],
  ["sam", sam(sgd(0.1)) as Transform<unknown>],
  ["lineSearch.zoom", lineSearch.zoom()],
  ["lineSearch.backtracking", lineSearch.backtracking()],
  ["transform.scaleByNewton", transform.scaleByNewton()],
];

describe.each(lossy)("%s", (name, { init, update }) => {
  const run = (given: unknown) => update(params, init(params), params, given as never);
  test("asks for the loss, and says with what it comes", () => {
    for (const none of [undefined, {}, { value: array(1) }, array(1), null])
      expect(messageOf(() => run(none))).toBe(
        `DomainError: ${name}: the loss is missing: update's fourth argument must hold { lossAndGrad }. trainStep gives it.`,
      );
    expect(messageOf(() => run({ lossAndGrad: 3 }))).toBe(
      `DTypeError: ${name}: lossAndGrad must be a function, not 3.`,
    );
  });
  test("refuses a loss that gives no loss and gradient", () => {
    const giving = (result: unknown) => run({ lossAndGrad: () => result });
    for (const none of [undefined, null, array(1), 3, [array(1)], { value: 1 }])
      expect(messageOf(() => giving(none))).toContain(
        `TreeError: ${name}: lossAndGrad must give [loss, gradient], not `,
      );
    for (const loss of [ones([2]), "3", null, [array(1)]])
      expect(messageOf(() => giving([loss, params]))).toContain(
        `DTypeError: ${name}: the loss must be a number or a scalar array, not `,
      );
    for (const gradient of [other, null, array(1)])
      expect(messageOf(() => giving([array(1), gradient]))).toContain(
        `TreeError: ${name}: the gradient and the parameters differ at the root: `,
      );
  });
});

describe.each([
  ["polyakSgd", polyakSgd() as Transform<unknown>],
  ["reduceOnPlateau", reduceOnPlateau() as Transform<unknown>],
  ["transform.scaleByPolyak", transform.scaleByPolyak() as Transform<unknown>],
] as const)("%s", (name, { init, update }) => {
  test("asks for the loss, a scalar", () => {
    const run = (given: unknown) => update(params, init(params), params, given as never);
    for (const none of [undefined, {}, { lossAndGrad }, null])
      expect(messageOf(() => run(none))).toBe(
        `DomainError: ${name}: the loss is missing: update's fourth argument must hold { value }. trainStep gives it.`,
      );
    for (const value of [ones([2]), "1", null, [1]])
      expect(messageOf(() => run({ value }))).toContain(
        `DTypeError: ${name}: value must be a number or a scalar array, not `,
      );
  });
});

describe("a mask", () => {
  const masks: readonly (readonly [string, (mask: never) => Transform<unknown>])[] = [
    ["masked", (mask) => masked(sgd(0.1), mask) as Transform<unknown>],
    ["freeze", (mask) => freeze(mask)],
    ["adamw", (mask) => adamw(0.1, { mask })],
    ["lion", (mask) => optim.lion(0.1, { mask })],
    ["adan", (mask) => optim.adan(0.1, { mask })],
    ["lars", (mask) => optim.lars(0.1, { trustRatioMask: mask })],
    ["adafactor", (mask) => optim.adafactor(0.1, { weightDecayRate: 0.1, weightDecayMask: mask })],
    ["transform.addDecayedWeights", (mask) => transform.addDecayedWeights(0.1, mask)],
  ];
  test.each(masks)("of %s gives true or false", (name, make) => {
    for (const truth of [null, undefined, 1, "w", /w$/.exec("w"), array(1)])
      expect(messageOf(() => make((() => truth) as never).init(params))).toContain(
        `DTypeError: ${name}: the mask must give true or false, not `,
      );
    expect(messageOf(() => make({ w: 1, b: true } as never).init(params))).toBe(
      `TreeError: ${name}: the mask must be true or false at w, not 1.`,
    );
    expect(messageOf(() => make({ w: true } as never).init(params))).toBe(
      `TreeError: ${name}: the mask has another structure than the parameters at the root.`,
    );
    for (const none of [3, "w", null]) expect(messageOf(() => make(none as never))).toMatch(own);
  });
  test("may not be told by what every object inherits", () => {
    const inherited = { constructor: array([1]), toString: array([2]) };
    expect(messageOf(() => masked(sgd(0.1), {}).init(inherited))).toContain("masked: the mask has another structure");
  });
});

describe("a partition", () => {
  test("refuses labels that fit no transform, and transforms that fit no label", () => {
    const of = (label: unknown) => partition({ one: sgd(0.1) }, (() => label) as never).init(params);
    expect(messageOf(() => of("two"))).toBe('TreeError: partition: b has the label "two", which is none of one.');
    for (const label of [undefined, null, 1, true, "constructor", "__proto__"])
      expect(messageOf(() => of(label))).toContain("TreeError: partition: b has the label ");
    expect(messageOf(() => partition({ one: sgd(0.1), two: sgd(1) }, () => "one").init(params))).toBe(
      'TreeError: partition: no parameter has the label "two".',
    );
  });
  test("refuses what are no transforms by name, and no function for labels", () => {
    for (const none of [null, [sgd(0.1)], sgd, 3])
      expect(messageOf(() => partition(none as never, () => "one"))).toContain(
        "DTypeError: partition: transforms by name are needed, ",
      );
    expect(messageOf(() => partition({ one: sgd(0.1) }, { w: "one" } as never))).toMatch(own);
  });
});

describe("injectHyperparams", () => {
  test("takes names that every object has, and reads none that is not given", () => {
    const names = ["constructor", "toString", "hasOwnProperty", "__proto__"];
    const given = Object.fromEntries(names.map((name, i) => [name, (i + 1) / 4]));
    const optimizer = injectHyperparams((h) => sgd(h["constructor"] as never), given);
    const state = optimizer.init(params);
    expect(Object.keys(state.hyperparams)).toEqual(names);
    const [updates, next] = optimizer.update(params, state, params);
    expect(toNested(updates.w)).toEqual([-0.25, -0.5]);
    expect(Object.values(next.hyperparams).map((x) => item(x))).toEqual([0.25, 0.5, 0.75, 1]);
  });
  test("refuses hyper-parameters that are no numbers, and a state that lacks one", () => {
    for (const wrong of ["0.1", null, [1], ones([2]), NaN])
      expect(messageOf(() => injectHyperparams(() => sgd(0.1), { rate: wrong as never }))).toContain(
        "injectHyperparams: rate must be a number, a scalar array or a schedule, not ",
      );
    for (const wrong of [null, 0.1, [0.1]])
      expect(messageOf(() => injectHyperparams(() => sgd(0.1), wrong as never))).toContain(
        "DTypeError: injectHyperparams: hyper-parameters are an object such as { learningRate: 0.1 }, not ",
      );
    const { init, update } = injectHyperparams((h) => sgd(h.rate), { rate: 0.1 });
    const state = init(params);
    for (const hyperparams of [{}, { rate: ones([2]) }, { rate: 0.1, other: 1 }, null])
      expect(messageOf(() => update(params, { ...state, hyperparams } as never, params))).toContain(
        "injectHyperparams: the state is of another optimizer or of other parameters: at hyperparams",
      );
    expect(toNested(update(params, { ...state, hyperparams: { rate: 1 } } as never, params)[0].w)).toEqual([-1, -2]);
  });
  test("names a schedule that gives no number", () => {
    const { init } = injectHyperparams((h) => sgd(h.rate), { rate: (() => "fast") as never });
    expect(messageOf(() => init(params))).toBe(
      'DTypeError: injectHyperparams: rate: a schedule must give a number or a scalar array, not the string "fast".',
    );
  });
});

describe("namedChain", () => {
  test("keeps parts under names that every object has", () => {
    const { init, update } = namedChain(
      Object.fromEntries([
        ["__proto__", sgd(1)],
        ["constructor", sgd(1)],
      ]) as never,
    );
    const state = init(params);
    expect(Object.keys(state as object)).toEqual(["__proto__", "constructor"]);
    expect(toNested(update(params, state, params)[0].w)).toEqual([1, 2]);
  });
  test("refuses names that are numbers, whose order JavaScript changes, and parts of no transform", () => {
    expect(messageOf(() => namedChain({ 1: sgd(1) }))).toContain('DomainError: namedChain: "1" is no name');
    const { init, update } = namedChain({ a: sgd(1) });
    expect(messageOf(() => update(params, { ...init(params), b: null } as never, params))).toBe(
      'TreeError: namedChain: the state\'s part "b" is of no transform.',
    );
  });
});

describe("a schedule", () => {
  test("of schedules names the one that is none, and what gives no number", () => {
    expect(messageOf(() => optim.schedule.join([0.1 as never, () => 1], [3]))).toContain(
      "schedule.join: schedule 0: a function",
    );
    expect(messageOf(() => optim.schedule.join((() => 1) as never, []))).toContain(
      "schedule.join: schedules must be a list",
    );
    const rate = optim.schedule.join([() => 1, () => "2" as never], [3]);
    expect(messageOf(() => rate(5))).toContain("schedule.join: a schedule must give a number or a scalar array");
  });
  test("refuses a count that is none", () => {
    for (const count of ["3", null, undefined, [1], {}])
      expect(messageOf(() => optim.schedule.linear({ init: 1, end: 0, transitionSteps: 3 })(count as never))).toContain(
        "schedule.linear: the count must be a number or a scalar array, not ",
      );
  });
});
