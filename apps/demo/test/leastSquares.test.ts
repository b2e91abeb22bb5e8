import { array, type NDArray } from "@gradfold/core";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { leastSquares } from "../src/leastSquares.ts";

interface Golden {
  readonly x: { readonly data: readonly number[] };
  readonly y: { readonly data: readonly number[] };
  readonly leastSquares: { readonly solution: readonly number[]; readonly maxStableLr: number };
}

const golden = JSON.parse(readFileSync("packages/optim/test/fixtures/seed-linear-regression.json", "utf8")) as Golden;

test("the closed form and the largest stable learning rate are NumPy's", () => {
  const x: NDArray<[100, 2]> = array(golden.x.data, { shape: [100, 2] });
  const y: NDArray<[100]> = array(golden.y.data, { shape: [100] });
  const { solution, largestRate } = leastSquares({ x, y });
  solution.forEach((value, i) => expect(value).toBeCloseTo(golden.leastSquares.solution[i] ?? NaN, 12));
  expect(largestRate).toBeCloseTo(golden.leastSquares.maxStableLr, 12);
});
