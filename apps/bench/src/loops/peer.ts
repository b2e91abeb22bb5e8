import type { Data } from "../data.ts";
import type { Job, Peer } from "../job.ts";
import type { Task } from "../workload.ts";
import { chain } from "./chain.ts";
import { curvature } from "./curvature.ts";
import { epochs } from "./epochs.ts";
import { line } from "./line.ts";
import { network } from "./network.ts";
import { product } from "./product.ts";
import { valley } from "./valley.ts";

const take = (task: Task, data: Data): Job => {
  switch (task.kind) {
    case "line":
      return line(task, data);
    case "network":
      return network(task, data);
    case "epochs":
      return epochs(task, data);
    case "curvature":
      return curvature(task, data);
    case "valley":
      return valley(task);
    case "chain":
      return chain(task, data);
    case "product":
      return product(task, data);
  }
};

/** Loops over typed arrays, with gradients by hand: what one writes without a library. */
export const loops: Peer = { version: `Node ${process.versions.node}`, take };
