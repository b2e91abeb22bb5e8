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

/** A multilayer perceptron with a cross entropy. */
export interface Perceptron {
  /** Units of each layer, the input's first. */
  readonly sizes: readonly number[];
  readonly activation: "relu" | "tanh";
}

/** The same, in batches that are cut beforehand. */
export interface Layers extends Perceptron {
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

/** A linear map with a squared error. */
export interface Linear {
  readonly columns: number;
}

/**
 * Training by Adam on mini-batches of rows, which come in a new order every epoch; an epoch's last batch may be shorter. A
 * unit is a run. The orders are part of the data.
 */
export interface Epochs {
  readonly kind: "epochs";
  readonly model: ({ readonly kind: "linear" } & Linear) | ({ readonly kind: "perceptron" } & Perceptron);
  readonly rows: number;
  readonly batch: number;
  readonly epochs: number;
  readonly rate: number;
  /** What compilers are given: the whole run, or one step after another. */
  readonly compiled: "run" | "step";
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

export type Task = Line | Network | Epochs | Curvature | Valley | Chain | Product;

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

const w10 = (rows: number, columns = 8): Epochs => ({
  kind: "epochs",
  model: { kind: "linear", columns },
  rows,
  batch: 32,
  epochs: 313,
  rate: 1e-3,
  compiled: "run",
});
const w11: Epochs = {
  ...w10(1e4),
  model: { kind: "perceptron", sizes: [784, 128, 10], activation: "relu" },
  batch: 64,
  epochs: 1,
};

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
  ...[2048, 2000].map((n) =>
    exact(`W10:${n}`, `least squares, batches of 32 of ${n.toLocaleString("en")} × 8, 313 epochs of Adam`, w10(n)),
  ),
  exact("W10:step", "W10:2048, compiled step by step", { ...w10(2048), compiled: "step" }),
  exact("W10:100000", "least squares, batches of 32 of 100,000 × 100, an epoch of Adam", {
    ...w10(1e5, 100),
    epochs: 1,
  }),
  exact("W11", "perceptron 784–128–10, batches of 64 of 10,000, an epoch of Adam", w11),
];

/** The workloads of a name: `W2` stands for all its sizes. */
export const named = (name: string): readonly Workload[] =>
  workloads.filter((workload) => workload.name === name || workload.name.startsWith(`${name}:`));
