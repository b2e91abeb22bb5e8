import { valueAndGrad } from "@gradfold/autodiff";
import {
  add,
  array,
  item,
  mul,
  type NDArray,
  option,
  pipe,
  random,
  square,
  sum,
  toNested,
  toTypedArray,
} from "@gradfold/core";
import { describe, expect, test } from "vitest";
import { sgd, steps, trainState, trainStep, trajectory } from "../src/index.ts";

const optimizer = sgd(0.25, { momentum: 0.5 });
const bowl = valueAndGrad((p: NDArray) => sum(square(p)));
const start = trainState(array([1, 2]) as NDArray, optimizer);

describe("a train step", () => {
  test("moves the parameters, the optimizer and the count", () => {
    const [state, metrics] = trainStep(bowl, optimizer)(start);
    expect([toNested(state.params), item(metrics.loss), item(state.step)]).toEqual([[0.5, 1], 5, 1]);
    expect(toNested(state.optimizer[0].trace)).toEqual([2, 4]);
    expect(item(state.optimizer[1].count)).toBe(1);
  });
  test("leaves the state that it starts from as it is", () => {
    trainStep(bowl, optimizer)(start);
    expect([toNested(start.params), item(start.step), toNested(start.optimizer[0].trace)]).toEqual([[1, 2], 0, [0, 0]]);
  });
  test("hands its batch to the loss", () => {
    const loss = valueAndGrad((p: NDArray, batch: { readonly x: NDArray }) => sum(mul(p, batch.x)));
    const [state, { loss: value }] = trainStep(loss, sgd(1))(trainState(array([1, 2]) as NDArray, sgd(1)), {
      x: array([3, 4]),
    });
    expect([item(value), toNested(state.params)]).toEqual([11, [-2, -2]]);
  });
  test("makes metrics of what a loss gives beside the scalar", () => {
    const loss = valueAndGrad((p: NDArray) => [sum(square(p)), { norm: sum(p), constant: 7 }] as const);
    const [, metrics] = trainStep(loss, optimizer)(start);
    expect([item(metrics.loss), item(metrics.norm), metrics.constant]).toEqual([5, 3, 7]);
  });
  test("counts as a scalar array, so that a step can be traced", () => {
    expect([start.step.shape, start.step.dtype]).toEqual([[], "float64"]);
    expect("key" in start).toBe(false);
  });
});

describe("a key in the state", () => {
  const seen = (seed: number, n: number): readonly string[] => {
    const keys: string[] = [];
    const loss = (p: NDArray, _: undefined, key: random.Key) => {
      keys.push(random.keyData(key).join());
      return bowl(add(p, mul(random.uniform(key), 0)));
    };
    const run = trajectory.fold(
      trainStep(loss, optimizer),
      trainState(array([1, 2]) as NDArray, optimizer, random.key(seed)),
      steps(n),
    );
    expect(
      pipe(
        trajectory.at(run, n),
        option.map(({ key }) => key && random.keyData(key)),
      ),
    ).toEqual(option.some([0, seed]));
    return keys;
  };

  test("gives every step a key of its own, made of its number", () => {
    const wanted = [0, 1, 2, 3, 4].map((i) => random.keyData(random.foldIn(random.key(5), i)).join());
    expect(seen(5, 5)).toEqual(wanted);
    expect(new Set(seen(5, 30)).size).toBe(30);
  });
  test("gives other keys for another seed, and the same again", () => {
    expect(seen(5, 4)).toEqual(seen(5, 4));
    expect(seen(6, 4)).not.toEqual(seen(5, 4));
  });
});

test("a run can be taken up where it was left, to the same bits", () => {
  const step = trainStep(bowl, optimizer);
  const whole = trajectory.fold(step, start, steps(20));
  const half = trajectory.fold(step, start, steps(8));
  const rest = trajectory.fold(step, half.final, steps(12));
  expect(toTypedArray(rest.final.params)).toEqual(toTypedArray(whole.final.params));
  expect(item(rest.final.step)).toBe(20);
});
