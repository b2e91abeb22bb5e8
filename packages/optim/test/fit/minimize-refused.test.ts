import { vmap } from "@gradfold/autodiff";
import {
  add,
  array,
  cast,
  DomainError,
  DTypeError,
  type Scalar,
  ShapeError,
  square,
  sum,
  TraceError,
  TreeError,
  type Vector,
} from "@gradfold/core";
import { describe, expect, test } from "vitest";
import { adam, minimize } from "../../src/index.ts";

const f = (x: Vector): Scalar => sum(square(x));
const start = array([1, 2]);

const loose = minimize as unknown as (...args: readonly unknown[]) => unknown;

describe("minimize refuses", () => {
  test.each([
    ["no function", () => loose(3, start), DTypeError, "minimize"],
    [
      "a start that is NaN",
      () => loose(f, array([1, NaN])),
      DomainError,
      "the start must be finite, which x[1] is not",
    ],
    [
      "a start outside of its bounds",
      () => loose(({ a }: { readonly a: Vector }) => f(a), { a: [0, 3] }, { bounds: { upper: 2 } }),
      DomainError,
      "within its bounds",
    ],
    [
      "bounds that cross",
      () => loose(f, start, { bounds: { lower: 2, upper: array([3, 1]) } }),
      DomainError,
      "the bounds cross",
    ],
    ["bounds of another tree", () => loose(f, start, { bounds: { lower: { a: 1 } } }), TreeError, "lower does not fit"],
    ["an objective that is no scalar", () => loose((x: Vector) => square(x), start), ShapeError, "must give a scalar"],
    [
      "an objective of whole numbers",
      () => loose((x: Vector) => cast(f(x), "int32"), start),
      DTypeError,
      "must give a float",
    ],
    ["an objective that gives a number", () => loose(() => 3, start), DTypeError, "must give a scalar array"],
    ["a method that is none", () => loose(f, start, { method: "newton" }), DomainError, "method"],
    ["an inherited name as method", () => loose(f, start, { method: "toString" }), DomainError, "method"],
    ["a tolerance below 0", () => loose(f, start, { tolerances: { gradient: -1 } }), DomainError, "gradient"],
    ["no steps", () => loose(f, start, { maxSteps: 0 }), DomainError, "maxSteps"],
    ["whole numbers as a start", () => loose(f, cast(start, "int32")), DTypeError, "minimize"],
  ] as const)("%s", (_, call, kind, words) => {
    expect(call).toThrow(kind);
    expect(call).toThrow(words);
  });

  test("to tell words inside of a transform", () => {
    const told = (x: Vector): Vector => {
      const fit = minimize(f, x);
      return fit.outcome.isConverged ? fit.point : x;
    };
    expect(() => vmap(told)(array([[1, 2]]))).toThrow(TraceError);
    expect(() => vmap(told)(array([[1, 2]]))).toThrow("the outcome in words is not known");
  });

  test("nothing of an optimizer as the method", () => {
    expect(minimize((x: Vector) => add(f(x), 1), start, { method: adam(0.5), maxSteps: 3 }).trajectory.length).toBe(4);
  });
});
