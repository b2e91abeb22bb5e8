import { vmap } from "@gradfold/autodiff";
import { jit } from "@gradfold/compile";
import { add, array, mul, type NDArray, random, slice, toTypedArray, tree, type Vector } from "@gradfold/core";
import { minimize, root, testFunction, trajectory } from "@gradfold/optim";
import { describe, expect, test } from "vitest";
import { problems } from "../../packages/optim/test/fit/problems.ts";

const bits = (t: unknown): readonly (readonly number[])[] =>
  tree.leaves(t).map((x: NDArray) => Array.from(toTypedArray(x)));

/** The bits of one of many results. */
const rowOf = (t: unknown, i: number) => bits(tree.leaves(t).map((x) => slice(x, [i])));

const vector = (x: readonly number[]): Vector => array(x as number[]);

const chosen = problems.filter(({ name }) =>
  ["Beale", "Wood", "helical valley", "Chebyquad", "Osborne 1", "Brown badly scaled"].includes(name),
);

describe.each(["lbfgs", "bfgs", "trustRegion"] as const)("a search by %s", (method) => {
  const solveOf = (problem: (typeof problems)[number], bounds?: { readonly lower: number }) => (x: Vector) => {
    const { point, value, gradientNorm, status, steps, evaluations } = minimize(problem.value, x, {
      method,
      ...(bounds && { bounds }),
    });
    return { point, value, gradientNorm, status, steps, evaluations };
  };

  test.each(chosen.map((problem) => [problem.name, problem] as const))(
    "of %s compiled has the bits of an eager one",
    (_, problem) => {
      const solve = solveOf(problem);
      expect(bits(jit(solve)(vector(problem.start)))).toEqual(bits(solve(vector(problem.start))));
    },
  );

  test("within bounds compiled has the bits of an eager one", () => {
    const [problem] = chosen.filter(({ name }) => name === "Wood");
    if (problem === undefined) throw new Error("Wood is missing.");
    const solve = solveOf(problem, { lower: -3 });
    expect(bits(jit(solve)(vector(problem.start)))).toEqual(bits(solve(vector(problem.start))));
  });

  test("of many starts compiled has the bits of one after the other", () => {
    const [problem] = chosen;
    if (problem === undefined) throw new Error("Functions are missing.");
    const [solve, n] = [solveOf(problem), 20];
    const starts = add(vector(problem.start), mul(random.normal(random.key(3), [n, problem.n]), 0.1));
    const all = jit(vmap(solve))(starts);
    const one = jit(solve);
    for (let i = 0; i < n; i++) expect(rowOf(all, i)).toEqual(bits(one(slice(starts, [i]))));
  });

  test("whose steps are compiled is the same run", () => {
    const f = (x: Vector) => testFunction.rosenbrock(x);
    const [plain, compiled] = [{}, { jit }].map((options) => minimize(f, vector([-1.2, 1]), { method, ...options }));
    expect(bits(compiled?.trajectory.final)).toEqual(bits(plain?.trajectory.final));
    expect(compiled?.trajectory.metrics).toEqual(plain?.trajectory.metrics);
    expect(compiled && trajectory.verify(compiled.trajectory)).toEqual({ kind: "verified" });
  });
});

test("a root compiled has the bits of an eager one, and so have many", () => {
  const solve = (start: Vector) => {
    const { point, value, norm, status, steps, evaluations } = root((x: Vector) => mul(x, add(mul(x, x), -2)), start);
    return { point, value, norm, status, steps, evaluations };
  };
  const starts = random.normal(random.key(5), [10, 3]);
  const one = jit(solve);
  const all = jit(vmap(solve))(starts);
  for (let i = 0; i < 10; i++) {
    const start = slice(starts, [i]);
    expect(bits(one(start))).toEqual(bits(solve(start)));
    expect(rowOf(all, i)).toEqual(bits(solve(start)));
  }
});

test("what compiled code cannot give back of a fit is named", () => {
  const fit = (x: Vector<2>) => minimize(testFunction.rosenbrock, x);
  const start = array([0, 0]);
  expect(() => jit(fit)(start)).toThrow("jit: covariance of the result is a function");
  expect(() => jit((x: Vector<2>) => fit(x).outcome)(start)).toThrow("minimize: the outcome in words is not known");
  expect(() => jit((x: Vector<2>) => fit(x).trajectory)(start)).toThrow("minimize: the trajectory is not known");
  expect(Object.keys(fit(start))).not.toContain("trajectory");
});
