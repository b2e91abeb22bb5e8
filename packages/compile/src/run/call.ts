import type { NDArray } from "@gradfold/core";
import { compileCode } from "@gradfold/core/transform";
import { widthOf } from "../graph/bytes.ts";
import { constantsIn, type Graph, isMade, refusingIn, valueAt } from "../graph/graph.ts";
import { canCache } from "../memory/donation.ts";
import { type ArgumentCache, openArgumentCache } from "./cache.ts";
import { copyIn, copyOver, regionOf, runOf } from "./copy.ts";
import { type Executable, executableOf } from "./executable.ts";
import type { Heap } from "./heap.ts";
import type { Pool, Tenant } from "./pool.ts";
import { keepFreedMemory, type Output, printResults } from "./results.ts";

/** A guard: whether an argument has the type that was compiled for; "traced" if it has, but a transform follows it. */
export type Guard = (argument: number, x: unknown) => "hit" | "miss" | "traced";

/** Results, or why the guard failed. */
export type Outcome = readonly NDArray[] | "miss" | "traced";

/** Runs a program on the elements of its inputs, if they fit. */
export type Run = (leaves: readonly unknown[]) => Outcome;

/** A program that can be run. How it runs changes when it leaves its memory, and when it gets one. */
export interface Runner extends Tenant {
  run: Run;
}

/**
 * Makes a program ready to run in a memory of a pool; where there is not so much memory, it runs otherwise. A memory
 * that it has to leave takes with it whatever it knows of its last arguments and results.
 *
 * @throws ShapeError when it needs more memory than can be addressed
 */
export const instantiate = (caller: string, graph: Graph, guard: Guard, pool: Pool, otherwise: Run): Runner => {
  const executable = executableOf(caller, graph);
  keepFreedMemory(resultsIn(graph, executable));
  const enter = (leaves: readonly unknown[]): Outcome => {
    const opened = pool.enter(runner, executable.pages);
    runner.run = opened === undefined ? otherwise : openRun(executable, graph, guard, opened.memory, opened.heap);
    return runner.run(leaves);
  };
  const runner: Runner = {
    run: enter,
    leave: () => {
      runner.run = enter;
    },
  };
  return runner;
};

/** Copies constants to where code reads them. */
const copyConstants = (heap: Heap, graph: Graph, { constantPool }: Executable): void => {
  const constants = constantsIn(graph);
  for (const { constant, address } of constantPool) {
    const value = constants[constant];
    if (value === undefined) throw new Error(`execute: no constant ${constant}`);
    const region = regionOf(value, address);
    copyIn(heap, region, runOf(value.definition.array, region.size));
  }
};

/** The results that a program makes, each once. */
const resultsIn = (graph: Graph, { outputs }: Executable): readonly Output[] => {
  const addresses = new Map(graph.outputs.map((id, i) => [id, outputs[i] ?? 0]));
  return [...addresses].flatMap(([id, address]) => {
    const value = valueAt(graph, id);
    return isMade(value) ? [{ id, value, address }] : [];
  });
};

/** Up to so many results are searched one by one. */
const fewResults = 32;

/** Finds the places of arrays in a long list, which is mostly the one of the last search. */
const openFinder = (): ((list: readonly NDArray[], x: NDArray) => number) => {
  let searched: readonly NDArray[] = [];
  let places: ReadonlyMap<NDArray, number> = new Map();
  return (list, x) => {
    if (list !== searched) [searched, places] = [list, new Map(list.map((y, i) => [y, i]))];
    return places.get(x) ?? -1;
  };
};

/** Brings an argument to its place; gives the address where it is to be read. */
type Bring = (slot: number, x: NDArray, last: readonly NDArray[]) => number;

/**
 * An array is copied, unless it stays in memory since it comes again and again; a result of the last call is copied in
 * memory.
 */
