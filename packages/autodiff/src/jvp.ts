import { type NDArray, type tree, TreeError } from "@gradfold/core";
import { describe, isList, typed } from "@gradfold/core/library";
import { flattenAs, zerosOf } from "@gradfold/core/transform";
import { refuseIntegers } from "./argnums.ts";
import { checkCallback } from "./callback.ts";
import { evaluateProgram } from "./evaluate.ts";
import { checkLike } from "./alike.ts";
import { onLeaves } from "./leaves.ts";
import { argumentPlace, type Place } from "./place.ts";
import { push } from "./push.ts";
import { simplifyProgram } from "./simplify.ts";
import { traceLeaves } from "./trace.ts";

type AnyFunction = (...args: readonly unknown[]) => unknown;

const tangentPlace: Place = (path) => `the tangent of ${argumentPlace(path)}`;

/** A tangent for each primal, of its type; a number takes the primal's dtype. */
const tangentsOf = (name: string, tangents: unknown, primals: tree.Flat): readonly NDArray[] => {
  const given = flattenAs(name, tangents, tangentPlace, primals.leaves);
  checkLike(`${name}: the tangents must be like the primals`, tangentPlace, given, primals);
  return given.leaves;
};

const checkLists = (...lists: readonly unknown[]): void => {
  const other = lists.find((list) => !isList(list));
  if (other === undefined && lists.every(isList)) return;
  throw new TreeError(
    "jvp: primals and tangents are lists with an entry for each argument, as in jvp(f, [x], [t]), " +
      `not ${describe(other)}.`,
  );
};

/**
 * The result of `f` and its tangent along tangents of the arguments, forward mode (a Jacobian-vector product). Arguments
 * and result are trees of arrays.
 *
 * @param primals - the list of arguments
 * @param tangents - a list like it
 * @throws DTypeError for an integer argument; TreeError, ShapeError or DTypeError when the tangents differ from the primals
 * @example
 * import { array, jvp, square } from "gradfold";
 * jvp((x) => square(x), [array([1, 2])], [array([1, 2])]); // => [ float64 [2] [1, 4], float64 [2] [2, 8] ]
 */
export const jvp = typed<
  <A extends readonly unknown[] = NDArray[], R = NDArray>(
    f: (...primals: A) => R,
    primals: NoInfer<A>,
    tangents: NoInfer<A>,
  ) => readonly [output: R, tangent: R]
>((f: AnyFunction, primals: readonly unknown[], tangents: readonly unknown[]) => {
  checkCallback("jvp", "the first argument", f, "jvp(f, [x], [t])");
  checkLists(primals, tangents);
  const on = onLeaves("jvp", f, primals);
  refuseIntegers("jvp", on.inputs, argumentPlace);
  const pushed = push(on.call, on.inputs.leaves, tangentsOf("jvp", tangents, on.inputs));
  return [on.restore(pushed.outputs), on.restore(pushed.outputs.map((x, i) => pushed.tangents[i] ?? zerosOf(x)))];
});

/**
 * The result of `f` and its derivative as a function of tangents, one for each argument: `jvp` in two steps, where the
 * second can be taken again and again without running `f`.
 *
 * @throws DTypeError for an integer argument; TreeError, ShapeError or DTypeError when the tangents differ from the primals
 * @example
 * import { array, linearize, square } from "gradfold";
 * const [, along] = linearize((x) => square(x), array([1, 2]));
 * along(array([1, 2])); // => float64 [2] [2, 8]
 */
export const linearize = typed<
  <A extends readonly unknown[] = NDArray[], R = NDArray>(
    f: (...primals: A) => R,
    ...primals: NoInfer<A>
  ) => readonly [output: R, tangentMap: (...tangents: A) => R]
>((f: AnyFunction, ...primals: readonly unknown[]) => {
  checkCallback("linearize", "the first argument", f, "linearize(f, x)");
  const on = onLeaves("linearize", f, primals);
  refuseIntegers("linearize", on.inputs, argumentPlace);
  const { leaves } = on.inputs;
  // The tangents alone are unknown while the program is recorded; values are what they are.
  const { program, result } = traceLeaves(
    leaves,
    (tangents) => push(on.call, leaves, tangents),
    ({ outputs, tangents }) => outputs.map((x, i) => tangents[i] ?? zerosOf(x)),
  );
  const linear = simplifyProgram(program);
  return [
    on.restore(result.outputs),
    (...tangents: readonly unknown[]) =>
      on.restore(evaluateProgram(linear, tangentsOf("linearize", tangents, on.inputs))),
  ];
});
