import type { Store } from "@gradfold/core/library";
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
  /** Sampling: the call at which each of a few buffers came. */
  | { readonly kind: "sampling"; readonly sampled: WeakMap<Store, number>; calls: number }
  /** Caching: the addresses of buffers, or -1 less the bytes that were copied of them. */
  | {
      readonly kind: "caching";
      readonly known: WeakMap<Store, number>;
      readonly spans: Span[];
      readonly period: number;
      calls: number;
      /** The calls for buffers that were known. */
      hits: number;
    };

const sampling = (): Phase => ({ kind: "sampling", sampled: new WeakMap(), calls: 0 });

const caching = (period: number): Phase => ({
  kind: "caching",
  known: new WeakMap(),
  spans: [],
  period,
  calls: 0,
  hits: 0,
});

/** Copies a buffer to the cache; gives its address, or undefined if there is no memory for it. */
const insert = (heap: Heap, known: WeakMap<Store, number>, spans: Span[], store: Store): number | undefined => {
  const span = heap.allocate(store.byteLength);
  if (span === undefined) return undefined;
  spans.push(span);
  known.set(store, span.address);
  const window = store.BYTES_PER_ELEMENT === 4 ? heap.single : heap.double;
  window.set(store, span.address / store.BYTES_PER_ELEMENT);
  return span.address;
};

/**
 * Opens the cache of one argument. To note every array would cost more than to copy it, so only the first, the second,
 * the fourth and so on are noted. When one of them comes again, the length of the cycle is known. From then on a buffer
 * is cached as soon as that costs no more than the copies of its parts have cost.
 */
export const openArgumentCache = (heap: Heap): ArgumentCache => {
  let phase = sampling();
  return {
    find: (store, bytes) => {
      if (store.byteLength > mostCachedBytes) return undefined;
      phase.calls += 1;
      if (phase.kind === "sampling") {
        const { sampled, calls } = phase;
        const before = sampled.get(store);
        const period = before === undefined ? Infinity : calls - before;
        if (period * store.byteLength <= 2 * mostCachedBytes) phase = caching(period);
        else if (calls % Math.min(2 ** (31 - Math.clz32(calls)), mostArrays) === 0) sampled.set(store, calls);
        return undefined;
      }
      const { known, spans, period, calls } = phase;
      const found = known.get(store);
      if (found !== undefined) phase.hits += 1;
      if (calls > 2 * period + 64) {
        if (phase.hits < calls * leastHitRate) {
          for (const span of spans) heap.release(span);
          phase = sampling();
          return undefined;
        }
        phase.calls = 0;
        phase.hits = 0;
      }
      if (found !== undefined && found >= 0) return found;
      const wanted = bytes - 1 - (found ?? -1);
      if (wanted >= store.byteLength) return insert(heap, known, spans, store);
      known.set(store, -1 - wanted);
      return undefined;
    },
  };
};
