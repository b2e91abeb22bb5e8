import { array, DomainError, DTypeError, type NDArray, ones, ShapeError, tree } from "@gradfold/core";
import { formatShape, isFloat, isNDArray, typed, zerosOf } from "@gradfold/core/transform";
import { pull } from "./pull.ts";
import type { Argument, Arguments, Chosen, LossOf, ValueOf } from "./static.ts";
import { refuseIntegers } from "./vjp.ts";

interface ValueAndGrad {
  <P = NDArray, A extends readonly unknown[] = [], R = NDArray<[]>, const N extends Argnums = undefined>(
    f: LossOf<P, A, R>,
    options?: { readonly argnums: N },
  ): (
    params: Argument<P>,
    ...rest: Arguments<A>
  ) => readonly [value: ValueOf<R>, gradient: N extends undefined ? P : Chosen<[P, ...A], N>];
}

interface Grad {
  <P = NDArray, A extends readonly unknown[] = [], R = NDArray<[]>, const N extends Argnums = undefined>(
    f: LossOf<P, A, R>,
    options?: { readonly argnums: N },
  ): (params: Argument<P>, ...rest: Arguments<A>) => N extends undefined ? P : Chosen<[P, ...A], N>;
}

type Argnums = number | readonly number[] | undefined;

/** Which arguments are differentiated: one, or a list of them. */
interface Options {
  readonly argnums?: number | readonly number[];
}

type Loss = (...args: readonly unknown[]) => unknown;

const kindOf = (x: unknown): string =>
  x === null || x === undefined ? String(x) : typeof x === "object" ? "an object" : `a ${typeof x}`;

/** The scalar in what a loss returned: itself, or the first of a pair. */
const scalarOf = (name: string, returned: unknown): NDArray => {
  const loss: unknown = Array.isArray(returned) ? returned[0] : returned;
  const x = typeof loss === "number" ? array(loss) : loss;
  if (!isNDArray(x)) throw new DTypeError(`${name}: the loss must return a scalar array, not ${kindOf(x)}`);
  if (x.shape.length > 0)
    throw new ShapeError(
      `${name}: the loss must be a scalar, but its shape is ${formatShape(x.shape)}. Take its mean or sum`,
    );
  if (!isFloat(x.dtype)) throw new DTypeError(`${name}: the loss must be a float, but it is ${x.dtype}`);
  return x;
};

const argument = (name: string, args: readonly unknown[], i: number): unknown => {
  if (Number.isInteger(i) && i >= 0 && i < args.length) return args[i];
  throw new DomainError(`${name}: argnums: there is no argument ${i} among ${args.length}, which count from 0.`);
};

/** The tree that is differentiated: an argument, or a list of some. */
const chosenOf = (name: string, argnums: number | readonly number[], args: readonly unknown[]): unknown =>
  typeof argnums === "number" ? argument(name, args, argnums) : argnums.map((i) => argument(name, args, i));

/** The arguments with others in the chosen places. */
const replaced = (args: readonly unknown[], argnums: number | readonly number[], parts: unknown): readonly unknown[] =>
  typeof argnums === "number"
    ? args.with(argnums, parts)
    : args.map((x, i) => (argnums.includes(i) && Array.isArray(parts) ? (parts[argnums.indexOf(i)] as unknown) : x));

const differentiate =
  (name: string, f: Loss, argnums: number | readonly number[]) =>
  (...args: readonly unknown[]): readonly [unknown, unknown] => {
    const chosen = chosenOf(name, argnums, args);
    const inputs = tree.flatten(chosen);
    refuseIntegers(name, inputs);
    const call = (leaves: readonly NDArray[]): unknown => {
      const parts = tree.unflatten(inputs.structure, leaves);
      const returned = f(...replaced(args, argnums, parts));
      return typeof returned === "number" ? array(returned) : returned;
    };
    const { result, outputs, pullBack } = pull(call, inputs.leaves, (returned) => [scalarOf(name, returned)]);
    const sums = pullBack(outputs.map(({ dtype }) => ones([], { dtype })));
    const gradient = inputs.leaves.map((x, i) => sums[i] ?? zerosOf(x));
    return [result, tree.unflatten(inputs.structure, gradient)];
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
 * @throws ShapeError when the loss is not a scalar; DTypeError when a parameter or the loss is not a float
 * @example
 * import { array, square, sum, toNested } from "@gradfold/core";
 * import { valueAndGrad } from "@gradfold/autodiff";
 * valueAndGrad((x) => sum(square(x)))(array([1, 2])).map(toNested); // => [ 5, [ 2, 4 ] ]
 */
export const valueAndGrad = typed<ValueAndGrad>((f: Loss, { argnums = 0 }: Options = {}) =>
  differentiate("valueAndGrad", f, argnums),
);

/**
 * The gradient of a scalar loss with respect to its first argument, as a function of the same arguments. It is
 * {@link valueAndGrad} without the value.
 *
 * @throws ShapeError when the loss is not a scalar; DTypeError when a parameter or the loss is not a float
 * @example
 * import { item, mul } from "@gradfold/core";
 * import { grad } from "@gradfold/autodiff";
 * item(grad(grad((x) => mul(x, mul(x, x))))(2)); // => 12
 */
export const grad = typed<Grad>((f: Loss, { argnums = 0 }: Options = {}) => {
  const both = differentiate("grad", f, argnums);
  return (...args: readonly unknown[]) => both(...args)[1];
});
