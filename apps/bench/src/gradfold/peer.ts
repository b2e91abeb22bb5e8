import { jit, scan } from "@gradfold/compile";
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
import type { Loops, Wrap } from "./wrap.ts";

const taking =
  (wrap: Wrap, loops: Loops) =>
  (task: Task, data: Data): Job => {
    switch (task.kind) {
      case "line":
        return line(task, data, wrap);
      case "network":
        return network(task, data, wrap);
      case "epochs":
        return epochs(task, data, wrap, loops);
      case "curvature":
        return curvature(task, data, wrap);
      case "valley":
        return valley(task, wrap);
      case "chain":
        return chain(task, data, wrap);
      case "product":
        return product(task, data, wrap);
    }
  };

const version = `Node ${process.versions.node}`;

/** Operation by operation. */
export const eager: Peer = { version, take: taking((f) => f, {}) };

/** A step compiled, or the whole run where a unit is one. */
export const compiled: Peer = { version, take: taking(jit, { scan }) };
