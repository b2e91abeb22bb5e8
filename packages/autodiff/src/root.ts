import { type NDArray, tree } from "@gradfold/core";
import { optionsOf, pairOf, typed } from "@gradfold/core/library";
import { flattenAs, isTransforming } from "@gradfold/core/transform";
import { checkLike } from "./alike.ts";
import { checkCallback } from "./callback.ts";
import { call } from "./compound.ts";
import { rootCompound } from "./compounds/root.ts";
import { partsOf } from "./derived.ts";
import { evaluateProgram } from "./evaluate.ts";
import { resultOf } from "./leaves.ts";
import { placeIn } from "./place.ts";
import { traceWritten } from "./trace.ts";

const name = "customRoot";

type Loose = (x: unknown) => unknown;

export interface RootOptions<X, R, Found, Given> {
  /** From the function, where to start, and what else is given to the solution and whatever else is found. */
  readonly solve: (f: (x: X) => R, start: X, given: Given) => readonly [solution: X, found: Found];
  /** What is 0 at the solution, a tree like it; the function itself by default, which then gives such a tree. */
  readonly equation?: (f: (x: X) => R, x: X, given: Given) => X;
  /** A tree of arrays that the two use besides, such as bounds; null by default. */
  readonly given?: Given;
}

interface Rule {
  readonly solve: (f: Loose, start: unknown, given: unknown) => unknown;
  readonly equation: (f: Loose, x: unknown, given: unknown) => unknown;
  readonly given: unknown;
}

const itself = (f: Loose, x: unknown): unknown => f(x);

const solutionPlace = placeIn("the solution");
const equationPlace = placeIn("the equation");

/** The leaves of a solution, which is like the start, and what else was found. */
const taken = (returned: unknown, start: tree.Flat): readonly [solution: tree.Flat, found: unknown] => {
  const [x, found] = pairOf(name, "solve must give [solution, found]", returned);
  const solution = flattenAs(name, x, solutionPlace, start.leaves);
  checkLike(`${name}: the solution must be like the start`, solutionPlace, solution, start);
  return [solution, found];
};

/** The search as one operation of what the function closes over, the start, and what else is given. */
const asCompound = (f: Loose, start: tree.Flat, { solve, equation, given }: Rule): unknown => {
  const around = flattenAs(name, given, placeIn("given"));
  const treeOf = (leaves: readonly NDArray[]): unknown => tree.unflatten(start.structure, leaves);
  const trace = traceWritten(
    start.leaves,
    (leaves) => resultOf(name, f(treeOf(leaves))),
    ({ leaves }) => leaves,
  );
  const { closed, program, result } = trace;
  const lengths = { closed: closed.length, start: start.leaves.length, given: around.leaves.length };
  /** The function of what it closes over. */
  const over =
    (values: readonly NDArray[]): Loose =>
    (x) => {
      const { leaves } = flattenAs(name, x, placeIn("the argument"), start.leaves);
      return tree.unflatten(result.structure, evaluateProgram(program, [...values, ...leaves]));
    };
  const inside = (leaves: readonly NDArray[]) => {
    const parts = partsOf(leaves, lengths);
    return [over(parts.closed), treeOf(parts.start), tree.unflatten(around.structure, parts.given)] as const;
  };
  let structure: tree.Structure = { kind: "empty", value: null };
  const compound = rootCompound({
    lengths,
    solve: (leaves) => {
      const [solution, given] = taken(solve(...inside(leaves)), start);
      const found = flattenAs(name, given, placeIn("what was found"));
      ({ structure } = found);
      return [...solution.leaves, ...found.leaves];
    },
    equation: (leaves) => {
      const zero = flattenAs(name, equation(...inside(leaves)), equationPlace, start.leaves);
      checkLike(`${name}: the equation must give a tree like the start`, equationPlace, zero, start);
      return zero.leaves;
    },
  });
  const results = call(compound, [...closed, ...start.leaves, ...around.leaves]);
  const { solution, found } = partsOf(results, {
    solution: lengths.start,
    found: results.length - lengths.start,
  });
  return [treeOf(solution), tree.unflatten(structure, found)];
};

/**
 * The solution of an equation that any search finds, with the derivatives of the implicit function theorem: those of the
 * solution by whatever the function closes over, and none through the search. So a solver that compares, loops and stops as
 * it likes has right derivatives, of any order, in forward and in reverse mode; they do not depend on the start.
 *
 * @param f - the function; what it closes over may be followed by any transform
 * @param start - where the search starts: a tree of floats
 * @param options - `solve(f, start, given)` gives `[solution, found]`; `equation(f, x, given)` gives a tree like x that
 *   is 0 at the solution (f itself); `given`: a tree of arrays that both use
 * @returns the solution, and what else `solve` found, which counts as constant in derivatives
 * @throws TreeError, ShapeError or DTypeError when the solution or the equation is not like the start; TraceError, inside
 *   of a transform, when the function asks for values, or solve and equation close over a value that is followed
 * @example
 * import { array, customRoot, div, foriLoop, grad, item, mul, type Scalar, sub } from "gradfold";
 * // √a, where x² - a is 0, by Newton's method: x ← x - (x² - a) / 2x
 * const root = (a: Scalar) =>
 *   customRoot((x: Scalar) => sub(mul(x, x), a), array(1), {
 *     solve: (f, start) => [foriLoop(0, 9, (_, x) => sub(x, div(f(x), mul(2, x))), start), null],
 *   })[0];
 * [item(root(array(4))), item(grad(root)(4))]; // => [ 2, 0.25 ]
 */
export const customRoot = typed<
  <X, R = X, Found = null, Given = null>(
    f: (x: X) => R,
    start: X,
    options: RootOptions<X, R, Found, Given>,
  ) => readonly [solution: X, found: Found]
>((f: Loose, start: unknown, options: unknown) => {
  const usage = "customRoot(f, start, { solve })";
  checkCallback(name, "the function", f, usage);
  const rule = optionsOf(
    name,
    typed<(x: unknown) => Rule>((x: unknown) => x)(options),
    { equation: itself, given: null },
    ["solve"],
  );
  checkCallback(name, "solve", rule.solve, usage);
  checkCallback(name, "equation", rule.equation, usage);
  const first = flattenAs(name, start, placeIn("the start"));
  if (isTransforming()) return asCompound(f, first, rule);
  const whole = tree.unflatten(first.structure, first.leaves);
  const [solution, found] = taken(rule.solve(f, whole, rule.given), first);
  return [tree.unflatten(solution.structure, solution.leaves), found];
});
