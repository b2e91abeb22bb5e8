import { rowMajor, sameShape } from "@gradfold/core/transform";
import type { Source } from "./affine.ts";
import type { Schedule } from "./fuse.ts";
import { type Graph, valueAt } from "./graph.ts";
import { type Kernel, loadsOf, type Sweep } from "./kernel.ts";
import { canMove, usesOf } from "./layout.ts";
import { writesInOrder } from "./sweep.ts";

/*
 * Steps are fed with their own results: parameters, and what an optimizer remembers. An argument may be read where the last
 * call left it as a result, although this call writes its own result there, if each element is read for the last time where
 * it is written.
 */

const isInOrder = ({ offset, strides }: Source, domain: readonly number[]): boolean =>
  offset === 0 && rowMajor(domain).every((stride, axis) => domain[axis] === 1 || strides[axis] === stride);

/** Whether a sweep reads every element of an input at its own place, and nothing else of it. */
const readsInOrder = (sweep: Sweep, input: number): boolean => {
  const loads = loadsOf(sweep.nodes).filter(({ value }) => value === input);
  return loads.length > 0 && loads.every(({ source }) => isInOrder(source, sweep.domain));
};

/** The sweep that reads an input last, and in order; undefined if something else does. */
const lastReader = (kernels: readonly Kernel[], graph: Graph, input: number): Sweep | undefined => {
  const last = kernels.findLast((kernel) => usesOf(kernel, graph).includes(input));
  return last?.kind === "sweep" && readsInOrder(last, input) && writesInOrder(last) ? last : undefined;
};

/** For inputs that can move, the results in whose places they may lie. */
export const reusedIn = (schedule: Schedule): ReadonlyMap<number, readonly number[]> => {
  const { graph, kernels } = schedule;
  const reused = new Map<number, readonly number[]>();
  for (const [input, value] of graph.values.slice(0, graph.inputs).entries()) {
    const { dtype, shape } = value;
    if (!canMove(schedule, input)) continue;
    const sweep = lastReader(kernels, graph, input);
    const results = (sweep?.stores ?? []).flatMap((store) => {
      const result = valueAt(graph, store.value);
      const fits = result.dtype === dtype && sameShape(result.shape, shape);
      return fits && graph.outputs.includes(store.value) ? [store.value] : [];
    });
    if (results.length > 0) reused.set(input, results);
  }
  return reused;
};
