import type { NDArray } from "@gradfold/core";
import { compileCode } from "@gradfold/core/transform";
import { copyIn, copyOver, regionOf, type Windows } from "./copy.ts";
import { executableOf } from "./executable.ts";
import { constantsIn, type Graph, isMade, refusingIn, valueAt } from "./graph.ts";
import { type Made, printResults } from "./results.ts";

/** Runs a program on the elements of its inputs. */
export type Run = (leaves: readonly NDArray[]) => readonly NDArray[];

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
  const slots = inputs.map((address, id) => regionOf(windows, valueAt(graph, id), address));
  const madeIds = [...new Set(graph.outputs.filter((id) => isMade(valueAt(graph, id))))];
  const made = madeIds.map((id): Made => ({
    value: valueAt(graph, id),
    address: outputs[graph.outputs.indexOf(id)] ?? 0,
  }));
  const regions = made.map(({ value, address }) => regionOf(windows, value, address));
  /** Brings an argument to its place: from elsewhere in memory, if the last call made it. */
  const bring = (slot: number, x: NDArray, last: readonly NDArray[]): void => {
    const to = slots[slot];
    const place = last.indexOf(x);
    const from = place < 0 ? undefined : regions[place];
    if (to === undefined) return;
    if (from === undefined) copyIn(to, x);
    else copyOver(from, to);
  };
  const refusing = refusingIn(graph);
  /** Throws what was refused. */
  const refuse = (at: number): void => {
    const routine = windows.double[at] ?? 0;
    const value = windows.double[at + 1] ?? NaN;
    windows.double[at] = 0;
    throw refusing[routine - 1]?.refusal?.(value) ?? new Error(`refused ${value}`);
  };
  const { statements, names, values } = printResults(windows, made);
  const nameOf = (id: number): string => {
    const { kind } = valueAt(graph, id).definition;
    return kind === "given"
      ? `leaves[${id}]`
      : kind === "constant"
        ? `constants[${id}]`
        : (names[madeIds.indexOf(id)] ?? "");
  };
  const isHere = (i: number): string =>
    `const x${i} = leaves[${i}]; if (x${i} !== r${i}) { bring(${i}, x${i}, last); r${i} = x${i}; }`;
  // Nothing of a run that refused is left to be used again.
  const check = refusal === undefined ? "" : `if (double[${refusal / 8}] !== 0) { last = []; refuse(${refusal / 8}); }`;
  return compileCode<Run>(
    `(() => {
      let last = [];
      ${slots.map((_, i) => `let r${i};`).join(" ")}
      return (leaves) => {
        ${slots.map((_, i) => isHere(i)).join("\n")}
        run();
        ${check}
        ${statements}
        last = [${names.join(", ")}];
        return [${graph.outputs.map(nameOf).join(", ")}];
      };
    })()`,
    {
      ...values,
      single: windows.single,
      double: windows.double,
      constants: constantResults(graph),
      bring,
      refuse,
      run,
    },
  );
};

/** The constants that are results as they are, by their numbers. */
const constantResults = (graph: Graph): Readonly<Record<number, NDArray>> =>
  Object.fromEntries(
    graph.outputs.flatMap((id) => {
      const { definition } = valueAt(graph, id);
      return definition.kind === "constant" ? [[id, definition.array]] : [];
    }),
  );

/** Asking for more memory than there is throws a RangeError. */
const allocateMemory = (pages: number): WebAssembly.Memory | undefined => {
  try {
    return new WebAssembly.Memory({ initial: pages });
  } catch (e) {
    if (e instanceof RangeError) return undefined;
    throw e;
  }
};
