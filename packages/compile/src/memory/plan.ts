import { isFloat } from "@gradfold/core/library";
import { bytesOf, scratchBytes, widthOf } from "../graph/bytes.ts";
import { type ControlDefinition, type Graph, type Value, valueAt } from "../graph/graph.ts";
import type { Schedule } from "../schedule/fuse.ts";
import { type ControlKernel, madeBy, usesOf } from "../schedule/kernel.ts";
import { donationsIn } from "./donation.ts";
import { largestIn, relocatableIn } from "./relocation.ts";
import type { Allocator, Span } from "./allocator.ts";

/* The memory plan: the address of every buffer, decided before the program runs. */

/** A buffer of at most this many bytes is kept by an engine among its objects. */
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

/** The buffers of a program and of the programs inside. */
export interface MemoryPlan {
  /** The address of every value that has a buffer. */
  readonly addresses: ReadonlyMap<number, number>;
  /** The inputs whose addresses are parameters of the code, since they differ from call to call. */
  readonly relocated: readonly number[];
  /** For each relocated input, the parameter that is its address. */
  readonly parameters: ReadonlyMap<number, number>;
  /** The programs inside of loops and choices, by the number of the control. */
  readonly inner: ReadonlyMap<number, readonly Inner[]>;
  /** The addresses of scratch buffers, by the number of the routine. */
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
    if (bytesOf(value) > 0) throw new Error(`plan: value ${id} has no buffer`);
    return 0;
  };

/** The memory that all memory plans of a module share. */
export interface Arena {
  readonly allocator: Allocator;
  /** The constant pool. Its memory is used for nothing else. */
  readonly constantPool: ReadonlyMap<Value, number>;
}

/** The number of the last kernel that needs each value; outputs are needed behind all kernels. */
const lastUses = ({ graph, kernels }: Schedule): ReadonlyMap<number, number> => {
  const last = new Map<number, number>();
  kernels.forEach((kernel, i) => {
    for (const id of madeBy(kernel, graph)) last.set(id, i);
    for (const id of usesOf(kernel, graph)) last.set(id, i);
  });
  for (const id of graph.outputs) last.set(id, Infinity);
  return last;
};

/** The addresses before the first kernel runs: of inputs, of constants, and of the values that are placed. */
const firstAddresses = (
  { graph }: Schedule,
  inputs: readonly number[],
  placed: ReadonlyMap<number, number>,
  { constantPool }: Arena,
): Map<number, number> => {
  const addresses = new Map([...inputs.map((address, id) => [id, address] as const), ...placed]);
  graph.values.forEach((value, id) => {
    const address = constantPool.get(value);
    if (address !== undefined) addresses.set(id, address);
  });
  return addresses;
};

/** Allocates the scratch buffers of a routine, and releases them: other kernels may use their memory. */
const planScratch = (graph: Graph, id: number, { allocate, release }: Allocator): readonly number[] => {
  const { definition } = valueAt(graph, id);
  if (definition.kind !== "routine") throw new Error(`plan: value ${id} is no routine`);
  const spans = definition.scratch.map((each) => allocate(scratchBytes(each)));
  spans.forEach(release);
  return spans.map(({ address }) => address);
};

/**
 * Plans the memory of a schedule, kernel by kernel: the values that a kernel makes are allocated before it, and released
 * behind the kernel that needs them last.
 *
 * @param inputs - the addresses of the inputs, where the address of a relocated one is ignored
 * @param placed - the addresses of values that the caller has placed
 */
