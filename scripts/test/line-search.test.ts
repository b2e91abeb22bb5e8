import { scan, valueAndGrad } from "@gradfold/autodiff";
import { jit, scan as compiledScan } from "@gradfold/compile";
import { array, mean, matmul, type NDArray, type Scalar, square, sub, sum, toTypedArray, tree } from "@gradfold/core";
import {
  chain,
  lbfgs,
  lineSearch,
  newton,
  sgd,
  steps,
  testFunction,
  type Transform,
  trainState,
  trainStep,
  trajectory,
} from "@gradfold/optim";
import { describe, expect, test } from "vitest";

/* Line searches and Newton's method by the compiler: the same bits, and no place evaluated twice. */

const bits = (t: unknown) => tree.leaves(t).map((leaf) => Array.from(toTypedArray(leaf)));

const optimizers: readonly (readonly [name: string, make: () => Transform<unknown>])[] = [
  ["lbfgs", () => lbfgs()],
  ["lbfgs with backtracking", () => lbfgs({ lineSearch: lineSearch.backtracking() })],
  ["newton with zoom", () => chain(newton(), lineSearch.zoom())],
  ["newton", () => newton()],
  ["sgd with zoom", () => chain(sgd(1), lineSearch.zoom())],
];

const lossAndGrad = valueAndGrad((p: NDArray) => testFunction.beale(p));

describe.each(optimizers)("%s", (_, make) => {
  const optimizer = make();
  const step = trainStep(lossAndGrad, optimizer, { metrics: ["gradientNorm", "stepLength", "learningRate"] });
  const start = trainState(array([1, 1]) as NDArray, optimizer);
  const eager = trajectory.fold(step, start, steps(25));

  test("takes the same steps compiled, one by one and in loops, with the same metrics and outcome", () => {
    const runs = [
      trajectory.fold(jit(step), start, steps(25)),
      trajectory.fold(step, start, steps(25), { scan: compiledScan }),
      trajectory.fold(step, start, steps(25), { scan }),
      trajectory.fold(step, start, steps(25), { scan: compiledScan, budget: 1200 }),
      trajectory.extend(trajectory.fold(step, start, steps(9), { scan: compiledScan }), steps(16)),
    ];
    for (const run of runs) {
      expect(bits(run.final)).toEqual(bits(eager.final));
      expect(run.metrics).toEqual(eager.metrics);
      expect(run.outcome).toEqual(eager.outcome);
      expect(Array.from(run.states(0), bits)).toEqual(Array.from(eager.states(0), bits));
    }
  });
});

describe("a loop of steps", () => {
  const x = array([
    [1, 2],
    [3, -1],
    [0.5, 4],
  ]);
  const y = array([1, 2, 3]);
  /** How often a loss is evaluated, at how many places: seen by a loop whose steps are JavaScript's. */
  const counted = (options: object) => {
    const seen: string[] = [];
    const both = valueAndGrad((p: NDArray): Scalar => mean(square(sub(matmul(x, p as NDArray<[2]>), y))));
    const optimizer = lbfgs();
    const step = trainStep((p: NDArray) => {
      seen.push(Array.from(toTypedArray(p)).join());
      return both(p);
    }, optimizer);
    trajectory.fold(step, trainState(array([3, -2]) as NDArray, optimizer), steps(6), options);
    return { evaluations: seen.length, distinct: new Set(seen).size };
  };
  test("evaluates no place twice, as steps one by one do", () => {
    const { evaluations, distinct } = counted({ scan });
    expect(evaluations).toBe(distinct);
    expect(counted({})).toEqual({ evaluations, distinct });
  });
  test("begins with what the loss is at its first state", () => {
    const optimizer = lbfgs();
    const step = trainStep(
      valueAndGrad((p: NDArray) => sum(square(p))),
      optimizer,
    );
    const state = trainState(array([3, 4]) as NDArray, optimizer);
    expect(bits(step.evaluate?.(state, undefined))).toEqual([[25], [6, 8]]);
    expect(
      trainStep(
        valueAndGrad((p: NDArray) => sum(square(p))),
        sgd(1),
      ).evaluate,
    ).toBeUndefined();
  });
});
