/* Public values show what they are for, and nothing of how they are made. */
import * as autodiff from "@gradfold/autodiff";
import * as compile from "@gradfold/compile";
import * as core from "@gradfold/core";
import * as optim from "@gradfold/optim";
import * as node from "@gradfold/optim/node";
import * as viz from "@gradfold/viz";
import * as vizNode from "@gradfold/viz/node";
import { expect, test } from "vitest";

const { steps, trajectory } = optim;

type Named = readonly (readonly [name: string, value: unknown])[];

const isRecord = (x: unknown): x is Readonly<Record<string, unknown>> => typeof x === "object" && x !== null;

/** Public values by their names, those in namespaces too. */
const named = (prefix: string, values: object): Named =>
  Object.entries(values).flatMap(([name, value]: [string, unknown]): Named =>
    isRecord(value) && Object.values(value).some((member) => typeof member === "function")
      ? named(`${prefix}${name}.`, value)
      : [[`${prefix}${name}`, value]],
  );

const functions = Object.entries({ autodiff, compile, core, node, optim, viz, vizNode })
  .flatMap(([name, values]) => named(`${name}: `, values))
  .filter(([, value]) => typeof value === "function");

/** What every function of JavaScript has. */
const plain: readonly (string | symbol)[] = ["length", "name", "prototype"];

const further = (f: unknown): readonly (string | symbol)[] =>
  Reflect.ownKeys(f as object).filter((key) => !plain.includes(key));

test("a function with a property is found", () => {
  expect(further(Object.assign(() => 1, { primitive: 1 }))).toEqual(["primitive"]);
});

test("functions have no properties beside JavaScript's", () => {
  expect(functions.length).toBeGreaterThan(300);
  // Errors are classes; fp-ts is as it is.
  const ours = functions.filter(([name]) => !/: (either|option)\.|Error$/.test(name));
  expect(ours.filter(([, f]) => further(f).length > 0).map(([name]) => name)).toEqual([]);
});

test("a run shows its length, metrics, states, keyframes and outcome", () => {
  const double = (n: number): readonly [number, { readonly loss: number }] => [n * 2, { loss: n }];
  const run = trajectory.fold(double, 1, steps(9));
  const made = [
    run,
    trajectory.fold(double, 1, steps(0)),
    trajectory.slice(run, 2, 5),
    trajectory.extend(run, steps(1)),
    trajectory.fork(run, 3, double, steps(1)),
    trajectory.map(run, (n) => n + 1),
  ];
  const names = ["final", "keyframes", "length", "metrics", "outcome", "states"];
  for (const one of made) {
    const inherited = Object.getOwnPropertyNames(Object.getPrototypeOf(one));
    expect([...new Set([...Object.getOwnPropertyNames(one), ...inherited])].toSorted()).toEqual(names);
    expect(Reflect.ownKeys({ ...one }).filter((key) => typeof key === "symbol")).toEqual([]);
    expect(() => trajectory.at({ ...one }, 0)).toThrow(
      "trajectory.at: the run comes first, as trajectory.fold makes it",
    );
  }
});
