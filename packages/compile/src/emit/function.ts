import { bytesOf, widthOf } from "../graph/bytes.ts";
import { valueAt } from "../graph/graph.ts";
import { emitColumnReduction, stripMineColumnReduction } from "../loops/column.ts";
import { emitGemm } from "../loops/gemm.ts";
import { emitLoop, stripMineLoop } from "../loops/loop.ts";
import { baseIn, type BaseOf, emitBase } from "../loops/pointer.ts";
import type { ScalarLocals } from "../loops/sink.ts";
import { emitStripMined } from "../loops/strip.ts";
import { addressIn } from "../memory/plan.ts";
import type { Schedule } from "../schedule/fuse.ts";
import {
  type ControlKernel,
  type Gemm,
  isScalarKernel,
  type Kernel,
  type LoopNest,
  type TiledLoops,
} from "../schedule/kernel.ts";
import type { Assembler } from "../wasm/assembler.ts";
import type { Callee, ModuleBuilder, Scope } from "./builder.ts";
import type { ControlContext } from "./context.ts";
import { emitControl } from "./control.ts";
import { emitRoutineCall, emitZeros } from "./routine.ts";
import type { Template } from "./template.ts";

/* The functions of schedules: each runs the kernels of a program one after another. */

const everywhere = (): boolean => true;

/** A program of more instructions than this is a function of its own. */
const mostInline = 2000;

const instructionsIn = (kernel: Kernel): number =>
  kernel.kind === "loop"
    ? kernel.nodes.reduce((sum, node) => sum + (node.kind === "map" ? node.scalar.instructions.length : 1), 0)
    : 0;

/** Whether a program is inline in its loop or choice: it computes a few scalars, which can stay in locals. */
const isInline = ({ kernels }: Schedule): boolean =>
  kernels.every(isScalarKernel) && kernels.reduce((sum, kernel) => sum + instructionsIn(kernel), 0) <= mostInline;

