import {
  add,
  array,
  cos,
  div,
  DTypeError,
  exp,
  mean,
  mul,
  type NDArray,
  type Scalar,
  ShapeError,
  slice,
  sqrt,
  square,
  sub,
  sum,
} from "@gradfold/core";
import { describe, formatShape, isNDArray } from "@gradfold/core/library";

import { check, finitePositive } from "./setting.ts";

/*
 * Functions with known minima, on which optimizers are compared. They are generic in the point's type and not in its shape:
 * so a gradient, which has that type, keeps the size.
 */

/** The coordinates of a point that has two. */
const two = (name: string, point: NDArray): readonly [Scalar, Scalar] => {
  const x = pointOf(name, point);
  if (x.shape[0] !== 2) throw new ShapeError(`testFunction.${name}: a point has two numbers, not ${x.shape[0]}.`);
  return [coordinate(x, 0), coordinate(x, 1)];
};

const pointOf = (name: string, x: unknown): NDArray => {
  if (!isNDArray(x)) throw new DTypeError(`testFunction.${name}: a point is an array, not ${describe(x)}.`);
  if (x.shape.length !== 1)
    throw new ShapeError(`testFunction.${name}: a point is a vector, not ${formatShape(x.shape)}.`);
  return x;
};

const coordinate = (x: NDArray<[number]> | NDArray, i: number): Scalar => sum(slice(x, [i]));

/**
 * (1 - x)² + 100 (y - x²)²: a curved valley whose floor hardly slopes. Its minimum is 0 at (1, 1).
 *
 * H. H. Rosenbrock, "An automatic method for finding the greatest or least value of a function", 1960.
 *
 * @example
 * import { array, testFunction } from "gradfold";
 * testFunction.rosenbrock(array([0, 1])); // => float64 [] 101
 */
export const rosenbrock = <P extends NDArray>(point: P): Scalar => {
  const [x, y] = two("rosenbrock", point);
  return add(square(sub(1, x)), mul(square(sub(y, square(x))), 100));
};

/**
 * (x² + y - 11)² + (x + y² - 7)²: four minima of 0, one of them at (3, 2).
 *
 * D. M. Himmelblau, "Applied nonlinear programming", 1972.
 *
 * @example
 * import { array, testFunction } from "gradfold";
 * testFunction.himmelblau(array([3, 2])); // => float64 [] 0
 */
export const himmelblau = <P extends NDArray>(point: P): Scalar => {
  const [x, y] = two("himmelblau", point);
  return add(square(sub(add(square(x), y), 11)), square(sub(add(x, square(y)), 7)));
};

/**
 * (1.5 - x + xy)² + (2.25 - x + xy²)² + (2.625 - x + xy³)²: steep at the corners. Its minimum is 0 at (3, 0.5).
 *
 * E. M. L. Beale, "On an iterative method for finding a local minimum of a function of more than one variable", 1958.
 *
 * @example
 * import { array, testFunction } from "gradfold";
 * testFunction.beale(array([3, 0.5])); // => float64 [] 0
 */
export const beale = <P extends NDArray>(point: P): Scalar => {
  const [x, y] = two("beale", point);
  const term = (constant: number, power: Scalar): Scalar => square(add(mul(x, sub(power, 1)), constant));
  return add(add(term(1.5, y), term(2.25, square(y))), term(2.625, mul(square(y), y)));
};

/**
 * (x + 2y - 7)² + (2x + y - 5)²: a bowl. Its minimum is 0 at (1, 3).
 *
 * @example
 * import { array, testFunction } from "gradfold";
 * testFunction.booth(array([0, 0])); // => float64 [] 74
 */
export const booth = <P extends NDArray>(point: P): Scalar => {
  const [x, y] = two("booth", point);
  return add(square(sub(add(x, mul(y, 2)), 7)), square(sub(add(mul(x, 2), y), 5)));
};

/**
 * Σ (x² - 10 cos 2πx + 10), of any number of coordinates: a minimum near every whole number. The least is 0 at 0.
 *
 * L. A. Rastrigin, "Systems of extremal control", 1974.
 *
 * @example
 * import { array, testFunction } from "gradfold";
 * testFunction.rastrigin(array([1, 0, 0])); // => float64 [] 1
 */
export const rastrigin = <P extends NDArray>(point: P): Scalar => {
  const x = pointOf("rastrigin", point);
  return sum(add(sub(square(x), mul(cos(mul(x, 2 * Math.PI)), 10)), 10));
};

/**
 * 20 - 20 e^(-0.2 √mean x²) + e - e^(mean cos 2πx), of any number of coordinates: nearly level far out, a deep hole in the
 * middle. The least is 0 at 0, where it is not smooth.
 *
 * D. H. Ackley, "A connectionist machine for genetic hillclimbing", 1987.
 *
 * @example
 * import { array, testFunction } from "gradfold";
 * testFunction.ackley(array([1, 1])); // => float64 [] 3.62538494
 */
export const ackley = <P extends NDArray>(point: P): Scalar => {
  const x = pointOf("ackley", point);
  const distance = sqrt(mean(square(x)));
  const waves = mean(cos(mul(x, 2 * Math.PI)));
  return add(sub(sub(20, mul(exp(mul(distance, -0.2)), 20)), exp(waves)), exp(array(1)));
};

/**
 * ½ Σ cᵢ xᵢ², where the curvatures cᵢ go in equal steps from 1 to `condition`: a bowl of that condition number. Its minimum
 * is 0 at 0.
 *
 * @example
 * import { array, testFunction } from "gradfold";
 * testFunction.quadratic(100)(array([1, 1])); // => float64 [] 50.5
 */
export const quadratic = (condition: number): (<P extends NDArray>(point: P) => Scalar) => {
  check("testFunction.quadratic", "the condition number", finitePositive(), condition);
  return (point) => {
    const x = pointOf("quadratic", point);
    const n = x.shape[0] ?? 1;
    const step = n > 1 ? (condition - 1) / (n - 1) : 0;
    const curvatures = array(
      Array.from({ length: n }, (_, i) => 1 + step * i),
      { dtype: floatOf(x) },
    );
    return div(sum(mul<NDArray, NDArray>(square(x), curvatures)), 2);
  };
};

const floatOf = ({ dtype }: NDArray): "float32" | "float64" => (dtype === "float32" ? dtype : "float64");

/**
 * x² - y²: a saddle point at 0, from which gradient descent along the x axis does not get away.
 *
 * @example
 * import { array, testFunction } from "gradfold";
 * testFunction.saddle(array([3, 1])); // => float64 [] 8
 */
export const saddle = <P extends NDArray>(point: P): Scalar => {
  const [x, y] = two("saddle", point);
  return sub(square(x), square(y));
};
