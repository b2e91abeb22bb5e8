import { type ArrayType, isFloat } from "@gradfold/core/library";
import { areInOrder } from "../graph/affine.ts";
import { bytesOf } from "../graph/bytes.ts";
import { type Graph, type Value, valueAt } from "../graph/graph.ts";
import { writesInOrder } from "../schedule/collapse.ts";
import type { Schedule } from "../schedule/fuse.ts";
import { type Kernel, loadsOf, type Loop, usesOf } from "../schedule/kernel.ts";

/*
 * Donation. The arguments of a training step are results of the last one: parameters, and the optimizer's state. Such
 * an argument may share its buffer with a result of this call, if each of its elements is read for the last time in the
 * iteration that writes the same element of the result.
 */

/** The inputs of which a loop reads, at each point, only the element that has the same index as the point. */
const readInOrder = (loop: Loop): ReadonlySet<number> => {
  const read = new Map<number, boolean>();
  for (const { value, source } of loadsOf(loop.nodes)) {
    const isInOrder = source.offset === 0 && areInOrder(source.strides, loop.domain);
    read.set(value, isInOrder && read.get(value) !== false);
  }
  return new Set([...read].flatMap(([value, isInOrder]) => (isInOrder ? [value] : [])));
};

/** Adds to the list of a key. */
const addTo = <K>(lists: Map<K, number[]>, key: K, value: number): void => {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
};

const typeText = ({ dtype, shape }: ArrayType): string => `${dtype} ${shape.join()}`;

/** The results that a loop writes, by their types. */
const resultsOf = ({ stores }: Loop, graph: Graph, outputs: ReadonlySet<number>) => {
  const results = new Map<string, number[]>();
  for (const { value } of stores) if (outputs.has(value)) addTo(results, typeText(valueAt(graph, value)), value);
  return results;
};

/** The kernel that reads a value last. */
const lastReaders = ({ graph, kernels }: Schedule): ReadonlyMap<number, Kernel> =>
  new Map(kernels.flatMap((kernel) => usesOf(kernel, graph).map((id) => [id, kernel] as const)));

/** The most results whose buffers an input may share. */
const mostDonations = 4;

/**
 * For each relocatable input, the results whose buffers it may share. The results of a step are the arguments of the next
 * one in the same order, so where a type has many results, its first input may share the buffers of the first results,
 * and so on.
 */
export const donationsIn = (
  schedule: Schedule,
  relocatable: readonly number[],
): ReadonlyMap<number, readonly number[]> => {
  const { graph } = schedule;
  const outputs = new Set(graph.outputs);
  const readers = lastReaders(schedule);
  const inputs = new Map<Loop, number[]>();
  for (const input of relocatable) {
    const reader = readers.get(input);
    if (reader?.kind === "loop") addTo(inputs, reader, input);
  }
  const donations = new Map<number, readonly number[]>();
  for (const [loop, read] of inputs) {
    if (!writesInOrder(loop)) continue;
    const inOrder = readInOrder(loop);
    const results = resultsOf(loop, graph, outputs);
    const groups = new Map<string, number[]>();
    for (const input of read) addTo(groups, typeText(valueAt(graph, input)), input);
    for (const [type, group] of groups) {
      const all = results.get(type) ?? [];
      group.forEach((input, rank) => {
        const start = Math.max(0, Math.min(rank - 1, all.length - mostDonations));
        if (all.length > 0 && inOrder.has(input)) donations.set(input, all.slice(start, start + mostDonations));
      });
    }
  }
  return donations;
};

/** Smaller arguments are copied faster than looked up. */
const leastBytes = 4096;

/** Whether arrays of a type can be cached: in memory they have the bytes of their buffers. */
export const canCache = (type: Omit<Value, "definition">): boolean =>
  isFloat(type.dtype) && bytesOf(type) >= leastBytes;
