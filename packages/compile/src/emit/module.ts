import { sizeOf } from "@gradfold/core/transform";
import { bytesOf, scratchBytes, widthOf } from "../graph/bytes.ts";
import { type Constant, constantsIn, type Graph, isMade, type RoutineDefinition, valueAt } from "../graph/graph.ts";
import { emitColumnReduction, openColumnReduction } from "../loops/column.ts";
import { emitGemm } from "../loops/gemm.ts";
import { emitLoop, openLoop, type ScalarLocals } from "../loops/loop.ts";
import { baseIn, type BaseOf } from "../loops/pointer.ts";
import { emitStripMined } from "../loops/strip.ts";
import { openAllocator, paddingAtEnd } from "../memory/allocator.ts";
import { canCache, donationsIn } from "../memory/donation.ts";
import { addressIn, isCoalesced, largestIn, type MemoryPlan, planMemory, relocatableIn } from "../memory/plan.ts";
import { emitRoutine, type RoutineCall } from "../scalar/routine.ts";
import type { Schedule } from "../schedule/fuse.ts";
import {
  type ControlKernel,
  isScalarKernel,
  type Kernel,
  type RoutineKernel,
  type TiledLoops,
} from "../schedule/kernel.ts";
import { type Assembler, openFunction } from "../wasm/assembler.ts";
import { encodeModule } from "../wasm/encode.ts";
import { type Callee, type ModuleBuilder, openModule } from "./builder.ts";
import { type ControlContext, emitControl } from "./control.ts";

/** A constant of the pool, which is written to memory once. */
interface PooledConstant {
  readonly constant: Constant;
  readonly address: number;
}

/** A module's code, and the addresses of its inputs, outputs and constants. */
export interface Emitted {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly memoryBytes: number;
  readonly inputs: readonly number[];
  /** The inputs whose addresses are the parameters of `run`, in this order. */
  readonly relocated: readonly number[];
  /** For relocated inputs: the outputs whose buffers they may share. */
  readonly donations: ReadonlyMap<number, readonly number[]>;
  readonly outputs: readonly number[];
  readonly constantPool: readonly PooledConstant[];
  /** The address of the number of a routine that refused a number; the refused number follows. */
  readonly refusal: number | undefined;
}

const emitZeros = (asm: Assembler, address: number, bytes: number): void => {
  [address, 0, bytes].forEach(asm.i32);
  asm.fill();
};

/** The buffers of a routine that start as zeros: its result and its scratch. */
const zerosOf = (value: number, { scratch }: RoutineDefinition, { graph }: Schedule, plan: MemoryPlan) => {
  const { dtype, shape } = valueAt(graph, value);
  const at = plan.scratch.get(value) ?? [];
  return [
    {
      dtype,
      address: addressIn(plan, graph)(value),
      holdsIndices: false,
      bytes: bytesOf({ dtype, shape, splat: false }),
    },
    ...scratch.map((s, i) => ({
      dtype: s.dtype,
      address: at[i] ?? 0,
      holdsIndices: s.dtype === "int32",
      bytes: scratchBytes(s),
    })),
  ];
};

const refusalOf = (definition: RoutineDefinition, { refusing, refusal }: ModuleBuilder): RoutineCall["refusal"] => {
  const number = refusing.get(definition);
  return refusal === undefined || number === undefined ? undefined : { address: refusal, number };
};

/** A routine is a function of its own, which returns where it refuses a value. */
const emitRoutineCall = (
  asm: Assembler,
  { value }: RoutineKernel,
  schedule: Schedule,
  plan: MemoryPlan,
  module: ModuleBuilder,
): void => {
  const { graph } = schedule;
  const { definition, dtype } = valueAt(graph, value);
  if (definition.kind !== "routine") throw new Error(`emit: value ${value} is no routine`);
  const { routine, sizes, inputs } = definition;
  const address = addressIn(plan, graph);
  const zeros = zerosOf(value, definition, schedule, plan);
  const operands = inputs.map((id) => ({ dtype: valueAt(graph, id).dtype, address: address(id), holdsIndices: false }));
  const refusal = refusalOf(definition, module);
  const inside = openFunction(0);
  for (const { address: target, bytes } of zeros) emitZeros(inside, target, bytes);
  emitRoutine(inside, { routine, dtype, sizes, buffers: [...operands, ...zeros], refusal });
  asm.call(module.close(inside).index);
  if (refusal !== undefined) module.escape(asm);
};

