import { add, DomainError, mul, type NDArray, random, toTypedArray, TreeError } from "@gradfold/core";
import { describe, isList, optionsOf, typed } from "@gradfold/core/library";
import { zerosOf } from "@gradfold/core/transform";
import { checkCallback } from "./callback.ts";
import { filled, isFloating, partsOf } from "./derived.ts";
import { type LeafFunction, onLeaves } from "./leaves.ts";
import { pullLeaves } from "./pull.ts";
import { push } from "./push.ts";

type Mode = "forward" | "reverse";

export interface Options {
  /** How often to differentiate: 2 checks the derivatives of the derivatives as well. */
  readonly order?: number;
  /** "forward", "reverse" or both; both by default. */
  readonly modes?: readonly Mode[];
}

/** The step between the values that are compared, what rounding does to a value, and how far off a derivative may be. */
interface Precision {
  readonly step: number;
  readonly rounding: number;
  readonly tolerance: number;
}

const single: Precision = { step: 2 ** -7, rounding: 2 ** -22, tolerance: 2e-3 };
const double: Precision = { step: 2 ** -10, rounding: 2 ** -50, tolerance: 1e-7 };

type Numbers = ArrayLike<number>;

const largest = (list: Numbers): number => Array.from(list).reduce((most, x) => Math.max(most, Math.abs(x)), 0);

const product = (xs: readonly Numbers[], ys: readonly Numbers[]): number =>
  xs.reduce((sum, x, k) => sum + Array.from(x).reduce((part, xi, i) => part + xi * (ys[k]?.[i] ?? NaN), 0), 0);

/** Numbers between -1 and 1 in the shapes of some arrays, the same at every call. */
const directions = (seed: number, like: readonly NDArray[]): readonly NDArray[] =>
  random
    .split(random.key(seed), like.length + 1)
    .slice(1)
    .map((key, i) => {
      const { shape, dtype } = like[i] ?? { shape: [], dtype: "float64" };
      return random.uniform(key, shape, { min: -1, max: 1, dtype });
    });

const elements = (xs: readonly NDArray[]): readonly Numbers[] => xs.map((x) => toTypedArray(x));

/** A derivative along v by four values around x, with an error of the order step^4; and how far rounding may take it. */
const differences = (f: LeafFunction, xs: readonly NDArray[], v: readonly NDArray[], { step, rounding }: Precision) => {
  const at = (t: number) => elements(f(xs.map((x, i) => add(x, mul(v[i] ?? x, t)))));
  const [near, back, far, farBack] = [at(step), at(-step), at(2 * step), at(-2 * step)];
  return near.map((list, k) => ({
    slopes: Array.from(list, (value, i) => {
      const [b = NaN, c = NaN, d = NaN] = [back[k]?.[i], far[k]?.[i], farBack[k]?.[i]];
      return (8 * (value - b) - (c - d)) / (12 * step);
    }),
    noise: (rounding * largest(list)) / step,
  }));
};

const refuse = (mode: Mode, order: number, what: string, got: number, want: number): never => {
  throw new DomainError(
    `checkGradients: ${mode} mode, order ${order}: ${what} is ${got}, but finite differences give ${want}.`,
  );
};

const checkOnce = (f: LeafFunction, xs: readonly NDArray[], order: number, modes: readonly Mode[]): void => {
  const outputs = f(xs);
  const precision = [...xs, ...outputs].some(({ dtype }) => dtype === "float32") ? single : double;
  const v = directions(1, xs);
  const wanted = differences(f, xs, v, precision);
  const allowed = (k: number): number => {
    const { slopes = [], noise = 0 } = wanted[k] ?? {};
    return precision.tolerance * (1 + largest(slopes)) + noise;
  };
  if (modes.includes("forward"))
    elements(filled(push(f, xs, v).tangents, outputs)).forEach((tangent, k) =>
      Array.from(tangent).forEach((got, i) => {
        const want = wanted[k]?.slopes[i] ?? NaN;
        if (!(Math.abs(got - want) <= allowed(k))) refuse("forward", order, `element ${i} of tangent ${k}`, got, want);
      }),
    );
  if (!modes.includes("reverse")) return;
  const u = directions(2, outputs);
  const got = product(elements(filled(pullLeaves(f, xs).pullBack(u), xs)), elements(v));
  const want = product(
    wanted.map(({ slopes }) => slopes),
    elements(u),
  );
  const slack = outputs.reduce((sum, { shape }, k) => sum + allowed(k) * shape.reduce((a, b) => a * b, 1), 0);
  if (!(Math.abs(got - want) <= slack)) refuse("reverse", order, "the cotangents times a direction", got, want);
};

