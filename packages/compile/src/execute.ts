import type { NDArray } from "@gradfold/core";
import { compileCode } from "@gradfold/core/transform";
import { copyIn, copyOver, regionOf, runOf } from "./copy.ts";
import { executableOf } from "./executable.ts";
import { constantsIn, type Graph, isMade, refusingIn, valueAt } from "./graph.ts";
import { openHeap } from "./heap.ts";
import { widthOf } from "./layout.ts";
import { canStay, openResidence, type Residence } from "./residence.ts";
import { type Made, printResults } from "./results.ts";

/** Whether something fits as an argument; "traced" if it would, but a transform follows it. */
export type Judge = (argument: number, x: unknown) => "fits" | "other" | "traced";

/** Results, or why there are none. */
export type Answer = readonly NDArray[] | "other" | "traced";

/** Runs a program on the elements of its inputs, if they fit. */
export type Run = (leaves: readonly unknown[]) => Answer;

/**
 * Makes a program ready to run, with a memory of its own; undefined if there is not so much memory. Arguments that are
 * known from the last call need not be judged again.
 * An array that is already where it belongs is not copied again, nor is one that stays in memory since it comes again and
 * again; a result of the last call is read where it lies, or copied in memory.
 */
export const instantiate = (caller: string, graph: Graph, judge: Judge): Run | undefined => {
  const executable = executableOf(caller, graph);
  const opened = openHeap(executable.pages);
  if (opened === undefined) return undefined;
  const { memory, heap } = opened;
  const { module, inputs, moving, reused, outputs, residents, refusal } = executable;
  const { exports } = new WebAssembly.Instance(module, { m: { m: memory } });
  // The encoder exports this one function, of the addresses of what moves, without results.
  const run = exports["run"] as (...addresses: readonly number[]) => void;
  const constants = constantsIn(graph);
  for (const { constant, address } of residents) {
    const value = constants[constant];
    if (value === undefined) continue;
    const region = regionOf(value, address);
    copyIn(heap, region, runOf(value.definition.array, region.size));
  }
  const slots = inputs.map((address, id) => regionOf(valueAt(graph, id), address));
  const residences = inputs.map((_, id): Residence | undefined =>
    moving.includes(id) && canStay(valueAt(graph, id)) ? openResidence(heap) : undefined,
  );
  const madeIds = [...new Set(graph.outputs.filter((id) => isMade(valueAt(graph, id))))];
  const made = madeIds.map((id): Made => ({
    value: valueAt(graph, id),
    address: outputs[graph.outputs.indexOf(id)] ?? 0,
  }));
  const regions = made.map(({ value, address }) => regionOf(value, address));
  /** Brings an argument to its place, from elsewhere in memory if the last call made it; gives the address. */
  const bring = (slot: number, x: NDArray, last: readonly NDArray[]): number => {
    const to = slots[slot];
    const home = inputs[slot];
    if (to === undefined || home === undefined) throw new Error(`execute: no argument ${slot}`);
    const place = last.indexOf(x);
    const from = place < 0 ? undefined : regions[place];
    if (from !== undefined) {
      copyOver(heap, from, to);
      return home;
    }
    const elements = runOf(x, to.size);
    const width = widthOf(to.dtype);
    const found = residences[slot]?.find(elements.data, to.size * width);
    if (found !== undefined) return found + elements.start * width;
    copyIn(heap, to, elements);
    return home;
  };
  const refusing = refusingIn(graph);
  /** Throws what was refused. */
  const refuse = (at: number): void => {
    const routine = heap.double[at] ?? 0;
    const value = heap.double[at + 1] ?? NaN;
    heap.double[at] = 0;
    throw refusing[routine - 1]?.refusal?.(value) ?? new Error(`refused ${value}`);
  };
  const { statements, names, values } = printResults(heap, made);
  const nameOf = (id: number): string => {
    const { kind } = valueAt(graph, id).definition;
    return kind === "given"
      ? `leaves[${id}]`
      : kind === "constant"
        ? `constants[${id}]`
        : (names[madeIds.indexOf(id)] ?? "");
  };
  /** Of an argument: the results of the last call that may be read where they lie. */
  const reusedBy = (i: number): readonly number[] => (reused.get(i) ?? []).map((id) => madeIds.indexOf(id));
  const isHere = (i: number): string => {
    const found = reusedBy(i).map((k) => `if (x${i} === last[${k}]) p${i} = ${made[k]?.address}; else`);
    return `const x${i} = leaves[${i}]; let p${i} = a${i};
      ${found.join(" ")} if (x${i} !== r${i}) {
        const verdict = judge(${i}, x${i});
        if (verdict !== "fits") return verdict;
        p${i} = a${i} = bring(${i}, x${i}, last);
        r${i} = x${i};
      }`;
  };
  const check = refusal === undefined ? "" : `if (heap.double[${refusal / 8}] !== 0) refuse(${refusal / 8});`;
  return compileCode<Run>(
    `(() => {
      const none = [${names.map(() => "undefined").join(", ")}];
      let last = none;
      ${slots.map((_, i) => `let r${i}, a${i} = 0;`).join(" ")}
      return (leaves) => {
        ${slots.map((_, i) => isHere(i)).join("\n")}
        // Nothing of a run that refuses, or finds no room on the stack, is left to be used again.
        last = none;
        run(${moving.map((i) => `p${i}`).join(", ")});
        ${check}
        ${statements}
        last = [${names.join(", ")}];
        return [${graph.outputs.map(nameOf).join(", ")}];
      };
    })()`,
    {
      ...values,
      constants: constantResults(graph),
      judge,
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