const contextOf = (
  asm: Assembler,
  { value, results }: ControlKernel,
  { schedule, plan, module }: Scope,
): ControlContext => {
  const { definition } = valueAt(schedule.graph, value);
  if (definition.kind !== "control") throw new Error(`emit: value ${value} is no control`);
  const inner = plan.inner.get(value) ?? [];
  const programs = inner.map((program) => {
    const scope: Scope = { ...program, module };
    return { scope, callee: isInline(program.schedule) ? undefined : emitFunction(scope) };
  });
  const address = addressIn(plan, schedule.graph);
  return {
    definition: definition.control,
    inner,
    operands: definition.control.inputs.map(address),
    results: results.map(address),
    isInline: (program) => programs[program]?.callee === undefined,
    run: (program, how) => {
      const scalarLocals: ScalarLocals = { vectors: new Map(how?.known), isInMemory: how?.isInMemory ?? everywhere };
      const it = programs[program];
      if (it === undefined) throw new Error(`emit: no program ${program}`);
      if (it.callee === undefined)
        for (const kernel of it.scope.schedule.kernels) emitKernel(asm, kernel, it.scope, scalarLocals);
      else {
        for (const pushAddress of how?.relocated ?? []) pushAddress();
        emitCall(asm, it.callee, module);
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
        ? stripMineLoop({ asm, hoist, baseOf }, nest, scalarLocals)
        : stripMineColumnReduction({ asm, hoist, baseOf }, nest, partials),
    );
    emitStripMined(asm, rows, strips);
  });

const emitInPlace = (
  asm: Assembler,
  kernel: LoopNest,
  baseOf: BaseOf,
  partials: number,
  scalars: ScalarLocals,
): void =>
  kernel.kind === "loop" ? emitLoop(asm, kernel, baseOf, scalars) : emitColumnReduction(asm, kernel, baseOf, partials);

/** The function of a template, whose parameters are the addresses of the template's values. */
const functionOf = (kernel: LoopNest, template: Template, module: ModuleBuilder): Callee =>
  module.functionOf(template, () => {
    const all = template.values.map((_, parameter) => parameter);
    const parameters = new Map(template.values.map((value, parameter) => [value, parameter]));
    const asm = module.open(all.length);
    const baseOf: BaseOf = (value) => ({ local: parameters.get(value), offset: 0 });
    emitInPlace(asm, kernel, baseOf, module.workspace.partials, { vectors: new Map(), isInMemory: everywhere });
    return module.close(asm, all);
  });

/** Emits a loop nest, or a call of the function of its template. */
const emitNest = (
  asm: Assembler,
  kernel: LoopNest,
  baseOf: BaseOf,
  module: ModuleBuilder,
  scalars: ScalarLocals,
): void => {
  const template = module.templates.get(kernel);
  if (template === undefined) return emitInPlace(asm, kernel, baseOf, module.workspace.partials, scalars);
  const callee = functionOf(kernel, template, module);
  for (const value of template.values) emitBase(asm, baseOf(value));
  return emitCall(asm, callee, module);
};

const emitGemmCall = (asm: Assembler, kernel: Gemm, { gemmOf, workspace }: ModuleBuilder, baseOf: BaseOf): void =>
  emitGemm(asm, kernel, gemmOf(widthOf(kernel.dtype)), workspace.gemm?.chunkResult ?? 0, baseOf);

const emitKernel = (asm: Assembler, kernel: Kernel, scope: Scope, scalarLocals: ScalarLocals): void => {
  const { schedule, plan, module } = scope;
  const { graph } = schedule;
  const { partials } = module.workspace;
  const baseOf = baseIn(plan, graph);
  switch (kernel.kind) {
    case "loop":
    case "columnReduction":
      return emitNest(asm, kernel, baseOf, module, scalarLocals);
    case "tiled":
      return emitTiledLoops(asm, kernel, baseOf, partials, scalarLocals);
    case "gemm":
      return emitGemmCall(asm, kernel, module, baseOf);
    case "fill":
      return emitZeros(asm, addressIn(plan, graph)(kernel.value), bytesOf(valueAt(graph, kernel.value)));
    case "routine":
      return emitRoutineCall(asm, kernel, scope);
    case "control":
      return emitControl(asm, contextOf(asm, kernel, scope));
  }
};

/** Calls a function whose arguments are on the stack. */
const emitCall = (asm: Assembler, { index, refuses }: Callee, module: ModuleBuilder): void => {
  asm.call(index);
  if (refuses) module.escape(asm);
};

/** A function of more bytes is cut: the time in which an engine compiles one grows faster than its length. */
const mostBytes = 2 ** 15;

/** A function of a program under construction, and the scalars that it has in locals. */
interface Part {
  readonly asm: Assembler;
  readonly scalarLocals: ScalarLocals;
}

/** Emits the kernels of a program into one or more functions; the last function is still open. */
const emitParts = (scope: Scope, open: () => Part): { readonly callees: readonly Callee[]; readonly last: Part } => {
  const callees: Callee[] = [];
  let last = open();
  for (const kernel of scope.schedule.kernels) {
    if (last.asm.size() > mostBytes) {
      callees.push(scope.module.close(last.asm));
      last = open();
    }
    emitKernel(last.asm, kernel, scope, last.scalarLocals);
  }
  return { callees, last };
};

/**
 * Emits the function of a program: its parameters are the addresses of the relocated inputs, since all other addresses
 * are known. A long function is cut into several, which it calls one after another. A scalar that one of them has in a
 * local is read from memory by the next.
 */
export const emitFunction = (scope: Scope): Callee => {
  const { plan, module } = scope;
  const all = plan.relocated.map((_, parameter) => parameter);
  const { callees, last } = emitParts(scope, () => ({
    asm: module.open(all.length),
    scalarLocals: { vectors: new Map(), isInMemory: everywhere },
  }));
  if (callees.length === 0) return module.close(last.asm, all);
  const asm = module.open(all.length);
  for (const callee of [...callees, module.close(last.asm)]) {
    callee.parameters.forEach(asm.get);
    emitCall(asm, callee, module);
  }
  return module.close(asm, all);
};
