import { ShapeError } from "@gradfold/core";
import { emit } from "../emit/module.ts";
import { constantsIn, type Graph } from "../graph/graph.ts";
import { schedule } from "../schedule/fuse.ts";
import { pageBytes } from "./heap.ts";

/** A compiled module, and the addresses of its inputs, outputs and constants in a memory of `pages` pages. */
export interface Executable {
  readonly module: WebAssembly.Module;
  readonly codeBytes: number;
  readonly pages: number;
  readonly inputs: readonly number[];
  /** The inputs whose addresses are the parameters of `run`, in this order. */
  readonly relocated: readonly number[];
  /** For relocated inputs: the outputs whose buffers they may share. */
  readonly donations: ReadonlyMap<number, readonly number[]>;
  readonly outputs: readonly number[];
  /** The constant pool: for each constant, its number among `constantsIn` the graph, and its address. */
  readonly constantPool: readonly { readonly constant: number; readonly address: number }[];
  /** The address of a refusal: two float64, the routine's number (0: none) and the refused value. */
  readonly refusal: number | undefined;
}

/** As many as an address reaches. */
const mostBytes = 2 ** 32;

const isConstant = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "kind" in value && value.kind === "constant" && "array" in value;

const exact = (value: unknown): unknown => {
  // Before its array would be asked for its own JSON.
  if (isConstant(value)) return { kind: "constant" };
  if (Object.is(value, -0)) return "-0";
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
};

/**
 * A graph as text, but for the elements of its constants: graphs of one text have the same code. What many values have
 * in common, such as a scalar function, stands there once, and a number in its other places.
 */
const structureOf = (graph: Graph): string => {
  const numbers = new Map<string, number>();
  const invariant = (part: unknown): string | number => {
    const text = JSON.stringify(part, (_, value: unknown) => exact(value));
    const number = numbers.get(text);
    if (number === undefined) numbers.set(text, numbers.size);
    return number ?? text;
  };
  return JSON.stringify(graph, (key, value: unknown) =>
    key === "scalar" || key === "routine" ? invariant(value) : exact(value),
  );
};

const make = (caller: string, graph: Graph): Executable => {
  const { bytes, memoryBytes, inputs, relocated, donations, outputs, constantPool, refusal } = emit(schedule(graph));
  if (memoryBytes > mostBytes)
    throw new ShapeError(
      `${caller}: the program needs ${memoryBytes} bytes of memory, more than the ${mostBytes} that WebAssembly reaches. ` +
        "Use smaller sizes, or run the function without compiling it.",
    );
  const numbers = new Map(constantsIn(graph).map((constant, number) => [constant, number]));
  return {
    module: new WebAssembly.Module(bytes),
    codeBytes: bytes.length,
    pages: Math.ceil(memoryBytes / pageBytes),
    inputs,
    relocated,
    donations,
    outputs,
    constantPool: constantPool.map(({ constant, address }) => ({ constant: numbers.get(constant) ?? -1, address })),
    refusal,
  };
};

/** An executable and the bytes that it takes while it is remembered. */
interface Remembered {
  readonly executable: Executable;
  readonly bytes: number;
}

/** By structure; the one that was used least recently is forgotten first. */
const known = new Map<string, Remembered>();

/** At most so many bytes are remembered. */
export const mostExecutableBytes = 2 ** 25;

/** An engine's own records of a module, whatever its size. */
const bytesOfModule = 2 ** 16;

/** How many bytes are remembered at the moment. */
export const rememberedBytes = (): number => [...known.values()].reduce((sum, { bytes }) => sum + bytes, 0);

const forget = (): void => {
  let bytes = rememberedBytes();
  for (const [structure, oldest] of known) {
    if (bytes <= mostExecutableBytes) return;
    known.delete(structure);
    bytes -= oldest.bytes;
  }
};

/**
 * The code of a graph, made once for all graphs of equal structure: functions that differ in the numbers and arrays
 * they close over share it.
 *
 * @throws ShapeError when it needs more memory than can be addressed
 */
export const executableOf = (caller: string, graph: Graph): Executable => {
  const structure = structureOf(graph);
  const found = known.get(structure);
  const executable = found?.executable ?? make(caller, graph);
  const bytes = found?.bytes ?? bytesOfModule + executable.codeBytes + structure.length;
  known.delete(structure);
  known.set(structure, { executable, bytes });
  if (found === undefined) forget();
  return executable;
};
