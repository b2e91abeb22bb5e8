import type { DType } from "@gradfold/core";
import { allocate, contiguous, isFloat, mostShared, sizeOf, type Store } from "@gradfold/core/transform";
import { bytesOf, widthOf } from "../graph/bytes.ts";
import type { Value } from "../graph/graph.ts";
import { isTogether, smallBytes } from "../memory/plan.ts";
import { type Heap, windowOf } from "./heap.ts";

/* Elements on their way out of a program's memory, as fresh arrays. */

/** A result in memory, and its number among the values of the graph. */
export interface Made {
  readonly id: number;
  readonly value: Value;
  readonly address: number;
}

/**
 * Results of one dtype that share a fresh buffer, since a buffer costs more than an array on it: several small ones,
 * whose elements are gathered, or those of a middling size, which lie side by side as a single run.
 */
interface Batch {
  readonly dtype: DType;
  /** Where the elements stand in memory: each of them, or only the first of a run. */
  readonly from: readonly number[];
  readonly size: number;
}

/** The number of a result's batch, and where it starts there. */
interface Place {
  readonly batch: number;
  readonly start: number;
}

const intoBatches = (
  all: readonly Made[],
): { readonly batches: readonly Batch[]; readonly places: readonly Place[] } => {
  const batches: Batch[] = [];
  const last = new Map<string, number>();
  const places = all.map(({ value, address }): Place => {
    const { dtype, shape } = value;
    const [first, size] = [address / widthOf(dtype), sizeOf(shape)];
    const isRun = size * widthOf(dtype) > smallBytes;
    const from = isRun ? [first] : Array.from({ length: size }, (_, i) => first + i);
    const key = `${isTogether(value) ? "middling" : "small"} ${dtype}`;
    const number = last.get(key) ?? -1;
    const batch = batches[number];
    if (batch !== undefined && isTogether(value)) {
      const start = first - (batch.from[0] ?? 0);
      batches[number] = { ...batch, size: start + size };
      return { batch: number, start };
    }
    if (batch !== undefined && (batch.size + size) * widthOf(dtype) <= smallBytes) {
      batches[number] = { dtype, from: [...batch.from, ...from], size: batch.size + size };
      return { batch: number, start: batch.size };
    }
    last.set(key, batches.length);
    return { batch: batches.push({ dtype, from, size }) - 1, start: 0 };
  });
  return { batches, places };
};

/** Copies a run out, again and again. */
const openRun = (heap: Heap, { dtype, from: [first = 0], size }: Batch): (() => Store) => {
  const look = () => windowOf(heap, dtype).subarray(first, first + size);
  let window = look();
  // Made of a window, an array is written once; `slice`, or an empty array first, would fill it with zeros before.
  const isAtOnce = isFloat(dtype) && size * widthOf(dtype) > mostShared;
  return () => {
    // Nothing is seen any more of a memory that has grown.
    if (window.length === 0) window = look();
    if (isAtOnce) return window instanceof Float32Array ? new Float32Array(window) : new Float64Array(window);
    const out = allocate(dtype, size);
    out.set(window);
    return out;
  };
};

/** From so many bytes on, an allocator asks the system for memory. */
const manyBytes = 131072;

/**
 * Makes room for results of megabytes to be dropped and made again at every call. glibc gives what is freed back to the
 * system, and gets it anew page by page, at more than the results' computing costs, until it has once freed a block of
 * up to 32 MiB: then it keeps twice that. This block is never touched, so it is addresses and no memory.
 */
const keepFreedMemory = (all: readonly Made[]): void => {
  // oxlint-disable-next-line no-new -- it is there to be freed
  if (all.some(({ value }) => bytesOf(value) >= manyBytes)) new ArrayBuffer(32_000_000);
};

/** Source that copies results out. */
export interface Printed {
  readonly statements: string;
  /** A list of the fresh arrays. */
  readonly list: string;
  /** What else is named. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** Statements that copy results out as fresh arrays: straight-line code takes half the time of loops over descriptions. */
export const printResults = (heap: Heap, all: readonly Made[]): Printed => {
  const { batches, places } = intoBatches(all);
  keepFreedMemory(all);
  const printBatch = ({ dtype, from, size }: Batch, b: number): string => {
    if (size * widthOf(dtype) > smallBytes) return `const store${b} = copies[${b}]();`;
    const window = widthOf(dtype) === 4 ? "single" : "double";
    const copies = from.map((place, i) => `store${b}[${i}] = ${window}[${place}];`);
    return `const store${b} = allocate("${dtype}", ${size}); ${copies.join(" ")}`;
  };
  const printResult = ({ value: { dtype } }: Made, i: number): string => {
    const { batch = 0, start = 0 } = places[i] ?? {};
    return `contiguous("${dtype}", shapes[${i}], store${batch}, ${start})`;
  };
  return {
    statements: ["const { single, double } = heap;", ...batches.map(printBatch)].join("\n"),
    list: `[${all.map(printResult).join(", ")}]`,
    values: {
      heap,
      allocate,
      contiguous,
      copies: batches.map((batch) => openRun(heap, batch)),
      shapes: all.map(({ value }) => value.shape),
    },
  };
};
