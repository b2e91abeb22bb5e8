/** Least squares by gradient descent on rows of data, batch after batch. */
export interface Line {
  readonly kind: "line";
  readonly rows: number;
  readonly columns: number;
  readonly batch: number;
  readonly rate: number;
  /** Steps in a unit. A unit of more than one is a run: it begins anew. */
  readonly steps: number;
  /** Units before the parameters are compared. */
  readonly checked: number;
}

/** A multilayer perceptron with a cross entropy, in batches. */
interface Layers {
  /** Units of each layer, the input's first. */
  readonly sizes: readonly number[];
  readonly activation: "relu" | "tanh";
  readonly batch: number;
  readonly batches: number;
}

/** Training it by Adam, a step a unit. */
export interface Network extends Layers {
  readonly kind: "network";
  readonly rate: number;
  readonly checked: number;
}

/** The Hessian of its loss times a vector. */
export interface Curvature extends Layers {
  readonly kind: "curvature";
}

/** Rosenbrock's function of two numbers, by many small steps; a unit is a run. */
export interface Valley {
  readonly kind: "valley";
  readonly optimizer: "gd" | "adam";
  readonly rate: number;
  readonly steps: number;
  /** Steps before the place is compared: longer runs of float32 numbers part. */
  readonly checked: number;
}

/** Value and gradient of Σ tanh(x w + b)². */
export interface Chain {
  readonly kind: "chain";
  readonly size: number;
}

/** A product of two square matrices. */
export interface Product {
  readonly kind: "product";
  readonly size: number;
}

export type Task = Line | Network | Curvature | Valley | Chain | Product;

export interface Workload {
  readonly name: string;
  /** What one unit of it is. */
  readonly title: string;
  readonly task: Task;
  /** The largest |a - b| / (1 + |b|) between a peer's numbers and those of the typed-array loops. */
  readonly tolerance: number;
}

const tolerance = 1e-4;

/** Peers that add up a million float32 numbers one by one lose three digits; that is theirs to do. */
const tolerant = 1e-3;

const w1: Line = { kind: "line", rows: 100, columns: 2, batch: 100, rate: 0.1, steps: 100, checked: 1 };
const w2 = (rows: number): Line => ({ ...w1, rows, batch: rows, steps: 1, checked: 20 });
const w3: Line = { kind: "line", rows: 1e5, columns: 100, batch: 1e5, rate: 0.1, steps: 1, checked: 10 };
const w3Batch = (batch: number): Line => ({ ...w3, batch, rate: 0.01, checked: 50 });
const w5 = { sizes: [2, 64, 64, 3], activation: "tanh", batch: 64, batches: 1 } as const;
const w6: Valley = { kind: "valley", optimizer: "gd", rate: 1e-3, steps: 10_000, checked: 1000 };

const exact = (name: string, title: string, task: Task): Workload => ({ name, title, task, tolerance });

/** What is measured. */
export const workloads: readonly Workload[] = [
  exact("W1", "a line through 100 points, 100 steps", w1),
  ...[1e3, 1e4, 1e5, 1e6, 1e7].map((n) =>
    exact(`W2:${n}`, `a line through ${n.toLocaleString("en")} points, a step`, w2(n)),
  ),
  exact("W3:full", "least squares, 100,000 × 100, a step", w3),
  ...[32, 256].map((n) => exact(`W3:${n}`, `least squares, ${n} of 100,000 × 100, a step`, w3Batch(n))),
  exact("W4", "perceptron 784–128–10, batch of 128, a step of Adam", {
    kind: "network",
    sizes: [784, 128, 10],
    activation: "relu",
    batch: 128,
    batches: 8,
    rate: 1e-3,
    checked: 20,
  }),
  exact("W5", "perceptron 2–64–64–3, batch of 64, a step of Adam", {
    ...w5,
    kind: "network",
    rate: 1e-3,
    checked: 50,
  }),
  exact("W6:gd", "Rosenbrock's valley, 10,000 steps", w6),
  exact("W6:adam", "Rosenbrock's valley, 10,000 steps of Adam", { ...w6, optimizer: "adam", rate: 1e-2 }),
  {
    name: "W7",
    title: "Σ tanh(x w + b)² of a million, value and gradient",
    task: { kind: "chain", size: 1e6 },
    tolerance: tolerant,
  },
  ...[256, 512, 1024].map((n) => exact(`W8:${n}`, `matrix product, ${n} × ${n}`, { kind: "product", size: n })),
  exact("W9", "Hessian of W5 times a vector", { ...w5, kind: "curvature" }),
];

/** The workloads of a name: `W2` stands for all its sizes. */
export const named = (name: string): readonly Workload[] =>
  workloads.filter((workload) => workload.name === name || workload.name.startsWith(`${name}:`));
