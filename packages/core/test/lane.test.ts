import { expect, test } from "vitest";
import * as core from "../src/index.ts";
import { printJavaScript } from "../src/scalar/javascript.ts";
import { type Instruction, record, type ScalarFunction } from "../src/scalar/lane.ts";
import { operationOf } from "../src/operations/family/operation.ts";

const operationsOf = (instructions: readonly Instruction[]) =>
  instructions.map((step) => (step.kind === "apply" ? step.operation : step.kind));

/** A step as text; JSON would write -0 as 0 and NaN as null. */
const textOf = (step: Instruction): string =>
  JSON.stringify(step, (_, value: unknown) =>
    Object.is(value, -0) ? "-0" : typeof value === "number" ? String(value) : value,
  );

/** Every scalar function of the library, and those within them. */
const library = Object.values<unknown>(core)
  .flatMap((f) => operationOf(f) ?? [])
  .flatMap(({ primitive: { loops } }) =>
    loops.kind === "map" ? [loops.scalar("float64"), loops.scalar("float32")] : [],
  )
  .flatMap((f): readonly ScalarFunction[] => [
    f,
    ...f.instructions.flatMap((step) => (step.kind === "rarely" ? [step.costly] : [])),
  ]);

test("recording drops steps on which the result does not depend", () => {
  const f = record(2, (L, a, b) => {
    L.mul(a, b);
    L.sqrt(L.add(a, 5));
    return L.neg(a);
  });
  expect(operationsOf(f.instructions)).toEqual(["argument", "neg"]);
  expect(f.arity).toBe(2);
});

test("recording writes a common subexpression once", () => {
  const f = record(1, (L, x) => L.add(L.mul(x, x), L.mul(L.mul(x, x), L.mul(x, x))));
  expect(operationsOf(f.instructions)).toEqual(["argument", "mul", "mul", "add"]);
});

test("recording keeps -0 and 0 apart", () => {
  const f = record(1, (L, x) => L.select(L.less(x, 0), -0, 0));
  const constants = f.instructions.flatMap((step) => (step.kind === "constant" ? [step.value] : []));
  expect(constants).toEqual([0, -0]);
});

test("a recorded function comes in order, its result last", () => {
  expect(library.length).toBeGreaterThan(80);
  for (const { instructions } of library) {
    const used = new Set<number>();
    instructions.forEach((step, id) => {
      if (!("arguments" in step)) return;
      for (const argument of step.arguments) {
        expect(argument).toBeLessThan(id);
        used.add(argument);
      }
    });
    expect(used.size, "no step is unused").toBe(instructions.length - 1);
    expect(new Set(instructions.map(textOf)).size, "none is written twice").toBe(instructions.length);
  }
});

test("a scalar function is printed as one statement for each step", () => {
  const f = record(2, (L, a, b) => L.select(L.less(a, -1), L.mul(a, b), -0));
  expect(printJavaScript(f, false)).toEqual({
    statements: [
      "const t0 = x0;",
      "const t1 = (-1);",
      "const t2 = t0 < t1;",
      "const t3 = x1;",
      "const t4 = t0 * t3;",
      "const t5 = (-0);",
      "const t6 = t2 ? t4 : t5;",
    ].join("\n"),
    result: "t6",
  });
});

test("pmin and pmax choose by one comparison: x stays where it is NaN, or a zero of either sign", () => {
  const { statements } = printJavaScript(
    record(1, (L, x) => L.pmin(L.pmax(x, 0), 5)),
    false,
  );
  expect(statements).toContain("const t2 = t0 < t1 ? t1 : t0;");
  expect(statements).toContain("const t4 = t3 < t2 ? t3 : t2;");
});

test("a costly function is printed where it is rarely needed, with names of its own", () => {
  const f = record(1, (L, x) => L.rarely(L.less(x, 0), L.sqrt(x), x, (M, y) => M.sqrt(M.neg(y))));
  expect(printJavaScript(f, false)).toEqual({
    statements: [
      "const t0 = x0;",
      "const t1 = 0;",
      "const t2 = t0 < t1;",
      "const t3 = Math.sqrt(t0);",
      "let t4 = t3; if (t2) { const x0 = t0; const t_0 = x0;",
      "const t_1 = -t_0;",
      "const t_2 = Math.sqrt(t_1); t4 = t_2; }",
    ].join("\n"),
    result: "t4",
  });
});

test("integer products are printed as products that wrap", () => {
  expect(
    printJavaScript(
      record(1, (L, x) => L.mul(x, x)),
      true,
    ).statements,
  ).toContain("Math.imul(t0, t0)");
});
