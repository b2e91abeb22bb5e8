import { add, atan, div, exp, less, mul, neg, type Scalar, sqrt, square, sub, where } from "@gradfold/core";

/** The angle of a point, as a part of a turn between -1/4 and 3/4: continuous where x < 0. */
const turn = (x: Scalar, y: Scalar): Scalar => add(div(atan(div(y, x)), 2 * Math.PI), where(less(x, 0), 0.5, 0));

const difference = (x: Scalar, y: Scalar): Scalar => mul(Math.sqrt(90), sub(y, square(x)));

/** Residuals one by one, by the parameters as the paper counts them, from 1. */
type Few = (x: (index: number) => Scalar) => readonly Scalar[];

/** Functions of two to four parameters, with steep walls. */
export const valleys: Readonly<Record<string, Few>> = {
  "helical valley": (x) => [
    mul(sub(x(3), mul(turn(x(1), x(2)), 10)), 10),
    mul(sub(sqrt(add(square(x(1)), square(x(2)))), 1), 10),
    x(3),
  ],
  "Powell badly scaled": (x) => [sub(mul(mul(x(1), 1e4), x(2)), 1), sub(add(exp(neg(x(1))), exp(neg(x(2)))), 1.0001)],
  "Brown badly scaled": (x) => [sub(x(1), 1e6), sub(x(2), 2e-6), sub(mul(x(1), x(2)), 2)],
  Beale: (x) =>
    [
      [1.5, x(2)],
      [2.25, square(x(2))],
      [2.625, mul(square(x(2)), x(2))],
    ].map(([constant = NaN, power = NaN]) => sub(constant, mul(x(1), sub(1, power)))),
  Wood: (x) => [
    mul(sub(x(2), square(x(1))), 10),
    sub(1, x(1)),
    difference(x(3), x(4)),
    sub(1, x(3)),
    mul(sub(add(x(2), x(4)), 2), Math.sqrt(10)),
    div(sub(x(2), x(4)), Math.sqrt(10)),
  ],
  "Freudenstein and Roth": (x) => [
    add(sub(x(1), 13), mul(sub(mul(sub(5, x(2)), x(2)), 2), x(2))),
    add(sub(x(1), 29), mul(sub(mul(add(x(2), 1), x(2)), 14), x(2))),
  ],
};
