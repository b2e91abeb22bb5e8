import { ShapeError } from "@gradfold/core";
import { emit } from "./emit.ts";
import { schedule } from "./fuse.ts";
import { constantsIn, type Graph } from "./graph.ts";
import { pageBytes } from "./heap.ts";

/** Code, and where its inputs, outputs and constants lie in a memory of so many pages. */
export interface Executable {
  readonly module: WebAssembly.Module;
  readonly pages: number;
  readonly inputs: readonly number[];
  /** The inputs whose addresses the code is told, in this order. */
  readonly moving: readonly number[];
  /** For inputs that move, the outputs in whose places they may lie. */
  readonly reused: ReadonlyMap<number, readonly number[]>;
  readonly outputs: readonly number[];
  /** Of each constant that the code reads: its number among `constantsIn` the graph. */
  readonly residents: readonly { readonly constant: number; readonly address: number }[];
  /** Where the number of a routine stands that refused a number, with that number behind it. */
  readonly refusal: number | undefined;
}

/** As many as an address reaches. */
const mostBytes = 2 ** 32;

const isConstant = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "kind" in value && value.kind === "constant" && "array" in value;

/** A graph as text, but for the elements of its constants: graphs of one text have the same code. */
const structureOf = (graph: Graph): string =>
  JSON.stringify(graph, (_, value: unknown) => {
    // Before its array would be asked for its own JSON.
    if (isConstant(value)) return { kind: "constant" };
    if (Object.is(value, -0)) return "-0";
    return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
  });

const make = (caller: string, graph: Graph): Executable => {
  const { bytes, memoryBytes, inputs, moving, reused, outputs, residents, refusal } = emit(schedule(graph));
  if (memoryBytes > mostBytes)
    throw new ShapeError(
      `${caller}: the program needs ${memoryBytes} bytes of memory, more than the ${mostBytes} that WebAssembly reaches. ` +
        "Use smaller sizes, or run the function without compiling it.",
    );
  const constants = constantsIn(graph);
  return {
    module: new WebAssembly.Module(bytes),
    pages: Math.ceil(memoryBytes / pageBytes),
    inputs,
    moving,
    reused,
    outputs,
    residents: residents.map(({ constant, address }) => ({ constant: constants.indexOf(constant), address })),
    refusal,
  };
};

/** By structure; the one that was used least recently is forgotten first. */
const known = new Map<string, Executable>();

/** So many are remembered. */
export const mostExecutables = 64;

/** How many are remembered at the moment. */
export const remembered = (): number => known.size;

/**
 * The code of a graph, made once for all graphs of equal structure: functions that differ in the numbers and arrays they
 * close over share it.
 *
 * @throws ShapeError when it needs more memory than can be addressed
 */
export const executableOf = (caller: string, graph: Graph): Executable => {
  const structure = structureOf(graph);
  const executable = known.get(structure) ?? make(caller, graph);
  known.delete(structure);
  known.set(structure, executable);
  const [oldest = structure] = known.keys();
  if (known.size > mostExecutables) known.delete(oldest);
  return executable;
};
