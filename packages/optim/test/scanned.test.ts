import { scan, valueAndGrad } from "@gradfold/autodiff";
import {
  arange,
  array,
  matmul,
  mean,
  type NDArray,
  option,
  pipe,
  random,
  reshape,
  square,
  sub,
  toTypedArray,
  tree,
} from "@gradfold/core";
import { describe, expect, test } from "vitest";
import { batches, type Inputs, repeat, sgd, trainState, trainStep, trajectory } from "../src/index.ts";

interface Batch {
  readonly x: NDArray;
  readonly y: NDArray;
}

const data: Batch = { x: reshape(random.uniform(random.key(1), [60]), [30, 2]), y: arange(30) };
const loss = valueAndGrad((a: NDArray, { x, y }: Batch) => mean(square(sub(matmul(x, a), y))));
const optimizer = sgd(0.05, { momentum: 0.9 });
const step = trainStep(loss, optimizer);
const start = trainState(array([0.5, 0.75]) as NDArray, optimizer);

const bits = (state: unknown) => tree.leaves(state).map(toTypedArray);

describe.each<readonly [string, Inputs<Batch>]>([
  ["one batch again and again", repeat(data, 25)],
  ["mini-batches with a short last one", batches(random.key(2), data, { size: 8, epochs: 3 })],
  ["no batch", repeat(data, 0)],
])("a run in loops over %s", (_, inputs) => {
  const one = trajectory.fold(step, start, inputs);
  const looped = trajectory.fold(step, start, inputs, { scan });

  test("has the states and metrics of one that goes step by step, to the last bit", () => {
    expect([looped.length, looped.metrics, looped.outcome]).toEqual([one.length, one.metrics, one.outcome]);
    for (let k = 0; k < one.length; k++) {
      const [a, b] = [trajectory.at(looped, k), trajectory.at(one, k)].map((state) => pipe(state, option.map(bits)));
      expect(a).toEqual(b);
    }
  });
});
