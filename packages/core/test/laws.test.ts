import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { contiguous, type NDArray, viewIfConcrete } from "../src/array/array.ts";
import type { DType } from "../src/scalar/dtype.ts";
import { mul, square } from "../src/operations/arithmetic.ts";
import { slice } from "../src/operations/slice.ts";
import { cast } from "../src/operations/spread.ts";
import type { Primitive } from "../src/array/primitive.ts";
import { expectSameBits } from "./laws/bits.ts";
import { catalogue, type Entry, type Sample } from "./laws/catalogue.ts";
import {
  adjoint,
  batchIsLoop,
  derivativeTypes,
  holds,
  type Law,
  layoutIsInvisible,
  loopsAreEvaluated,
  leavesOperandsAlone,
  shapeRule,
  tangentIsDerivative,
} from "./laws/law.ts";
import { primitiveOf } from "./laws/primitive.ts";

const float64 = fc.constant<DType>("float64");
const float32 = fc.constant<DType>("float32");
const floats = fc.constantFrom<DType>("float64", "float32");
const all = fc.constantFrom<DType>("float64", "float32", "int32", "bool");

const roundsOnce: Law = ({ primitive, inputs }) => {
  const exactly = primitive.evaluate(inputs.map((x) => (x.dtype === "float32" ? cast(x, "float64") : x)));
  const output = primitive.evaluate(inputs);
  expectSameBits(output, cast(exactly, output.dtype));
};

const entries = (which: (entry: Entry) => boolean) =>
  catalogue.filter(which).map((entry) => [entry.name, entry] as const);

describe.each(entries(() => true))("%s", (_, { samples, smooth }) => {
  test("gives the shape and dtype that its type promises", () => holds(shapeRule, samples(smooth ? all : floats)));
  test("gives tangents like its result and cotangents like its operands", () =>
    holds(derivativeTypes, samples(floats)));
  test("writes to nothing that it is given", () => holds(leavesOperandsAlone, samples(floats)));
  test("gives the bits that its loops say", () => holds(loopsAreEvaluated, samples(smooth ? all : floats)));
  test("acts on a stack as on each of it", () => holds(batchIsLoop, samples(float64)));
  test("gives the bits of a contiguous copy for any layout", () => holds(layoutIsInvisible, samples(floats)));
});

describe.each(entries(({ smooth }) => smooth))("%s", (_, { samples }) => {
  test("has the tangent that finite differences find", () => holds(tangentIsDerivative, samples(float64)));
  test("has a vjp that is the adjoint of its jvp", () => holds(adjoint, samples(float64)));
});

describe.each(entries(({ exact }) => exact))("%s", (_, { samples }) => {
  test("rounds its float64 result in float32", () => holds(roundsOnce, samples(float32)));
});

describe("the laws themselves", () => {
  const { samples } = catalogue.find(({ name }) => name === "square") ?? { samples: () => fc.constant(nothing) };
  const nothing: Sample = { primitive: primitiveOf(square), inputs: [] };
  const broken = (law: Law, fault: Partial<Primitive>) => () =>
    holds(
      law,
      samples(floats).map(({ inputs }) => ({ primitive: { ...primitiveOf(square), ...fault }, inputs })),
    );
  const half = (t: NDArray | null | undefined, x: NDArray | undefined) => (t && x ? mul(t, x) : null);

  test("catch a wrong tangent", () => {
    expect(broken(tangentIsDerivative, { jvp: ([t], [x]) => half(t, x) })).toThrow();
    expect(broken(tangentIsDerivative, { jvp: () => null })).toThrow();
  });
  test("catch a wrong cotangent", () => {
    expect(broken(adjoint, { vjp: (_, c, [x]) => half(c, x) })).toThrow();
    expect(broken(adjoint, { vjp: () => null })).toThrow();
  });
  test("catch a wrong type", () => {
    expect(broken(shapeRule, { type: () => ({ shape: [1], dtype: "float64" }) })).toThrow();
    expect(broken(derivativeTypes, { jvp: ([t]) => (t ? cast(t, "float64") : null) })).toThrow();
  });
  test("catch loops that say something else", () => {
    expect(broken(loopsAreEvaluated, { loops: primitiveOf(mul).loops })).toThrow();
    expect(broken(loopsAreEvaluated, { loops: { kind: "reduce", axes: [], combine: "add" } })).toThrow();
  });
  test("catch a wrong stack", () => {
    expect(broken(batchIsLoop, { batch: ([x]) => primitiveOf(square).evaluate([mul(x ?? 0, 2)]) })).toThrow();
    expect(broken(batchIsLoop, { batch: ([x]) => slice(square(x ?? 0), [0]) })).toThrow();
  });
  test("catch a write to an operand", () => {
    const write = ([x]: readonly NDArray[]): NDArray => {
      const view = x && viewIfConcrete(x);
      if (view) view.data[0] = 7;
      return primitiveOf(square).evaluate(x ? [x] : []);
    };
    expect(broken(leavesOperandsAlone, { evaluate: write })).toThrow();
  });
  test("catch a result that depends on the layout", () => {
    const raw = ([x]: readonly NDArray[]): NDArray => {
      const view = x && viewIfConcrete(x);
      return contiguous(x?.dtype ?? "float64", x?.shape ?? [], (view?.data ?? new Float64Array()).slice(0, view?.size));
    };
    expect(broken(layoutIsInvisible, { evaluate: raw })).toThrow();
  });
  test("catch a float32 result that is not rounded from the float64 one", () => {
    const evaluate = ([x]: readonly NDArray[]): NDArray => {
      const y = primitiveOf(square).evaluate(x ? [x] : []);
      return y.dtype === "float32" ? mul(y, 1 + 2 ** -23) : y;
    };
    expect(broken(roundsOnce, { evaluate })).toThrow();
  });
});
