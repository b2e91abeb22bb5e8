import { option, toTypedArray, tree } from "@gradfold/core";
import { trajectory } from "@gradfold/optim";
import { expect, test } from "vitest";
import { fit } from "../src/fit.ts";
import { picturesOf } from "../src/pictures.ts";
import { makeProblem } from "../src/problem.ts";
import { screen } from "../src/screen.ts";
import { press } from "../src/terminal.ts";

const problem = makeProblem(7, "float32");
const run = fit(problem, {
  steps: 20,
  learningRate: 0.1,
  batchSize: 16,
  seed: 7,
  optimizer: "momentum",
  dtype: "float32",
});

/** Every number of the run and of its data. */
const everything = () => [
  Array.from(run.states(0), (state) => tree.leaves(state).map(toTypedArray)),
  Array.from(run.metrics.loss),
  tree.leaves(problem).map(toTypedArray),
];

test("drawing a run twice gives the same bytes, and changes nothing in it", () => {
  const before = everything();
  const first = picturesOf(run, problem);
  expect(picturesOf(run, problem)).toEqual(first);
  expect(everything()).toEqual(before);
});

test("walking through a run and showing it changes nothing in it", () => {
  const before = everything();
  const start = trajectory.replayFrom(run, 0);
  if (option.isNone(start)) throw new Error("a run has a start");
  let place = start.value;
  for (const key of ["f", "f", "b", "end", "b", "home", "$", "0", "f"]) {
    const next = press(place, key);
    if (next === "quit") throw new Error(`${key} does not quit`);
    place = next;
    screen(place, problem.data);
  }
  expect(place.step).toBe(1);
  expect(everything()).toEqual(before);
});
