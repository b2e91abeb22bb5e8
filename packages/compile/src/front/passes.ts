import { inlineProgram, type Program, simplifyProgram } from "@gradfold/autodiff/compiler";
import { emit, type Emitted } from "../emit/module.ts";
import { type ModulePlan, planModule } from "../emit/plan.ts";
import type { Graph } from "../graph/graph.ts";
import { lower } from "../graph/lower.ts";
import { type Schedule, schedule } from "../schedule/fuse.ts";
import type { LeafType } from "./leaf.ts";
import { type Call, limitFor, traceCall } from "./trace.ts";
import type { TreeDef } from "./treedef.ts";

/* The passes of compilation. */

/** A program on its way through the passes: each adds its next form, or replaces the program by a better one. */
export interface Compilation {
  /** The public function that was called, for errors. */
  readonly caller: string;
  /** The types of the program's inputs. */
  readonly types: readonly LeafType[];
  readonly call?: Call;
  readonly program?: Program;
  /** The definition of the tree of the program's outputs. */
  readonly result?: TreeDef;
  readonly graph?: Graph;
  readonly schedule?: Schedule;
  readonly plan?: ModulePlan;
  readonly module?: Emitted;
}

/** A form of a program. @throws Error if the pass that makes it has not run */
export const formOf = <K extends keyof Compilation>(compilation: Compilation, form: K): NonNullable<Compilation[K]> => {
  const made = compilation[form];
  if (made === undefined || made === null) throw new Error(`${compilation.caller}: there is no ${form} yet`);
  return made;
};

export type PassName = "trace" | "simplify" | "inline" | "lower" | "schedule" | "plan memory" | "emit";

interface Pass {
  readonly name: PassName;
  /** The forms of the program that the pass makes. */
  readonly run: (compilation: Compilation) => Partial<Compilation>;
}

/**
 * All passes, in their order. Tracing makes no program of a function that uses values of a transform around it; then no
 * other pass can run.
 */
export const passes: readonly Pass[] = [
  { name: "trace", run: (from) => traceCall(formOf(from, "call")) ?? {} },
  { name: "simplify", run: (from) => ({ program: simplifyProgram(formOf(from, "program")) }) },
  { name: "inline", run: (from) => ({ program: inlineProgram(formOf(from, "program"), limitFor(from.caller)) }) },
  {
    name: "lower",
    run: (from) => ({ graph: lower(from.caller, formOf(from, "program"), (i) => from.types[i]?.isOne ?? false) }),
  },
  { name: "schedule", run: (from) => ({ schedule: schedule(formOf(from, "graph")) }) },
  { name: "plan memory", run: (from) => ({ plan: planModule(formOf(from, "schedule")) }) },
  { name: "emit", run: (from) => ({ module: emit(formOf(from, "plan")) }) },
];

/** Runs the passes from the first to the last named one. */
export const runPasses = (compilation: Compilation, first: PassName, last: PassName): Compilation => {
  const at = (name: PassName): number => passes.findIndex((pass) => pass.name === name);
  return passes
    .slice(at(first), at(last) + 1)
    .reduce<Compilation>((from, pass) => ({ ...from, ...pass.run(from) }), compilation);
};
