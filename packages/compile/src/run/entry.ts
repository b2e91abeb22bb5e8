import type { NDArray } from "@gradfold/core";
import { compileCode } from "@gradfold/core/compiler";
import { type Graph, refusingIn, valueAt } from "../graph/graph.ts";
import { type Memory, start } from "../wasm/backend.ts";
import { openMaterialize } from "./argument.ts";
import { copyConstants } from "./copy.ts";
import type { Executable } from "./executable.ts";
import type { Heap } from "./heap.ts";
import { type Output, outputsIn, printResults } from "./results.ts";

/*
 * The entry of a program in a memory: a function, printed as JavaScript, that copies arguments in, runs the program and
 * copies results out. An argument that is the array of the last call is neither checked nor copied again.
 */

/** A guard: whether an argument has the type that was compiled for; "traced" if it has, but a transform follows it. */
export type Guard = (argument: number, x: unknown) => "hit" | "miss" | "traced";

/** Results, or why the guard failed. */
export type Outcome = readonly NDArray[] | "miss" | "traced";

/** Runs a program on the elements of its inputs, if they pass its guard. */
export type Run = (leaves: readonly unknown[]) => Outcome;

/** Throws the error of the routine that refused a number, and forgets the refusal at an index of the memory. */
const openRefuse = (heap: Heap, graph: Graph) => {
  const refusing = refusingIn(graph);
  return (index: number): void => {
    const routine = heap.double[index] ?? 0;
    const value = heap.double[index + 1] ?? NaN;
    heap.double[index] = 0;
    throw refusing[routine - 1]?.refusal?.(value) ?? new Error(`refused ${value}`);
  };
};

/**
 * Prints the statements for an argument: it is checked and copied unless it is the array of the last call. The address of
 * a relocated argument is that of a result of the last call if it is that result.
 */
const argumentPrinter = ({ relocated, donations }: Executable, outputs: readonly Output[]) => {
  const relocatable = new Set(relocated);
  const addresses = new Map(outputs.map(({ id, address }, index) => [id, { index, address }]));
  return (i: number): string => {
    const check = `verdict = guard(${i}, x); if (verdict !== "hit") return verdict;`;
    if (!relocatable.has(i))
      return `x = leaves[${i}]; if (x !== r${i}) { ${check} materialize(${i}, x, last); r${i} = x; }`;
    const donors = (donations.get(i) ?? []).flatMap((id) => addresses.get(id) ?? []);
    const isDonated = donors.map(({ index, address }) => `if (x === last[${index}]) p${i} = ${address}; else`);
    return `x = leaves[${i}]; let p${i} = a${i};
      ${isDonated.join(" ")} if (x !== r${i}) { ${check} p${i} = a${i} = materialize(${i}, x, last); r${i} = x; }`;
  };
};

/** Prints a result: an array that the program makes, or an argument or a constant as it is. */
const resultPrinter = (graph: Graph, outputs: readonly Output[]) => {
  const indices = new Map(outputs.map(({ id }, index) => [id, index]));
  return (id: number): string => {
    const { kind } = valueAt(graph, id).definition;
    return kind === "given" ? `leaves[${id}]` : kind === "constant" ? `constants[${id}]` : `last[${indices.get(id)}]`;
  };
};

/** The constants that are results as they are, by their numbers. */
const constantResults = (graph: Graph): Readonly<Record<number, NDArray>> =>
  Object.fromEntries(
    graph.outputs.flatMap((id) => {
      const { definition } = valueAt(graph, id);
      return definition.kind === "constant" ? [[id, definition.array]] : [];
    }),
  );

/** The source of an entry; `refusal` is the index of a refusal in the memory. */
const printEntry = (
  executable: Executable,
  graph: Graph,
  outputs: readonly Output[],
  results: { readonly statements: string; readonly list: string },
  refusal: number | undefined,
): string => {
  const { inputs, relocated } = executable;
  const printArgument = argumentPrinter(executable, outputs);
  return `(() => {
    const none = [${outputs.map(() => "undefined").join(", ")}];
    let last = none;
    ${inputs.map((_, i) => `let r${i};`).join(" ")}
    ${relocated.map((i) => `let a${i} = 0;`).join(" ")}
    return (leaves) => {
      let x, verdict;
      ${inputs.map((_, i) => printArgument(i)).join("\n")}
      // No result of a run that throws can be donated.
      last = none;
      run(${relocated.map((i) => `p${i}`).join(", ")});
      ${refusal === undefined ? "" : `if (heap.double[${refusal}] !== 0) refuse(${refusal});`}
      ${results.statements}
      last = ${results.list};
      return [${graph.outputs.map(resultPrinter(graph, outputs)).join(", ")}];
    };
  })()`;
};

/** Opens a program in a memory, to which its constants are copied. */
export const openEntry = (executable: Executable, graph: Graph, guard: Guard, memory: Memory, heap: Heap): Run => {
  const { code, constantPool, refusal: address } = executable;
  copyConstants(heap, graph, constantPool);
  const outputs = outputsIn(graph, executable.outputs);
  const results = printResults(heap, outputs);
  const refusal = address === undefined ? undefined : address / 8;
  // A program that had the memory before may have left a number there.
  if (refusal !== undefined) heap.double[refusal] = 0;
  return compileCode<Run>(printEntry(executable, graph, outputs, results, refusal), {
    ...results.values,
    constants: constantResults(graph),
    guard,
    materialize: openMaterialize(heap, graph, executable, outputs),
    refuse: openRefuse(heap, graph),
    run: start(code, memory),
  });
};
