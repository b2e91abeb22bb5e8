import {
  abs,
  type Broadcast,
  DTypeError,
  equal,
  full,
  logicalAnd,
  mul,
  type NDArray,
  type Operand,
  type SameShapeClash,
  type Shape,
  type ShapeOf,
  ShapeError,
  where,
} from "@gradfold/core";
import { describe, formatShape, isFloat, isNDArray, sameShape, typed, type Unless } from "@gradfold/core/library";
import { type Settings, settings } from "../setting.ts";

type NoOptions = Readonly<Record<string, never>>;

export interface Loss<Name extends string, Options = NoOptions> {
  /** An unreduced loss: predictions and targets of one shape, no broadcasting; one value for every place. */
  <A extends Operand, B extends Operand>(
    predictions: A,
    targets: Unless<SameShapeClash<Name, ShapeOf<A>, ShapeOf<B>>, B>,
    options?: Options,
  ): NDArray<Broadcast<ShapeOf<A>, ShapeOf<B>>>;
}

/** A shape without its last axis. */
type Leading<S extends Shape> = number extends S["length"]
  ? Shape
  : S extends readonly [...infer I extends Shape, number]
    ? I
    : Shape;

export interface RowLoss<Name extends string, Options = NoOptions> {
  /** A loss of rows: predictions and targets of one shape, one value for every row along the last axis. */
  <L extends Shape, T extends Shape>(
    predictions: NDArray<L>,
    targets: Unless<SameShapeClash<Name, L, T>, NDArray<T>>,
    options?: Options,
  ): NDArray<Leading<L>>;
}

export interface ClassLoss<Name extends string> {
  /** A loss of rows of numbers, one for each class, and the class of each row. */
  <L extends Shape, T extends Shape>(
    predictions: NDArray<L>,
    labels: Unless<SameShapeClash<`${Name}: labels and rows`, T, Leading<L>>, NDArray<T>>,
  ): NDArray<Leading<L>>;
}

const shapeOf = (name: string, what: string, x: unknown): Shape => {
  if (isNDArray(x)) return x.shape;
  if (typeof x === "number") return [];
  const hint = Array.isArray(x) || ArrayBuffer.isView(x) ? " Wrap it: array(…)." : "";
  throw new DTypeError(`${name}: ${what} must be an array or a number, not ${describe(x)}.${hint}`);
};

/** Broadcasting would hide a mistake here, so shapes must be equal. */
export const checkSameShape = (name: string, predictions: Operand, targets: Operand): void => {
  const [p, t] = [shapeOf(name, "predictions", predictions), shapeOf(name, "targets", targets)];
  if (!sameShape(p, t)) throw new ShapeError(`${name}: shapes differ: ${formatShape(p)} and ${formatShape(t)}`);
};

/** Predictions and targets as arrays: a number beside a float array takes its dtype. */
export const asArrays = (predictions: Operand, targets: Operand): readonly [NDArray, NDArray] => {
  const beside = (x: Operand, other: Operand): NDArray => {
    const dtype = isNDArray(other) && isFloat(other.dtype) ? other.dtype : "float64";
    return isNDArray(x) ? x : full([], x, { dtype });
  };
  return [beside(predictions, targets), beside(targets, predictions)];
};

/** weight · log, where 0 · ±Infinity counts as 0: a class that cannot occur and does not. */
export const weighted = (weight: NDArray, log: NDArray): NDArray =>
  mul(weight, where(logicalAnd(equal(weight, 0), equal(abs(log), Infinity)), 0, log));

type Formula<X, Options> = (predictions: X, targets: X, options: Required<Options>) => NDArray;

/** A loss by what it is of the two at every place. */
export const loss = <Name extends string, Options extends object = NoOptions>(
  name: Name,
  f: Formula<Operand, Options>,
  of: Settings<Options>,
): Loss<Name, Options> => {
  const read = settings(of);
  return typed<Loss<Name, Options>>((predictions: Operand, targets: Operand, options?: Options) => {
    const values = read(name, options);
    checkSameShape(name, predictions, targets);
    return f(predictions, targets, values);
  });
};

/** A loss by what it is of two rows: `f` reduces the last axis. */
export const rowLoss = <Name extends string, Options extends object = NoOptions>(
  name: Name,
  f: Formula<NDArray, Options>,
  of: Settings<Options>,
): RowLoss<Name, Options> => {
  const read = settings(of);
  return typed<RowLoss<Name, Options>>((predictions: NDArray, targets: NDArray, options?: Options) => {
    const values = read(name, options);
    checkSameShape(name, predictions, targets);
    if (!isNDArray(predictions) || predictions.shape.length === 0)
      throw new ShapeError(`${name}: a scalar has no rows. Give at least one axis.`);
    return f(predictions, targets, values);
  });
};
