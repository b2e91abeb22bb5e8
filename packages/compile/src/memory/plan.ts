import { isFloat } from "@gradfold/core/transform";
import { bytesOf, scratchBytes, widthOf } from "../graph/bytes.ts";
import { type Graph, type Value, valueAt } from "../graph/graph.ts";
import type { Schedule } from "../schedule/fuse.ts";
import { type Control, isOfNumbers, madeBy, usesOf } from "../schedule/kernel.ts";
import type { Allocator, Stretch } from "./allocator.ts";

/* Where everything lies in memory: decided before the program runs. */

/** Up to so many bytes an engine keeps a buffer among its objects. */
export const smallBytes = 64;
const middlingBytes = 32768;

/** A result of a middling size: those of one dtype are copied out together, so they lie side by side. */
export const isTogether = (value: Value): boolean =>
  isFloat(value.dtype) && bytesOf(value) > smallBytes && bytesOf(value) <= middlingBytes;

/** Rows of so few bytes are copied, as a few vectors. */
export const fewBytes = 128;

/** A program inside of a loop or a choice, and its memory. */
export interface Inner {
  readonly schedule: Schedule;
  readonly layout: Layout;
}

/** The address of every value that has a buffer. */
export interface Layout {
  readonly addresses: ReadonlyMap<number, number>;
  /** The inputs that may lie elsewhere at every call: code is told where. */
  readonly moving: readonly number[];
  /** The parameters that tell where. */
  readonly parameters: ReadonlyMap<number, number>;
  /** By the number of the control. */
  readonly inner: ReadonlyMap<number, readonly Inner[]>;
  /** By the number of the routine. */
  readonly scratch: ReadonlyMap<number, readonly number[]>;
}

/** Where a value, or a reduction inside of a larger value, lies. */
export type AddressOf = (value: number) => number;

export const addressIn =
  ({ addresses }: Layout, graph: Graph): AddressOf =>
  (id) => {
    const value = valueAt(graph, id);
    const { definition, dtype } = value;
    const into = definition.kind === "fold1" ? definition.into : undefined;
    const address = addresses.get(into?.value ?? id);
    if (address !== undefined) return address + (into?.element ?? 0) * widthOf(dtype);
    if (bytesOf(value) > 0) throw new Error(`layout: value ${id} has no buffer`);
    return 0;
  };

/** What all the layouts of a module share. */
export interface Site {
  readonly allocator: Allocator;
  /** Where constants lie; nothing else ever does. */
  readonly residents: ReadonlyMap<Value, number>;
}

/** The inputs of a program that can lie elsewhere at every call: only nests and products read them, which can do so anywhere. */
export const movableIn = ({ graph, kernels }: Schedule): readonly number[] => {
  if (kernels.every(isOfNumbers)) return [];
  const still = new Set(graph.outputs);
  for (const kernel of kernels)
    if (kernel.kind === "routine" || kernel.kind === "control") for (const id of usesOf(kernel, graph)) still.add(id);
  return Array.from({ length: graph.inputs }, (_, id) => id).filter((id) => !still.has(id));
};

/** A function has at most so many parameters: engines have a limit, and to pass them takes time. */
const mostMoving = 500;

/** Of inputs that can move, the largest: more of them would not fit a function's parameters. */
export const largestIn = (graph: Graph, movable: readonly number[]): readonly number[] => {
  if (movable.length <= mostMoving) return movable;
  const bytes = (id: number): number => bytesOf(valueAt(graph, id));
  return movable
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
 * Lays a schedule out. Its inputs lie where the caller says, but for those that move; `first` are values that are to lie
 * before all others, one after another.
 */
export const layOut = (
  schedule: Schedule,
  inputs: readonly number[],
  moving: readonly number[],
  first: readonly number[],
  site: Site,
): Layout => {
  const { graph, kernels } = schedule;
  const { allocator, residents } = site;
  const addresses = new Map(inputs.map((address, id) => [id, address]));
  const inner = new Map<number, readonly Inner[]>();
  const scratch = new Map<number, readonly number[]>();
  for (const id of first) addresses.set(id, allocator.take(bytesOf(valueAt(graph, id))).address);
  graph.values.forEach((value, id) => {
    const address = residents.get(value);
    if (address !== undefined) addresses.set(id, address);
  });
  const lastUse = lastUses(schedule);
  /** What is given back behind each kernel. */
  const dying = kernels.map((): Stretch[] => []);
  kernels.forEach((kernel, i) => {
    for (const id of madeBy(kernel, graph)) {
      if (addresses.has(id)) continue;
      const stretch = allocator.take(bytesOf(valueAt(graph, id)));
      addresses.set(id, stretch.address);
      dying[lastUse.get(id) ?? i]?.push(stretch);
    }
    if (kernel.kind === "routine") {
      const { definition } = valueAt(graph, kernel.value);
      const taken = definition.kind === "routine" ? definition.scratch.map((s) => allocator.take(scratchBytes(s))) : [];
      scratch.set(
        kernel.value,
        taken.map(({ address }) => address),
      );
      taken.forEach(allocator.giveBack);
    }
    if (kernel.kind === "control") inner.set(kernel.value, layOutInner(schedule, kernel, addresses, site));
    dying[i]?.forEach(allocator.giveBack);
  });
  const parameters = new Map(moving.map((id, parameter) => [id, parameter]));
  return { addresses, moving, parameters, inner, scratch };
};

const layOutInner = (
  { graph, inner }: Schedule,
  { value, results }: Control,
  addresses: ReadonlyMap<number, number>,
  site: Site,
): readonly Inner[] => {
  const { definition } = valueAt(graph, value);
  if (definition.kind !== "control") throw new Error(`layout: value ${value} is no control`);
  const { control } = definition;
  const at = (id: number | undefined): number => addresses.get(id ?? -1) ?? 0;
  const firstRow = control.kind === "scan" ? control.closed + control.carried : Infinity;
  // A carry lies where the loop's result is wanted; rows that are not read where they lie are copied to one place.
  const placesOf = ({ graph: body }: Schedule, moving: ReadonlySet<number>): readonly number[] => {
    if (control.kind === "cond") return control.inputs.slice(1).map(at);
    return control.inputs.map((input, i) => {
      if (i < control.closed) return at(input);
      if (i < firstRow) return at(results[i - control.closed]);
      return moving.has(i) ? 0 : site.allocator.take(bytesOf(valueAt(body, i))).address;
    });
  };
  return (inner.get(value) ?? []).map((schedule) => {
    const isRow = (i: number): boolean => i >= firstRow && bytesOf(valueAt(schedule.graph, i)) > fewBytes;
    const moving = largestIn(schedule.graph, movableIn(schedule).filter(isRow));
    return { schedule, layout: layOut(schedule, placesOf(schedule, new Set(moving)), moving, [], site) };
  });
};
