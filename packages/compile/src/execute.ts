import type { NDArray } from "@gradfold/core";
import { copyIn, copyOver, type Region, regionOf, type Windows } from "./copy.ts";
import { executableOf } from "./executable.ts";
import { constantsIn, type Graph, isMade, refusingIn, valueAt } from "./graph.ts";
import { copierOf, type Made } from "./results.ts";

/** Runs a program on the elements of its inputs. */
export type Run = (leaves: readonly NDArray[]) => readonly NDArray[];

interface Slot {
  readonly region: Region;
  /** The array whose elements stand there. */
  resident: NDArray | undefined;
}

/** Gives a result: an argument or a constant as it is, or one of those that the code makes. */
type Give = (args: readonly NDArray[], made: readonly NDArray[]) => NDArray | undefined;

const giverOf = (graph: Graph, id: number, made: readonly number[]): Give => {
  const { definition } = valueAt(graph, id);
  if (definition.kind === "given") return (args) => args[id];
  if (definition.kind === "constant") return () => definition.array;
  const place = made.indexOf(id);
  return (_, all) => all[place];
};

/** Puts results in order; the made ones are that already if there are no others. */
const arranger = (graph: Graph, made: readonly number[]): ((...from: Parameters<Give>) => readonly NDArray[]) => {
  const { outputs } = graph;
  if (outputs.length === made.length && outputs.every((id, i) => id === made[i])) return (_, all) => all;
  const givers = outputs.map((id) => giverOf(graph, id, made));
  return (args, all) => {
    const results: NDArray[] = [];
    for (const give of givers) {
      const x = give(args, all);
      if (x !== undefined) results.push(x);
    }
    return results;
  };
};

/**
 * Makes a program ready to run, with a memory of its own; undefined if there is not so much memory.
 * An array that is already where it belongs is not copied again, and a result of the last call is copied in memory.
 */
export const instantiate = (caller: string, graph: Graph): Run | undefined => {
  const executable = executableOf(caller, graph);
  const memory = allocateMemory(executable.pages);
  if (memory === undefined) return undefined;
  const { module, inputs, outputs, residents, refusal } = executable;
  const { exports } = new WebAssembly.Instance(module, { m: { m: memory } });
  // The encoder exports this one function, without parameters or results.
  const run = exports["run"] as () => void;
  const { buffer } = memory;
  const windows: Windows = { buffer, single: new Float32Array(buffer), double: new Float64Array(buffer) };
  const constants = constantsIn(graph);
  for (const { constant, address } of residents) {
    const value = constants[constant];
    if (value !== undefined) copyIn(regionOf(windows, value, address), value.definition.array);
  }
  const slots = inputs.map((address, id): Slot => {
    const region = regionOf(windows, valueAt(graph, id), address);
    return { region, resident: undefined };
  });
  const madeIds = [...new Set(graph.outputs.filter((id) => isMade(valueAt(graph, id))))];
  const made = madeIds.map((id): Made => ({
    value: valueAt(graph, id),
    address: outputs[graph.outputs.indexOf(id)] ?? 0,
  }));
  const copyAll = copierOf(windows, made);
  const regions = made.map(({ value, address }) => regionOf(windows, value, address));
  const arrange = arranger(graph, madeIds);
  const refusing = refusingIn(graph);
  /** Throws what was refused, if anything was; nothing of the run is left to be used again. */
  const check = (at: number): void => {
    const routine = windows.double[at] ?? 0;
    if (routine === 0) return;
    const value = windows.double[at + 1] ?? NaN;
    windows.double[at] = 0;
    last = [];
    throw refusing[routine - 1]?.refusal?.(value) ?? new Error(`refused ${value}`);
  };
  let last: readonly NDArray[] = [];
  return (leaves) => {
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i];
      const x = leaves[i];
      if (slot === undefined || x === undefined || slot.resident === x) continue;
      const from = regions[last.indexOf(x)];
      if (from === undefined) copyIn(slot.region, x);
      else copyOver(from, slot.region);
      slot.resident = x;
    }
    run();
    if (refusal !== undefined) check(refusal / 8);
    last = copyAll();
    return arrange(leaves, last);
  };
};

/** Asking for more memory than there is throws a RangeError. */
const allocateMemory = (pages: number): WebAssembly.Memory | undefined => {
  try {
    return new WebAssembly.Memory({ initial: pages });
  } catch (e) {
    if (e instanceof RangeError) return undefined;
    throw e;
  }
};
