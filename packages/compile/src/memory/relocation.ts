import { bytesOf } from "../graph/bytes.ts";
import { type Graph, valueAt } from "../graph/graph.ts";
import type { Schedule } from "../schedule/fuse.ts";
import { isScalarKernel, usesOf } from "../schedule/kernel.ts";

/* Relocation: inputs whose addresses are parameters of the code, so that they need not be copied to be read. */

/** The inputs that can be relocated: only loop nests and gemms read them, which take base addresses. */
export const relocatableIn = ({ graph, kernels }: Schedule): readonly number[] => {
  if (kernels.every(isScalarKernel)) return [];
  const fixed = new Set(graph.outputs);
  for (const kernel of kernels)
    if (kernel.kind === "routine" || kernel.kind === "control") for (const id of usesOf(kernel, graph)) fixed.add(id);
  return Array.from({ length: graph.inputs }, (_, id) => id).filter((id) => !fixed.has(id));
};

/** The most parameters of a function: engines have a limit, and to pass arguments takes time. */
const mostRelocated = 500;

/** The largest of the inputs that can be relocated: no more than a function has parameters. */
export const largestIn = (graph: Graph, relocatable: readonly number[]): readonly number[] => {
  if (relocatable.length <= mostRelocated) return relocatable;
  const bytes = (id: number): number => bytesOf(valueAt(graph, id));
  return relocatable
    .toSorted((a, b) => bytes(b) - bytes(a))
    .slice(0, mostRelocated)
    .toSorted((a, b) => a - b);
};
