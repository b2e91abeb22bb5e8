import { valueAndGrad } from "@gradfold/autodiff";
import { jit, scan } from "@gradfold/compile";
import { matmul, mean, type NDArray, random, square, sub, toTypedArray, tree, zeros } from "@gradfold/core";
import { adam, batches, type Inputs, sliceInputs, steps, trainState, trainStep, trajectory } from "@gradfold/optim";
import fc from "fast-check";
import { expect, test } from "vitest";

/* A run over mini-batches is the same run step by step, with a compiled step, and in compiled loops. */

interface Data {
  readonly x: NDArray;
  readonly y: NDArray;
}

const rows = 11;
const data: Data = {
  x: random.normal(random.key(1), [rows, 3], { dtype: "float32" }),
  y: random.normal(random.key(2), [rows], { dtype: "float32" }),
};
const loss = (w: NDArray, { x, y }: Data) => mean(square(sub(matmul(x, w), y)));
const optimizer = adam(0.05);
const step = trainStep(valueAndGrad(loss), optimizer);
const compiled = jit(step);
const start = trainState(zeros([3], { dtype: "float32" }) as NDArray, optimizer);

const bits = (state: unknown) => tree.leaves(state).map((leaf) => [leaf.dtype, ...toTypedArray(leaf)]);

const seen = (run: trajectory.Trajectory<typeof start, unknown>) => ({
  metrics: { ...(run.metrics as Readonly<Record<string, readonly number[]>>) },
  states: Array.from(run.states(0), bits),
});

const cases = fc.record({
  size: fc.constantFrom(2, 3, rows),
  epochs: fc.constantFrom(1, 2, 5),
  budget: fc.constantFrom(Infinity, 20_000, 0),
  from: fc.constantFrom(0, 1),
});

test("mini-batches, from the first or in the middle of an epoch, give one run however its steps are taken", () => {
  fc.assert(
    fc.property(cases, ({ size, epochs, budget, from }) => {
      const inputs: Inputs<Data> = sliceInputs(batches(random.key(3), data, { size, epochs }), from);
      const whole = seen(trajectory.fold(step, start, inputs));
      expect(seen(trajectory.fold(compiled, start, inputs, { budget }))).toEqual(whole);
      const looped = trajectory.fold(step, start, inputs, { budget, scan });
      expect(seen(looped)).toEqual(whole);
      expect(trajectory.verify(looped, compiled, inputs)).toEqual({ kind: "verified" });
    }),
    { numRuns: 30 },
  );
});

test("a repeated batch gives one run, with few states kept too", () => {
  const inputs = steps(37, data);
  const whole = seen(trajectory.fold(step, start, inputs));
  for (const budget of [Infinity, 20_000, 0])
    expect(seen(trajectory.fold(step, start, inputs, { budget, scan }))).toEqual(whole);
});
