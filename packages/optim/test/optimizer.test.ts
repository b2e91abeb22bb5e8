import { grad, valueAndGrad } from "@gradfold/autodiff";
import {
  add,
  array,
  div,
  item,
  matmul,
  mul,
  type NDArray,
  ones,
  type Scalar,
  slice,
  square,
  sub,
  sum,
  toNested,
  toTypedArray,
  tree,
  zeros,
} from "@gradfold/core";
import { describe, expect, test } from "vitest";
import { applyUpdates, chain, type Schedule, sgd, type Transform, transform } from "../src/index.ts";
import { decode, expectClose, optimizers } from "./golden.ts";

type Params = Readonly<Record<string, NDArray>>;

const { gradients, rosenbrock, quadratic } = optimizers.problems;

const vector = (list: readonly number[] = []): NDArray => array(list);

const rosenbrockValue = ({ x = vector() }: Params): NDArray<[]> => {
  const [x0, x1] = [slice(x, [0]), slice(x, [1])] as [Scalar, Scalar];
  return add(square(sub(rosenbrock.a, x0)), mul(rosenbrock.b, square(sub(x1, square(x0)))));
};

const quadraticValue = ({ x = vector() }: Params): NDArray<[]> => {
  const [A, c] = [decode(quadratic.A), decode(quadratic.c)];
  return sub(div(sum(mul(x, matmul(A, x))), 2), sum(mul(c, x)));
};

const goldenSgd = optimizers.optimizers.filter(({ id }) => ["sgd", "sgd-momentum", "sgd-nesterov"].includes(id));

test("the golden runs of sgd are all there", () => {
  expect(goldenSgd.map(({ id, runs }) => [id, runs.length])).toEqual([
    ["sgd", 3],
    ["sgd-momentum", 3],
    ["sgd-nesterov", 3],
  ]);
});

const goldenRuns = goldenSgd.flatMap(({ id, hyper, runs }) =>
  runs.map((run) => [id, run.problem, hyper, run] as const),
);

const initial = (problem: keyof typeof optimizers.problems): Params =>
  Object.fromEntries(Object.entries(optimizers.problems[problem].init).map(([name, x]) => [name, decode(x)]));

/** The problem's value and gradient at each step. */
const lossAndGrad = (problem: string, t: number, params: Params): readonly [number | undefined, Params] => {
  if (problem === "gradients")
    return [
      undefined,
      tree.mapTo((x, name) => array(gradients.gradients[t]?.[name] ?? [], { shape: x.shape }), params) as Params,
    ];
  const [value, gradient] = valueAndGrad(problem === "rosenbrock" ? rosenbrockValue : quadraticValue)(params);
  return [item(value), gradient];
};

test.each(goldenRuns)("%s on %s takes PyTorch's and Optax's path", (_, problem, hyper, run) => {
  const { momentum = 0, nesterov = false } = hyper;
  const optimizer = sgd(run.learningRate ?? hyper.learningRate ?? NaN, { momentum, nesterov });
  let params = initial(problem);
  let state = optimizer.init(params);
  expect(run.params).toHaveLength(optimizers.steps);
  run.params.forEach((want, t) => {
    const [value, gradient] = lossAndGrad(problem, t, params);
    if (run.values) expectClose(array(value ?? NaN), [run.values[t] ?? NaN], 1e-8, 1e-11);
    const [updates, next] = optimizer.update(gradient, state, params);
    params = applyUpdates(params, updates);
    state = next;
    for (const [name, list] of Object.entries(want)) expectClose(params[name] ?? vector(), list, 1e-8, 1e-11);
  });
});

const halving: Schedule = (count) => div(array(0.4), add(1, count));

const everyOptimizer: readonly (readonly [string, Transform<unknown>])[] = [
  ["sgd", sgd(0.1)],
  ["sgd with momentum", sgd(0.05, { momentum: 0.9 })],
  ["sgd with Nesterov's look-ahead", sgd(0.05, { momentum: 0.9, nesterov: true })],
  ["sgd with a scalar array as learning rate", sgd(array(0.1))],
  ["sgd with a schedule", sgd(halving)],
  ["a chain of one", chain(transform.scaleByLearningRate(0.1))],
  ["a chain of chains", chain(chain(transform.trace({ decay: 0.5 })), transform.scaleByLearningRate(0.1))],
];

