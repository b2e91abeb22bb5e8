import { sizeOf } from "@gradfold/core/transform";
import { bytesOf, scratchBytes, widthOf } from "../graph/bytes.ts";
import { type Constant, constantsIn, type Graph, isMade, type RoutineDefinition, valueAt } from "../graph/graph.ts";
import { emitColumns, openColumns } from "../loops/column.ts";
import { emitProduct } from "../loops/gemm.ts";
import { emitSweep, openSweep, type Scalars } from "../loops/loop.ts";
import { originIn, type OriginOf } from "../loops/pointer.ts";
import { emitPasses } from "../loops/strip.ts";
import { openAllocator, roomAtEnd } from "../memory/allocator.ts";
import { canStay, reusedIn } from "../memory/donation.ts";
import { addressIn, isTogether, largestIn, type Layout, layOut, movableIn } from "../memory/plan.ts";
import { emitRoutine, type Job } from "../scalar/routine.ts";
import type { Schedule } from "../schedule/fuse.ts";
import { type Control, isOfNumbers, type Kernel, type Rows, type Steps } from "../schedule/kernel.ts";
import { type Code, openFunction } from "../wasm/assembler.ts";
import { encodeModule } from "../wasm/encode.ts";
import { type Callee, openWorkshop, type Workshop } from "./builder.ts";
import { emitControl, type Place } from "./control.ts";

/** A constant to be put into memory once. */
interface Resident {
  readonly constant: Constant;
  readonly address: number;
}

/** Code, and where its inputs, outputs and constants lie. */
export interface Emitted {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly memoryBytes: number;
  readonly inputs: readonly number[];
  /** The inputs whose addresses the code is told, in this order. */
  readonly moving: readonly number[];
  /** For inputs that move, the outputs in whose places they may lie. */
  readonly reused: ReadonlyMap<number, readonly number[]>;
  readonly outputs: readonly number[];
  readonly residents: readonly Resident[];
  /** The address of the number of a routine that refused a number; the refused number follows. */
  readonly refusal: number | undefined;
}

const emitZeros = (code: Code, address: number, bytes: number): void => {
  [address, 0, bytes].forEach(code.i32);
  code.fill();
};

/** The buffers of a routine that start as zeros: its result and its scratch. */
const zerosOf = (value: number, { scratch }: RoutineDefinition, { graph }: Schedule, layout: Layout) => {
  const { dtype, shape } = valueAt(graph, value);
  const at = layout.scratch.get(value) ?? [];
  return [
    {
      dtype,
      address: addressIn(layout, graph)(value),
      holdsPlaces: false,
      bytes: bytesOf({ dtype, shape, splat: false }),
    },
    ...scratch.map((s, i) => ({
      dtype: s.dtype,
      address: at[i] ?? 0,
      holdsPlaces: s.dtype === "int32",
      bytes: scratchBytes(s),
    })),
  ];
};

const refusalOf = (definition: RoutineDefinition, { refusing, refusal }: Workshop): Job["refusal"] => {
  const number = refusing.get(definition);
  return refusal === undefined || number === undefined ? undefined : { address: refusal, number };
};

/** A routine is a function by itself, which ends where a number is refused. */
const emitSteps = (code: Code, { value }: Steps, schedule: Schedule, layout: Layout, shop: Workshop): void => {
  const { graph } = schedule;
  const { definition, dtype } = valueAt(graph, value);
  if (definition.kind !== "routine") throw new Error(`emit: value ${value} is no routine`);
  const { routine, sizes, inputs } = definition;
  const address = addressIn(layout, graph);
  const zeros = zerosOf(value, definition, schedule, layout);
  const operands = inputs.map((id) => ({ dtype: valueAt(graph, id).dtype, address: address(id), holdsPlaces: false }));
  const refusal = refusalOf(definition, shop);
  const inside = openFunction(0);
  for (const { address: target, bytes } of zeros) emitZeros(inside, target, bytes);
  emitRoutine(inside, { routine, dtype, sizes, buffers: [...operands, ...zeros], refusal });
  code.call(shop.close(inside).index);
  if (refusal !== undefined) shop.escape(code);
};

const everywhere = (): boolean => true;

/** A program of more instructions than this is a function of its own. */
const mostInPlace = 2000;

const instructionsIn = (kernel: Kernel): number =>
  kernel.kind === "sweep"
    ? kernel.nodes.reduce((sum, node) => sum + (node.kind === "map" ? node.scalar.instructions.length : 1), 0)
    : 0;

/** Whether a program stands where it runs: it computes a few numbers, which can stay in locals. */
const standsHere = ({ kernels }: Schedule): boolean =>
  kernels.every(isOfNumbers) && kernels.reduce((sum, kernel) => sum + instructionsIn(kernel), 0) <= mostInPlace;

const placeOf = (
  code: Code,
  { value, results }: Control,
  schedule: Schedule,
  layout: Layout,
  shop: Workshop,
): Place => {
  const { definition } = valueAt(schedule.graph, value);
  if (definition.kind !== "control") throw new Error(`emit: value ${value} is no control`);
  const inner = layout.inner.get(value) ?? [];
  const functions = inner.map((program) =>
    standsHere(program.schedule) ? undefined : emitFunction(program.schedule, program.layout, shop),
  );
  const address = addressIn(layout, schedule.graph);
  return {
    definition: definition.control,
    inner,
    operands: definition.control.inputs.map(address),
    results: results.map(address),
    isHere: (program) => functions[program] === undefined,
    run: (program, how) => {
      const scalars: Scalars = { vectors: new Map(how?.known), isInMemory: how?.isInMemory ?? everywhere };
      const it = inner[program];
      const callee = functions[program];
      if (it === undefined) throw new Error(`emit: no program ${program}`);
      if (callee === undefined)
        for (const kernel of it.schedule.kernels) emitKernel(code, kernel, it.schedule, it.layout, shop, scalars);
      else {
        for (const address of how?.moving ?? []) address();
        emitCall(code, callee, shop);
      }
      return scalars.vectors;
    },
  };
};

