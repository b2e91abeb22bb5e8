import { add, matmul, mul, type NDArray, sum, tanh } from "@gradfold/core";
import { describe, expect, test } from "vitest";
import { emit } from "../src/emit/module.ts";
import { planModule } from "../src/emit/plan.ts";
import { jit } from "../src/index.ts";
import { schedule } from "../src/schedule/fuse.ts";
import { expectSameBits, noise } from "./bits.ts";
import { functionsIn } from "./disassemble.ts";
import { graphOf } from "./lowered.ts";

/* Kernels that differ in their buffers only share a function. */

/** A net of many layers, each of which adds its biases to the rows and stores them. */
const layers =
  (n: number) =>
  (x: NDArray, w: NDArray, b: NDArray): readonly NDArray[] => {
    let h = x;
    const sums: NDArray[] = [];
    for (let i = 0; i < n; i++) {
      h = tanh(add(matmul(h, w), mul(b, i % 3)));
      sums.push(sum(h, 0), sum(h, 1));
    }
    return [h, ...sums];
  };

const inputsOf = (width: number): readonly [NDArray, NDArray, NDArray] => [
  noise(1, [9, width]),
  noise(2, [width, width]),
  noise(3, [width]),
];

describe("A program of many equal kernels", () => {
  test("takes the code of one of them, and a call for each", () => {
    const bytesOf = (n: number): number =>
      functionsIn(emit(planModule(schedule(graphOf("layers", layers(n), inputsOf(5))))).bytes).reduce(
        (all, f) => all + f.bytes,
        0,
      );
    // A call pushes a dozen addresses; the kernels of a layer take more than a kilobyte.
    expect((bytesOf(600) - bytesOf(300)) / 300).toBeLessThan(400);
  });

  test.each([4, 5, 17])("keeps the bits of eager code: %i columns", (width) => {
    const f = layers(200);
    const inputs = inputsOf(width);
    expectSameBits(jit(f)(...inputs), f(...inputs));
  });
});
