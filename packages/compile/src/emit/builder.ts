import type { ScalarFunction } from "@gradfold/core/transform";
import { widthOf } from "../graph/bytes.ts";
import { refusingIn, type RoutineDefinition } from "../graph/graph.ts";
import { roomFor } from "../loops/column.ts";
import { spareBytes } from "../loops/gemm.ts";
import {
  type Helpers,
  packingBytes,
  productFunction,
  tileColumnsFor,
  tileFunction,
  tileRows,
} from "../loops/microkernel.ts";
import { packFunction } from "../loops/pack.ts";
import type { Allocator } from "../memory/allocator.ts";
import type { Schedule } from "../schedule/fuse.ts";
import type { Kernel } from "../schedule/kernel.ts";
import { type Aside, type Code, op, openFunction } from "../wasm/assembler.ts";
import type { FunctionCode } from "../wasm/encode.ts";

/* The functions of a module, and the memory that they share. */

/** A function of a module, and how it is called. */
export interface Callee {
  readonly index: number;
  /** The parameters of the function that calls it that it takes, in order. */
  readonly parameters: readonly number[];
  /** Whether it ends early where a number is refused. */
  readonly refuses: boolean;
}

/** The module's functions in the making, and what products need. */
export interface Workshop {
  readonly functions: FunctionCode[];
  /** A function whose parameters are addresses. */
  readonly open: (parameters: number) => Code;
  /** Adds a function to the module, with these of its parameters only. */
  readonly close: (code: Code, parameters?: readonly number[]) => Callee;
  /** Ends a function if a number was refused. */
  readonly escape: (code: Code) => void;
  readonly productOf: (width: number) => number;
  readonly spare: number;
  /** Where reductions by rule 2 keep what is joined later. */
  readonly room: number;
  /** The numbers of the routines that refuse numbers, from 1 on. */
  readonly refusing: ReadonlyMap<RoutineDefinition, number>;
  /** Where a refused number is written, if any may be. */
  readonly refusal: number | undefined;
}

/** What the kernels of a schedule, and of those inside, need together. */
interface Needs {
  /** Bytes for results that reductions by rule 2 join later. */
  readonly room: number;
  /** The widths of the elements of products. */
  readonly widths: ReadonlySet<number>;
  /** The most columns that a product has. */
  readonly columns: number;
  /** Bytes for a product of more terms than are added at once. */
  readonly spare: number;
  /** Whether a scalar function is called, rather than written out wherever it is used. */
  readonly isCalled: Aside["isCalled"];
}

/** Scalar functions of fewer instructions are written out. */
const manyInstructions = 16;
/** All are, as long as they take no more instructions than this together. */
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
  let [room, columns, spare] = [0, 0, 0];
  const visit = (kernel: Kernel): void => {
    if (kernel.kind === "sweep" || kernel.kind === "columns")
      for (const node of kernel.nodes) if (node.kind === "map") uses.set(node.scalar, (uses.get(node.scalar) ?? 0) + 1);
    if (kernel.kind === "rows") kernel.nests.forEach(visit);
    else if (kernel.kind === "columns") room = Math.max(room, roomFor(kernel));
    else if (kernel.kind === "product") {
      widths.add(widthOf(kernel.dtype));
      columns = Math.max(columns, kernel.n);
      spare = Math.max(spare, spareBytes(kernel));
    }
  };
  const visitAll = ({ kernels, inner }: Schedule): void => {
    kernels.forEach(visit);
    for (const programs of inner.values()) programs.forEach(visitAll);
  };
  visitAll(schedule);
  return { room, widths, columns, spare, isCalled: calledIn(uses) };
};

/** Functions of vectors, made when they are first called; what they call in turn is a function too, but not written out. */
const asideIn = (functions: FunctionCode[], isCalled: Aside["isCalled"]): Aside => {
  const made = new Map<object, Map<string, number>>();
  const inner: Aside = {
    number: (key, kind, parameters, body) => {
      const ofKey = made.get(key) ?? new Map<string, number>();
      made.set(key, ofKey);
      const known = ofKey.get(kind);
      if (known !== undefined) return known;
      const code = openFunction(parameters, "v128", inner);
      body(code);
      const index = functions.push(code.finish()) - 1;
      ofKey.set(kind, index);
      return index;
    },
    isCalled: () => false,
  };
  return { ...inner, isCalled };
};

/** The functions for products of each width, by number. */
const makeProducts = (
  functions: FunctionCode[],
  { widths, columns }: Needs,
  { take }: Allocator,
): ReadonlyMap<number, number> => {
  if (widths.size === 0) return new Map();
  const bytes = packingBytes(columns);
  const packing = { left: take(bytes.left).address, right: take(bytes.right).address, tile: take(bytes.tile).address };
  const add = (code: FunctionCode): number => functions.push(code) - 1;
  const made = Array.from(widths, (width): readonly [number, number] => {
    const helpers: Helpers = {
      tile: add(tileFunction(width)),
      packLeft: add(packFunction(width, tileRows)),
      packRight: add(packFunction(width, tileColumnsFor(width))),
    };
    return [width, add(productFunction(width, helpers, packing))];
  });
  return new Map(made);
};

/** Leaves the function if a number was refused. */
const emitEscape = (code: Code, address: number): void => {
  code.i32(0);
  code.scalar("load8", address);
  code.f64(0);
  code.op(op.scalarNotEqual);
  code.when(() => code.op(op.return));
};

export const openWorkshop = (schedule: Schedule, allocator: Allocator): Workshop => {
  const { take } = allocator;
  const functions: FunctionCode[] = [];
  const needs = needsOf(schedule);
  const aside = asideIn(functions, needs.isCalled);
  const refusing = new Map(refusingIn(schedule.graph).map((definition, i) => [definition, i + 1]));
  const refusal = refusing.size === 0 ? undefined : take(2 * widthOf("float64")).address;
  const room = needs.room === 0 ? 0 : take(needs.room).address;
  const products = makeProducts(functions, needs, allocator);
  const spare = products.size === 0 ? 0 : take(needs.spare).address;
  const escaping = new Set<Code>();
  return {
    functions,
    open: (parameters) => openFunction(parameters, "i32", aside),
    close: (code, parameters = code.parameters()) => {
      const index = functions.push(code.finish(parameters)) - 1;
      return { index, parameters, refuses: escaping.has(code) };
    },
    escape: (code) => {
      if (refusal === undefined) throw new Error("emit: nothing refuses a number");
      emitEscape(code, refusal);
      escaping.add(code);
    },
    productOf: (width) => {
      const index = products.get(width);
      if (index === undefined) throw new Error(`emit: no products of elements of ${width} bytes`);
      return index;
    },
    spare,
    room,
    refusing,
    refusal,
  };
};
