import type { Store } from "@gradfold/core/transform";
import type { Stretch } from "../memory/allocator.ts";
import { type Heap, mostResidentBytes } from "./heap.ts";

/*
 * Arrays with which an argument takes turns, such as the batches of a data set, stay in a program's memory instead of
 * being copied there again and again.
 */

export interface Residence {
  /** The address of a buffer of which so many bytes are wanted now, if it is in memory. */
  readonly find: (store: Store, bytes: number) => number | undefined;
}

/** More arrays take turns than there would be room for. */
const mostTurns = 2 ** 14;
/** Arrays stay as long as so great a part of those that are asked for has been asked for before. */
const leastFamiliar = 1 / 8;

/** What is known of the arrays that an argument has been. */
type Phase =
  /** Of a few buffers, at which call they were wanted. */
  | { readonly kind: "watching"; readonly noted: WeakMap<Store, number>; calls: number }
  /** Where buffers are, or -1 less the bytes that were wanted of them so far. */
  | {
      readonly kind: "keeping";
      readonly known: WeakMap<Store, number>;
      readonly taken: Stretch[];
      readonly turns: number;
      calls: number;
      /** How many of the calls were for buffers that were known. */
      familiar: number;
    };

const watching = (): Phase => ({ kind: "watching", noted: new WeakMap(), calls: 0 });

const keeping = (turns: number): Phase => ({
  kind: "keeping",
  known: new WeakMap(),
  taken: [],
  turns,
  calls: 0,
  familiar: 0,
});

/**
 * Watches one argument. To note every array would cost more than to copy it: the first, the second, the fourth are
 * noted, and so on. When one of them comes again, it is known how many take turns. From then on a buffer is copied behind
 * the program's memory as soon as that costs no more than has been spent on copying what was wanted of it.
 */
export const openResidence = (heap: Heap): Residence => {
  let phase = watching();

  const settle = (known: WeakMap<Store, number>, taken: Stretch[], store: Store): number | undefined => {
    const stretch = heap.take(store.byteLength);
    if (stretch === undefined) return undefined;
    taken.push(stretch);
    known.set(store, stretch.address);
    const window = store.BYTES_PER_ELEMENT === 4 ? heap.single : heap.double;
    window.set(store, stretch.address / store.BYTES_PER_ELEMENT);
    return stretch.address;
  };

  return {
    find: (store, bytes) => {
      if (store.byteLength > mostResidentBytes) return undefined;
      phase.calls += 1;
      if (phase.kind === "watching") {
        const { noted, calls } = phase;
        const before = noted.get(store);
        const turns = before === undefined ? Infinity : calls - before;
        if (turns * store.byteLength <= 2 * mostResidentBytes) phase = keeping(turns);
        else if (calls % Math.min(2 ** (31 - Math.clz32(calls)), mostTurns) === 0) noted.set(store, calls);
        return undefined;
      }
      const { known, taken, turns, calls } = phase;
      const found = known.get(store);
      if (found !== undefined) phase.familiar += 1;
      if (calls > 2 * turns + 64) {
        if (phase.familiar < calls * leastFamiliar) {
          for (const stretch of taken) heap.giveBack(stretch);
          phase = watching();
          return undefined;
        }
        phase.calls = 0;
        phase.familiar = 0;
      }
      if (found !== undefined && found >= 0) return found;
      const wanted = bytes - 1 - (found ?? -1);
      if (wanted >= store.byteLength) return settle(known, taken, store);
      known.set(store, -1 - wanted);
      return undefined;
    },
  };
};
