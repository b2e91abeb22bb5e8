import { type NDArray, tree, TreeError } from "@gradfold/core";
import { describe, isList, isRecord, optionsOf, pairOf, reasonOf, typed } from "@gradfold/core/library";
import { flattenAs, zerosOf } from "@gradfold/core/transform";
import { checkCallback } from "./callback.ts";
import { isFloating } from "./derived.ts";
import { checkCotangents, checkLike } from "./alike.ts";
import { listOf, onLeaves } from "./leaves.ts";
import { argumentPlace, type Place, placeIn } from "./place.ts";
import { call } from "./compound.ts";
import { customJvpCompound, customVjpCompound } from "./compounds/custom.ts";

type Loose = (...args: readonly unknown[]) => unknown;

/** Trees are taken apart and put together here, which no type of a caller's function says. */
const loose = typed<(f: unknown) => Loose>((f: unknown) => f);
const looseVjp = typed<(rule: unknown) => { readonly forward: Loose; readonly backward: Loose }>(
  (rule: unknown) => rule,
);

/** Throws unless what a rule gives is like what the function itself gave, if that has run. */
const checkOutput = (name: string, place: Place, output: tree.Flat, result: tree.Flat | undefined): void => {
  if (result !== undefined) checkLike(`${name}: the rule must give what the function gives`, place, output, result);
};

const hasFloats = (part: unknown): boolean => tree.leaves(part).some(isFloating);

/** A cotangent with zeros where it is null. */
const zerosAtNull = (given: unknown, like: unknown): unknown => {
  if (given === null) return tree.zerosLike(like);
  if (isList(given) && isList(like)) return given.map((part, i) => zerosAtNull(part, like[i]));
  if (!isRecord(given) || !isRecord(like)) return given;
  return Object.fromEntries(
    Object.entries(given).map(([key, part]) => [key, zerosAtNull(part, Object.hasOwn(like, key) ? like[key] : part)]),
  );
};

const cotangentPlace: Place = (path) => `the cotangent of ${argumentPlace(path)}`;

/** The float leaves of a list of cotangents, one for each argument; those of arguments without floats do not matter. */
const cotangentsOf = (returned: unknown, inputs: tree.Flat): readonly NDArray[] => {
  const rule = "customVjp: backward must return a list of one cotangent for each argument, of its type";
  const args = listOf(inputs.structure, inputs.leaves);
  if (!isList(returned)) throw new TreeError(`${rule}, not ${describe(returned)}.${reasonOf(returned)}`);
  if (returned.length !== args.length) throw new TreeError(`${rule}: ${returned.length} for ${args.length}.`);
  const list = args.map((x, i) => (hasFloats(x) ? zerosAtNull(returned[i], x) : x));
  const given = flattenAs("customVjp", list, cotangentPlace, inputs.leaves);
  checkCotangents(rule, cotangentPlace, given, inputs);
  return given.leaves.filter((_, i) => isFloating(inputs.leaves[i] ?? { shape: [], dtype: "bool" }));
};

export interface VjpRule<A extends readonly unknown[], R, Residuals> {
  /** The result, and whatever the way back needs. */
  readonly forward: (...args: A) => readonly [output: R, residuals: Residuals];
  /** One cotangent for each argument, or null where it is 0; it must be linear in the result's. */
  readonly backward: (residuals: Residuals, cotangent: R) => readonly [...{ [K in keyof A]: A[K] | null }];
}

/**
 * A function with a pullback of one's own. It is used in reverse mode wherever the function stands: under `vmap`, in
 * `scan`, in derivatives of derivatives; forward mode takes its transpose.
 *
 * Arguments, results and residuals are trees of arrays. What the function closes over counts as constant.
 *
 * @param rule - `forward(...args)` gives `[output, residuals]`; `backward(residuals, cotangent)` gives a list of one
 *   cotangent for each argument, null where it is 0
 * @throws TreeError, ShapeError or DTypeError when a rule returns another structure or type; TraceError when the function
 *   closes over a value that is being transformed
 * @example
 * import { array, customVjp, grad, type NDArray, sign, sum, toNested } from "gradfold";
 * // a step that hands the cotangent straight through (Y. Bengio et al., arXiv 1308.3432)
 * const step = customVjp((x: NDArray) => sign(x), { forward: (x) => [sign(x), null], backward: (_, t) => [t] });
 * toNested(grad((x) => sum(step(x)))(array([-2, 3]))); // => [ 1, 1 ]
 */
