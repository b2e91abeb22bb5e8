import { vmap } from "@gradfold/autodiff";
import { jit } from "@gradfold/compile";
import { array, type NDArray, stack, sub, toTypedArray, tree } from "@gradfold/core";
import { curveFit, leastSquares } from "@gradfold/optim";
import { describe, expect, test } from "vitest";
import { nist } from "../../packages/optim/test/fit/nist.ts";

const numbers = (t: unknown) => tree.leaves(t).map((leaf: NDArray) => Array.from(toTypedArray(leaf)));
const names = ["Misra1a", "Chwirut2", "BoxBOD", "MGH09", "Kirby2", "Nelson", "Rat42"];

describe.each(nist.filter(({ name }) => names.includes(name)))("$name", ({ model, x, y, starts }) => {
  const [one = array([]), other = array([])] = starts.map((start) => array(start));
  const solved = (start: NDArray, observed: NDArray) => {
    const fit = leastSquares((p: NDArray) => sub<NDArray, NDArray>(model(p, x), observed), start);
    const { point, value, gradientNorm, status, steps, evaluations, residuals } = fit;
    return [point, value, gradientNorm, status, steps, evaluations, residuals, fit.covariance(), fit.standardErrors()];
  };
  test("is solved by compiled code to the same bits", () => {
    const compiled = jit(solved);
    for (const start of [one, other]) expect(numbers(compiled(start, y))).toEqual(numbers(solved(start, y)));
  });
  test("is solved by compiled steps to the same bits", () => {
    const f = (p: NDArray) => sub<NDArray, NDArray>(model(p, x), y);
    const [plain, compiled] = [leastSquares(f, other), leastSquares(f, other, { jit })];
    expect(numbers([compiled.point, compiled.evaluations])).toEqual(numbers([plain.point, plain.evaluations]));
    expect(compiled.trajectory.metrics).toEqual(plain.trajectory.metrics);
  });
  test("is solved from both starts at once to the same bits", () => {
    const both = numbers(jit(vmap((start: NDArray) => solved(start, y)))(stack([one, other])));
    [one, other].forEach((start, i) =>
      numbers(solved(start, y)).forEach((each, k) =>
        expect(both[k]?.slice(i * each.length, (i + 1) * each.length)).toEqual(each),
      ),
    );
  });
  test("has the same intervals and band, compiled", () => {
    const both = (observed: NDArray) => {
      const fit = curveFit((p: NDArray, at: NDArray) => model(p, at), x, observed, other);
      return [fit.intervals(), fit.band(x, 0.9, { kind: "prediction" })];
    };
    expect(numbers(jit(both)(y))).toEqual(numbers(both(y)));
  });
});

test("numbers that are not determined are refused by compiled code as it runs", () => {
  const x = array([1, 2, 3]);
  const compiled = jit((y: NDArray<[3]>) =>
    curveFit((p: NDArray<[]>) => sub(sub(p, p), x), null, y, array(1)).covariance(),
  );
  expect(() => compiled(array([1, 2, 4]))).toThrow("curveFit's covariance: there is no covariance");
});
