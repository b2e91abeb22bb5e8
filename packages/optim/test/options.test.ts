// One door for options: every function that is exported refuses what it does not know, with the name that was meant.
import { readFileSync } from "node:fs";
import { array, mul, ones, random, square } from "@gradfold/core";
import { describe, expect, test } from "vitest";
import * as optim from "../src/index.ts";
import * as optimizers from "../src/optimizer/index.ts";

type Call = (options: never) => unknown;

const key = random.key(0);
const descent = optim.sgd(0.1);
const rows = ones([2, 2]);
const warmup = { init: 0, peak: 1, warmupSteps: 2 };

/** Options that a function cannot do without. */
const needed: Readonly<Record<string, object>> = {
  applyIfFinite: { maxConsecutiveErrors: 2 },
  multiSteps: { every: 2 },
  scheduleFree: { learningRate: 0.1 },
  "projection.box": { lower: 0, upper: 1 },
  "schedule.cosineDecay": { init: 1, decaySteps: 5 },
  "schedule.cosineOnecycle": { transitionSteps: 10, peak: 1 },
  "schedule.exponentialDecay": { init: 1, transitionSteps: 5, decayRate: 0.5 },
  "schedule.inverseTime": { init: 1, transitionSteps: 5, decayRate: 0.5 },
  "schedule.linear": { init: 1, end: 0, transitionSteps: 5 },
  "schedule.linearOnecycle": { transitionSteps: 10, peak: 1 },
  "schedule.piecewiseConstant": { init: 1, boundariesAndScales: [[3, 0.5]] },
  "schedule.piecewiseInterpolate": { kind: "linear", init: 1, boundariesAndScales: [[3, 0.5]] },
  "schedule.polynomial": { init: 1, end: 0, power: 2, transitionSteps: 5 },
  "schedule.sgdr": { cycles: [{ ...warmup, decaySteps: 5 }] },
  "schedule.warmupConstant": warmup,
  "schedule.warmupCosineDecay": { ...warmup, decaySteps: 5 },
  "schedule.warmupExponentialDecay": { ...warmup, transitionSteps: 5, decayRate: 0.5 },
  "transform.ema": { decay: 0.5 },
  "transform.trace": { decay: 0.5 },
};

/** How a function is called that is called otherwise than its kin. */
const calls: Readonly<Record<string, Call>> = {
  applyIfFinite: (options) => optim.applyIfFinite(descent, options),
  lbfgs: (options) => optim.lbfgs(options),
  lookahead: (options) => optim.lookahead(descent, options),
  multiSteps: (options) => optim.multiSteps(descent, options),
  polyakSgd: (options) => optim.polyakSgd(options),
  reduceOnPlateau: (options) => optim.reduceOnPlateau(options),
  sam: (options) => optim.sam(descent, options),
  scheduleFree: (options) => optim.scheduleFree(descent, options),
  "transform.adaptiveGradClip": (options) => optim.transform.adaptiveGradClip(1, options),
  "transform.addNoise": (options) => optim.transform.addNoise(key, options),
  "transform.scaleByRprop": (options) => optim.transform.scaleByRprop(0.1, options),
};

/** Those that take no options. */
const plain = [
  "applyUpdates",
  "chain",
  "freeze",
  "globalNorm",
  "injectHyperparams",
  "masked",
  "namedChain",
  "partition",
  "loss.nll",
  "loss.smoothLabels",
  "loss.softmaxCrossEntropyWithIntegerLabels",
  "projection.l2Ball",
  "projection.nonNegative",
  "projection.simplex",
  "schedule.constant",
  "schedule.join",
  "transform.addDecayedWeights",
  "transform.centralize",
  "transform.clip",
  "transform.clipByBlockRms",
  "transform.clipByGlobalNorm",
  "transform.keepParamsNonnegative",
  "transform.scale",
  "transform.scaleBySign",
  "transform.scaleByLearningRate",
  "transform.scaleBySchedule",
  "transform.zeroNans",
];

type Functions = Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;

/** Functions of a name space, or of a kind, and how all of them are called. */
const family = (
  prefix: string,
  functions: object,
  argumentsOf: (options: unknown) => readonly unknown[],
): readonly (readonly [string, Call])[] =>
  Object.entries(functions as Functions)
    .map(
      ([name, f]) => [`${prefix}${name}`, calls[`${prefix}${name}`] ?? ((o: unknown) => f(...argumentsOf(o)))] as const,
    )
    .filter(([name]) => !plain.includes(name));

const { initializer, lineSearch, projection, schedule, synthetic, testFunction, transform, loss, ...rest } = optim;
const wrappers = { applyIfFinite: rest.applyIfFinite, lookahead: rest.lookahead, multiSteps: rest.multiSteps };

