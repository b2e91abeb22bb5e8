// What an optimizer keeps: its own, of these parameters, in their dtypes from the first step on.
import { array, cast, type NDArray, ones, tree, zeros } from "@gradfold/core";
import { describe, expect, test } from "vitest";
import {
  applyIfFinite,
  applyUpdates,
  chain,
  injectHyperparams,
  lineSearch,
  lookahead,
  masked,
  multiSteps,
  namedChain,
  partition,
  type Rate,
  schedule,
  sgd,
  type Transform,
  transform,
} from "../src/index.ts";
import { messageOf } from "./refusal.ts";
import { bowl, everyOptimizer, extraOf } from "./every-optimizer.ts";

const float32 = { dtype: "float32" } as const;
const wide = {
  w: array([
    [1, -2],
    [0.5, 3],
  ]),
  b: array([4, 0.5]),
};
type Params = typeof wide;
const short = tree.map((x) => cast(x, "float32"), wide);
const larger = { w: ones([3, 2]), b: array([4, 0.5]) };

const types = (t: unknown): unknown => tree.mapTo(({ dtype, shape }) => `${dtype} ${shape.join()}`, t);
const same = (a: unknown, b: unknown): boolean => JSON.stringify(types(a)) === JSON.stringify(types(b));

const rates: readonly (readonly [string, Rate])[] = [
  ["a number", 0.02],
  ["a float64 array", array(0.02)],
  ["a float32 array", array(0.02, float32)],
  ["a schedule", schedule.linear({ init: 0.02, end: 0.01, transitionSteps: 10 })],
];

const constant = ["fromage", "rprop"];

/** What is made of other transforms. */
const wrapped: readonly (readonly [string, (rate: Rate) => Transform<unknown>])[] = [
  ["chain", (rate) => chain(transform.clipByGlobalNorm(1), sgd(rate)) as Transform<unknown>],
  ["namedChain", (rate) => namedChain({ a: transform.trace({ decay: 0.9 }), b: sgd(rate) }) as Transform<unknown>],
  ["masked", (rate) => masked(sgd(rate, { momentum: 0.5 }), (path) => path === "w") as Transform<unknown>],
  [
    "partition",
    (rate) =>
      partition({ one: sgd(rate), two: sgd(rate) }, (path) => (path === "w" ? "one" : "two")) as Transform<unknown>,
  ],
  ["multiSteps", (rate) => multiSteps(sgd(rate), { every: 2 }) as Transform<unknown>],
  ["applyIfFinite", (rate) => applyIfFinite(sgd(rate), { maxConsecutiveErrors: 2 }) as Transform<unknown>],
  ["lookahead", (rate) => lookahead(sgd(rate), { syncPeriod: 2 }) as Transform<unknown>],
  ["injectHyperparams", (rate) => injectHyperparams((h) => sgd(h.rate), { rate })],
  ["lineSearch.backtracking", (rate) => chain(sgd(rate), lineSearch.backtracking()) as Transform<unknown>],
];

/** Every transform of the name space, with settings where it needs some. */
const settings: Readonly<Record<string, readonly unknown[]>> = {
  adaptiveGradClip: [0.1],
  addDecayedWeights: [array(0.1)],
  addNoise: [array([0, 1], { dtype: "int32" })],
  clip: [1],
  clipByBlockRms: [1],
  clipByGlobalNorm: [1],
  ema: [{ decay: 0.5 }],
  scale: [array(0.5)],
  scaleByLearningRate: [array(0.5)],
  scaleBySchedule: [() => array(0.5)],
  scaleByRprop: [array(0.1)],
  trace: [{ decay: 0.5 }],
};
const matrices = (t: Transform<unknown>): Transform<unknown> => masked(t, (path) => path === "w") as Transform<unknown>;
const everyTransform = Object.entries(
  transform as unknown as Readonly<Record<string, (...x: readonly unknown[]) => Transform<unknown>>>,
).map(([name, make]) => {
  const made = (): Transform<unknown> => make(...(settings[name] ?? []));
  return [`transform.${name}`, name === "scaleByMuon" ? () => matrices(made()) : made] as const;
});

const all: readonly (readonly [string, (rate: Rate) => Transform<unknown>])[] = [
  ...everyOptimizer,
  ...wrapped,
  ...everyTransform,
];

const gradientAt = (p: Params): Params => extraOf(bowl, p).lossAndGrad?.(p)[1] ?? p;