const everywhere = (): boolean => true;

/** A program of more instructions than this is a function of its own. */
const mostInPlace = 2000;

const instructionsIn = (kernel: Kernel): number =>
  kernel.kind === "loop"
    ? kernel.nodes.reduce((sum, node) => sum + (node.kind === "map" ? node.scalar.instructions.length : 1), 0)
    : 0;

/** Whether a program stands where it runs: it computes a few numbers, which can stay in locals. */
const standsHere = ({ kernels }: Schedule): boolean =>
  kernels.every(isScalarKernel) && kernels.reduce((sum, kernel) => sum + instructionsIn(kernel), 0) <= mostInPlace;

const contextOf = (
  asm: Assembler,
  { value, results }: ControlKernel,
  schedule: Schedule,
  plan: MemoryPlan,
  module: ModuleBuilder,
): ControlContext => {
  const { definition } = valueAt(schedule.graph, value);
  if (definition.kind !== "control") throw new Error(`emit: value ${value} is no control`);
  const inner = plan.inner.get(value) ?? [];
  const functions = inner.map((program) =>
    standsHere(program.schedule) ? undefined : emitFunction(program.schedule, program.plan, module),
  );
  const address = addressIn(plan, schedule.graph);
  return {
    definition: definition.control,
    inner,
    operands: definition.control.inputs.map(address),
    results: results.map(address),
    isInline: (program) => functions[program] === undefined,
    run: (program, how) => {
      const scalarLocals: ScalarLocals = { vectors: new Map(how?.known), isInMemory: how?.isInMemory ?? everywhere };
      const it = inner[program];
      const callee = functions[program];
      if (it === undefined) throw new Error(`emit: no program ${program}`);
      if (callee === undefined)
        for (const kernel of it.schedule.kernels) emitKernel(asm, kernel, it.schedule, it.plan, module, scalarLocals);
      else {
        for (const address of how?.relocated ?? []) address();
        emitCall(asm, callee, module);
      }
      return scalarLocals.vectors;
    },
  };
};

const emitTiledLoops = (
  asm: Assembler,
  { rows, members }: TiledLoops,
  baseOf: BaseOf,
  partials: number,
  scalarLocals: ScalarLocals,
): void =>
  asm.withHoisted((hoist) => {
    const strips = members.map((nest) =>
      nest.kind === "loop"
        ? openLoop(asm, hoist, nest, baseOf, scalarLocals, true).stripMined()
        : openColumnReduction(asm, hoist, nest, baseOf, partials).stripMined([]),
    );
    emitStripMined(asm, rows, strips);
  });

const emitKernel = (
  asm: Assembler,
  kernel: Kernel,
  schedule: Schedule,
  plan: MemoryPlan,
  module: ModuleBuilder,
  scalarLocals: ScalarLocals,
): void => {
  const baseOf = baseIn(plan, schedule.graph);
  switch (kernel.kind) {
    case "loop":
      return emitLoop(asm, kernel, baseOf, scalarLocals);
    case "columnReduction":
      return emitColumnReduction(asm, kernel, baseOf, module.partials);
    case "tiled":
      return emitTiledLoops(asm, kernel, baseOf, module.partials, scalarLocals);
    case "gemm":
      return emitGemm(asm, kernel, module.gemmOf(widthOf(kernel.dtype)), module.chunkResult, baseOf);
    case "fill":
      return emitZeros(
        asm,
        addressIn(plan, schedule.graph)(kernel.value),
        bytesOf(valueAt(schedule.graph, kernel.value)),
      );
    case "routine":
      return emitRoutineCall(asm, kernel, schedule, plan, module);
    case "control":
      return emitControl(asm, contextOf(asm, kernel, schedule, plan, module));
  }
};

