import { type NDArray, tree } from "@gradfold/core";
import { typed, zerosOf } from "@gradfold/core/transform";
import { evaluateProgram } from "./evaluate.ts";
import { checkLike, onLeaves, type OnLeaves } from "./leaves.ts";
import { push } from "./push.ts";
import { simplifyProgram } from "./simplify.ts";
import { traceLeaves } from "./trace.ts";
import { refuseIntegers } from "./vjp.ts";

interface Jvp {
  <A extends readonly unknown[] = NDArray[], R = NDArray>(
    f: (...primals: A) => R,
    primals: NoInfer<A>,
    tangents: NoInfer<A>,
  ): readonly [output: R, tangent: R];
}

type AnyFunction = (...args: readonly unknown[]) => unknown;

/** A tangent for each primal, of its type. */
const tangentsOf = (name: string, tangents: unknown, { inputs }: OnLeaves): readonly NDArray[] => {
  const given = tree.flatten(tangents);
  checkLike(`${name}: the tangents must be like the primals`, given, inputs);
  return given.leaves;
};

/**
 * The result of `f` and its tangent along tangents of the arguments, forward mode (a Jacobian-vector product). Arguments
 * and result are trees of arrays.
 *
 * @param primals - the list of arguments
 * @param tangents - a list like it
 * @throws DTypeError for an integer argument; TreeError, ShapeError or DTypeError when the tangents differ from the primals
 * @example
 * import { array, square } from "@gradfold/core";
 * import { jvp } from "@gradfold/autodiff";
 * jvp((x) => square(x), [array([1, 2])], [array([1, 2])]); // => [ float64 [2] [1, 4], float64 [2] [2, 8] ]
 */
export const jvp = typed<Jvp>((f: AnyFunction, primals: readonly unknown[], tangents: readonly unknown[]) => {
  const on = onLeaves(f, primals);
  refuseIntegers("jvp", on.inputs);
  const pushed = push(on.call, on.inputs.leaves, tangentsOf("jvp", tangents, on));
  return [on.restore(pushed.outputs), on.restore(pushed.outputs.map((x, i) => pushed.tangents[i] ?? zerosOf(x)))];
});

interface Linearize {
  <A extends readonly unknown[] = NDArray[], R = NDArray>(
    f: (...primals: A) => R,
    ...primals: NoInfer<A>
  ): readonly [output: R, tangentMap: (...tangents: A) => R];
}

/**
 * The result of `f` and its derivative as a function of tangents, one for each argument: `jvp` in two steps, where the
 * second can be taken again and again without running `f`.
 *
 * @throws DTypeError for an integer argument; TreeError, ShapeError or DTypeError when the tangents differ from the primals
 * @example
 * import { array, square } from "@gradfold/core";
 * import { linearize } from "@gradfold/autodiff";
 * const [, along] = linearize((x) => square(x), array([1, 2]));
 * along(array([1, 2])); // => float64 [2] [2, 8]
 */
export const linearize = typed<Linearize>((f: AnyFunction, ...primals: readonly unknown[]) => {
  const on = onLeaves(f, primals);
  refuseIntegers("linearize", on.inputs);
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
    (...tangents: readonly unknown[]) => on.restore(evaluateProgram(linear, tangentsOf("linearize", tangents, on))),
  ];
});
