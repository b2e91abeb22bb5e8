import { ShapeError } from "@gradfold/core";
import type { Emitted } from "../emit/module.ts";
import { type Constant, constantsIn, type Graph } from "../graph/graph.ts";
import { type Code, load, mostBytes, pageBytes } from "../wasm/backend.ts";

/** Loaded code, and the addresses of its inputs, outputs and constants in a memory of `pages` pages. */
export interface Executable {
  readonly code: Code;
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

/** Emits the module of a graph. */
export type Emit = (graph: Graph) => Emitted;

const isConstant = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "kind" in value && value.kind === "constant" && "array" in value;

const exact = (value: unknown): unknown => {
  // Tested first: an array would be asked for its own JSON.
  if (isConstant(value)) return { kind: "constant" };
  if (Object.is(value, -0)) return "-0";
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
};

/**
 * A graph as text, without the elements of its constants: graphs of one text have the same code. A scalar function or a
 * routine that several values share is written once, and a number stands for it elsewhere.
 */
const structureOf = (graph: Graph): string => {
  const numbers = new Map<string, number>();
  const shared = (part: unknown): string | number => {
    const text = JSON.stringify(part, (_, value: unknown) => exact(value));
    const number = numbers.get(text);
    if (number === undefined) numbers.set(text, numbers.size);
    return number ?? text;
  };
  return JSON.stringify(graph, (key, value: unknown) =>
    key === "scalar" || key === "routine" ? shared(value) : exact(value),
  );
};

const make = (caller: string, graph: Graph, emit: Emit): Executable => {
  const { bytes, memoryBytes, constantPool, ...addresses } = emit(graph);
  if (memoryBytes > mostBytes)
    throw new ShapeError(
      `${caller}: the program needs ${memoryBytes} bytes of memory, more than the ${mostBytes} that WebAssembly reaches. ` +
        "Use smaller sizes, or run the function without compiling it.",
    );
  const numbers = new Map(constantsIn(graph).map((constant, number) => [constant, number]));
  const numberOf = (constant: Constant): number => {
    const number = numbers.get(constant);
    if (number === undefined) throw new Error(`${caller}: a constant is not in the graph`);
    return number;
  };
  return {
    ...addresses,
    code: load(bytes),
    codeBytes: bytes.length,
    pages: Math.ceil(memoryBytes / pageBytes),
    constantPool: constantPool.map(({ constant, address }) => ({ constant: numberOf(constant), address })),
  };
};

/** An executable and the bytes that it takes while it is remembered. */
interface Remembered {
  readonly executable: Executable;
  readonly bytes: number;
}

/** The executables, by structure; the one that was used least recently is forgotten first. */
const known = new Map<string, Remembered>();

/** The most bytes of executables that are remembered. */
export const mostExecutableBytes = 2 ** 25;

/** An engine's own records of a module, whatever its size. */
const bytesOfModule = 2 ** 16;

/** The bytes of the executables that are remembered. */
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
 * The executable of a graph, which graphs of equal structure share: functions that differ only in the numbers and
 * arrays that they close over need one module.
 *
 * @throws ShapeError when it needs more memory than can be addressed
 */
export const executableOf = (caller: string, graph: Graph, emit: Emit): Executable => {
  const structure = structureOf(graph);
  const found = known.get(structure);
  const executable = found?.executable ?? make(caller, graph, emit);
  const bytes = found?.bytes ?? bytesOfModule + executable.codeBytes + structure.length;
  known.delete(structure);
  known.set(structure, { executable, bytes });
  if (found === undefined) forget();
  return executable;
};
