import {
  type Broadcast,
  type NDArray,
  type Operand,
  type SameShapeClash,
  type ShapeOf,
  ShapeError,
  square,
  sub,
} from "@gradfold/core";
import { formatShape, isNDArray, sameShape, typed, type Unless } from "@gradfold/core/transform";

/** An unreduced loss: predictions and targets of one shape, no broadcasting. */
export interface Loss<Name extends string> {
  <A extends Operand, B extends Operand>(
    predictions: A,
    targets: Unless<SameShapeClash<Name, ShapeOf<A>, ShapeOf<B>>, B>,
  ): NDArray<Broadcast<ShapeOf<A>, ShapeOf<B>>>;
}

const shapeOf = (x: Operand): readonly number[] => (isNDArray(x) ? x.shape : []);

/** A loss of the two at every place; broadcasting would hide a mistake here, so shapes must be equal. */
const loss = <Name extends string>(name: Name, f: (predictions: Operand, targets: Operand) => NDArray): Loss<Name> =>
  typed<Loss<Name>>((predictions: Operand, targets: Operand) => {
    const [p, t] = [shapeOf(predictions), shapeOf(targets)];
    if (!sameShape(p, t)) throw new ShapeError(`${name}: shapes differ: ${formatShape(p)} and ${formatShape(t)}`);
    return f(predictions, targets);
  });

/**
 * (prediction - target)² at every place; take its mean for the mean squared error.
 *
 * @throws ShapeError when the shapes differ
 * @example
 * import { array, mean } from "@gradfold/core";
 * import { squaredError } from "@gradfold/optim";
 * mean(squaredError(array([1, 2]), array([0, 4]))); // => float64 [] 2.5
 */
export const squaredError = loss("squaredError", (p, t) => square(sub(p, t)));
