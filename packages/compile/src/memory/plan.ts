import { isFloat } from "@gradfold/core/transform";
import { bytesOf, scratchBytes, widthOf } from "../graph/bytes.ts";
import { type Graph, type Value, valueAt } from "../graph/graph.ts";
import type { Schedule } from "../schedule/fuse.ts";
import { type ControlKernel, isScalarKernel, madeBy, usesOf } from "../schedule/kernel.ts";
import type { Allocator, Span } from "./allocator.ts";

/* The memory plan: the address of every buffer, decided before the program runs. */

/** Up to so many bytes an engine keeps a buffer among its objects. */
export const smallBytes = 64;
const middlingBytes = 32768;

/** Whether a result is of a middling size: such results of one dtype are adjacent in memory, and copied out at once. */
export const isCoalesced = (value: Value): boolean =>
  isFloat(value.dtype) && bytesOf(value) > smallBytes && bytesOf(value) <= middlingBytes;

/** Rows of at most this many bytes are copied by a few vector instructions. */
export const fewBytes = 128;

/** A program inside of a loop or a choice, and its memory. */
export interface Inner {
  readonly schedule: Schedule;
  readonly plan: MemoryPlan;
}

/** The address of every value that has a buffer. */
export interface MemoryPlan {
  readonly addresses: ReadonlyMap<number, number>;
  /** The inputs whose addresses are parameters of the code, since they differ from call to call. */
  readonly relocated: readonly number[];
  /** The parameters that tell where. */
  readonly parameters: ReadonlyMap<number, number>;
  /** By the number of the control. */
  readonly inner: ReadonlyMap<number, readonly Inner[]>;
  /** By the number of the routine. */
  readonly scratch: ReadonlyMap<number, readonly number[]>;
}

/** The address of a value, or of the element of a larger value that a reduction computes. */
export type AddressOf = (value: number) => number;

export const addressIn =
  ({ addresses }: MemoryPlan, graph: Graph): AddressOf =>
  (id) => {
    const value = valueAt(graph, id);
    const { definition, dtype } = value;
    const into = definition.kind === "rowReduction" ? definition.into : undefined;
    const address = addresses.get(into?.value ?? id);
    if (address !== undefined) return address + (into?.element ?? 0) * widthOf(dtype);
    if (bytesOf(value) > 0) throw new Error(`layout: value ${id} has no buffer`);
    return 0;
  };

/** What all memory plans of a module share. */
export interface Arena {
  readonly allocator: Allocator;
  /** The constant pool. Its memory is used for nothing else. */
  readonly constantPool: ReadonlyMap<Value, number>;
}

/** The inputs that can be relocated: only loop nests and gemms read them, which take base addresses. */
export const relocatableIn = ({ graph, kernels }: Schedule): readonly number[] => {
  if (kernels.every(isScalarKernel)) return [];
  const still = new Set(graph.outputs);
  for (const kernel of kernels)
    if (kernel.kind === "routine" || kernel.kind === "control") for (const id of usesOf(kernel, graph)) still.add(id);
  return Array.from({ length: graph.inputs }, (_, id) => id).filter((id) => !still.has(id));
};

/** A function has at most so many parameters: engines have a limit, and to pass them takes time. */
const mostMoving = 500;

/** Of inputs that can move, the largest: more of them would not fit a function's parameters. */
export const largestIn = (graph: Graph, relocatable: readonly number[]): readonly number[] => {
  if (relocatable.length <= mostMoving) return relocatable;
  const bytes = (id: number): number => bytesOf(valueAt(graph, id));
  return relocatable
    .toSorted((a, b) => bytes(b) - bytes(a))
    .slice(0, mostMoving)
    .toSorted((a, b) => a - b);
};

/** The number of the kernel that needs each value last; outputs are needed behind all of them. */
const lastUses = ({ graph, kernels }: Schedule): ReadonlyMap<number, number> => {
  const last = new Map<number, number>();
  kernels.forEach((kernel, i) => {
    for (const id of madeBy(kernel, graph)) last.set(id, i);
    for (const id of usesOf(kernel, graph)) last.set(id, i);
  });
  for (const id of graph.outputs) last.set(id, Infinity);
  return last;
};

/**
 * Plans the memory of a schedule. `inputs` are the addresses of its inputs, of which `relocated` ones are ignored; the
 * values in `first` are allocated before all others, one after another.
 */
export const planMemory = (
  schedule: Schedule,
  inputs: readonly number[],
  relocated: readonly number[],
  first: readonly number[],
  arena: Arena,
): MemoryPlan => {
  const { graph, kernels } = schedule;
  const { allocator, constantPool } = arena;
  const addresses = new Map(inputs.map((address, id) => [id, address]));
  const inner = new Map<number, readonly Inner[]>();
  const scratch = new Map<number, readonly number[]>();
  for (const id of first) addresses.set(id, allocator.allocate(bytesOf(valueAt(graph, id))).address);
  graph.values.forEach((value, id) => {
    const address = constantPool.get(value);
    if (address !== undefined) addresses.set(id, address);
  });
  const lastUse = lastUses(schedule);
  /** What is given back behind each kernel. */
  const dying = kernels.map((): Span[] => []);
  kernels.forEach((kernel, i) => {
    for (const id of madeBy(kernel, graph)) {
      if (addresses.has(id)) continue;
      const span = allocator.allocate(bytesOf(valueAt(graph, id)));
      addresses.set(id, span.address);
      dying[lastUse.get(id) ?? i]?.push(span);
    }
    if (kernel.kind === "routine") {
      const { definition } = valueAt(graph, kernel.value);
      const taken =
        definition.kind === "routine" ? definition.scratch.map((s) => allocator.allocate(scratchBytes(s))) : [];
      scratch.set(
        kernel.value,
        taken.map(({ address }) => address),
      );
      taken.forEach(allocator.release);
    }
    if (kernel.kind === "control") inner.set(kernel.value, planInner(schedule, kernel, addresses, arena));
    dying[i]?.forEach(allocator.release);
  });
  const parameters = new Map(relocated.map((id, parameter) => [id, parameter]));
  return { addresses, relocated, parameters, inner, scratch };
};

const planInner = (
  { graph, inner }: Schedule,
  { value, results }: ControlKernel,
  addresses: ReadonlyMap<number, number>,
  arena: Arena,
): readonly Inner[] => {
  const { definition } = valueAt(graph, value);
  if (definition.kind !== "control") throw new Error(`layout: value ${value} is no control`);
  const { control } = definition;
  const at = (id: number | undefined): number => addresses.get(id ?? -1) ?? 0;
  const firstRow = control.kind === "scan" ? control.closed + control.carried : Infinity;
  // A carry has the address of the loop's result; rows that are not read in place are copied to one buffer.
  const inputAddresses = ({ graph: body }: Schedule, relocated: ReadonlySet<number>): readonly number[] => {
    if (control.kind === "cond") return control.inputs.slice(1).map(at);
    return control.inputs.map((input, i) => {
      if (i < control.closed) return at(input);
      if (i < firstRow) return at(results[i - control.closed]);
      return relocated.has(i) ? 0 : arena.allocator.allocate(bytesOf(valueAt(body, i))).address;
    });
  };
  return (inner.get(value) ?? []).map((schedule) => {
    const isRow = (i: number): boolean => i >= firstRow && bytesOf(valueAt(schedule.graph, i)) > fewBytes;
    const relocated = largestIn(schedule.graph, relocatableIn(schedule).filter(isRow));
    return { schedule, plan: planMemory(schedule, inputAddresses(schedule, new Set(relocated)), relocated, [], arena) };
  });
};
