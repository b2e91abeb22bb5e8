import type { NDArray } from "@gradfold/core";
import type { Limit } from "@gradfold/core/transform";
import { call } from "./compound.ts";
import { runCounting } from "./compounds/bounded.ts";
import { condCompound } from "./compounds/cond.ts";
import { scanCompound } from "./compounds/scan.ts";
import { whileCompound } from "./compounds/while.ts";
import { runProgram } from "./evaluate.ts";
import type { Compound, ControlOf, Program } from "./program.ts";
import { programOf, traceLeaves } from "./trace.ts";

type Run = (inputs: readonly NDArray[]) => readonly NDArray[];

/** How a compound is taken apart; undefined for one that stays as it is. */
const inlined = (compound: Compound): Run | undefined => {
  const { control } = compound;
  switch (control.kind) {
    case "scan": {
      const body = inlineProgram(control.body);
      return body === control.body ? undefined : (inputs) => call(scanCompound({ ...control, body }), inputs);
    }
    case "while":
      return inlinedWhile(control);
    case "cond": {
      const [yes, no] = [inlineProgram(control.yes), inlineProgram(control.no)];
      const isSame = yes === control.yes && no === control.no;
      return isSame ? undefined : (inputs) => call(condCompound({ kind: "cond", yes, no }), inputs);
    }
    case "program":
      return runnerOf(control.program).run;
    case "function":
      return (inputs) => runnerOf(traceLeaves(inputs, control.f, (leaves) => leaves).program).run(inputs);
  }
};

const inlinedWhile = (control: ControlOf<"while">): Run | undefined => {
  const [condition, body] = [inlineProgram(control.condition), inlineProgram(control.body)];
  const loop = { ...control, condition, body };
  const { maxSteps } = control;
  if (maxSteps !== undefined) return (inputs) => runCounting(loop, maxSteps, inputs, whileCompound);
  const isSame = condition === control.condition && body === control.body;
  return isSame ? undefined : (inputs) => call(whileCompound(loop), inputs);
};

/** Runs a program with its compounds taken apart. */
const runnerOf = (program: Program): { readonly isSame: boolean; readonly run: Run } => {
  const runs = new Map<Compound, Run>();
  for (const equation of program.equations) {
    const run = equation.kind === "call" ? inlined(equation.compound) : undefined;
    if (equation.kind === "call" && run !== undefined) runs.set(equation.compound, run);
  }
  const apply: typeof call = (compound, inputs) => runs.get(compound)?.(inputs) ?? call(compound, inputs);
  return { isSame: runs.size === 0, run: (inputs) => runProgram(program, inputs, apply) };
};

/**
 * The same program by operations, loops and choices alone, for one that is not going to be differentiated any more:
 * functions with rules of their own and checkpoints are taken apart into their operations, and loops with a greatest number
 * of turns count them.
 */
export const inlineProgram = (program: Program, limit?: Limit): Program => {
  const { isSame, run } = runnerOf(program);
  return isSame ? program : programOf(program.inputs, run, limit);
};