/** Functions that search, of a function and a start. */
const fits: readonly (readonly [name: string, call: Call])[] = [
  ["minimize", (options) => optim.minimize((x) => square(x), 1, options)],
  ["root", (options) => optim.root((x) => square(x), 1, options)],
  ["leastSquares", (options) => optim.leastSquares((x) => square(x), 1, options)],
  ["curveFit", (options) => optim.curveFit((a, x) => mul(a, x), rows, rows, 0.5, options)],
];

const doors: readonly (readonly [name: string, call: Call])[] = [
  ...fits,
  ...family("", optimizers, (options) => [0.1, options]),
  ...family("loss.", loss, (options) => [rows, rows, options]),
  ...family("", wrappers, (options) => [descent, options]),
  ...family("transform.", transform, (options) => [options]),
  ...family("schedule.", schedule, (options) => [options]),
  ...family("lineSearch.", lineSearch, (options) => [options]),
  ...family("initializer.", initializer, (options) => [key, [2, 2], options]),
  ...family("synthetic.", synthetic, (options) => [key, 5, options]),
  ...family("projection.", projection, (options) => [rows, options]),
];

const bag = (name: string, value: unknown): never => Object.fromEntries([[name, value]]) as never;

const messageOf = (f: () => unknown): string => {
  try {
    f();
  } catch (e) {
    return (e as Error).message;
  }
  return "nothing was refused";
};

/** The options of a function, as it tells them to who knows none. */
const optionsOf = (call: Call): readonly string[] =>
  (/Its (?:one option is|options are) (.*)\.$/.exec(messageOf(() => call(bag("quux", 1))))?.[1] ?? "")
    .split(", ")
    .filter((name) => name !== "");

/** How people write a name who know it from elsewhere. */
const misspellings = (name: string): readonly string[] => [
  name.toUpperCase(),
  name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  `_${name}`,
  ...(name.length > 3 ? [`${name}s`, name.slice(0, -1)] : []),
];

test("everything exported is here, or takes no options, or belongs to runs, data and metrics", () => {
  const known = new Set([...doors.map(([name]) => name), ...plain]);
  const ofData =
    /^(batches|fitStatuses|metric|sliceInputs|steps|train\w+|recording|standardize|trajectory|withValidation)$/;
  const names = Object.entries(rest).filter(([name]) => !ofData.test(name));
  expect(names.map(([name]) => name).filter((name) => !known.has(name))).toEqual([]);
  expect(plain.filter((name) => doors.some(([door]) => door === name))).toEqual([]);
  expect(Object.keys(testFunction)).toHaveLength(8);
  expect(doors.length).toBeGreaterThan(100);
});

describe.each(doors)("%s", (name, call) => {
  const keys = optionsOf(call);
  const base = needed[name] ?? {};
  const withOption = (option: string, value: unknown): never =>
    ({ ...base, ...Object.fromEntries([[option, value]]) }) as never;

  test("is right with what it cannot do without", () => {
    expect(() => call(base as never)).not.toThrow();
    expect(() =>
      call(Object.fromEntries(keys.map((each) => [each, (base as Record<string, unknown>)[each]])) as never),
    ).not.toThrow();
    for (const each of Object.keys(base)) {
      const { [each]: _, ...others } = base as Readonly<Record<string, unknown>>;
      expect(() => call(others as never)).toThrow(`${name}: the option ${each} is needed.`);
    }
  });
  test("names the option that was meant, and itself", () => {
    for (const meant of keys)
      for (const written of misspellings(meant).filter((word) => !keys.includes(word)))
        expect(() => call(withOption(written, 1))).toThrow(
          `${name}: there is no option ${written}. Did you mean ${meant}?`,
        );
  });
  test("refuses an option that is like none, and keys that every object inherits", () => {
    for (const unknown of ["quux", "__proto__", "constructor", "toString"])
      expect(() => call(withOption(unknown, {}))).toThrow(`${name}: there is no option ${unknown}. `);
  });
  test("refuses what is no object", () => {
    for (const wrong of [true, 1, "float32", [1], null, () => 1, new Map()])
      expect(() => call(wrong as never)).toThrow(`${name}: options are an object`);
  });
  test("refuses, for each option, text and symbols, and NaN where a number is meant", () => {
    for (const option of keys)
      for (const wrong of ["no such", NaN, Symbol("x")]) {
        const message = messageOf(() => call(withOption(option, wrong)));
        expect(message.startsWith(name) && message.includes(option) && message.includes(": "), message).toBe(true);
      }
  });
});

/** Optimizers of a learning rate: all but those that are called otherwise. */
const rated = Object.entries(optimizers as unknown as Functions).filter(([name]) => calls[name] === undefined);

