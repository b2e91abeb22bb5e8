import type { Network } from "../workload.ts";

/** The logistic map on an array, again and again. Its numbers part soon: they are compared after few rounds. */
export interface Logistic {
  readonly kind: "logistic";
  readonly size: number;
  readonly rounds: number;
  readonly checked: number;
}

/** Steps of the classical Runge-Kutta method on Lorenz' three numbers, unrolled, and the gradient of where they lead. */
export interface Orbit {
  readonly kind: "orbit";
  readonly steps: number;
}

/** Steps of Adam, unrolled in one function. */
export interface Unrolled {
  readonly kind: "unrolled";
  readonly steps: number;
  readonly network: Network;
}

/** A net of many layers of tanh, each of its own matrix: the mean of its squared results, with its gradient. */
export interface Deep {
  readonly kind: "deep";
  readonly layers: number;
  readonly units: number;
  readonly batch: number;
}

/** The logarithm of a sum of exponentials (GradBench's lse). */
export interface LogSumExp {
  readonly kind: "logSumExp";
  readonly size: number;
  /** Whether the gradient is wanted as well. */
  readonly gradient: boolean;
}

/** The Jacobian of the errors of projected points, observation by observation (GradBench's ba). */
export interface Adjustment {
  readonly kind: "adjustment";
  readonly cameras: number;
  readonly points: number;
  readonly observations: number;
}

/** The gradient of a solution by Runge-Kutta, whose steps are a loop (GradBench's ode). */
export interface Ode {
  readonly kind: "ode";
  readonly size: number;
  readonly steps: number;
}

export type ProgramTask = Logistic | Orbit | Unrolled | Deep | LogSumExp | Adjustment | Ode;

/** A program that is measured in fresh processes. */
export interface Program {
  readonly name: string;
  readonly title: string;
  readonly task: ProgramTask;
  /** What is measured: the first call, with all that it traces and compiles, or later ones. */
  readonly call: "first" | "warm";
  /** The largest |a - b| / (1 + |b|) between a contestant's numbers and those of the first one. */
  readonly tolerance: number;
  /** Whether the memory that it takes is told as well. */
  readonly memory: boolean;
}

const unrolled = (steps: number): Unrolled => ({
  kind: "unrolled",
  steps,
  network: {
    kind: "network",
    sizes: [784, 128, 10],
    activation: "relu",
    batch: 128,
    batches: 1,
    rate: 1e-3,
    checked: 1,
  },
});

const first = (name: string, title: string, task: ProgramTask, tolerance: number): Program => ({
  name,
  title,
  task,
  call: "first",
  tolerance,
  memory: false,
});

const warm = (name: string, title: string, task: ProgramTask, memory = false): Program => ({
  name,
  title,
  task,
  call: "warm",
  tolerance: 1e-9,
  memory,
});

/** What is measured. */
export const programs: readonly Program[] = [
  first(
    "logistic",
    "logistic map on 10 numbers, 200 rounds",
    { kind: "logistic", size: 10, rounds: 200, checked: 10 },
    1e-9,
  ),
  first("orbit", "Lorenz by 100 unrolled steps, gradient", { kind: "orbit", steps: 100 }, 1e-9),
  first("adam-20", "20 unrolled steps of Adam, 784–128–10", unrolled(20), 1e-3),
  first("adam-100", "100 unrolled steps of Adam, 784–128–10", unrolled(100), 1e-2),
  first("deep", "1,000 layers of tanh, gradient", { kind: "deep", layers: 1000, units: 8, batch: 4 }, 1e-4),
  warm("lse", "log-sum-exp of 160,000", { kind: "logSumExp", size: 160_000, gradient: false }),
  warm("lse-grad", "log-sum-exp of 160,000, with its gradient", { kind: "logSumExp", size: 160_000, gradient: true }),
  warm("ba", "bundle adjustment, 31,843 observations, Jacobian", {
    kind: "adjustment",
    cameras: 49,
    points: 7776,
    observations: 31_843,
  }),
  warm("ode", "ODE of 1,000 numbers by 1,000 steps, gradient", { kind: "ode", size: 1000, steps: 1000 }, true),
];
