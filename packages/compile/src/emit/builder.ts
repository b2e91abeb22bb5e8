import type { ScalarFunction } from "@gradfold/core/transform";
import { widthOf } from "../graph/bytes.ts";
import { refusingIn, type RoutineDefinition } from "../graph/graph.ts";
import { partialsBytes } from "../loops/column.ts";
import { chunkResultBytes } from "../loops/gemm.ts";
import {
  gemmFunction,
  type GemmFunctions,
  microColumnsFor,
  microkernelFunction,
  microRows,
  packedBytes,
} from "../loops/microkernel.ts";
import { packFunction } from "../loops/pack.ts";
import type { Allocator } from "../memory/allocator.ts";
import type { Schedule } from "../schedule/fuse.ts";
import type { Kernel } from "../schedule/kernel.ts";
import { type Aside, type Assembler, op, openFunction } from "../wasm/assembler.ts";
import type { WasmFunction } from "../wasm/encode.ts";

/* The functions of a module, and the memory that they share. */

/** A function of a module, and how it is called. */
export interface Callee {
  readonly index: number;
  /** The parameters of the function that calls it that it takes, in order. */
  readonly parameters: readonly number[];
  /** Whether it ends early where a number is refused. */
  readonly refuses: boolean;
}

/** A module under construction: its functions, and the buffers that its kernels share. */
export interface ModuleBuilder {
  readonly functions: WasmFunction[];
  /** A function whose parameters are addresses. */
  readonly open: (parameters: number) => Assembler;
  /** Adds a function to the module, with these of its parameters only. */
  readonly close: (asm: Assembler, parameters?: readonly number[]) => Callee;
  /** Ends a function if a number was refused. */
  readonly escape: (asm: Assembler) => void;
  readonly gemmOf: (width: number) => number;
  readonly chunkResult: number;
  /** The address of partial results of column reductions. */
  readonly partials: number;
  /** The numbers of the routines that refuse numbers, from 1 on. */
  readonly refusing: ReadonlyMap<RoutineDefinition, number>;
  /** The address of a refusal; undefined if nothing can be refused. */
  readonly refusal: number | undefined;
}

/** What the kernels of a schedule, and of those inside, need together. */
interface Needs {
  /** Bytes for results that column reductions join later. */
  readonly partials: number;
  /** The widths of the elements of products. */
  readonly widths: ReadonlySet<number>;
  /** The most columns that a product has. */
  readonly columns: number;
  /** Bytes for a product of more terms than are added at once. */
  readonly chunkResult: number;
  /** Whether a scalar function is called, rather than written out wherever it is used. */
  readonly isCalled: Aside["isCalled"];
}

/** Scalar functions of fewer instructions are written out. */
const manyInstructions = 16;
/** All are, as long as they allocate no more instructions than this together. */
const mostWrittenOut = 2048;

/** The scalar functions that are called: they are long, and used often. */
const calledIn = (uses: ReadonlyMap<ScalarFunction, number>): Aside["isCalled"] => {
  const long = [...uses].filter(([{ instructions }]) => instructions.length >= manyInstructions);
  const total = long.reduce((sum, [{ instructions }, count]) => sum + count * instructions.length, 0);
  const called = new Set<object>(total <= mostWrittenOut ? [] : long.flatMap(([f, count]) => (count > 1 ? [f] : [])));
  return (f) => called.has(f);
};

const needsOf = (schedule: Schedule): Needs => {
  const widths = new Set<number>();
  const uses = new Map<ScalarFunction, number>();
  let [partials, columns, chunkResult] = [0, 0, 0];
  const visit = (kernel: Kernel): void => {
    if (kernel.kind === "loop" || kernel.kind === "columnReduction")
      for (const node of kernel.nodes) if (node.kind === "map") uses.set(node.scalar, (uses.get(node.scalar) ?? 0) + 1);
    if (kernel.kind === "tiled") kernel.members.forEach(visit);
    else if (kernel.kind === "columnReduction") partials = Math.max(partials, partialsBytes(kernel));
    else if (kernel.kind === "gemm") {
      widths.add(widthOf(kernel.dtype));
      columns = Math.max(columns, kernel.n);
      chunkResult = Math.max(chunkResult, chunkResultBytes(kernel));
    }
  };
  const visitAll = ({ kernels, inner }: Schedule): void => {
    kernels.forEach(visit);
    for (const programs of inner.values()) programs.forEach(visitAll);
  };
  visitAll(schedule);
  return { partials, widths, columns, chunkResult, isCalled: calledIn(uses) };
};

