import { valueAndGrad } from "@gradfold/autodiff";
import { jit, scan } from "@gradfold/compile";
import { matmul, mean, type NDArray, random, square, sub, toTypedArray, tree, zeros } from "@gradfold/core";
import { adam, batches, trainState, trainStep, trajectory, withValidation } from "@gradfold/optim";
import { expect, test } from "vitest";

interface Data {
  readonly x: NDArray;
  readonly y: NDArray;
}

const drawn = (seed: number, n: number): Data => {
  const [forX, forY] = random.split(random.key(seed));
  return { x: random.uniform(forX, [n, 3], { dtype: "float32" }), y: random.uniform(forY, [n], { dtype: "float32" }) };
};

const loss = (w: NDArray, { x, y }: Data) => mean(square(sub(matmul(x, w), y)));
const held = drawn(2, 50);
const optimizer = adam(0.05);
const own = trainStep(valueAndGrad(loss), optimizer);
const start = trainState(zeros([3], { dtype: "float32" }) as NDArray, optimizer);
const metrics = ({ params }: typeof start) => ({ validationLoss: loss(params, held), least: 1 });
const data = drawn(1, 20);

test.each([
  ["with a short last batch", { size: 6, epochs: 4 }],
  ["without epochs", { size: 6, steps: 17 }],
  ["in their own order", { size: 6, epochs: 4, shuffle: false }],
  ["balanced", { size: 6, epochs: 4, balance: random.integers(random.key(3), [20], { max: 3 }) }],
])(
  "mini-batches %s and validation take the same steps compiled, by the step and as loops, to the last bit",
  (_, options) => {
    const inputs = batches(random.key(0), data, options);
    const step = withValidation(own, { every: 3, metrics });
    const runs = [
      trajectory.fold(step, start, inputs),
      trajectory.fold(jit(step), start, inputs),
      trajectory.fold(step, start, inputs, { scan }),
    ].map((run) => ({
      metrics: { ...run.metrics },
      states: [...run.states(0)].map((state) => tree.leaves(state).map((leaf) => [leaf.dtype, ...toTypedArray(leaf)])),
    }));
    expect(runs[1]).toEqual(runs[0]);
    expect(runs[2]).toEqual(runs[0]);
    expect(runs[0]?.metrics.validationLoss.map((x) => !Number.isNaN(x))).toEqual(
      Array.from({ length: inputs.length }, (_, k) => k % 3 === 0),
    );
  },
);
