import type { NDArray } from "@gradfold/core";
import { widthOf } from "../graph/bytes.ts";
import { type Graph, valueAt } from "../graph/graph.ts";
import { canCache } from "../memory/donation.ts";
import { type ArgumentCache, openArgumentCache } from "./cache.ts";
import { copyIn, copyOver, regionOf, runOf } from "./copy.ts";
import type { Executable } from "./executable.ts";
import type { Heap } from "./heap.ts";
import type { Output } from "./results.ts";

/* Arguments in a program's memory. */

/** At most this many results are searched one by one. */
const fewResults = 32;

/** Finds the index of an array in a long list, which is mostly the list of the last search. */
const openFinder = (): ((list: readonly NDArray[], x: NDArray) => number) => {
  let searched: readonly NDArray[] = [];
  let indices: ReadonlyMap<NDArray, number> = new Map();
  return (list, x) => {
    if (list !== searched) [searched, indices] = [list, new Map(list.map((y, i) => [y, i]))];
    return indices.get(x) ?? -1;
  };
};

/** Sees to it that an argument is in memory; gives its address. `last` are the results of the last call. */
type Materialize = (argument: number, x: NDArray, last: readonly NDArray[]) => number;

/** The caches of the arguments that are relocated. */
const openCaches = (heap: Heap, graph: Graph, relocated: readonly number[]): ReadonlyMap<number, ArgumentCache> =>
  new Map(relocated.filter((id) => canCache(valueAt(graph, id))).map((id) => [id, openArgumentCache(heap)]));

/**
 * An array is copied in, unless it is cached since it comes again and again. A result of the last call is copied within
 * the memory.
 */
export const openMaterialize = (
  heap: Heap,
  graph: Graph,
  { inputs, relocated }: Executable,
  outputs: readonly Output[],
): Materialize => {
  const targets = inputs.map((address, id) => ({ address, region: regionOf(valueAt(graph, id), address) }));
  const caches = openCaches(heap, graph, relocated);
  const regions = outputs.map(({ value, address }) => regionOf(value, address));
  const find = outputs.length > fewResults ? openFinder() : undefined;
  return (argument, x, last) => {
    const to = targets[argument];
    if (to === undefined) throw new Error(`run: no argument ${argument}`);
    const from = regions[find === undefined ? last.indexOf(x) : find(last, x)];
    if (from !== undefined) {
      copyOver(heap, from, to.region);
      return to.address;
    }
    const elements = runOf(x, to.region.size);
    const width = widthOf(to.region.dtype);
    const cached = caches.get(argument)?.find(elements.data, to.region.size * width);
    if (cached !== undefined) return cached + elements.start * width;
    copyIn(heap, to.region, elements);
    return to.address;
  };
};
