import { program } from "@gradfold/autodiff";
import { array, either, item, type NDArray, pipe, toTypedArray, tree, zeros } from "@gradfold/core";
import { describe, expect, test } from "vitest";
import {
  applyUpdates,
  injectHyperparams,
  masked,
  multiSteps,
  partition,
  testFunction,
  type Transform,
  trainState,
} from "../src/index.ts";
import { bowl, descend, everyOptimizer, extraOf } from "./every-optimizer.ts";

const params = {
  w: array([
    [1, -2],
    [0.5, 3],
  ]),
  list: [array([4, 0.5]), array(-1, { dtype: "float32" })],
} as const;
type Params = typeof params;

const gradientAt = (p: Params): Params => extraOf(bowl, p).lossAndGrad?.(p)[1] ?? p;
const numbers = (t: unknown): readonly (readonly number[])[] =>
  tree.leaves(t).map((leaf) => Array.from(toTypedArray(leaf)));
const types = (t: unknown): unknown => tree.mapTo(({ dtype, shape }) => `${dtype} ${shape.join()}`, t);

/** The updates of the first three steps. */
const steps = (optimizer: Transform<unknown>, rounds = 3): readonly unknown[] => {
  let [p, state] = [params, optimizer.init(params)];
  return Array.from({ length: rounds }, () => {
    const [updates, next] = optimizer.update(gradientAt(p), state, p, extraOf(bowl, p));
    [p, state] = [applyUpdates(p, updates), next];
    return numbers(updates);
  });
};

/** Settings by which an optimizer rests where the gradient is 0: without noise, and without a first value of means. */
const still: Readonly<Record<string, object>> = {
  noisySgd: { eta: 0 },
  adagrad: { initialAccumulatorValue: 0 },
  yogi: { initialAccumulatorValue: 0 },
};

test("there are thirty-four optimizers", () => {
  expect(everyOptimizer.filter(([name]) => !name.includes(" "))).toHaveLength(34);
});

