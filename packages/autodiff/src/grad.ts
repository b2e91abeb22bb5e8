import { array, DTypeError, type NDArray, ones, ShapeError, tree } from "@gradfold/core";
import { formatShape, isFloat, isNDArray, typed } from "@gradfold/core/transform";
import type { Argument, LossOf, ValueOf } from "./static.ts";
import { pull } from "./vjp.ts";

interface ValueAndGrad {
  <P = NDArray, A extends readonly unknown[] = [], R = NDArray<[]>>(
    f: LossOf<P, A, R>,
  ): (params: Argument<P>, ...rest: { [K in keyof A]: Argument<A[K]> }) => readonly [value: ValueOf<R>, gradient: P];
}

interface Grad {
  <P = NDArray, A extends readonly unknown[] = [], R = NDArray<[]>>(
    f: LossOf<P, A, R>,
  ): (params: Argument<P>, ...rest: { [K in keyof A]: Argument<A[K]> }) => P;
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

const differentiate =
  (name: string, f: Loss): ((...args: readonly unknown[]) => readonly [unknown, unknown]) =>
  (params, ...rest) => {
    const inputs = tree.flatten(params);
    const call = (leaves: readonly NDArray[]): unknown => {
      const returned = f(tree.unflatten(inputs.structure, leaves), ...rest);
      return typeof returned === "number" ? array(returned) : returned;
    };
    const { result, leaves, pullBack } = pull(name, inputs, call, (returned) => [scalarOf(name, returned)]);
    const seeds = leaves.map(({ dtype }) => ones([], { dtype }));
    return [result, tree.unflatten(inputs.structure, pullBack(seeds))];
  };

/**
 * A function that gives the value of a scalar loss and its gradient with respect to the first argument, a tree of
 * arrays; the gradient has the same type. A loss may return `[scalar, auxiliary]`: the pair then is the value.
 *
 * Operations run at once, so JavaScript's own `if` and `for` on `item(x)` work inside the loss. Applies to itself for
 * higher derivatives. A parameter that the loss does not use has a gradient of zeros.
 *
 * @throws ShapeError when the loss is not a scalar; DTypeError when a parameter or the loss is not a float
 * @example
 * import { array, square, sum, toNested } from "@gradfold/core";
 * import { valueAndGrad } from "@gradfold/autodiff";
 * valueAndGrad((x) => sum(square(x)))(array([1, 2])).map(toNested); // => [ 5, [ 2, 4 ] ]
 */
export const valueAndGrad = typed<ValueAndGrad>((f: Loss) => differentiate("valueAndGrad", f));

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
export const grad = typed<Grad>((f: Loss) => {
  const both = differentiate("grad", f);
  return (...args: readonly unknown[]) => both(...args)[1];
});
