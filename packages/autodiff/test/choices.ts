import {
  abs,
  array,
  clip,
  type DType,
  elu,
  expectShape,
  greater,
  leakyRelu,
  log,
  max,
  maximum,
  min,
  minimum,
  mul,
  type NDArray,
  norm,
  relu,
  type Scalar,
  set,
  slice,
  sort,
  sqrt,
  sub,
  take,
  takeAlongAxis,
  where,
  zerosLike,
} from "@gradfold/core";
import { cond, scan, vmap } from "../src/index.ts";

/* Functions that choose, and what each element gets of a cotangent that is infinite: all of it, or nothing at all. */

export interface Choice {
  readonly f: (x: NDArray) => NDArray;
  readonly x: NDArray;
  /** Where the cotangent goes: 1, 0.5 and -1 are shares of it, 0 is none. */
  readonly shares: readonly number[];
}

const places = array([2, 0], { dtype: "int32" });

const above = (x: NDArray, bound: number): Scalar => expectShape(greater(x, bound), []);

/** The rows of a vmapped choice between two functions. */
const each = (x: NDArray): NDArray =>
  vmap((v: NDArray) =>
    cond(
      above(v, 0),
      (u) => mul(u, 1),
      (u) => zerosLike(u),
      v,
    ),
  )(x);

export const choicesOf = (dtype: DType): Readonly<Record<string, Choice>> => {
  const of = (...list: readonly number[]): NDArray => array(list, { dtype });
  const truths = array([true, false, true]);
  return {
    "maximum of an array and a number": { f: (x) => maximum(x, 0), x: of(-1, 0, 2), shares: [0, 0.5, 1] },
    "minimum of a number and an array": { f: (x) => minimum(0, x), x: of(-1, 0, 2), shares: [1, 0.5, 0] },
    max: { f: (x) => max(x), x: of(3, 1, 3), shares: [0.5, 0, 0.5] },
    "min along an axis": { f: (x) => min(x, 0), x: of(3, 1, 2), shares: [0, 1, 0] },
    relu: { f: relu, x: of(-1, 0, 2), shares: [0, 0, 1] },
    abs: { f: abs, x: of(-1, 0, 2), shares: [-1, 0, 1] },
    "leakyRelu, falling": { f: (x) => leakyRelu(x, -1), x: of(-1, 2), shares: [-1, 1] },
    elu: { f: (x) => elu(x, 1), x: of(0, 800), shares: [1, 1] },
    clip: { f: (x) => clip(x, { min: -1, max: 1 }), x: of(-2, 0, 1, 3), shares: [0, 1, 1, 0] },
    "the lower bound of clip": { f: (x) => clip(of(-2, 0), { min: x }), x: of(-1, -1), shares: [1, 0] },
    where: { f: (x) => where(truths, x, 0), x: of(1, 2, 3), shares: [1, 0, 1] },
    sort: { f: (x) => slice(sort(x), [[0, 1]]), x: of(3, 1, 2), shares: [0, 1, 0] },
    take: { f: (x) => take(x, places), x: of(1, 2, 3), shares: [1, 0, 1] },
    takeAlongAxis: { f: (x) => takeAlongAxis(x, places, 0), x: of(1, 2, 3), shares: [1, 0, 1] },
    set: { f: (x) => set(x, [[0, 1]], 7), x: of(1, 2), shares: [0, 1] },
    "the greatest size": { f: (x) => norm(x, 0, { ord: "inf" }), x: of(1, -3), shares: [0, -1] },
    "a vmapped cond": { f: each, x: of(-1, 0, 2), shares: [0, 0, 1] },
  };
};

/** The root where it is real, else 0 by a program of its own. */
const rooted = (x: NDArray): NDArray =>
  vmap((v: NDArray) =>
    cond(
      above(v, 0),
      (u) => sqrt(u),
      (u) => mul(u, 0),
      v,
    ),
  )(x);

/** A root whose derivative is infinite where it is not chosen, a point, and the gradient of its sum there. */
export const roots: Readonly<Record<string, readonly [(x: NDArray) => NDArray, NDArray, unknown]>> = {
  "√max(x, 0)": [(x) => sqrt(maximum(x, 0)), array([4, -1]), [0.25, 0]],
  "√|x|": [(x) => sqrt(abs(x)), array([4, 0]), [0.25, 0]],
  "√relu x": [(x) => sqrt(relu(x)), array([4, 0]), [0.25, 0]],
  "√clip x": [(x) => sqrt(clip(x, { min: 0 })), array([4, -1]), [0.25, 0]],
  "a vmapped cond": [rooted, array([4, 0]), [0.25, 0]],
  "a vmapped cond that nobody takes": [rooted, array([-1, 0]), [0, 0]],
  "a vmapped cond of nobody": [rooted, array([]), []],
  "a cond under two vmaps": [
    (x) => vmap(rooted)(x),
    array([
      [4, 0],
      [0, -1],
    ]),
    [
      [0.25, 0],
      [0, 0],
    ],
  ],
  "a cond in a vmapped scan": [
    (x) =>
      vmap(
        (v: NDArray) =>
          scan(
            (c: NDArray) => [
              cond(
                above(c, 1),
                (u) => sqrt(sub(u, 1)),
                (u) => mul(u, 1),
                c,
              ),
              null,
            ],
            v,
            null,
            { length: 2 },
          )[0],
      )(x),
    array([5, 1]),
    [0.125, 1],
  ],
  "a cond in a vmapped cond": [
    (x) =>
      vmap((v: NDArray) =>
        cond(
          above(v, 0),
          (u) =>
            cond(
              above(u, 1),
              (w) => sqrt(sub(w, 1)),
              (w) => log(w),
              u,
            ),
          (u) => mul(u, 3),
          v,
        ),
      )(x),
    array([5, 1, 0.5, 0]),
    [0.25, 1, 2, 3],
  ],
};
