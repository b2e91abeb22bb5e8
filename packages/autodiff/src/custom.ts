import { type NDArray, tree, TreeError } from "@gradfold/core";
import { typed, zerosOf } from "@gradfold/core/transform";
import { isFloating } from "./derived.ts";
import { checkLike, listOf, onLeaves } from "./leaves.ts";
import { call } from "./compound.ts";
import { customJvpCompound, customVjpCompound } from "./compounds/custom.ts";

type Loose = (...args: readonly unknown[]) => unknown;

/** Trees are taken apart and put together here, which no type of a caller's function says. */
const loose = typed<(f: unknown) => Loose>((f: unknown) => f);
const looseVjp = typed<(rule: unknown) => { readonly forward: Loose; readonly backward: Loose }>(
  (rule: unknown) => rule,
);
const looseJvp = loose;

const pairOf = (rule: string, x: unknown): readonly [unknown, unknown] => {
  if (Array.isArray(x) && x.length === 2) return [x[0], x[1]];
  throw new TreeError(`${rule}.`);
};

const hasFloats = (part: unknown): boolean => tree.leaves(part).some(isFloating);

/** The float leaves of a list of cotangents, one for each argument; those of arguments without floats do not matter. */
const cotangentsOf = (returned: unknown, args: readonly unknown[]): readonly NDArray[] => {
  const rule = "customVjp: backward must return a list of one cotangent for each argument, of its type";
  const list: readonly unknown[] = Array.isArray(returned) ? returned : [];
  const given = Array.isArray(returned) ? args.map((x, i) => (hasFloats(x) ? list[i] : x)) : returned;
  const wanted = tree.flatten(args);
  const flat = tree.flatten(list.length > args.length ? list : given);
  checkLike(rule, flat, wanted);
  return flat.leaves.filter((_, i) => isFloating(wanted.leaves[i] ?? { shape: [], dtype: "bool" }));
};

interface VjpRule<A extends readonly unknown[], R, Residuals> {
  /** The result, and whatever the way back needs. */
  readonly forward: (...args: A) => readonly [output: R, residuals: Residuals];
  /** One cotangent for each argument; it must be linear in the result's. */
  readonly backward: (residuals: Residuals, cotangent: R) => readonly [...A];
}

/**
 * A function with a pullback of one's own. It is used in reverse mode wherever the function stands: under `vmap`, in
 * `scan`, in derivatives of derivatives; forward mode takes its transpose.
 *
 * Arguments, results and residuals are trees of arrays. What the function closes over counts as constant.
 *
 * @param rule - `forward(...args)` gives `[output, residuals]`; `backward(residuals, cotangent)` gives a list of one
 *   cotangent for each argument
 * @throws TreeError, ShapeError or DTypeError when a rule returns another structure or type; TraceError when the function
 *   closes over a value that is being transformed
 * @example
 * import { array, type NDArray, sign, sum, toNested } from "@gradfold/core";
 * import { customVjp, grad } from "@gradfold/autodiff";
 * // a step that hands the cotangent straight through (Y. Bengio et al., arXiv 1308.3432)
 * const step = customVjp((x: NDArray) => sign(x), { forward: (x) => [sign(x), null], backward: (_, t) => [t] });
 * toNested(grad((x) => sum(step(x)))(array([-2, 3]))); // => [ 1, 1 ]
 */
export const customVjp = <A extends readonly unknown[] = NDArray[], R = NDArray, Residuals = unknown>(
  f: (...args: A) => R,
  rule: VjpRule<A, NoInfer<R>, Residuals>,
): ((...args: A) => R) => {
  const { forward, backward } = looseVjp(rule);
  return typed<(...args: A) => R>((...args: readonly unknown[]) => {
    const on = onLeaves(loose(f), args);
    const both = onLeaves(
      (...xs) => pairOf("customVjp: forward must return [output, residuals]", forward(...xs)),
      args,
    );
    const { inputs } = on;
    let parts: readonly tree.Flat[] = [];
    const compound = customVjpCompound({
      f: on.call,
      forward: (leaves) => {
        both.call(leaves);
        const { structure, leaves: all } = both.result();
        parts = listOf(structure, all).map((part) => tree.flatten(part));
        const [output, residuals] = parts;
        return { outputs: output?.leaves ?? [], residuals: residuals?.leaves ?? [] };
      },
      backward: (residuals, cotangents) => {
        const [output, remembered] = parts;
        if (output === undefined || remembered === undefined) return [];
        let next = 0;
        const given = output.leaves.map((x) => (isFloating(x) ? cotangents[next++] : undefined) ?? zerosOf(x));
        const returned = backward(
          tree.unflatten(remembered.structure, residuals),
          tree.unflatten(output.structure, given),
        );
        return cotangentsOf(returned, listOf(inputs.structure, inputs.leaves));
      },
    });
    const results = call(compound, inputs.leaves);
    return tree.unflatten((parts[0] ?? on.result()).structure, results);
  });
};

interface JvpRule<A extends readonly unknown[], R> {
  (primals: A, tangents: { readonly [K in keyof A]: A[K] }): readonly [output: R, tangent: R];
}

/**
 * A function with a tangent of one's own. It is used in forward mode wherever the function stands: under `vmap`, in `scan`,
 * in derivatives of derivatives; reverse mode takes its transpose, so the tangent must be linear in those of the arguments.
 *
 * Arguments and results are trees of arrays. What the function closes over counts as constant.
 *
 * @param rule - from lists of arguments and of their tangents to `[output, tangent]`
 * @throws TreeError, ShapeError or DTypeError when the rule returns another structure or type; TraceError when the function
 *   closes over a value that is being transformed
 * @example
 * import { exp, item, mul } from "@gradfold/core";
 * import { customJvp, grad } from "@gradfold/autodiff";
 * const f = customJvp(
 *   (x) => exp(x),
 *   ([x], [t]) => [exp(x), mul(t, 5)],
 * );
 * item(grad((x) => mul(2, f(x)))(0)); // => 10
 */
export const customJvp = <A extends readonly unknown[] = NDArray[], R = NDArray>(
  f: (...args: A) => R,
  rule: JvpRule<A, NoInfer<R>>,
): ((...args: A) => R) =>
  typed<(...args: A) => R>((...args: readonly unknown[]) => {
    const on = onLeaves(loose(f), args);
    const { inputs } = on;
    let result: tree.Flat | undefined;
    const compound = customJvpCompound({
      f: on.call,
      push: (primals, tangents) => {
        const returned = looseJvp(rule)(listOf(inputs.structure, primals), listOf(inputs.structure, tangents));
        const [output, tangent] = pairOf("customJvp: the rule must return [output, tangent]", returned).map(
          tree.flatten,
        );
        if (output === undefined || tangent === undefined) return { outputs: [], tangents: [] };
        checkLike("customJvp: the tangent must be like the output", tangent, output);
        result = output;
        return { outputs: output.leaves, tangents: tangent.leaves.map((t) => (isFloating(t) ? t : null)) };
      },
    });
    const results = call(compound, inputs.leaves);
    return tree.unflatten((result ?? on.result()).structure, results);
  });