export const planMemory = (
  schedule: Schedule,
  inputs: readonly number[],
  relocated: readonly number[],
  placed: ReadonlyMap<number, number>,
  arena: Arena,
): MemoryPlan => {
  const { graph, kernels } = schedule;
  const { allocator } = arena;
  const addresses = firstAddresses(schedule, inputs, placed, arena);
  const inner = new Map<number, readonly Inner[]>();
  const scratch = new Map<number, readonly number[]>();
  const lastUse = lastUses(schedule);
  /** The spans that are released behind each kernel. */
  const released = kernels.map((): Span[] => []);
  kernels.forEach((kernel, i) => {
    for (const id of madeBy(kernel, graph)) {
      if (addresses.has(id)) continue;
      const span = allocator.allocate(bytesOf(valueAt(graph, id)));
      addresses.set(id, span.address);
      released[lastUse.get(id) ?? i]?.push(span);
    }
    if (kernel.kind === "routine") scratch.set(kernel.value, planScratch(graph, kernel.value, allocator));
    if (kernel.kind === "control") inner.set(kernel.value, planInner(schedule, kernel, addresses, arena));
    released[i]?.forEach(allocator.release);
  });
  const parameters = new Map(relocated.map((id, parameter) => [id, parameter]));
  return { addresses, relocated, parameters, inner, scratch };
};

/**
 * The addresses of the inputs of a program inside. A carry has the address of the loop's result; rows that are not
 * relocated are copied to one buffer.
 */
const innerInputs = (
  control: ControlDefinition,
  results: readonly number[],
  { graph: body }: Schedule,
  addressOf: (id: number | undefined) => number,
  { allocator }: Arena,
  relocated: ReadonlySet<number>,
): readonly number[] => {
  if (control.kind === "cond") return control.inputs.slice(1).map(addressOf);
  const firstRow = firstRowOf(control);
  return control.inputs.map((input, i) => {
    if (i < control.closed) return addressOf(input);
    if (i < firstRow) return addressOf(results[i - control.closed]);
    return relocated.has(i) ? 0 : allocator.allocate(bytesOf(valueAt(body, i))).address;
  });
};

/**
 * The results of a loop's body that are written over the carry, by their addresses: those whose elements take the places
 * of elements that are read no more.
 */
const carriedInPlace = (
  control: ControlDefinition,
  schedule: Schedule,
  inputs: readonly number[],
): ReadonlyMap<number, number> => {
  if (control.kind === "cond") return new Map();
  const { closed } = control;
  const donations = donationsIn(schedule, relocatableIn(schedule));
  const { outputs } = schedule.graph;
  return new Map(
    outputs.flatMap((id, i): [number, number][] => {
      const address = inputs[closed + i];
      const isCarried = closed + i < Math.min(firstRowOf(control), inputs.length);
      return isCarried && address !== undefined && donations.get(closed + i)?.includes(id) === true
        ? [[id, address]]
        : [];
    }),
  );
};

const firstRowOf = (control: ControlDefinition): number =>
  control.kind === "scan" ? control.closed + control.carried : Infinity;

/** Plans the memory of the programs inside of a control. */
const planInner = (
  { graph, inner }: Schedule,
  { value, results }: ControlKernel,
  addresses: ReadonlyMap<number, number>,
  arena: Arena,
): readonly Inner[] => {
  const { definition } = valueAt(graph, value);
  if (definition.kind !== "control") throw new Error(`plan: value ${value} is no control`);
  const { control } = definition;
  // An array without elements has no address.
  const addressOf = (id: number | undefined): number => (id === undefined ? 0 : (addresses.get(id) ?? 0));
  const programs = inner.get(value) ?? [];
  return programs.map((schedule, program) => {
    const isLargeRow = (i: number): boolean =>
      i >= firstRowOf(control) && bytesOf(valueAt(schedule.graph, i)) > fewBytes;
    const relocated = largestIn(schedule.graph, relocatableIn(schedule).filter(isLargeRow));
    const inputs = innerInputs(control, results, schedule, addressOf, arena, new Set(relocated));
    // A loop's body comes last; its condition leaves the carry as it is.
    const placed =
      program === programs.length - 1 ? carriedInPlace(control, schedule, inputs) : new Map<number, number>();
    return { schedule, plan: planMemory(schedule, inputs, relocated, placed, arena) };
  });
};