describe.each(rated)("%s", (name, make) => {
  test("refuses what is no learning rate", () => {
    const hasDefault = name === "adadelta" || name === "newton";
    const wrongs = [null, "0.1", NaN, -0.1, Infinity, true, [0.1], { learningRate: 0.1 }, ones([2])];
    for (const wrong of hasDefault ? wrongs : [undefined, ...wrongs])
      expect(() => make(wrong)).toThrow(`${name}: the learning rate must be a finite number from 0 on`);
  });
  test("takes a scalar array, and a schedule if it can change", () => {
    expect(() => make(array(0.1))).not.toThrow();
    const p = array([1, 2]);
    const isConstant = name === "fromage" || name === "rprop";
    if (isConstant) expect(() => make(() => 0.1)).toThrow(`${name}: the learning rate must be`);
    else
      for (const wrong of [undefined, null, "0.1", [0.1], ones([1]), { rate: 1 }]) {
        const { init, update } = make(() => wrong) as optim.Transform<unknown>;
        const lossAndGrad = () => [array(1), p] as const;
        if (name === "newton") continue;
        expect(() => update(p, init(p), p, { value: array(1), lossAndGrad })).toThrow(
          `${name}: a schedule must give a number or a scalar array, not `,
        );
      }
  });
});

test("the names of Optax and PyTorch lead to ours", () => {
  const refused = (f: () => unknown): string => messageOf(f);
  const { adam, adamw, sgd, loss, lion } = optim;
  expect(refused(() => adam(0.1, bag("beta1", 0)))).toBe("adam: there is no option beta1. Did you mean b1?");
  expect(refused(() => adam(0.1, bag("eps_root", 0)))).toBe("adam: there is no option eps_root. Did you mean epsRoot?");
  expect(refused(() => adamw(0.1, bag("weight_decay", 0)))).toContain("Did you mean weightDecay?");
  expect(refused(() => sgd(0.1, bag("decay", 0)))).toContain("Did you mean weightDecay?");
  expect(refused(() => lion(0.1, bag("beta2", 0)))).toContain("Did you mean b2?");
  expect(refused(() => loss.huber(rows, rows, bag("Delta", 1)))).toBe(
    "loss.huber: there is no option Delta. Did you mean delta?",
  );
  expect(refused(() => loss.squaredError(rows, rows, bag("reduction", "mean")))).toBe(
    "loss.squaredError: there is no option reduction. It takes none.",
  );
});

test("choices and truths are what they are said to be", () => {
  const { adagrad, nadam, sgd, muon, lbfgs } = optim;
  expect(() => adagrad(0.1, { convention: "torch " as never })).toThrow(
    'adagrad: convention must be "optax" or "torch", not the string "torch ".',
  );
  expect(() => nadam(0.1, { convention: "pytorch" as never })).toThrow('nadam: convention must be "optax" or "torch"');
  expect(() => sgd(0.1, { nesterov: 1 as never, momentum: 0.9 })).toThrow("sgd: nesterov is true or false, not 1.");
  expect(() => muon(0.1, { adam: bag("beta1", 0) })).toThrow("muon.adam: there is no option beta1. Did you mean b1?");
  expect(() => lbfgs({ lineSearch: lineSearch.zoom as never })).toThrow("lbfgs: lineSearch must be a transform");
  expect(() => transform.scaleBySchedule(0.1 as never)).toThrow("transform.scaleBySchedule: a function is needed");
  expect(() => optim.adamw(0.1, { weightDecay: (() => 0.1) as never })).toThrow("adamw: weightDecay must be a finite");
  expect(() => transform.addNoise(0 as never)).toThrow(
    "transform.addNoise: a key is needed, as random.key(seed) makes it",
  );
});

/** The options that a call names in its object, but not those of objects within. */
const namedIn = (call: string): readonly string[] =>
  [...call.replaceAll(/\[.*\]/g, "").matchAll(/(\w+): /g)].map(([, option = ""]) => option);

test("the page beside Optax has every schedule of Optax's, with its options and no others", () => {
  const page = readFileSync(new URL("../../../docs/coming-from.md", import.meta.url), "utf8");
  const lines = page.split("\n").filter((line) => line.startsWith("| `optax."));
  for (const name of Object.keys(schedule).filter((each) => each !== "inverseTime")) {
    const [, , call = "", note = ""] = lines.find((line) => line.includes(`\`schedule.${name}(`))?.split("|") ?? [];
    const further = /^ and (.*?) $/.exec(note)?.[1]?.split(", ") ?? [];
    const door = doors.find(([each]) => each === `schedule.${name}`)?.[1];
    const told = [...namedIn(call), ...further];
    expect([name, told.toSorted()]).toEqual([name, (door === undefined ? [] : optionsOf(door)).toSorted()]);
  }
});
