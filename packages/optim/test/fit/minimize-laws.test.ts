import { vmap } from "@gradfold/autodiff";
import {
  add,
  array,
  item,
  mul,
  type NDArray,
  orThrow,
  random,
  type Scalar,
  slice,
  square,
  sub,
  sum,
  toNested,
  toTypedArray,
  tree,
  type Vector,
} from "@gradfold/core";
import { describe, expect, test } from "vitest";
import { adam, minimize, recording, steps, testFunction, trajectory } from "../../src/index.ts";
import { problems } from "./problems.ts";

const ways = [
  ["lbfgs", "lbfgs"],
  ["bfgs", "bfgs"],
  ["trustRegion", "trustRegion"],
  ["adam", adam(0.1)],
] as const;

const bits = (t: unknown): readonly (readonly number[])[] =>
  tree.leaves(t).map((x: NDArray) => Array.from(toTypedArray(x)));

/** The bits of one of many results. */
const rowOf = (t: unknown, i: number) => bits(tree.leaves(t).map((x) => slice(x, [i])));

const start: Vector = array([-1.2, 1]);

describe.each(ways)("a search by %s", (_, method) => {
  const options = { method, maxSteps: 200 };
  const fit = minimize((x: Vector) => testFunction.rosenbrock(x), start, options);
  const run = fit.trajectory;

  test("counts evaluations as they are", () => {
    let calls = 0;
    const { evaluations } = minimize(
      (x: Vector) => {
        calls += 1;
        return testFunction.rosenbrock(x);
      },
      start,
      options,
    );
    expect(item(evaluations.values) + item(evaluations.hessians)).toBe(calls);
    expect(item(evaluations.derivatives)).toBe(item(evaluations.values));
    expect(run.metrics.evaluations.reduce((all, each) => all + each, 1)).toBe(item(evaluations.values));
  });

  test("computes again to the same bits", () => {
    expect(trajectory.verify(run)).toEqual({ kind: "verified" });
    expect(bits(run.final.point)).toEqual(bits(fit.point));
    expect(run.length).toBe(item(fit.steps) + 1);
  });

  test("tells of each step the value and the gradient before it, and how it ended", () => {
    const states = Array.from(run.states(0));
    expect(run.metrics.loss).toEqual(states.slice(0, -1).map(({ value }) => item(value)));
    expect(run.metrics.gradientNorm).toEqual(states.slice(0, -1).map(({ gradientNorm }) => item(gradientNorm)));
    expect(run.metrics.status).toEqual(states.slice(1).map(({ status }) => item(status)));
    expect(run.metrics.status.filter((status) => status !== 0)).toEqual([item(fit.status)]);
  });

  test("can be recorded, read and looked at state by state", () => {
    const read = orThrow(recording.decode(recording.encode(recording.of(run))));
    expect(Array.from(read.metrics["loss"] ?? [])).toEqual(Array.from(run.metrics.loss));
    expect(bits((read.final as typeof run.final).point)).toEqual(bits(fit.point));
    const path = trajectory.map(run, ({ point }) => point);
    expect(path.length).toBe(run.length);
    expect(bits(Array.from(path.states(0)).at(-1))).toEqual(bits(fit.point));
  });

  test("goes on from where it stands as if it had never stopped", () => {
    const half = Math.floor((run.length - 1) / 2);
    const first = minimize((x: Vector) => testFunction.rosenbrock(x), start, { ...options, maxSteps: half });
    expect(first.trajectory.length).toBe(half + 1);
    expect(bits(first.point)).toEqual(bits(Array.from(run.states(half))[0]?.point));
    expect(steps(half).length).toBe(half);
  });

  test("does not touch what it is given", () => {
    expect(toNested(start)).toEqual([-1.2, 1]);
  });
});

describe.each(["lbfgs", "bfgs", "trustRegion"] as const)("by %s", (method) => {
  const spread = (from: readonly number[], n: number): NDArray<[number, number]> =>
    add(array(from as number[]), mul(random.normal(random.key(7), [n, from.length]), 0.2));

  const solveOf = (f: (x: Vector) => Scalar, bounds?: { readonly upper: number }) => (x: Vector) => {
    const {
      point,
      value,
      status,
      steps: taken,
      evaluations,
    } = minimize(f, x, {
      method,
      maxSteps: 400,
      ...(bounds && { bounds }),
    });
    return { point, value, status, taken, evaluations };
  };

  test.each(["Beale", "helical valley", "Biggs EXP6"])(
    "many starts of %s at once are each alone, bit for bit",
    (name) => {
      const problem = problems.find((each) => each.name === name);
      const solve = solveOf(problem?.value ?? (() => array(NaN)));
      const starts = spread(problem?.start ?? [], 6);
      const all = vmap(solve)(starts);
      const alone = Array.from({ length: 6 }, (_, i) => solve(slice(starts, [i])));
      alone.forEach((one, i) => expect(rowOf(all, i)).toEqual(bits(one)));
    },
  );

  test("many starts within bounds are each alone", () => {
    const solve = solveOf((x) => testFunction.rosenbrock(x), { upper: 0.5 });
    const starts = sub(mul(square(spread([1, 1], 5)), -1), 0);
    const all = vmap(solve)(starts);
    const alone = Array.from({ length: 5 }, (_, i) => solve(slice(starts, [i])));
    alone.forEach((one, i) => expect(toNested(slice(all.point, [i]))).toEqual(toNested(one.point)));
  });

  test("many data at once have a minimum each", () => {
    const least = (data: Vector): Vector =>
      minimize((x: Vector) => sum(square(sub(square(x), data))), array([1.2, 1.3]), { method }).point;
    const data = array([
      [4, 9],
      [2, 25],
      [0.3, 2],
    ]);
    expect((toNested(vmap(least)(data)) as number[][]).map((row) => row.map((x) => Math.abs(x).toFixed(6)))).toEqual(
      (toNested(data) as number[][]).map((row) => row.map((x) => Math.sqrt(x).toFixed(6))),
    );
  });
});
