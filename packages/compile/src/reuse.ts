import { sameShape } from "@gradfold/core/transform";
import { areInOrder } from "./affine.ts";
import type { Schedule } from "./fuse.ts";
import { valueAt } from "./graph.ts";
import { type Kernel, loadsOf, type Sweep } from "./kernel.ts";
import { usesOf } from "./layout.ts";
import { writesInOrder } from "./sweep.ts";

/*
 * Steps are fed with their own results: parameters, and what an optimizer remembers. An argument may be read where the last
 * call left it as a result, although this call writes its own result there, if each element is read for the last time where
 * it is written.
 */

/** Whether a sweep reads every element of an input at its own place, and nothing else of it. */
const readsInOrder = (sweep: Sweep, input: number): boolean => {
  const loads = loadsOf(sweep.nodes).filter(({ value }) => value === input);
  return (
    loads.length > 0 &&
    loads.every(({ source: { offset, strides } }) => offset === 0 && areInOrder(strides, sweep.domain))
  );
};

/** The kernel that reads a value last. */
const lastReaders = ({ graph, kernels }: Schedule): ReadonlyMap<number, Kernel> =>
  new Map(kernels.flatMap((kernel) => usesOf(kernel, graph).map((id) => [id, kernel] as const)));

/** Of inputs that can move: the results in whose places they may lie. */
export const reusedIn = (schedule: Schedule, movable: readonly number[]): ReadonlyMap<number, readonly number[]> => {
  const { graph } = schedule;
  const readers = lastReaders(schedule);
  const reused = new Map<number, readonly number[]>();
  for (const input of movable) {
    const { dtype, shape } = valueAt(graph, input);
    const sweep = readers.get(input);
    if (sweep?.kind !== "sweep") continue;
    const results = sweep.stores.flatMap(({ value }) => {
      const result = valueAt(graph, value);
      return graph.outputs.includes(value) && result.dtype === dtype && sameShape(result.shape, shape) ? [value] : [];
    });
    if (results.length > 0 && readsInOrder(sweep, input) && writesInOrder(sweep)) reused.set(input, results);
  }
  return reused;
};
