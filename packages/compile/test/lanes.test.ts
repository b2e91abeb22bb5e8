import type { LaneOperation, ScalarFunction } from "@gradfold/core/compiler";
import { expect, test } from "vitest";
import { isExactInSingle } from "../src/scalar/precision.ts";
import { minimizeRegisters } from "../src/scalar/registers.ts";

type Step = readonly [LaneOperation, ...number[]] | number;

/** A function of three arguments: steps 0 to 2 are the arguments, a number is a constant. */
const scalar = (...steps: readonly Step[]): ScalarFunction => ({
  arity: 3,
  instructions: [
    ...[0, 1, 2].map((index) => ({ kind: "argument", index }) as const),
    ...steps.map((step) => {
      if (typeof step === "number") return { kind: "constant", value: step } as const;
      const [operation, ...operands] = step;
      return { kind: "apply", operation, arguments: operands } as const;
    }),
  ],
});

test("One rounded operation has the same bits in float32 arithmetic", () => {
  expect(isExactInSingle(scalar(["add", 0, 1]))).toBe(true);
  expect(isExactInSingle(scalar(0.5, ["mul", 0, 3]))).toBe(true);
  expect(isExactInSingle(scalar(["less", 0, 1], ["sub", 0, 2], ["select", 3, 4, 1], ["neg", 5]))).toBe(true);
});

test("Two rounded operations have not, nor has a comparison of a rounded number, or a constant that float32 rounds", () => {
  expect(isExactInSingle(scalar(["add", 0, 1], ["add", 3, 2]))).toBe(false);
  expect(isExactInSingle(scalar(["mul", 0, 1], ["less", 3, 2], ["select", 4, 0, 1]))).toBe(false);
  expect(isExactInSingle(scalar(0.1, ["mul", 0, 3]))).toBe(false);
  expect(isExactInSingle(scalar(["pow2", 0]))).toBe(false);
});

test("Steps are put in another order, and mean the same", () => {
  const f = scalar(["add", 0, 1], ["mul", 3, 3], ["mul", 4, 2], ["sub", 0, 5]);
  const { instructions } = minimizeRegisters(f);
  const valuesOf = ({ instructions }: Pick<ScalarFunction, "instructions">): readonly string[] =>
    instructions.reduce<readonly string[]>((values, step) => {
      if (step.kind === "argument") return [...values, `x${step.index}`];
      if (step.kind === "constant") return [...values, String(step.value)];
      return [
        ...values,
        `${step.kind === "apply" ? step.operation : step.kind}(${step.arguments.map((id) => values[id]).join()})`,
      ];
    }, []);
  expect(valuesOf({ instructions }).at(-1)).toBe(valuesOf(f).at(-1));
});