/** Calls a function whose arguments are on the stack. */
const emitCall = (asm: Assembler, { index, refuses }: Callee, module: ModuleBuilder): void => {
  asm.call(index);
  if (refuses) module.escape(asm);
};

/** Behind so many bytes a function is cut: the time that an engine takes for one grows faster than its length. */
const mostBytes = 2 ** 15;

/**
 * The function of a schedule: its parameters are the addresses of what moves, since all others are known. A long one
 * calls others, one after another; numbers that one of them has left in locals, the next reads from memory.
 */
const emitFunction = (schedule: Schedule, plan: MemoryPlan, module: ModuleBuilder): Callee => {
  const all = plan.relocated.map((_, parameter) => parameter);
  const open = () => ({ asm: module.open(all.length), scalarLocals: { vectors: new Map(), isInMemory: everywhere } });
  const callees: Callee[] = [];
  let part = open();
  for (const kernel of schedule.kernels) {
    if (part.asm.size() > mostBytes) {
      callees.push(module.close(part.asm));
      part = open();
    }
    emitKernel(part.asm, kernel, schedule, plan, module, part.scalarLocals);
  }
  if (callees.length === 0) return module.close(part.asm, all);
  const whole = module.open(all.length);
  for (const callee of [...callees, module.close(part.asm)]) {
    callee.parameters.forEach(whole.get);
    emitCall(whole, callee, module);
  }
  return module.close(whole, all);
};

/**
 * The values that lie before all others, one after another: what is copied out together, and what may be read in place.
 */
const firstIn = (graph: Graph, donations: ReadonlyMap<number, readonly number[]>): readonly number[] => {
  const coalesced = [...new Set(graph.outputs)].filter((id) => {
    const value = valueAt(graph, id);
    return isMade(value) && isCoalesced(value);
  });
  const ofDType = (dtype: "float32" | "float64") => coalesced.filter((id) => valueAt(graph, id).dtype === dtype);
  return [...new Set([...ofDType("float32"), ...ofDType("float64"), ...[...donations.values()].flat()])];
};

/** Plans the memory of a schedule, and emits its module. */
export const emit = (schedule: Schedule): Emitted => {
  const { graph } = schedule;
  const allocator = openAllocator();
  const module = openModule(schedule, allocator);
  const inputs = graph.values.slice(0, graph.inputs).map((value) => allocator.allocate(bytesOf(value)).address);
  const constantPool = constantsIn(graph).map((constant) => ({
    constant,
    address: allocator.allocate(bytesOf(constant)).address,
  }));
  const relocatable = relocatableIn(schedule);
  const reusable = donationsIn(schedule, relocatable);
  const relocated = largestIn(
    graph,
    relocatable.filter((id) => reusable.has(id) || canCache(valueAt(graph, id))),
  );
  const moves = new Set(relocated);
  const donations = new Map([...reusable].filter(([id]) => moves.has(id)));
  const plan = planMemory(schedule, inputs, relocated, firstIn(graph, donations), {
    allocator,
    constantPool: new Map(constantPool.map(({ constant, address }) => [constant, address])),
  });
  emitFunction(schedule, plan, module);
  const at = addressIn(plan, graph);
  const outputs = graph.outputs.map((id) => (sizeOf(valueAt(graph, id).shape) === 0 ? 0 : at(id)));
  return {
    bytes: encodeModule(module.functions),
    memoryBytes: allocator.end() + paddingAtEnd,
    inputs,
    relocated,
    donations,
    outputs,
    constantPool,
    refusal: module.refusal,
  };
};
