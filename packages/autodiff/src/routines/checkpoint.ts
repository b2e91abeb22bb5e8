import { stackSize } from "../batch.ts";
import { batchedProgram, outputTypes } from "../derived.ts";
import { evaluateProgram } from "../evaluate.ts";
import type { Program } from "../program.ts";
import { pullLeaves } from "../pull.ts";
import { push } from "../push.ts";
import { call, type Routine } from "../routine.ts";

/** A program that is run again on the way back, so that nothing inside it needs to be remembered. */
export const checkpointRoutine = (program: Program): Routine => {
  const run = (xs: Parameters<Routine["evaluate"]>[0]) => evaluateProgram(program, xs);
  const routine: Routine = {
    name: "checkpoint",
    control: { kind: "program", program },
    types: () => outputTypes(program),
    evaluate: run,
    jvp: (tangents, inputs) => push(run, inputs, tangents),
    vjp: (inputs, wanted) => ({
      outputs: call(routine, inputs),
      pullBack: (cotangents) => pullLeaves(run, inputs, wanted).pullBack(cotangents),
    }),
    batch: (inputs, mapped) => {
      const { program: stacked, marks } = batchedProgram(program, mapped, stackSize(inputs, mapped));
      return { outputs: call(checkpointRoutine(stacked), inputs), mapped: marks };
    },
  };
  return routine;
};
