import { array, DTypeError, type NDArray, ones, ShapeError, tree, TreeError } from "@gradfold/core";
import {
  describe,
  formatShape,
  isFloat,
  isList,
  isNDArray,
  isRecord,
  mostLevels,
  reasonOf,
  typed,
} from "@gradfold/core/library";
import { zerosOf } from "@gradfold/core/transform";
import { argnumsOf, choose, type Options } from "./argnums.ts";
import { checkCallback } from "./callback.ts";
import { pull } from "./pull.ts";
import type { Argument, Arguments, Differentiated, LossOf, Named, ValueOf } from "./static.ts";

type Loss = (...args: readonly unknown[]) => unknown;

/** Throws for what contains itself, which has no end. */
const checkLevels = (name: string, x: unknown, level = 1): void => {
  if (isNDArray(x) || (!isList(x) && !isRecord(x))) return;
  if (level > mostLevels)
    throw new TreeError(`${name}: what the loss returns has more than ${mostLevels} levels. Does it contain itself?`);
  for (const part of isList(x) ? x : Object.values(x)) checkLevels(name, part, level + 1);
};

/** The scalar in what a loss returned: itself, or the first of a pair. */
const scalarOf = (name: string, returned: unknown): NDArray => {
  if (isList(returned)) {
    if (returned.length !== 2)
      throw new TreeError(`${name}: the loss must return a scalar, or [scalar, auxiliary], not ${describe(returned)}.`);
    checkLevels(name, returned[1]);
  }
  const loss: unknown = isList(returned) ? returned[0] : returned;
  const x = typeof loss === "number" ? array(loss) : loss;
  if (!isNDArray(x))
    throw new DTypeError(`${name}: the loss must return a scalar array, not ${describe(x)}.${reasonOf(x)}`);
  if (x.shape.length > 0)
    throw new ShapeError(
      `${name}: the loss must be a scalar, but its shape is ${formatShape(x.shape)}. Take its mean or sum`,
    );
  if (!isFloat(x.dtype)) throw new DTypeError(`${name}: the loss must be a float, but it is ${x.dtype}`);
  return x;
};

/** The value of a loss and its gradient, under the name of whichever function takes them. */
export const differentiate = (name: string, f: Loss, options: Options | undefined) => {
  checkCallback(name, "the loss", f, `${name}(loss)(params)`);
  const argnums = argnumsOf(name, options);
  return (...args: readonly unknown[]): readonly [value: unknown, gradient: unknown] => {
    const { inputs, apply } = choose(name, f, argnums, args);
    const call = (leaves: readonly NDArray[]): unknown => {
      const returned = apply(leaves);
      return typeof returned === "number" ? array(returned) : returned;
    };
    const { result, outputs, pullBack } = pull(call, inputs.leaves, (returned) => [scalarOf(name, returned)]);
    const sums = pullBack(outputs.map(({ dtype }) => ones([], { dtype })));
    const gradient = inputs.leaves.map((x, i) => sums[i] ?? zerosOf(x));
    return [result, tree.unflatten(inputs.structure, gradient)];
  };
};

/**
 * A function that gives the value of a scalar loss and its gradient with respect to the first argument, a tree of
 * arrays; the gradient has the same type. A loss may return `[scalar, auxiliary]`: the pair then is the value.
 *
 * Operations run at once, so JavaScript's own `if` and `for` on `item(x)` work inside the loss. Applies to itself for
 * higher derivatives. A parameter that the loss does not use has a gradient of zeros.
 *
 * @param options - `argnums`: which arguments to differentiate instead, counted from 0; a list gives a list of gradients
 *
 * @throws ShapeError when the loss is not a scalar; DTypeError when a parameter or the loss is not a float; DomainError
 *   when there is no argument of a number in `argnums`
 * @example
 * import { array, square, sum, toNested, valueAndGrad } from "gradfold";
 * valueAndGrad((x) => sum(square(x)))(array([1, 2])).map(toNested); // => [ 5, [ 2, 4 ] ]
 */
export const valueAndGrad = typed<
  <P = NDArray, A extends readonly unknown[] = [], R = NDArray<[]>, const N extends Named = undefined>(
    f: LossOf<"valueAndGrad", P, A, R>,
    options?: {
      /** Which arguments to differentiate, counted from 0: one, or a list of them. The first by default. */
      readonly argnums: N;
    },
  ) => (params: Argument<P>, ...rest: Arguments<A>) => readonly [value: ValueOf<R>, gradient: Differentiated<P, A, N>]
>((f: Loss, options?: Options) => differentiate("valueAndGrad", f, options));

/**
 * The gradient of a scalar loss with respect to its first argument, as a function of the same arguments. It is
 * {@link valueAndGrad} without the value.
 *
 * @throws ShapeError when the loss is not a scalar; DTypeError when a parameter or the loss is not a float; DomainError
 *   when there is no argument of a number in `argnums`
 * @example
 * import { grad, item, mul } from "gradfold";
 * item(grad(grad((x) => mul(x, mul(x, x))))(2)); // => 12
 */
export const grad = typed<
  <P = NDArray, A extends readonly unknown[] = [], R = NDArray<[]>, const N extends Named = undefined>(
    f: LossOf<"grad", P, A, R>,
    options?: {
      /** Which arguments to differentiate, counted from 0: one, or a list of them. The first by default. */
      readonly argnums: N;
    },
  ) => (params: Argument<P>, ...rest: Arguments<A>) => Differentiated<P, A, N>
>((f: Loss, options?: Options) => {
  const both = differentiate("grad", f, options);
  return (...args: readonly unknown[]) => both(...args)[1];
});
