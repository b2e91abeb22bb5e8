import type { Data } from "./data.ts";
import type { Task } from "./workload.ts";

/** A task as a peer does it. */
export interface Job {
  /** Does so many units; all is computed when it returns. */
  readonly run: (units: number) => void | Promise<void>;
  /** The numbers that all peers must agree on, computed from the start. */
  readonly check: () => readonly number[] | Promise<readonly number[]>;
}

/** How a peer takes up tasks: its version, and a job for a task and its data. */
export interface Peer<T = Task> {
  readonly version: string;
  readonly take: (task: T, data: Data) => Job;
}

/** The sum of absolute values, in float64. */
export const total = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.abs(values[i] ?? NaN);
  return sum;
};

/** What is compared of a long array. */
export const digest = (values: Float32Array | Float64Array): readonly number[] => [
  total(values),
  ...values.subarray(0, 10),
  ...values.subarray(-10),
];

/** What is compared of a training run: the first loss, the one in the middle and the last, and the parameters' size. */
export const course = (losses: readonly number[], params: number): readonly number[] => [
  losses[0] ?? NaN,
  losses[losses.length >> 1] ?? NaN,
  losses.at(-1) ?? NaN,
  params,
];
