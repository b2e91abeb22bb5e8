import { valueAndGrad } from "@gradfold/autodiff";
import { array, matmul, mean, mul, type NDArray, random, square, sub, sum } from "@gradfold/core";
import { describe, expect, test } from "vitest";
import { sgd, steps, trainState, trainStep, trajectory } from "../src/index.ts";
import { decode, seed } from "./golden.ts";

const bowl = valueAndGrad((p: NDArray) => sum(square(p)));

/** Descent on x^2, where each step multiplies x by 1 - 2 rate. */
const descend = (rate: number, start: readonly number[], n: number, dtype: "float64" | "float32" = "float64") => {
  const optimizer = sgd(rate);
  return trajectory.fold(
    trainStep(bowl, optimizer),
    trainState(array(start, { dtype }) as NDArray, optimizer),
    steps(n),
  );
};

describe("a run", () => {
  test("that goes down is finished", () => {
    expect(descend(0.1, [1], 50).outcome).toEqual({ kind: "finished" });
  });
  test("that goes up diverged at the first loss above a million times 1 + the first", () => {
    const run = descend(1.5, [1], 20);
    expect(run.metrics.loss[10]).toBe(4 ** 10);
    expect(run.outcome).toEqual({
      kind: "diverged",
      step: 11,
      loss: 4 ** 11,
      reason: "too large",
      leaf: undefined,
    });
    expect(run.length).toBe(21);
  });
  test("may have a loss of the bound itself", () => {
    const at = (loss: number) => trajectory.fold((x: number) => [loss, { loss: x }], 1, steps(2)).outcome.kind;
    expect([at(2e6), at(2e6 * (1 + 2 ** -50)), at(-1e300)]).toEqual(["finished", "diverged", "finished"]);
  });
  test("whose loss is not finite diverged there, and the first bad leaf is named", () => {
    const step = (s: { readonly a: number; readonly b: { readonly c: number } }, i: number) =>
      [{ a: s.a, b: { c: i === 2 ? NaN : s.b.c } }, { loss: s.a + s.b.c }] as const;
    const run = trajectory.fold(step, { a: 1, b: { c: 1 } }, { length: 6, at: (i) => i });
    expect(run.outcome).toEqual({ kind: "diverged", step: 3, loss: NaN, reason: "not finite", leaf: "b.c" });
  });
  test("whose loss alone is not finite has no bad leaf", () => {
    const run = trajectory.fold((x: number) => [x + 1, { loss: x === 2 ? -Infinity : 0 }], 0, steps(5));
    expect(run.outcome).toEqual({ kind: "diverged", step: 2, loss: -Infinity, reason: "not finite", leaf: undefined });
  });
  test("that overflows in its final state only diverged there, where no loss was computed", () => {
    const run = trajectory.fold((x: number) => [x === 2 ? Infinity : x + 1, { loss: 0 }], 0, steps(3));
    expect(run.outcome).toEqual({ kind: "diverged", step: 3, loss: NaN, reason: "not finite", leaf: "" });
  });
  test("without a loss is judged by its final state", () => {
    const run = (last: number) => trajectory.fold((x: number) => [x === 2 ? last : x + 1, {}], 0, steps(3)).outcome;
    expect(run(5)).toEqual({ kind: "finished" });
    expect(run(NaN)).toEqual({ kind: "diverged", step: 3, loss: NaN, reason: "not finite", leaf: "" });
  });
  test("of no steps is judged by its start", () => {
    expect(trajectory.fold((x: number) => [x, { loss: x }], NaN, steps(0)).outcome).toMatchObject({
      kind: "diverged",
      step: 0,
    });
  });
  test("with a key in its state is judged by the numbers beside it", () => {
    const optimizer = sgd(0.1);
    const state = trainState(array([1]) as NDArray, optimizer, random.key(2 ** 40));
    expect(trajectory.fold(trainStep(bowl, optimizer), state, steps(3)).outcome).toEqual({ kind: "finished" });
  });
});

describe("the blog's run with a learning rate of 1.5", () => {
  const mse = valueAndGrad((a: NDArray, { x, y }: { readonly x: NDArray; readonly y: NDArray }) =>
    mean(square(sub(matmul(x, a), y))),
  );
  const optimizer = sgd(1.5);
  const run = (dtype: "float64" | "float32") =>
    trajectory.fold(
      trainStep(mse, optimizer),
      trainState(array(seed.a0, { dtype }) as NDArray, optimizer),
      steps(100, { x: decode(seed.x, dtype), y: decode(seed.y, dtype) }),
    );
  const [wide, narrow] = [run("float64"), run("float32")];

  test("diverges at the same step in both float dtypes", () => {
    expect(wide.outcome).toMatchObject({ kind: "diverged", reason: "too large", leaf: undefined });
    expect(narrow.outcome).toMatchObject({ kind: "diverged", reason: "too large", leaf: undefined });
    const stepOf = ({ outcome }: typeof wide) => (outcome.kind === "diverged" ? outcome.step : NaN);
    expect(stepOf(narrow)).toBe(stepOf(wide));
    expect(stepOf(wide)).toBeGreaterThan(5);
    const bound = 1e6 * (1 + (wide.metrics.loss[0] ?? NaN));
    expect(wide.metrics.loss.findIndex((loss) => loss > bound)).toBe(stepOf(wide));
  });
  test("overflows float32 and not float64, and is there to be looked at all the same", () => {
    expect([wide.length, narrow.length]).toEqual([101, 101]);
    expect(wide.metrics.loss.every(Number.isFinite)).toBe(true);
    expect(narrow.metrics.loss.some((loss) => !Number.isFinite(loss))).toBe(true);
  });
});

test("a float32 loss that overflows before it is too large is not finite", () => {
  const run = descend(1.5, [1e17], 20, "float32");
  expect(run.outcome).toMatchObject({
    kind: "diverged",
    step: 8,
    loss: Infinity,
    reason: "not finite",
    leaf: undefined,
  });
});

test("a float64 run can overflow too: its leaf is named", () => {
  const product = valueAndGrad((p: { readonly w: NDArray }) => mean(square(mul(p.w, 1e200))));
  const optimizer = sgd(1);
  const run = trajectory.fold(
    trainStep(product, optimizer),
    trainState({ w: array([1]) as NDArray }, optimizer),
    steps(2),
  );
  expect(run.outcome).toMatchObject({ kind: "diverged", step: 0, loss: Infinity, reason: "not finite" });
});