/**
 * Functions of vectors, made when they are first called; what they call in turn is a function too, but not written out.
 */
const outlinerIn = (functions: WasmFunction[], isCalled: Aside["isCalled"]): Aside => {
  const made = new Map<object, Map<string, number>>();
  const inner: Aside = {
    number: (key, kind, parameters, body) => {
      const ofKey = made.get(key) ?? new Map<string, number>();
      made.set(key, ofKey);
      const known = ofKey.get(kind);
      if (known !== undefined) return known;
      const asm = openFunction(parameters, "v128", inner);
      body(asm);
      const index = functions.push(asm.finish()) - 1;
      ofKey.set(kind, index);
      return index;
    },
    isCalled: () => false,
  };
  return { ...inner, isCalled };
};

/** The functions for products of each width, by number. */
const makeProducts = (
  functions: WasmFunction[],
  { widths, columns }: Needs,
  { allocate }: Allocator,
): ReadonlyMap<number, number> => {
  if (widths.size === 0) return new Map();
  const bytes = packedBytes(columns);
  const packing = {
    left: allocate(bytes.left).address,
    right: allocate(bytes.right).address,
    tile: allocate(bytes.tile).address,
  };
  const add = (asm: WasmFunction): number => functions.push(asm) - 1;
  const made = Array.from(widths, (width): readonly [number, number] => {
    const helpers: GemmFunctions = {
      tile: add(microkernelFunction(width)),
      packLeft: add(packFunction(width, microRows)),
      packRight: add(packFunction(width, microColumnsFor(width))),
    };
    return [width, add(gemmFunction(width, helpers, packing))];
  });
  return new Map(made);
};

/** Leaves the function if a number was refused. */
const emitEscape = (asm: Assembler, address: number): void => {
  asm.i32(0);
  asm.scalar("loadF64", address);
  asm.f64(0);
  asm.op(op.f64Ne);
  asm.when(() => asm.op(op.return));
};

export const openModule = (schedule: Schedule, allocator: Allocator): ModuleBuilder => {
  const { allocate } = allocator;
  const functions: WasmFunction[] = [];
  const needs = needsOf(schedule);
  const outline = outlinerIn(functions, needs.isCalled);
  const refusing = new Map(refusingIn(schedule.graph).map((definition, i) => [definition, i + 1]));
  const refusal = refusing.size === 0 ? undefined : allocate(2 * widthOf("float64")).address;
  const partials = needs.partials === 0 ? 0 : allocate(needs.partials).address;
  const products = makeProducts(functions, needs, allocator);
  const chunkResult = products.size === 0 ? 0 : allocate(needs.chunkResult).address;
  const escaping = new Set<Assembler>();
  return {
    functions,
    open: (parameters) => openFunction(parameters, "i32", outline),
    close: (asm, parameters = asm.parameters()) => {
      const index = functions.push(asm.finish(parameters)) - 1;
      return { index, parameters, refuses: escaping.has(asm) };
    },
    escape: (asm) => {
      if (refusal === undefined) throw new Error("emit: nothing refuses a number");
      emitEscape(asm, refusal);
      escaping.add(asm);
    },
    gemmOf: (width) => {
      const index = products.get(width);
      if (index === undefined) throw new Error(`emit: no products of elements of ${width} bytes`);
      return index;
    },
    chunkResult,
    partials,
    refusing,
    refusal,
  };
};
