import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { Command } from "./child.ts";
import { here, installed, inNode, root } from "./installed.ts";
import type { Epochs, Task } from "./workload.ts";

/** How to start a peer on a task, with the folder of its data. */
type Start = (task: Task, folder: string) => Command;

/** A peer that may be on this machine. */
export interface Entry {
  readonly name: string;
  /** What it takes where it is missing. */
  readonly needs: string;
  /** How to start it, unless it is missing. Programs are built in the folder. */
  readonly find: (folder: string) => Start | undefined;
}

const worker =
  (name: string, checkout = root): Start =>
  (task, folder) => [...inNode(checkout, "worker.js"), name, JSON.stringify(task), folder];

const own = (name: string, peer: string): Entry => ({ name, needs: "", find: () => worker(peer) });

const fromRegistry = (name: string, peer: string, packages: readonly string[]): Entry => ({
  name,
  needs: "pnpm bench:peers",
  find: () => {
    try {
      for (const name of packages) installed.resolve(name);
      return worker(peer);
    } catch {
      return undefined;
    }
  },
});

export const succeeds = (program: string, ...args: readonly string[]): boolean => spawnSync(program, args).status === 0;

/** A Python that has a module. */
export const pythonWith = (module: string): string | undefined =>
  ["python3", "/usr/bin/python3"].find((python) => succeeds(python, "-c", `import ${module}, numpy`));

const fromPython = (name: string, module: string): Entry => ({
  name,
  needs: `a python3 that imports ${module}`,
  find: () => {
    const python = pythonWith(module);
    if (python === undefined) return undefined;
    const script = join(here, "peers", `${module}_peer.py`);
    return (task, folder) => [python, "-B", script, JSON.stringify(task), folder];
  },
});

/** Those of a perceptron; a linear map has the columns alone for a size. */
const wordsOfModel = ({ model, batch, rate }: Epochs): readonly (string | number)[] =>
  model.kind === "linear"
    ? ["none", batch, 0, rate, 0, model.columns]
    : [model.activation, batch, 0, rate, 0, ...model.sizes];

/** The words of a task, in the order in which loops.c reads them. */
const wordsOf = (task: Task): readonly (string | number)[] => {
  switch (task.kind) {
    case "line":
      return [task.rows, task.columns, task.batch, task.rate, task.steps, task.checked];
    case "network":
      return [task.activation, task.batch, task.batches, task.rate, task.checked, ...task.sizes];
    case "epochs":
      return [task.rows, task.epochs, ...wordsOfModel(task)];
    case "curvature":
      return [task.activation, task.batch, task.batches, 0, 0, ...task.sizes];
    case "valley":
      return [task.optimizer, task.rate, task.steps, task.checked];
    case "chain":
    case "product":
      return [task.size];
  }
};

const native: Entry = {
  name: "C",
  needs: "cc",
  find: (folder) => {
    const program = join(folder, "loops");
    const flags = ["-O3", "-march=native", "-ffast-math", "-std=gnu11", "-o", program];
    if (!succeeds("cc", ...flags, join(here, "peers", "loops.c"), "-lm")) return undefined;
    return (task, folder) => [program, folder, task.kind, ...wordsOf(task).map(String)];
  },
};

/** What the ratios are to. */
export const baseline = "loops";

/** All peers, the baseline first. */
export const entries: readonly Entry[] = [
  own(baseline, "loops"),
  own("gradfold jit", "compiled"),
  own("gradfold", "eager"),
  native,
  fromRegistry("jax-js", "jax-js", ["@jax-js/jax"]),
  fromRegistry("TF.js wasm", "tensorflow", ["@tensorflow/tfjs", "@tensorflow/tfjs-backend-wasm"]),
  fromRegistry("TF.js cpu", "tensorflow-cpu", ["@tensorflow/tfjs"]),
  fromPython("PyTorch", "torch"),
  fromPython("JAX", "jax"),
];

/** What ratios are to where two versions are compared. */
export const earlier = "before";

/** The packages of another checkout, the same again, whose difference is chance, and those of this one. */
export const versions = (checkout: string): readonly Entry[] =>
  [
    [earlier, checkout],
    [`${earlier}, again`, checkout],
    ["now", root],
  ].map(([name = "", of]) => ({ name, needs: "", find: () => worker("compiled", of) }));
