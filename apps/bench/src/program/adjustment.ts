import {
  add,
  array,
  cos,
  div,
  mul,
  type NDArray,
  sin,
  slice,
  sqrt,
  square,
  stack,
  sub,
  sum,
  take,
  type Vector,
} from "@gradfold/core";
import { jacrev, vmap } from "@gradfold/autodiff";
import { type Data, doublesOf, integersOf } from "../data.ts";
import type { Adjustment } from "./program.ts";

const cross = (a: Vector, b: Vector): Vector => {
  const minor = (i: number, j: number) => sub(mul(slice(a, [i]), slice(b, [j])), mul(slice(a, [j]), slice(b, [i])));
  return stack([minor(1, 2), minor(2, 0), minor(0, 1)]);
};

/** Rodrigues' formula: a point turned about an axis, by as many radians as the axis is long. */
const rotated = (axis: Vector, x: Vector): Vector => {
  const angle = sqrt(sum(square(axis)));
  const w = div(axis, angle);
  const along = mul(w, mul(sum(mul(w, x)), sub(1, cos(angle))));
  return add(add(mul(x, cos(angle)), mul(cross(w, x), sin(angle))), along);
};

/** How far from its feature a point is seen by a camera. */
const projectionError = (camera: Vector, point: Vector, weight: NDArray<[]>, feature: Vector): Vector => {
  const inside = rotated(slice(camera, [[0, 3]]), sub(point, slice(camera, [[3, 6]])));
  const flat = div(slice(inside, [[0, 2]]), slice(inside, [2]));
  const radius = sum(square(flat));
  const distortion = add(add(1, mul(slice(camera, [9]), radius)), mul(slice(camera, [10]), square(radius)));
  const seen = add(mul(mul(flat, distortion), slice(camera, [6])), slice(camera, [[7, 9]]));
  return mul(weight, sub(seen, feature));
};

const weightError = (weight: NDArray<[]>) => sub(1, square(weight));

/** The derivatives of each observation's errors by its camera, its point and its weight. */
export const adjustment = ({ cameras, points, observations }: Adjustment, data: Data) => {
  const observed = array(integersOf(data, "observed"), { shape: [observations, 2] });
  const inputs = [
    array(doublesOf(data, "cameras"), { shape: [cameras, 11] }),
    array(doublesOf(data, "points"), { shape: [points, 3] }),
    array(doublesOf(data, "weights"), { shape: [observations] }),
    array(doublesOf(data, "features"), { shape: [observations, 2] }),
    slice(observed, [null, 0]),
    slice(observed, [null, 1]),
  ] as const;
  const ofProjection = vmap(jacrev(projectionError, { argnums: [0, 1, 2] }));
  const ofWeight = vmap(jacrev(weightError));
  const f = (...[c, p, w, features, byCamera, byPoint]: typeof inputs) => [
    ...ofProjection(take(c, byCamera), take(p, byPoint), w, features),
    ofWeight(w),
  ];
  return { f, inputs };
};
