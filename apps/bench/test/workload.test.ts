import { describe, expect, test } from "vitest";
import { dataOf } from "../src/data.ts";
import { compiled, eager } from "../src/gradfold/peer.ts";
import { loops } from "../src/loops/peer.ts";
import { distance } from "../src/statistics.ts";
import { named, type Task, workloads } from "../src/workload.ts";

const layers = { sizes: [3, 5, 6, 4], batch: 7, batches: 2 } as const;

const epochs = { kind: "epochs", rows: 11, batch: 4, epochs: 3, rate: 1e-2, compiled: "run" } as const;

/** All kinds of tasks, tiny. */
const tasks: readonly (readonly [string, Task])[] = [
  ["a run", { kind: "line", rows: 9, columns: 2, batch: 9, rate: 0.1, steps: 4, checked: 2 }],
  ["steps on pairs", { kind: "line", rows: 9, columns: 2, batch: 4, rate: 0.1, steps: 1, checked: 5 }],
  ["steps on rows", { kind: "line", rows: 11, columns: 5, batch: 5, rate: 0.1, steps: 1, checked: 5 }],
  ["relu", { ...layers, kind: "network", activation: "relu", rate: 1e-2, checked: 6 }],
  ["tanh", { ...layers, kind: "network", activation: "tanh", rate: 1e-2, checked: 6 }],
  ["a linear map, epoch after epoch", { ...epochs, model: { kind: "linear", columns: 5 } }],
  ["a linear map with whole batches", { ...epochs, model: { kind: "linear", columns: 5 }, rows: 8 }],
  ["a linear map, step by step", { ...epochs, model: { kind: "linear", columns: 5 }, compiled: "step" }],
  [
    "a perceptron, epoch after epoch",
    { ...epochs, model: { kind: "perceptron", sizes: layers.sizes, activation: "relu" } },
  ],
  ["a Hessian times a vector", { ...layers, kind: "curvature", activation: "tanh", batches: 1 }],
  ["gradient descent", { kind: "valley", optimizer: "gd", rate: 1e-3, steps: 20, checked: 20 }],
  ["Adam", { kind: "valley", optimizer: "adam", rate: 1e-2, steps: 20, checked: 20 }],
  ["a chain", { kind: "chain", size: 37 }],
  ["a product", { kind: "product", size: 7 }],
];

describe.each(tasks)("%s", (_, task) => {
  const data = dataOf(task);
  const expected = loops.take(task, data).check() as readonly number[]; // the loops make no promises

  test("has numbers that are finite and not all alike", () => {
    expect(expected.every(Number.isFinite)).toBe(true);
    expect(new Set(expected).size).toBeGreaterThan(1);
  });

  test("gives the same at every check, whatever was run before", () => {
    const job = loops.take(task, data);
    void job.run(3);
    expect(job.check()).toEqual(expected);
  });

  test("comes out the same by gradfold, operation by operation", async () => {
    const job = eager.take(task, data);
    await job.run(2);
    expect(distance(await job.check(), expected)).toBeLessThan(1e-5);
  });

  test("comes out the same bits compiled", async () => {
    const job = compiled.take(task, data);
    await job.run(2);
    expect(await job.check()).toEqual(await eager.take(task, data).check());
  });
});

test("The data of a task are always the same", () => {
  for (const [, task] of tasks) expect(dataOf(task)).toEqual(dataOf(task));
});

test("A workload is found by its name, or with others by the part before the colon", () => {
  expect(named("W5").map(({ name }) => name)).toEqual(["W5"]);
  expect(named("W8").map(({ name }) => name)).toEqual(["W8:256", "W8:512", "W8:1024"]);
  expect(named("W")).toEqual([]);
  expect(new Set(workloads.map(({ name }) => name)).size).toBe(workloads.length);
});
