import { random, type Shape, toTypedArray } from "@gradfold/core";
import { type Data, dataOf } from "../data.ts";
import type { Adjustment, Deep, ProgramTask } from "./program.ts";

const uniform = (seed: number, shape: Shape, min: number, max: number): Float64Array =>
  Float64Array.from(toTypedArray(random.uniform(random.key(seed), shape, { min, max })));

/** Where the parameters of a camera lie: rotation, centre, focal length, principal point, radial distortion. */
const camera: readonly (readonly [min: number, max: number])[] = [
  ...[0, 1, 2].map(() => [0.1, 0.5] as const),
  ...[0, 1, 2].map(() => [-1, 1] as const),
  [1, 2],
  [-0.1, 0.1],
  [-0.1, 0.1],
  [-0.01, 0.01],
  [-0.01, 0.01],
];

/** Points are in front of all cameras. */
const adjustmentData = ({ cameras, points, observations }: Adjustment): Data => {
  const units = uniform(1, [cameras, camera.length], 0, 1);
  const places = uniform(2, [points, 3], -1, 1);
  const seen = uniform(3, [observations, 2], 0, 1);
  return {
    cameras: units.map((u, i) => {
      const [min, max] = camera[i % camera.length] ?? [NaN, NaN];
      return min + (max - min) * u;
    }),
    points: places.map((x, i) => (i % 3 === 2 ? x + 8 : x)),
    weights: uniform(4, [observations], 0.5, 1.5),
    features: uniform(5, [observations, 2], -1, 1),
    observed: Int32Array.from(seen, (u, i) => Math.floor(u * (i % 2 === 0 ? cameras : points))),
  };
};

/** Elements of variance 1 / units: tanh of the products neither grows nor soon vanishes. */
const deepData = ({ layers, units, batch }: Deep): Data => {
  const limit = Math.sqrt(3 / units);
  return {
    x: Float32Array.from(uniform(1, [batch, units], -1, 1)),
    weights: Float32Array.from(uniform(2, [layers, units, units], -limit, limit)),
  };
};

/** What all contestants are given: a function of the task alone. */
export const programData = (task: ProgramTask): Data => {
  switch (task.kind) {
    case "logistic":
      return { x: uniform(1, [task.size], 0.1, 0.9) };
    case "orbit":
      return { start: Float64Array.of(1, 1.1, 20) };
    case "unrolled":
      return dataOf(task.network);
    case "deep":
      return deepData(task);
    case "logSumExp":
      return { x: uniform(1, [task.size], -5, 5) };
    case "adjustment":
      return adjustmentData(task);
    case "ode":
      return { x: uniform(1, [task.size], 0, 1) };
  }
};
