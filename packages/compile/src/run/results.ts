import type { DType } from "@gradfold/core";
import { allocate, contiguous, isFloat, lazy, sizeOf, type Store } from "@gradfold/core/library";
import { mostShared } from "@gradfold/core/compiler";
import { bytesOf, widthOf } from "../graph/bytes.ts";
import { type Graph, isMade, type Value, valueAt } from "../graph/graph.ts";
import { isCoalesced, smallBytes } from "../memory/plan.ts";
import { type Heap, windowOf } from "./heap.ts";

/* Copying results out of a program's memory into fresh arrays. */

/** A result in memory, and its number among the values of the graph. */
export interface Output {
  readonly id: number;
  readonly value: Value;
  readonly address: number;
}

/** The results that a program makes, each once. */
export const outputsIn = (graph: Graph, addresses: readonly number[]): readonly Output[] => {
  const addressOf = new Map(graph.outputs.map((id, i) => [id, addressAt(addresses, i)]));
  return [...addressOf].flatMap(([id, address]) => {
    const value = valueAt(graph, id);
    return isMade(value) ? [{ id, value, address }] : [];
  });
};

const addressAt = (addresses: readonly number[], output: number): number => {
  const address = addresses[output];
  if (address === undefined) throw new Error(`run: no address of result ${output}`);
  return address;
};

/**
 * Results of one dtype that share a fresh buffer, since a buffer costs more than an array on it: several small ones,
 * whose elements are gathered, or results of a middling size, which are a single run in memory.
 */
interface SharedBuffer {
  readonly dtype: DType;
  /** The indices of the elements in memory: of each of them, or only of the first of a run. */
  readonly from: readonly number[];
  readonly size: number;
}

/** The shared buffer of a result, and its offset there. */
interface Slot {
  readonly buffer: number;
  readonly start: number;
}

const intoSharedBuffers = (
  all: readonly Output[],
): { readonly buffers: readonly SharedBuffer[]; readonly slots: readonly Slot[] } => {
  const buffers: SharedBuffer[] = [];
  const last = new Map<string, number>();
  const slots = all.map(({ value, address }): Slot => {
    const { dtype, shape } = value;
    const [first, size] = [address / widthOf(dtype), sizeOf(shape)];
    const isRun = size * widthOf(dtype) > smallBytes;
    const from = isRun ? [first] : Array.from({ length: size }, (_, i) => first + i);
    const key = `${isCoalesced(value) ? "middling" : "small"} ${dtype}`;
    const number = last.get(key) ?? -1;
    const buffer = buffers[number];
    if (buffer !== undefined && isCoalesced(value)) {
      const start = first - (buffer.from[0] ?? 0);
      buffers[number] = { ...buffer, size: start + size };
      return { buffer: number, start };
    }
    if (buffer !== undefined && (buffer.size + size) * widthOf(dtype) <= smallBytes) {
      buffers[number] = { dtype, from: [...buffer.from, ...from], size: buffer.size + size };
      return { buffer: number, start: buffer.size };
    }
    last.set(key, buffers.length);
    return { buffer: buffers.push({ dtype, from, size }) - 1, start: 0 };
  });
  return { buffers, slots };
};

/** A function that copies a run of elements out. */
const openCopy = (heap: Heap, { dtype, from: [first = 0], size }: SharedBuffer): (() => Store) => {
  const look = () => windowOf(heap, dtype).subarray(first, first + size);
  let window = look();
  // An array that is made of a window is written once; `slice`, or an empty array, would be filled with zeros before.
  const isAtOnce = isFloat(dtype) && size * widthOf(dtype) > mostShared;
  return () => {
    // A memory that has grown leaves its old windows empty.
    if (window.length === 0) window = look();
    if (isAtOnce) return window instanceof Float32Array ? new Float32Array(window) : new Float64Array(window);
    const out = allocate(dtype, size);
    out.set(window);
    return out;
  };
};

/** From this many bytes on, the system's allocator maps memory for each block. */
const manyBytes = 131072;

/** A block of addresses that is freed soon. It is made once: the next one would be written with zeros. */
const freeBlock = lazy(() => void new ArrayBuffer(32_000_000));

/**
 * Keeps freed memory in the process for results of megabytes, which are made anew at every call. glibc gives freed
 * memory back to the system, and gets it anew page by page, which costs more than computing the results, until it has
 * once freed a block of up to 32 MiB: then it keeps twice that. This block is never touched, so it is addresses and no
 * memory.
 */
export const keepFreedMemory = (all: readonly Output[]): void => {
  if (all.some(({ value }) => bytesOf(value) >= manyBytes)) freeBlock();
};

/** Source that copies results out. */
export interface Printed {
  readonly statements: string;
  /** A list of the fresh arrays. */
  readonly list: string;
  /** The values that the source names. */
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * Statements that copy results out as fresh arrays: straight-line code takes half the time of loops over descriptions.
 */
export const printResults = (heap: Heap, all: readonly Output[]): Printed => {
  const { buffers, slots } = intoSharedBuffers(all);
  const printBuffer = ({ dtype, from, size }: SharedBuffer, b: number): string => {
    if (size * widthOf(dtype) > smallBytes) return `const store${b} = copies[${b}]();`;
    const window = widthOf(dtype) === 4 ? "single" : "double";
    const copies = from.map((index, i) => `store${b}[${i}] = ${window}[${index}];`);
    return `const store${b} = allocate("${dtype}", ${size}); ${copies.join(" ")}`;
  };
  const printResult = ({ value: { dtype } }: Output, i: number): string => {
    const slot = slots[i];
    if (slot === undefined) throw new Error(`run: result ${i} has no slot`);
    return `contiguous("${dtype}", shapes[${i}], store${slot.buffer}, ${slot.start})`;
  };
  return {
    statements: ["const { single, double } = heap;", ...buffers.map(printBuffer)].join("\n"),
    list: `[${all.map(printResult).join(", ")}]`,
    values: {
      heap,
      allocate,
      contiguous,
      copies: buffers.map((buffer) => openCopy(heap, buffer)),
      shapes: all.map(({ value }) => value.shape),
    },
  };
};
