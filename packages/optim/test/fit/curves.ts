import {
  abs,
  add,
  array,
  cos,
  div,
  exp,
  log,
  mul,
  type NDArray,
  neg,
  pow,
  type Scalar,
  sin,
  square,
  sub,
} from "@gradfold/core";

/** The whole numbers from `from`, `size` of them, times `step`. */
const grid = (from: number, size: number, step: number): NDArray<[number]> =>
  array(Array.from({ length: size }, (_, i) => (from + i) * step));

const decay = (height: Scalar | number, rate: Scalar | number, t: NDArray): NDArray =>
  mul(height, exp(neg(mul(rate, t))));
const bell = (height: Scalar, middle: Scalar, rate: Scalar, t: NDArray): NDArray =>
  mul(height, exp(neg(mul(rate, square(sub(t, middle))))));

const tenths = grid(1, 13, 0.1);
const threeDecays = add(sub(exp(neg(tenths)), decay(5, 10, tenths)), decay(3, 4, tenths));

const normal = [0.0009, 0.0044, 0.0175, 0.054, 0.1295, 0.242, 0.3521];
const density = array([...normal, 0.3989, ...normal.toReversed()]);

const resistance = array([
  34780, 28610, 23650, 19630, 16370, 13720, 11540, 9744, 8261, 7030, 6005, 5147, 4427, 3820, 3307, 2872,
]);

const enzyme = {
  u: array([4, 2, 1, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625]),
  y: array([0.1957, 0.1947, 0.1735, 0.16, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246]),
};

const osborne1 = array([
  0.844, 0.908, 0.932, 0.936, 0.925, 0.908, 0.881, 0.85, 0.818, 0.784, 0.751, 0.718, 0.685, 0.658, 0.628, 0.603, 0.58,
  0.558, 0.538, 0.522, 0.506, 0.49, 0.478, 0.467, 0.457, 0.448, 0.438, 0.431, 0.424, 0.42, 0.414, 0.411, 0.406,
]);

const osborne2 = array([
  1.366, 1.191, 1.112, 1.013, 0.991, 0.885, 0.831, 0.847, 0.786, 0.725, 0.746, 0.679, 0.608, 0.655, 0.616, 0.606, 0.602,
  0.626, 0.651, 0.724, 0.649, 0.649, 0.694, 0.644, 0.624, 0.661, 0.612, 0.558, 0.533, 0.495, 0.5, 0.423, 0.395, 0.375,
  0.372, 0.391, 0.396, 0.405, 0.428, 0.429, 0.523, 0.562, 0.607, 0.653, 0.672, 0.708, 0.633, 0.668, 0.645, 0.632, 0.591,
  0.559, 0.597, 0.625, 0.739, 0.71, 0.729, 0.72, 0.636, 0.581, 0.428, 0.292, 0.162, 0.098, 0.054,
]);

const hundredths = grid(1, 99, 0.01);
const gulf = add(25, pow(mul(log(hundredths), -50), 2 / 3));

const fifths = grid(1, 20, 0.2);
const whole = grid(1, 10, 1);
const tens = grid(0, 33, 10);
const time = grid(0, 65, 0.1);

/** Residuals by the parameters as the paper counts them, from 1. */
type Curve = (x: (index: number) => Scalar) => NDArray;

/** Curves through data. */
export const curves: Readonly<Record<string, Curve>> = {
  "Biggs EXP6": (x) =>
    sub(add(sub(decay(x(3), x(1), tenths), decay(x(4), x(2), tenths)), decay(x(6), x(5), tenths)), threeDecays),
  Gaussian: (x) => sub(bell(x(1), x(3), div(x(2), 2), sub(4, grid(1, 15, 0.5))), density),
  "box three-dimensional": (x) => {
    const t = grid(1, 10, 0.1);
    return sub(sub(decay(1, x(1), t), decay(1, x(2), t)), mul(x(3), sub(exp(neg(t)), decay(1, 10, t))));
  },
  "Brown and Dennis": (x) =>
    add(
      square(sub(add(x(1), mul(x(2), fifths)), exp(fifths))),
      square(sub(add(x(3), mul(x(4), sin(fifths))), cos(fifths))),
    ),
  Gulf: (x) => sub(exp(neg(div(pow(abs(sub(gulf, x(2))), x(3)), x(1)))), hundredths),
  "Jennrich and Sampson": (x) => sub(add(mul(whole, 2), 2), add(exp(mul(whole, x(1))), exp(mul(whole, x(2))))),
  Meyer: (x) => sub(mul(x(1), exp(div(x(2), add(grid(10, 16, 5), x(3))))), resistance),
  "Kowalik and Osborne": (x) => {
    const { u, y } = enzyme;
    return sub(y, div(mul(x(1), mul(u, add(u, x(2)))), add(mul(u, add(u, x(3))), x(4))));
  },
  "Osborne 1": (x) => sub(osborne1, add(add(x(1), decay(x(2), x(4), tens)), decay(x(3), x(5), tens))),
  "Osborne 2": (x) =>
    sub(
      osborne2,
      add(
        add(decay(x(1), x(5), time), bell(x(2), x(9), x(6), time)),
        add(bell(x(3), x(10), x(7), time), bell(x(4), x(11), x(8), time)),
      ),
    ),
};
