import { evaluateProgram, type Prepare } from "@gradfold/autodiff/compiler";
import { type NDArray, TraceError } from "@gradfold/core";
import type { Runner } from "../run/call.ts";
import { typeOf } from "./leaf.ts";
import { type Compilation, formOf, runPasses } from "./passes.ts";
import { makeRunner, type Runtime } from "./specialize.ts";

/** The most runners of a program that are remembered: its operands may be laid out in memory in several ways. */
const mostRunners = 4;

/** Compiles a program for its operands and runs it; the runner comes first in the list of runners. */
const learn = (
  compilation: Compilation,
  inputs: readonly NDArray[],
  runners: Runner[],
  runtime: Runtime,
): readonly NDArray[] => {
  const runner = makeRunner({ ...compilation, types: inputs.map(typeOf) }, runtime);
  runners.unshift(runner);
  for (const forgotten of runners.splice(mostRunners)) runtime.pool.drop(forgotten);
  const outcome = runner.run(inputs);
  if (typeof outcome === "string") throw new Error(`${compilation.caller}: a program does not fit its own operands`);
  return outcome;
};

/** Makes programs ready to run: compiled, or operation by operation if one of the operations is not compiled yet. */
export const compiledBy =
  (caller: string, runtime: Runtime): Prepare =>
  (program) => {
    const compilation = runPasses({ caller, types: [], program }, "simplify", "inline");
    const slowly = (inputs: readonly NDArray[]) => evaluateProgram(formOf(compilation, "program"), inputs);
    const runners: Runner[] = [];
    let isCompiled = true;
    return (inputs) => {
      for (const runner of runners) {
        const outcome = runner.run(inputs);
        if (typeof outcome === "string") continue;
        runtime.pool.touch(runner);
        return outcome;
      }
      if (!isCompiled) return slowly(inputs);
      try {
        return learn(compilation, inputs, runners, runtime);
      } catch (error) {
        if (!(error instanceof TraceError)) throw error;
        isCompiled = false;
        return slowly(inputs);
      }
    };
  };
