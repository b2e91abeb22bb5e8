import type { DType } from "@gradfold/core";
import { isFloat, type Scratch, sizeOf } from "@gradfold/core/transform";
import type { Schedule } from "./fuse.ts";
import { type Constant, type Graph, type Value, valueAt } from "./graph.ts";
import { type Control, isOfNumbers, type Kernel, loadsOf } from "./kernel.ts";
import { fixed, type Origin } from "./pointer.ts";

/* Where everything lies in memory: decided before the program runs. */

/** Bytes to an element in memory. Truths lie there as float32, whole numbers as float64: code knows only floats. */
export const widthOf = (dtype: DType): number => (dtype === "float32" || dtype === "bool" ? 4 : 8);

/** Vectors may be written beyond the end of a buffer, by less than this. */
const room = 32;
/** And read beyond the end of all buffers, by less than this. */
const roomAtEnd = 1024;

export const bytesOf = ({ shape, dtype, splat }: Omit<Value, "definition">): number =>
  (splat ? 1 : sizeOf(shape)) * widthOf(dtype);

/** Up to so many bytes an engine keeps a buffer among its objects. */
export const smallBytes = 64;
const middlingBytes = 32768;

/** A result of a middling size: those of one dtype are copied out together, so they lie side by side. */
export const isTogether = (value: Value): boolean =>
  isFloat(value.dtype) && bytesOf(value) > smallBytes && bytesOf(value) <= middlingBytes;

/** A stretch of memory. */
export interface Stretch {
  readonly address: number;
  readonly bytes: number;
}

/** Hands out memory; what is given back is used again. */
export interface Allocator {
  readonly take: (bytes: number) => Stretch;
  readonly giveBack: (stretch: Stretch) => void;
  readonly end: () => number;
}

export const openAllocator = (): Allocator => {
  let free: readonly Stretch[] = [];
  let end = 0;
  return {
    take: (wanted) => {
      const bytes = Math.ceil(wanted / room) * room + room;
      const best = free.filter((s) => s.bytes >= bytes).toSorted((a, b) => a.bytes - b.bytes)[0];
      if (best === undefined) {
        end += bytes;
        return { address: end - bytes, bytes };
      }
      const rest = { address: best.address + bytes, bytes: best.bytes - bytes };
      free = free.flatMap((s) => (s !== best ? [s] : rest.bytes > 0 ? [rest] : []));
      return { address: best.address, bytes };
    },
    giveBack: ({ address, bytes }) => {
      const before = free.find((s) => s.address + s.bytes === address);
      const behind = free.find((s) => s.address === address + bytes);
      const start = before?.address ?? address;
      const stop = behind === undefined ? address + bytes : behind.address + behind.bytes;
      free = [...free.filter((s) => s !== before && s !== behind), { address: start, bytes: stop - start }];
    },
    end: () => end + roomAtEnd,
  };
};

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

/** Where a value of a program starts. Code is told the addresses of moving inputs in its first locals. */
export type OriginOf = (value: number) => Origin;

export const originIn = (layout: Layout, graph: Graph): OriginOf => {
  const addressOf = addressIn(layout, graph);
  return (id) => {
    const local = layout.moving.indexOf(id);
    return local < 0 ? fixed(addressOf(id)) : { local, offset: 0 };
  };
};

/** A constant to be put into memory once. */
export interface Resident {
  readonly constant: Constant;
  readonly address: number;
}

/** What all the layouts of a module share. */
export interface Site {
  readonly allocator: Allocator;
  /** Where constants lie; nothing else ever does. */
  readonly residents: readonly Resident[];
}

/** Bytes for a routine's scratch. */
export const scratchBytes = ({ dtype, size }: Scratch): number => size * (dtype === "int32" ? 4 : widthOf(dtype));

const inputsOf = ({ definition }: Value): readonly number[] =>
  definition.kind === "control" ? definition.control.inputs : definition.kind === "routine" ? definition.inputs : [];

/** The values that a kernel reads. */
export const usesOf = (kernel: Kernel, graph: Graph): readonly number[] => {
  switch (kernel.kind) {
    case "sweep":
    case "columns":
      return loadsOf(kernel.nodes).map(({ value }) => value);
    case "rows":
      return kernel.nests.flatMap((nest) => usesOf(nest, graph));
    case "product":
      return [kernel.left.value, kernel.right.value];
    case "fill":
      return [];
    case "routine":
    case "control":
      return inputsOf(valueAt(graph, kernel.value));
  }
};

/** The values whose buffers a kernel writes; a reduction that belongs to a larger value writes there. */
export const madeBy = (kernel: Kernel, graph: Graph): readonly number[] => {
  const owner = (id: number): number => {
    const { definition } = valueAt(graph, id);
    return definition.kind === "fold1" ? (definition.into?.value ?? id) : id;
  };
  switch (kernel.kind) {
    case "sweep":
      return [...new Set([...kernel.stores, ...kernel.parts, ...kernel.folds].map(({ value }) => owner(value)))];
    case "columns":
      return [kernel.fold.value];
    case "rows":
      return kernel.nests.flatMap((nest) => madeBy(nest, graph));
    case "product":
    case "fill":
    case "routine":
      return [kernel.value];
    case "control":
      return kernel.results;
  }
};

/** The inputs of a program that can lie elsewhere at every call: only nests and products read them, which can do so anywhere. */
export const movableIn = ({ graph, kernels }: Schedule): readonly number[] => {
  if (kernels.every(isOfNumbers)) return [];
  const still = new Set(graph.outputs);
  for (const kernel of kernels)
    if (kernel.kind === "routine" || kernel.kind === "control") for (const id of usesOf(kernel, graph)) still.add(id);
  return Array.from({ length: graph.inputs }, (_, id) => id).filter((id) => !still.has(id));
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
  const resident = new Map<Value, number>(residents.map(({ constant, address }) => [constant, address]));
  graph.values.forEach((value, id) => {
    const address = resident.get(value);
    if (address !== undefined) addresses.set(id, address);
  });
  const lastUse = new Map<number, number>();
  kernels.forEach((kernel, i) => {
    for (const id of [...madeBy(kernel, graph), ...usesOf(kernel, graph)]) lastUse.set(id, i);
  });
  for (const id of graph.outputs) lastUse.set(id, Infinity);
  const live = new Map<number, Stretch>();
  kernels.forEach((kernel, i) => {
    for (const id of madeBy(kernel, graph)) {
      if (addresses.has(id)) continue;
      const stretch = allocator.take(bytesOf(valueAt(graph, id)));
      addresses.set(id, stretch.address);
      live.set(id, stretch);
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
    for (const [id, stretch] of live)
      if ((lastUse.get(id) ?? i) <= i) {
        allocator.giveBack(stretch);
        live.delete(id);
      }
  });
  return { addresses, moving, inner, scratch };
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
  const placesOf = ({ graph: body }: Schedule, moving: readonly number[]): readonly number[] => {
    if (control.kind === "cond") return control.inputs.slice(1).map(at);
    return control.inputs.map((input, i) => {
      if (i < control.closed) return at(input);
      if (i < firstRow) return at(results[i - control.closed]);
      return moving.includes(i) ? 0 : site.allocator.take(bytesOf(valueAt(body, i))).address;
    });
  };
  return (inner.get(value) ?? []).map((schedule) => {
    const isRow = (i: number): boolean => i >= firstRow && bytesOf(valueAt(schedule.graph, i)) > fewBytes;
    const moving = movableIn(schedule).filter(isRow);
    return { schedule, layout: layOut(schedule, placesOf(schedule, moving), moving, [], site) };
  });
};