const emitRows = (code: Code, { rows, nests }: Rows, originOf: OriginOf, room: number, scalars: Scalars): void =>
  code.holding((held) => {
    const passes = nests.map((nest) =>
      nest.kind === "sweep"
        ? openSweep(code, held, nest, originOf, scalars, true).pass()
        : openColumns(code, held, nest, originOf, room).pass([]),
    );
    emitPasses(code, rows, passes);
  });

const emitKernel = (
  code: Code,
  kernel: Kernel,
  schedule: Schedule,
  layout: Layout,
  shop: Workshop,
  scalars: Scalars,
): void => {
  const originOf = originIn(layout, schedule.graph);
  switch (kernel.kind) {
    case "sweep":
      return emitSweep(code, kernel, originOf, scalars);
    case "columns":
      return emitColumns(code, kernel, originOf, shop.room);
    case "rows":
      return emitRows(code, kernel, originOf, shop.room, scalars);
    case "product":
      return emitProduct(code, kernel, shop.productOf(widthOf(kernel.dtype)), shop.spare, originOf);
    case "fill":
      return emitZeros(
        code,
        addressIn(layout, schedule.graph)(kernel.value),
        bytesOf(valueAt(schedule.graph, kernel.value)),
      );
    case "routine":
      return emitSteps(code, kernel, schedule, layout, shop);
    case "control":
      return emitControl(code, placeOf(code, kernel, schedule, layout, shop));
  }
};

/** Calls a function whose arguments are on the stack. */
const emitCall = (code: Code, { index, refuses }: Callee, shop: Workshop): void => {
  code.call(index);
  if (refuses) shop.escape(code);
};

/** Behind so many bytes a function is cut: the time that an engine takes for one grows faster than its length. */
const mostBytes = 2 ** 15;

/**
 * The function of a schedule: its parameters are the addresses of what moves, since all others are known. A long one calls
 * others, one after another; numbers that one of them has left in locals, the next reads from memory.
 */
const emitFunction = (schedule: Schedule, layout: Layout, shop: Workshop): Callee => {
  const all = layout.moving.map((_, parameter) => parameter);
  const open = () => ({ code: shop.open(all.length), scalars: { vectors: new Map(), isInMemory: everywhere } });
  const callees: Callee[] = [];
  let part = open();
  for (const kernel of schedule.kernels) {
    if (part.code.size() > mostBytes) {
      callees.push(shop.close(part.code));
      part = open();
    }
    emitKernel(part.code, kernel, schedule, layout, shop, part.scalars);
  }
  if (callees.length === 0) return shop.close(part.code, all);
  const whole = shop.open(all.length);
  for (const callee of [...callees, shop.close(part.code)]) {
    callee.parameters.forEach(whole.get);
    emitCall(whole, callee, shop);
  }
  return shop.close(whole, all);
};

/** The values that lie before all others, one after another: what is copied out together, and what may be read in place. */
const firstIn = (graph: Graph, reused: ReadonlyMap<number, readonly number[]>): readonly number[] => {
  const together = [...new Set(graph.outputs)].filter((id) => {
    const value = valueAt(graph, id);
    return isMade(value) && isTogether(value);
  });
  const ofDType = (dtype: "float32" | "float64") => together.filter((id) => valueAt(graph, id).dtype === dtype);
  return [...new Set([...ofDType("float32"), ...ofDType("float64"), ...[...reused.values()].flat()])];
};

/** Lays a schedule out and makes code of it. */
export const emit = (schedule: Schedule): Emitted => {
  const { graph } = schedule;
  const allocator = openAllocator();
  const shop = openWorkshop(schedule, allocator);
  const inputs = graph.values.slice(0, graph.inputs).map((value) => allocator.take(bytesOf(value)).address);
  const residents = constantsIn(graph).map((constant) => ({
    constant,
    address: allocator.take(bytesOf(constant)).address,
  }));
  const movable = movableIn(schedule);
  const reusable = reusedIn(schedule, movable);
  const moving = largestIn(
    graph,
    movable.filter((id) => reusable.has(id) || canStay(valueAt(graph, id))),
  );
  const moves = new Set(moving);
  const reused = new Map([...reusable].filter(([id]) => moves.has(id)));
  const layout = layOut(schedule, inputs, moving, firstIn(graph, reused), {
    allocator,
    residents: new Map(residents.map(({ constant, address }) => [constant, address])),
  });
  emitFunction(schedule, layout, shop);
  const at = addressIn(layout, graph);
  const outputs = graph.outputs.map((id) => (sizeOf(valueAt(graph, id).shape) === 0 ? 0 : at(id)));
  return {
    bytes: encodeModule(shop.functions),
    memoryBytes: allocator.end() + roomAtEnd,
    inputs,
    moving,
    reused,
    outputs,
    residents,
    refusal: shop.refusal,
  };
};