describe.each(all)("%s", (name, make) => {
  test("keeps float32 parameters float32, and its state's dtypes, whatever comes in", () => {
    for (const [kind, rate] of rates) {
      if (kind === "a schedule" && constant.includes(name)) continue;
      const optimizer = make(rate);
      let [p, state] = [short, optimizer.init(short)];
      const form = types(state);
      for (let i = 0; i < 3; i++) {
        const gradient = tree.map((g) => cast(g, "float64"), gradientAt(p));
        const [updates, next] = optimizer.update(gradient, state, p, extraOf(bowl, p));
        expect(types(updates), kind).toEqual(types(p));
        expect(types(next), kind).toEqual(form);
        [p, state] = [applyUpdates(p, updates), next];
        expect(types(p), kind).toEqual(types(short));
      }
    }
  });
  test("takes the same steps in float32 by gradients of either dtype", () => {
    const optimizer = make(0.02);
    const gradient = gradientAt(short);
    const step = (g: Params) => optimizer.update(g, optimizer.init(short), short, extraOf(bowl, short))[0];
    const [a, b] = [step(gradient), step(tree.map((g) => cast(g, "float64"), gradient))];
    expect(tree.allClose(a, b, { rtol: 0, atol: 0 })).toBe(true);
  });
  test("refuses parameters that are no floats", () => {
    const whole = { w: array([1, 2], { dtype: "int32" }), b: array([1, 2]) };
    const message = messageOf(() => make(0.02).init(whole));
    expect(message).toMatch(/^DTypeError: .*: parameters must be floats: w is int32\. Use cast\(x, "float64"\)\.$/);
  });
  test("refuses a state of other parameters, in shape or in dtype, with the path", () => {
    const optimizer = make(0.02);
    for (const [other, words] of [
      [larger, /\[\d/],
      [short, /float32/],
      [{ v: wide.w, b: wide.b }, /\{|mask|label|null/],
    ] as const) {
      // A mask or a label by paths chooses other parts there.
      const foreign = attemptInit(optimizer, other);
      if (foreign === undefined || foreign === null || same(foreign, optimizer.init(wide))) continue;
      const step = () => optimizer.update(gradientAt(wide), foreign, wide, extraOf(bowl, wide));
      const message = messageOf(step);
      expect(message).toMatch(/^(TreeError|ShapeError|DTypeError): [\w.]+: the state/);
      expect(message).toMatch(words);
    }
  });
  test("refuses updates of another structure or shape, and a call without parameters", () => {
    const optimizer = make(0.02);
    const state = optimizer.init(wide);
    const step = (g: unknown, p: unknown = wide) =>
      optimizer.update(g as Params, state, p as Params, extraOf(bowl, wide));
    expect(messageOf(() => step({ w: wide.w }))).toMatch(
      /^TreeError: .*the updates and the parameters differ at the root/,
    );
    expect(messageOf(() => step({ ...wide, w: zeros([2]) }))).toMatch(
      /^ShapeError: .* differ at w: \[2\] and \[2, 2\]\.$/,
    );
    for (const nothing of [null, undefined, "gradient", [wide]])
      expect(messageOf(() => step(nothing))).toMatch(/^TreeError: .*the updates and the parameters differ/);
    expect(messageOf(() => optimizer.update(wide as never, state, undefined as never))).toMatch(
      /^TreeError: .*: the parameters are missing\./,
    );
  });
  test("refuses a state that is none", () => {
    const optimizer = make(0.02);
    const isStateless = optimizer.init(wide) === null;
    for (const nothing of [undefined, null, 0, {}, [], [null], "state", array(1)]) {
      if (isStateless && (nothing === null || nothing === undefined)) continue;
      const step = () => optimizer.update(wide, nothing as never, wide, extraOf(bowl, wide));
      expect(messageOf(step)).toMatch(/^TreeError: [\w.]+: the state/);
    }
  });
});

const attemptInit = (optimizer: Transform<unknown>, params: unknown): unknown => {
  try {
    return optimizer.init<unknown>(params);
  } catch {
    return undefined;
  }
};

describe("the state of another optimizer", () => {
  const made = everyOptimizer.map(([name, make]) => [name, make(0.02)] as const);
  test.each(made)("is refused by %s, or is just like its own", (name, optimizer) => {
    const own = optimizer.init(wide);
    for (const [other, { init }] of made) {
      const state = init(wide);
      const step = () => optimizer.update(gradientAt(wide), state, wide, extraOf(bowl, wide));
      if (same(own, state)) expect(step, other).not.toThrow();
      else expect(messageOf(step), other).toMatch(/^(TreeError|ShapeError): [\w.]+: the state/);
    }
    expect(name).toBeTypeOf("string");
  });
  test("is told in words", () => {
    const [adam, momentum] = [everyOptimizer, sgd(0.1, { momentum: 0.9 })] as const;
    const state = adam
      .find(([name]) => name === "adam")?.[1](0.1)
      .init(wide);
    expect(messageOf(() => momentum.update(wide, state as never, wide))).toBe(
      "TreeError: sgd: the state is of another optimizer or of other parameters: at the root is " +
        "{count, mu, nu, b1Power, b2Power}, not {trace}.",
    );
    expect(messageOf(() => momentum.update(wide, momentum.init(larger) as never, wide))).toBe(
      "ShapeError: sgd: the state is of another optimizer or of other parameters: at trace.w is [3, 2], not [2, 2].",
    );
    expect(messageOf(() => momentum.update(wide, momentum.init(short) as never, wide))).toBe(
      "DTypeError: sgd: the state is of another optimizer or of other parameters: at trace.w is float32, not float64.",
    );
  });
});

describe("applyUpdates", () => {
  test("gives a parameter's dtype whatever that of the update is, rounded once", () => {
    const p = array([1, 2], float32);
    const u = array([2 ** -25, 0.1]);
    const next = applyUpdates(p, u as never) as NDArray;
    expect(next.dtype).toBe("float32");
    expect(tree.allClose(next, array([1, 2.1], float32), { rtol: 0, atol: 0 })).toBe(true);
    const whole = applyUpdates(p, array([1, 1], { dtype: "int32" }) as never) as NDArray;
    expect(tree.allClose(whole, array([2, 3], float32), { rtol: 0, atol: 0 })).toBe(true);
  });
  test("refuses parameters that are no floats", () => {
    expect(messageOf(() => applyUpdates({ n: array(1, { dtype: "int32" }) }, { n: array(1) }))).toBe(
      'DTypeError: applyUpdates: parameters must be floats: n is int32. Use cast(x, "float64").',
    );
  });
});
