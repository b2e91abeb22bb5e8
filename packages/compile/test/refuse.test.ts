import { add, array, DTypeError, item, mul, type NDArray, neg, sum, take, TraceError, TreeError } from "@gradfold/core";
import { scan as eagerly } from "@gradfold/autodiff";
import { bind, type Primitive } from "@gradfold/core/transform";
import { afterEach, describe, expect, test, vi } from "vitest";
import { jit, scan } from "../src/index.ts";
import { primitiveOf } from "../../core/test/laws/primitive.ts";
import { expectSameBits, noise } from "./bits.ts";

const n = array([1, 2], { dtype: "int32" });

describe("A jitted function is refused", () => {
  test("when it branches on a value, with the way out", () => {
    const f = jit((x: NDArray<[]>) => (item(x) > 0 ? x : mul(x, 2)));
    expect(() => f(array(1))).toThrow(TraceError);
    expect(() => f(array(1))).toThrow(/item: the value is not known .* compute with array operations instead/);
  });

  test("when it applies an operation without loops, which is named", () => {
    const opaque: Primitive = { ...primitiveOf(neg), name: "opaque", loops: { kind: "evaluate" } };
    const f = (x: NDArray) => bind(opaque, [x]);
    expectSameBits(f(noise(1, [4])), neg(noise(1, [4])));
    expect(() => jit(f)(noise(1, [4]))).toThrow(
      "jit: the operation opaque is not compiled yet. Apply it outside of the compiled function, or run the function without compiling it.",
    );
    expect(() => scan((x: NDArray) => [f(x), x], noise(1, [4]), null, { length: 2 })).toThrow(
      "scan: the operation opaque",
    );
  });

  test("when an argument or a result is no tree of arrays", () => {
    expect(() => jit((x: unknown) => x)("text")).toThrow(TreeError);
    expect(() => jit(() => "text")()).toThrow(TreeError);
    expect(() => jit((x: NDArray) => add(x, "1" as never))(noise(1, [2]))).toThrow(DTypeError);
  });
});

describe("Without WebAssembly", () => {
  afterEach(() => vi.unstubAllGlobals());

  test.each([
    ["where there is none", undefined],
    ["where it has no SIMD", { validate: () => false }],
  ])("%s, a program is evaluated eagerly, to the same bits", (_, stub) => {
    const f = (x: NDArray, y: NDArray) => ({ sum: sum(mul(x, y)), y: [add(x, y), 1] });
    const [x, y] = [noise(1, [30]), noise(2, [30])];
    expect(jit(f).backend).toBe("wasm");
    vi.stubGlobal("WebAssembly", stub);
    const compiled = jit(f);
    expect(compiled.backend).toBe("eager");
    for (let i = 0; i < 2; i++) expectSameBits(compiled(x, y), f(x, y));
    const body = (c: NDArray) => [mul(c, 0.5), sum(c)] as const;
    expectSameBits(scan(body, x, null, { length: 3 }), eagerly(body, x, null, { length: 3 }));
    expectSameBits(jit((x: NDArray) => take(x, n))(x), take(x, n));
  });

  test("more memory than there is means eager evaluation", () => {
    const Memory = function (): never {
      throw new RangeError("no memory");
    };
    const real = WebAssembly;
    vi.stubGlobal("WebAssembly", { validate: real.validate, Module: real.Module, Instance: real.Instance, Memory });
    expectSameBits(jit((x: NDArray) => mul(x, 2))(noise(1, [3])), mul(noise(1, [3]), 2));
  });
});
