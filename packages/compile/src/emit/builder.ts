import { refusingIn, type RoutineDefinition } from "../graph/graph.ts";
import { gemmFunction, type GemmFunctions } from "../loops/macrokernel.ts";
import { microColumnsFor, microkernelFunction, microRows } from "../loops/microkernel.ts";
import { packFunction } from "../loops/pack.ts";
import type { MemoryPlan } from "../memory/plan.ts";
import type { Schedule } from "../schedule/fuse.ts";
import { type Assembler, openFunction } from "../wasm/assembler.ts";
import { op } from "../wasm/opcode.ts";
import type { WasmFunction } from "../wasm/encode.ts";
import { openOutliner, outlinedIn } from "./outline.ts";
import { type Template, type Templates, templatesIn } from "./template.ts";
import type { Workspace } from "./workspace.ts";

/* The functions of a module. */

/** A function of a module, and how it is called. */
export interface Callee {
  readonly index: number;
  /** The numbers of the caller's parameters that are its arguments, in order. */
  readonly parameters: readonly number[];
  /** Whether it returns early where a number is refused. */
  readonly refuses: boolean;
}

/** A module under construction. */
export interface ModuleBuilder {
  readonly functions: readonly WasmFunction[];
  /** Opens a function whose parameters are addresses. */
  readonly open: (parameters: number) => Assembler;
  /** Adds a function to the module, with the listed ones of its parameters: by default with those that it uses. */
  readonly close: (asm: Assembler, parameters?: readonly number[]) => Callee;
  /** The templates of the kernels that share a function with others. */
  readonly templates: Templates;
  /** The function of a template, which is made when it is first asked for. */
  readonly functionOf: (template: Template, make: () => Callee) => Callee;
  /** Emits an early return for when a number was refused. */
  readonly escape: (asm: Assembler) => void;
  /** The number of the gemm of elements of a width in bytes. */
  readonly gemmOf: (width: number) => number;
  readonly workspace: Workspace;
  /** The numbers of the routines that refuse numbers, from 1 on. */
  readonly refusing: ReadonlyMap<RoutineDefinition, number>;
}

/** A program that is emitted, its memory, and the module to which its functions belong. */
export interface Scope {
  readonly schedule: Schedule;
  readonly plan: MemoryPlan;
  readonly module: ModuleBuilder;
}

/** Adds the gemm of each width to a module; gives their numbers. */
const addGemms = (functions: WasmFunction[], { gemm }: Workspace): ReadonlyMap<number, number> => {
  const add = (made: WasmFunction): number => functions.push(made) - 1;
  if (gemm === undefined) return new Map();
  const numbers = Array.from(gemm.widths, (width): readonly [number, number] => {
    const helpers: GemmFunctions = {
      tile: add(microkernelFunction(width)),
      packLeft: add(packFunction(width, microRows)),
      packRight: add(packFunction(width, microColumnsFor(width))),
    };
    return [width, add(gemmFunction(width, helpers, gemm.panels))];
  });
  return new Map(numbers);
};

/** Returns if a number was refused. */
const emitEscape = (asm: Assembler, address: number): void => {
  asm.i32(0);
  asm.scalar("loadF64", address);
  asm.f64(0);
  asm.op(op.f64Ne);
  asm.when(() => asm.op(op.return));
};

export const openModule = (schedule: Schedule, workspace: Workspace): ModuleBuilder => {
  const functions: WasmFunction[] = [];
  const outline = openOutliner(functions, outlinedIn(schedule));
  const gemms = addGemms(functions, workspace);
  const escaping = new Set<Assembler>();
  const made = new Map<string, Callee>();
  return {
    functions,
    templates: templatesIn(schedule),
    functionOf: ({ key }, make) => {
      const callee = made.get(key) ?? make();
      made.set(key, callee);
      return callee;
    },
    open: (parameters) => openFunction(parameters, "i32", outline),
    close: (asm, parameters = asm.parameters()) => {
      const index = functions.push(asm.finish(parameters)) - 1;
      return { index, parameters, refuses: escaping.has(asm) };
    },
    escape: (asm) => {
      if (workspace.refusal === undefined) throw new Error("emit: nothing refuses a number");
      emitEscape(asm, workspace.refusal);
      escaping.add(asm);
    },
    gemmOf: (width) => {
      const index = gemms.get(width);
      if (index === undefined) throw new Error(`emit: there is no gemm of elements of ${width} bytes`);
      return index;
    },
    workspace,
    refusing: new Map(refusingIn(schedule.graph).map((definition, i) => [definition, i + 1])),
  };
};