describe.each(everyOptimizer)("%s", (name, make) => {
  const optimizer = make(0.02);

  test("goes down a quadratic bowl", () => {
    expect(item(bowl(descend(optimizer, bowl, params, 60, applyUpdates)))).toBeLessThan(0.9995 * item(bowl(params)));
  });
  test("goes down into Rosenbrock's valley", () => {
    const start = { x: array([-1.2, 1]) };
    const loss = ({ x }: { readonly x: NDArray }) => testFunction.rosenbrock(x);
    expect(item(loss(descend(make(5e-4), loss, start, 60, applyUpdates)))).toBeLessThan(item(loss(start)));
  });
  test("stays at 0 where the gradient is 0, and stays finite elsewhere", () => {
    const quiet = make(0.02, still[name]);
    const nothing = tree.zerosLike(params);
    const [updates] = quiet.update(nothing, quiet.init(nothing), nothing, extraOf(bowl, nothing));
    expect(
      numbers(applyUpdates(nothing, updates))
        .flat()
        .every((x) => x === 0),
    ).toBe(true);
    const [elsewhere] = quiet.update(nothing, quiet.init(params), params, extraOf(bowl, params));
    expect(numbers(elsewhere).flat().every(Number.isFinite)).toBe(true);
  });
  test("keeps structure, shapes and dtypes", () => {
    const state = optimizer.init(params);
    const [updates, next] = optimizer.update(gradientAt(params), state, params, extraOf(bowl, params));
    expect(types(updates)).toEqual(types(params));
    expect(types(applyUpdates(params, updates))).toEqual(types(params));
    expect(types(next)).toEqual(types(state));
  });
  test("writes to nothing that it is given, gives the same again, and takes no notice of other extras", () => {
    const state = optimizer.init(params);
    const before = numbers([params, state]);
    const extra = extraOf(bowl, params);
    const once = numbers(optimizer.update(params, state, params, extra));
    expect(numbers(optimizer.update(params, state, params, { ...extra, weather: "fine" }))).toEqual(once);
    expect(numbers([params, state])).toEqual(before);
  });
  test("goes on from a state that was written and read", () => {
    const [, state] = optimizer.update(gradientAt(params), optimizer.init(params), params, extraOf(bowl, params));
    const read = pipe(
      tree.fromJSON(JSON.parse(JSON.stringify(state)), state),
      either.match(
        () => null,
        (found) => found,
      ),
    );
    const next = (from: never) => numbers(optimizer.update(gradientAt(params), from, params, extraOf(bowl, params)));
    expect(read).not.toBeNull();
    expect(next(read as never)).toEqual(next(state as never));
  });
  test("is the same program at every step, with the same bits", () => {
    const update = (g: Params, state: object, p: Params) => optimizer.update(g, state, p, extraOf(bowl, p));
    let [p, state] = [params, optimizer.init(params)];
    const traced = program.of(update)(gradientAt(p), state, p);
    for (let i = 0; i < 3; i++) {
      const inputs = [gradientAt(p), state, p] as const;
      const [updates, next] = update(...inputs);
      const evaluated = program.evaluate(traced, tree.leaves(inputs));
      expect(evaluated.map((leaf) => Array.from(toTypedArray(leaf)))).toEqual(numbers([updates, next]));
      [p, state] = [applyUpdates(p, updates), next];
    }
  });
  test("steps once in so many gradients in multiSteps, as it would by their mean", () => {
    expect(steps(multiSteps(optimizer, { every: 1 }) as Transform<unknown>)).toEqual(steps(optimizer));
    const each = multiSteps(optimizer, { every: 3 });
    const first = each.update(gradientAt(params), each.init(params), params, extraOf(bowl, params))[0];
    expect(
      numbers(first)
        .flat()
        .every((x) => x === 0),
    ).toBe(true);
  });
  test("has its learning rate as data in injectHyperparams", () => {
    const injected = injectHyperparams(({ learningRate }) => make(learningRate), { learningRate: 0.02 });
    expect(steps(injected as Transform<unknown>)).toEqual(steps(make(array(0.02))));
    const still = { ...injected.init(params), hyperparams: { learningRate: array(0) } };
    const [updates] = injected.update(gradientAt(params), still, params, extraOf(bowl, params));
    expect(types(updates)).toEqual(types(params));
  });
  test("leaves alone what a mask keeps from it", () => {
    expect(steps(masked(optimizer, () => true) as Transform<unknown>)).toEqual(steps(optimizer));
    const some = masked(optimizer, (path) => path === "w") as Transform<unknown>;
    const [updates] = some.update(gradientAt(params), some.init(params), params, extraOf(bowl, params));
    const [plain] = optimizer.update(
      { w: gradientAt(params).w },
      optimizer.init({ w: params.w }),
      { w: params.w },
      {
        ...extraOf(bowl, { w: params.w }),
        value: extraOf(bowl, params).value ?? zeros([]),
        lossAndGrad: ({ w }) => {
          const whole = { ...params, w };
          return [bowl(whole), { w: gradientAt(whole).w }];
        },
      },
    );
    expect(numbers(updates.list)).toEqual(numbers(gradientAt(params).list));
    expect(numbers(updates.w)).toEqual(numbers(plain.w));
  });
  test("works beside itself in a partition", () => {
    const both = partition({ one: optimizer, other: make(0.02) }, (path) => (path === "w" ? "one" : "other"));
    const state = both.init(params);
    const [updates, next] = both.update(gradientAt(params), state, params, extraOf(bowl, params));
    expect(types(updates)).toEqual(types(params));
    expect(types(next)).toEqual(types(state));
  });
  test("refuses gradients of another structure, with the path, and no parameters", () => {
    const state = optimizer.init(params);
    const wrong = { w: params.w, list: [params.list[0]] } as never;
    const step = () => applyUpdates(params, optimizer.update(wrong, state, params, extraOf(bowl, params))[0]);
    expect(step).toThrow(/list/);
    expect(() => trainState({}, optimizer)).toThrow(/no parameters|holds no array/);
    expect(name).toBeTypeOf("string");
  });
});