describe.each(everyOptimizer)("%s", (_, optimizer) => {
  const params = {
    w: array([
      [1, -2],
      [0.5, 3],
    ]),
    list: [array([4]), array(-1, { dtype: "float32" })],
  } as const;
  const bowl = (p: typeof params) =>
    tree
      .leaves(p)
      .map((x) => sum(square(x)) as NDArray)
      .reduce((a, b) => add(a, b)) as Scalar;

  test("goes down a quadratic bowl", () => {
    let p = params;
    let state = optimizer.init(p);
    for (let i = 0; i < 60; i++) {
      const [updates, next] = optimizer.update(grad(bowl)(p), state, p);
      p = applyUpdates(p, updates);
      state = next;
    }
    expect(item(bowl(p))).toBeLessThan(1e-2 * item(bowl(params)));
  });
  test("stays where the gradient is zero", () => {
    const [updates] = optimizer.update(tree.zerosLike(params), optimizer.init(params), params);
    expect(tree.allClose(applyUpdates(params, updates), params, { rtol: 0, atol: 0 })).toBe(true);
  });
  test("keeps structure, shapes and dtypes", () => {
    const types = (t: unknown) => tree.mapTo(({ dtype, shape }) => `${dtype} ${shape.join()}`, t);
    const state = optimizer.init(params);
    const [updates, next] = optimizer.update(params, state, params);
    expect(types(updates)).toEqual(types(params));
    expect(types(applyUpdates(params, updates))).toEqual(types(params));
    expect(types(next)).toEqual(types(state));
    expect(types(optimizer.update(params, next, params)[1])).toEqual(types(state));
  });
  test("writes to nothing that it is given, and gives the same again", () => {
    const state = optimizer.init(params);
    const numbers = (t: unknown) => tree.leaves(t).map((x) => Array.from(toTypedArray(x)));
    const before = numbers([params, state]);
    const once = numbers(optimizer.update(params, state, params));
    expect(numbers(optimizer.update(params, state, params))).toEqual(once);
    expect(numbers([params, state])).toEqual(before);
  });
});

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
    expect(() => sgd(0.1).update(g, [] as never, g)).toThrow("chain: a state of 0 parts for 2 transforms");
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
  test("that falls in stairs gives Optax's path", () => {
    const golden = optimizers.optimizers.find(({ id }) => id === "schedule-exponential-sgd")?.runs[0];
    const optimizer = sgd((count) => 0.2 * 0.5 ** Math.floor(item(count) / 4), { momentum: 0.9 });
    let params = initial("gradients");
    let state = optimizer.init(params);
    expect(golden?.params).toHaveLength(20);
    golden?.params.forEach((want, t) => {
      const [updates, next] = optimizer.update(lossAndGrad("gradients", t, params)[1], state, params);
      params = applyUpdates(params, updates);
      state = next;
      for (const [name, list] of Object.entries(want)) expectClose(params[name] ?? vector(), list, 1e-8, 1e-11);
    });
  });
  test("of a float32 parameter is rounded to float32", () => {
    const optimizer = sgd(array(0.1));
    const g = ones([1], { dtype: "float32" });
    expect(toNested(optimizer.update(g, optimizer.init(g), g)[0])).toEqual([-Math.fround(0.1)]);
  });
});

describe("bad settings are refused", () => {
  test.each([-0.1, 1, 1.5, NaN, Infinity])("a momentum of %d", (momentum) => {
    expect(() => sgd(0.1, { momentum })).toThrow(`sgd: the momentum must be from 0 to below 1: ${momentum}`);
  });
  test("Nesterov's look-ahead without a momentum", () => {
    expect(() => sgd(0.1, { nesterov: true })).toThrow(
      "sgd: Nesterov's look-ahead needs a momentum above 0. Give one, 0.9 say.",
    );
  });
});

test("updates of another structure are refused", () => {
  expect(() => applyUpdates({ w: zeros([1]) }, { v: zeros([1]) } as never)).toThrow(
    "the trees differ at the root: {w} and {v}",
  );
});