export const customVjp = <A extends readonly unknown[] = NDArray[], R = NDArray, Residuals = unknown>(
  f: (...args: A) => R,
  rule: VjpRule<A, NoInfer<R>, Residuals>,
): ((...args: A) => R) => {
  const usage = "customVjp(f, { forward, backward })(x)";
  checkCallback("customVjp", "the first argument", f, usage);
  const { forward, backward } = optionsOf("customVjp", looseVjp(rule), {}, ["forward", "backward"]);
  checkCallback("customVjp", "forward", forward, usage);
  checkCallback("customVjp", "backward", backward, usage);
  return typed<(...args: A) => R>((...args: readonly unknown[]) => {
    const on = onLeaves("customVjp", loose(f), args);
    const { inputs } = on;
    let parts: { readonly output: tree.Flat; readonly residuals: tree.Flat } | undefined;
    const compound = customVjpCompound({
      f: on.call,
      forward: (leaves) => {
        const returned = forward(...listOf(inputs.structure, leaves));
        const [result, kept] = pairOf("customVjp", "forward must return [output, residuals]", returned);
        const place = placeIn("the output of forward");
        const output = flattenAs("customVjp", result, place);
        checkOutput("customVjp", place, output, on.result());
        const residuals = flattenAs("customVjp", kept, placeIn("the residuals of forward"));
        parts = { output, residuals };
        return { outputs: output.leaves, residuals: residuals.leaves };
      },
      backward: (residuals, cotangents) => {
        if (parts === undefined) return [];
        const { output, residuals: kept } = parts;
        let next = 0;
        const given = output.leaves.map((x) => (isFloating(x) ? cotangents[next++] : undefined) ?? zerosOf(x));
        const returned = backward(tree.unflatten(kept.structure, residuals), tree.unflatten(output.structure, given));
        return cotangentsOf(returned, inputs);
      },
    });
    const results = call(compound, inputs.leaves);
    return parts === undefined ? on.restore(results) : tree.unflatten(parts.output.structure, results);
  });
};

export interface JvpRule<A extends readonly unknown[], R> {
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
 * import { customJvp, exp, grad, item, mul } from "gradfold";
 * const f = customJvp(
 *   (x) => exp(x),
 *   ([x], [t]) => [exp(x), mul(t, 5)],
 * );
 * item(grad((x) => mul(2, f(x)))(0)); // => 10
 */
export const customJvp = <A extends readonly unknown[] = NDArray[], R = NDArray>(
  f: (...args: A) => R,
  rule: JvpRule<A, NoInfer<R>>,
): ((...args: A) => R) => {
  const usage = "customJvp(f, rule)(x)";
  checkCallback("customJvp", "the first argument", f, usage);
  checkCallback("customJvp", "the rule", rule, usage);
  return typed<(...args: A) => R>((...args: readonly unknown[]) => {
    const on = onLeaves("customJvp", loose(f), args);
    const { inputs } = on;
    let structure: tree.Structure | undefined;
    const compound = customJvpCompound({
      f: on.call,
      push: (primals, tangents) => {
        const returned = loose(rule)(listOf(inputs.structure, primals), listOf(inputs.structure, tangents));
        const [result, moved] = pairOf("customJvp", "the rule must return [output, tangent]", returned);
        const place = placeIn("the output of the rule");
        const output = flattenAs("customJvp", result, place);
        checkOutput("customJvp", place, output, on.result());
        const tangentPlace = placeIn("the tangent");
        const tangent = flattenAs("customJvp", moved, tangentPlace, output.leaves);
        checkLike("customJvp: the tangent must be like the output", tangentPlace, tangent, output);
        structure = output.structure;
        return { outputs: output.leaves, tangents: tangent.leaves.map((t) => (isFloating(t) ? t : null)) };
      },
    });
    const results = call(compound, inputs.leaves);
    return structure === undefined ? on.restore(results) : tree.unflatten(structure, results);
  });
};