const openBring = (heap: Heap, graph: Graph, { inputs, relocated }: Executable, made: readonly Output[]): Bring => {
  const slots = inputs.map((address, id) => ({ address, region: regionOf(valueAt(graph, id), address) }));
  const caches = new Map<number, ArgumentCache>(
    relocated.filter((id) => canCache(valueAt(graph, id))).map((id) => [id, openArgumentCache(heap)]),
  );
  const regions = made.map(({ value, address }) => regionOf(value, address));
  const find = made.length > fewResults ? openFinder() : undefined;
  return (slot, x, last) => {
    const to = slots[slot];
    if (to === undefined) throw new Error(`execute: no argument ${slot}`);
    const from = regions[find === undefined ? last.indexOf(x) : find(last, x)];
    if (from !== undefined) {
      copyOver(heap, from, to.region);
      return to.address;
    }
    const elements = runOf(x, to.region.size);
    const width = widthOf(to.region.dtype);
    const found = caches.get(slot)?.find(elements.data, to.region.size * width);
    if (found !== undefined) return found + elements.start * width;
    copyIn(heap, to.region, elements);
    return to.address;
  };
};

/** Throws what was refused. */
const openRefuse = (heap: Heap, graph: Graph) => {
  const refusing = refusingIn(graph);
  return (at: number): void => {
    const routine = heap.double[at] ?? 0;
    const value = heap.double[at + 1] ?? NaN;
    heap.double[at] = 0;
    throw refusing[routine - 1]?.refusal?.(value) ?? new Error(`refused ${value}`);
  };
};

/**
 * Source that sees to one argument: it is judged and brought to its place if it is not the one of the last call. One
 * that moves may also be read where the last call left it as a result.
 */
const argumentPrinter = ({ relocated, donations }: Executable, made: readonly Output[]) => {
  const relocatable = new Set(relocated);
  const addresses = new Map(made.map(({ id, address }, index) => [id, { index, address }]));
  return (i: number): string => {
    const judgement = `verdict = guard(${i}, x); if (verdict !== "hit") return verdict;`;
    if (!relocatable.has(i))
      return `x = leaves[${i}]; if (x !== r${i}) { ${judgement} materialize(${i}, x, last); r${i} = x; }`;
    const found = (donations.get(i) ?? []).flatMap((id) => addresses.get(id) ?? []);
    const isFound = found.map(({ index, address }) => `if (x === last[${index}]) p${i} = ${address}; else`);
    return `x = leaves[${i}]; let p${i} = a${i};
      ${isFound.join(" ")} if (x !== r${i}) { ${judgement} p${i} = a${i} = materialize(${i}, x, last); r${i} = x; }`;
  };
};

/** Source of a result: one that is made, or an argument or a constant as it is. */
const resultPrinter = (graph: Graph, made: readonly Output[]) => {
  const places = new Map(made.map(({ id }, index) => [id, index]));
  return (id: number): string => {
    const { kind } = valueAt(graph, id).definition;
    return kind === "given" ? `leaves[${id}]` : kind === "constant" ? `constants[${id}]` : `last[${places.get(id)}]`;
  };
};

/** A program in a memory. Arguments that are known from the last call are neither judged nor copied again. */
const openRun = (executable: Executable, graph: Graph, guard: Guard, memory: WebAssembly.Memory, heap: Heap): Run => {
  const { module, inputs, relocated, refusal } = executable;
  const { exports } = new WebAssembly.Instance(module, { m: { m: memory } });
  copyConstants(heap, graph, executable);
  const made = resultsIn(graph, executable);
  const { statements, list, values } = printResults(heap, made);
  const at = refusal === undefined ? 0 : refusal / 8;
  // Whoever had the memory before may have left something there.
  if (refusal !== undefined) heap.double[at] = 0;
  return compileCode<Run>(
    `(() => {
      const none = [${made.map(() => "undefined").join(", ")}];
      let last = none;
      ${inputs.map((_, i) => `let r${i};`).join(" ")}
      ${relocated.map((i) => `let a${i} = 0;`).join(" ")}
      return (leaves) => {
        let x, verdict;
        ${inputs
          .map((_, i) => i)
          .map(argumentPrinter(executable, made))
          .join("\n")}
        // No result of a run that throws can be donated.
        last = none;
        run(${relocated.map((i) => `p${i}`).join(", ")});
        ${refusal === undefined ? "" : `if (heap.double[${at}] !== 0) refuse(${at});`}
        ${statements}
        last = ${list};
        return [${graph.outputs.map(resultPrinter(graph, made)).join(", ")}];
      };
    })()`,
    {
      ...values,
      constants: constantResults(graph),
      guard,
      materialize: openBring(heap, graph, executable, made),
      refuse: openRefuse(heap, graph),
      // The encoder exports this one function, of the addresses of what moves, without results.
      run: exports["run"],
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