/** The derivative as a function of the point and of a direction. */
const derivative =
  (f: LeafFunction, count: number, mode: Mode): LeafFunction =>
  (leaves) => {
    const { xs, along } = partsOf(leaves, { xs: count, along: leaves.length - count });
    if (mode === "reverse") return filled(pullLeaves(f, xs).pullBack(along), xs);
    const { outputs, tangents } = push(f, xs, along);
    return outputs.map((x, i) => tangents[i] ?? zerosOf(x));
  };

const check = (f: LeafFunction, xs: readonly NDArray[], order: number, last: number, modes: readonly Mode[]): void => {
  checkOnce(f, xs, order, modes);
  if (order >= last) return;
  for (const mode of modes) {
    const along = directions(3, mode === "forward" ? xs : f(xs));
    check(derivative(f, xs.length, mode), [...xs, ...along], order + 1, last, modes);
  }
};

const defaults = { order: 2, modes: ["forward", "reverse"] } as const;

const checkOrder = (order: unknown): void => {
  if (typeof order === "number" && Number.isSafeInteger(order) && order > 0) return;
  throw new DomainError(`checkGradients: the order must be a whole number from 1 on, not ${describe(order)}.`);
};

const checkModes = (modes: unknown): void => {
  const rule = 'checkGradients: modes is a list of "forward", "reverse" or both';
  if (!isList(modes)) throw new DomainError(`${rule}, not ${describe(modes)}.`);
  if (modes.length === 0) throw new DomainError(`${rule}, not empty.`);
  for (const mode of modes)
    if (!defaults.modes.some((known) => known === mode))
      throw new DomainError(`${rule}: ${describe(mode)} is neither.`);
};

/**
 * Compares the derivatives of a function at a point with finite differences, along directions that are the same at every
 * call: in forward and in reverse mode, and, up to an order, every mode of every mode.
 *
 * The function must be smooth there. Integers among the arguments and results are left alone; float32 is held to fewer
 * digits.
 *
 * @param options - `order`: 2 by default; `modes`: "forward", "reverse" or both
 * @throws DomainError when a derivative is wrong, with what it is and what it should be
 * @example
 * import { array, attempt, checkGradients, customVjp, square, sum } from "gradfold";
 * checkGradients((x) => sum(square(x)), [array([1, 2])]);
 * const wrong = customVjp((x) => sum(x), { forward: (x) => [sum(x), null], backward: () => [array([1, 2])] });
 * attempt(() => checkGradients(wrong, [array([1, 2])]))._tag; // => 'Left'
 */
export const checkGradients = typed<
  <A extends readonly unknown[] = NDArray[]>(f: (...args: A) => unknown, args: NoInfer<A>, options?: Options) => void
>((f: (...args: readonly unknown[]) => unknown, args: readonly unknown[], options?: Options) => {
  checkCallback("checkGradients", "the first argument", f, "checkGradients(f, [x])");
  if (!isList(args))
    throw new TreeError(
      `checkGradients: a list of arguments is needed, as in checkGradients(f, [x]), not ${describe(args)}.`,
    );
  const { order, modes } = optionsOf("checkGradients", options, defaults);
  checkOrder(order);
  checkModes(modes);
  const on = onLeaves("checkGradients", f, args);
  const { leaves } = on.inputs;
  const ofFloats: LeafFunction = (xs) => {
    let next = 0;
    return on.call(leaves.map((x) => (isFloating(x) ? (xs[next++] ?? x) : x))).filter(isFloating);
  };
  const xs = leaves.filter(isFloating);
  if (xs.length === 0) throw new DomainError("checkGradients: no argument is a float: there is nothing to check.");
  check(ofFloats, xs, 1, order, modes);
});
