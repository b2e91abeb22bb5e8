import type { DType } from "@gradfold/core";
import { isFloat, sizeOf } from "@gradfold/core/transform";
import type { Schedule } from "./fuse.ts";
import { type Constant, isConstant, type LoopDefinition, type Value, valueAt } from "./graph.ts";
import type { Kernel } from "./kernel.ts";

/* Where everything lies in memory: decided before the program runs. */

/** Bytes to an element in memory. Truths lie there as float32, whole numbers as float64: code knows only floats. */
export const widthOf = (dtype: DType): number => (dtype === "float32" || dtype === "bool" ? 4 : 8);

/** Vectors may be written beyond the end of a buffer, by less than this. */
const room = 32;
/** And read beyond the end of all buffers, by less than this. */
const roomAtEnd = 1024;

export const bytesOf = ({ shape, dtype, splat }: Value): number => (splat ? 1 : sizeOf(shape)) * widthOf(dtype);

/** Up to so many bytes an engine keeps a buffer among its objects. */
export const smallBytes = 64;
const middlingBytes = 32768;

/** A result of a middling size: those of one dtype are copied out together, so they lie side by side. */
export const isTogether = (value: Value): boolean =>
  isFloat(value.dtype) && bytesOf(value) > smallBytes && bytesOf(value) <= middlingBytes;

/** A stretch of memory. */
interface Stretch {
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

/** A loop's own memory. */
interface LoopLayout {
  readonly definition: LoopDefinition;
  readonly schedule: Schedule;
  readonly body: Layout;
}

/** The address of every value that has a buffer. */
export interface Layout {
  readonly addresses: ReadonlyMap<number, number>;
  readonly loops: ReadonlyMap<number, LoopLayout>;
}

/** A constant to be put into memory once. */
export interface Resident {
  readonly constant: Constant;
  readonly address: number;
}

/** What all the layouts of a module share. */
export interface Site {
  readonly allocator: Allocator;
  readonly reside: (resident: Resident) => void;
}

const usesOf = (kernel: Kernel, { graph }: Schedule): readonly number[] => {
  switch (kernel.kind) {
    case "sweep":
    case "columns":
      return kernel.nodes.flatMap((node) => (node.kind === "load" ? [node.value] : []));
    case "product":
      return [kernel.left.value, kernel.right.value];
    case "loop": {
      const { definition } = valueAt(graph, kernel.value);
      return definition.kind === "loop" ? definition.loop.inputs : [];
    }
  }
};

/** The values whose buffers a kernel writes; a reduction that belongs to a larger value writes there. */
const madeBy = (kernel: Kernel, { graph }: Schedule): readonly number[] => {
  const owner = (id: number): number => {
    const { definition } = valueAt(graph, id);
    return definition.kind === "fold1" ? (definition.into?.value ?? id) : id;
  };
  switch (kernel.kind) {
    case "sweep":
      return [...new Set([...kernel.stores, ...kernel.folds].map(({ value }) => owner(value)))];
    case "columns":
      return [kernel.fold.value];
    case "product":
      return [kernel.value];
    case "loop":
      return kernel.results;
  }
};

/**
 * Lays a schedule out. Its inputs lie where the caller says; `first` are values that are to lie before all others, one
 * after another. Constants, also those of loops, are made resident.
 */
export const layOut = (schedule: Schedule, inputs: readonly number[], first: readonly number[], site: Site): Layout => {
  const { graph, kernels } = schedule;
  const { allocator, reside } = site;
  const addresses = new Map(inputs.map((address, id) => [id, address]));
  const loops = new Map<number, LoopLayout>();
  for (const id of first) addresses.set(id, allocator.take(bytesOf(valueAt(graph, id))).address);
  graph.values.forEach((value, id) => {
    if (!isConstant(value)) return;
    const { address } = allocator.take(bytesOf(value));
    addresses.set(id, address);
    reside({ constant: value, address });
  });
  const lastUse = new Map<number, number>();
  kernels.forEach((kernel, i) => {
    for (const id of [...madeBy(kernel, schedule), ...usesOf(kernel, schedule)]) lastUse.set(id, i);
  });
  for (const id of graph.outputs) lastUse.set(id, Infinity);
  const live = new Map<number, Stretch>();
  kernels.forEach((kernel, i) => {
    for (const id of madeBy(kernel, schedule)) {
      if (addresses.has(id)) continue;
      const stretch = allocator.take(bytesOf(valueAt(graph, id)));
      addresses.set(id, stretch.address);
      live.set(id, stretch);
    }
    if (kernel.kind === "loop")
      loops.set(kernel.value, layOutLoop(schedule, kernel.value, kernel.results, addresses, site));
    for (const [id, stretch] of live)
      if ((lastUse.get(id) ?? i) <= i) {
        allocator.giveBack(stretch);
        live.delete(id);
      }
  });
  return { addresses, loops };
};

const layOutLoop = (
  { graph, bodies }: Schedule,
  id: number,
  results: readonly number[],
  addresses: ReadonlyMap<number, number>,
  site: Site,
): LoopLayout => {
  const { definition } = valueAt(graph, id);
  const schedule = bodies.get(id);
  if (definition.kind !== "loop" || schedule === undefined) throw new Error(`layout: value ${id} is no loop`);
  const { closed, carried, inputs } = definition.loop;
  const at = (value: number | undefined): number => addresses.get(value ?? -1) ?? 0;
  // A carry lies where the loop's result is wanted; rows are copied to a place of their own.
  const places = inputs.map((input, i) => {
    if (i < closed) return at(input);
    if (i < closed + carried) return at(results[i - closed]);
    return site.allocator.take(bytesOf(valueAt(schedule.graph, i))).address;
  });
  return { definition: definition.loop, schedule, body: layOut(schedule, places, [], site) };
};
