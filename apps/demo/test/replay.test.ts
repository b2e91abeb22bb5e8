import { option } from "@gradfold/core";
import { trajectory } from "@gradfold/optim";
import { expect, test } from "vitest";
import { fit } from "../src/fit.ts";
import { makeProblem } from "../src/problem.ts";
import { picture, screen } from "../src/screen.ts";
import { press } from "../src/terminal.ts";

const settings = {
  steps: 5,
  learningRate: 0.1,
  batchSize: 100,
  seed: 42,
  optimizer: "sgd",
  dtype: "float64",
  out: "",
  pictures: false,
} as const;
const problem = makeProblem(42, "float64");
const run = fit(problem, settings);
const found = trajectory.replayFrom(run, 0);
if (option.isNone(found)) throw new Error("a run has a start");
const start = found.value;

/** The step after some keys. */
const after = (...keys: readonly string[]): number | "quit" => {
  let place = start;
  for (const key of keys) {
    const next = press(place, key);
    if (next === "quit") return next;
    place = next;
  }
  return place.step;
};

test("keys walk forward and back, to both ends, and no further", () => {
  expect(after("right", "f", "space")).toBe(3);
  expect(after("right", "right", "left")).toBe(1);
  expect(after("b", "left", "backspace")).toBe(0);
  expect(after("end")).toBe(5);
  expect(after("$", "right")).toBe(5);
  expect(after("end", "home")).toBe(0);
  expect(after("x", "up")).toBe(0);
});

test.each(["q", "escape", "ctrl-c", "ctrl-d"])("%s quits", (key) => {
  expect(after("right", key)).toBe("quit");
});

test("the screen shows step, loss, line and a small picture", () => {
  const lines = screen(start, problem.data).split("\n");
  expect(lines[0]).toBe("step 0 of 5   loss 5.21254");
  expect(lines[1]).toBe("slope 0.500000   intercept 0.750000");
  expect(lines).toHaveLength(20);
  expect(lines.filter((line) => line.includes("━")).length).toBeGreaterThan(1);
  expect(lines.filter((line) => line.includes("·")).length).toBeGreaterThan(8);
});

test("a line that left the picture, or is not finite, leaves the data to see", () => {
  for (const intercept of [1e300, NaN]) {
    const text = picture(problem.data, 0, intercept);
    expect(text).not.toContain("━");
    expect(text).toContain("·");
  }
});
