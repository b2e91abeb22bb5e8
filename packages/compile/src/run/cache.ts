import type { Store } from "@gradfold/core/transform";
import type { Span } from "../memory/allocator.ts";
import { type Heap, mostCachedBytes } from "./heap.ts";

/*
 * A cache of arguments. Arrays that an argument cycles through, such as the batches of a data set, stay in the
 * program's memory instead of being copied at every call.
 */

export interface ArgumentCache {
  /** The address of a cached buffer; undefined if it is not cached. `bytes` is how much of it this call reads. */
  readonly find: (store: Store, bytes: number) => number | undefined;
}

/** Longer cycles do not fit the cache. */
const mostArrays = 2 ** 14;
/** Below this hit rate the cache is emptied. */
const leastHitRate = 1 / 8;

/** Sampling, to find the length of the cycle; or caching. */
type Phase =
  /** Of a few buffers, at which call they were wanted. */
  | { readonly kind: "watching"; readonly sampled: WeakMap<Store, number>; calls: number }
  /** Where buffers are, or -1 less the bytes that were wanted of them so far. */
  | {
      readonly kind: "keeping";
      readonly known: WeakMap<Store, number>;
      readonly taken: Span[];
      readonly period: number;
      calls: number;
      /** How many of the calls were for buffers that were known. */
      hits: number;
    };

const watching = (): Phase => ({ kind: "watching", sampled: new WeakMap(), calls: 0 });

const keeping = (period: number): Phase => ({
  kind: "keeping",
  known: new WeakMap(),
  taken: [],
  period,
  calls: 0,
  hits: 0,
});

/**
 * Watches one argument. To note every array would cost more than to copy it: the first, the second, the fourth are
 * noted, and so on. When one of them comes again, it is known how many take turns. From then on a buffer is copied
 * behind the program's memory as soon as that costs no more than has been spent on copying what was wanted of it.
 */
export const openArgumentCache = (heap: Heap): ArgumentCache => {
  let phase = watching();

  const insert = (known: WeakMap<Store, number>, taken: Span[], store: Store): number | undefined => {
    const span = heap.allocate(store.byteLength);
    if (span === undefined) return undefined;
    taken.push(span);
    known.set(store, span.address);
    const window = store.BYTES_PER_ELEMENT === 4 ? heap.single : heap.double;
    window.set(store, span.address / store.BYTES_PER_ELEMENT);
    return span.address;
  };

  return {
    find: (store, bytes) => {
      if (store.byteLength > mostCachedBytes) return undefined;
      phase.calls += 1;
      if (phase.kind === "watching") {
        const { sampled, calls } = phase;
        const before = sampled.get(store);
        const period = before === undefined ? Infinity : calls - before;
        if (period * store.byteLength <= 2 * mostCachedBytes) phase = keeping(period);
        else if (calls % Math.min(2 ** (31 - Math.clz32(calls)), mostArrays) === 0) sampled.set(store, calls);
        return undefined;
      }
      const { known, taken, period, calls } = phase;
      const found = known.get(store);
      if (found !== undefined) phase.hits += 1;
      if (calls > 2 * period + 64) {
        if (phase.hits < calls * leastHitRate) {
          for (const span of taken) heap.release(span);
          phase = watching();
          return undefined;
        }
        phase.calls = 0;
        phase.hits = 0;
      }
      if (found !== undefined && found >= 0) return found;
      const wanted = bytes - 1 - (found ?? -1);
      if (wanted >= store.byteLength) return insert(known, taken, store);
      known.set(store, -1 - wanted);
      return undefined;
    },
  };
};
