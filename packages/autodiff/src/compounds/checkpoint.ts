import { stackSize } from "../batch.ts";
import { batchedProgram, outputTypes } from "../derived.ts";
import { evaluateProgram } from "../evaluate.ts";
import type { Compound, Program } from "../program.ts";
import { pullLeaves } from "../pull.ts";
import { push } from "../push.ts";
import { call } from "../compound.ts";
import { marksOf } from "./marks.ts";

/** A program that is run again on the way back, so that nothing inside it needs to be remembered. */
export const checkpointCompound = (program: Program): Compound => {
  const run = (xs: Parameters<Compound["evaluate"]>[0]) => evaluateProgram(program, xs);
  const compound: Compound = {
    name: "checkpoint",
    control: { kind: "program", program },
    types: () => outputTypes(program),
    evaluate: run,
    jvp: (tangents, inputs) => push(run, inputs, tangents),
    vjp: (inputs, wanted) => ({
      outputs: call(compound, inputs),
      pullBack: (cotangents) => pullLeaves(run, inputs, wanted).pullBack(cotangents),
    }),
    batch: (inputs, mapped) => {
      const marks = marksOf("mapped", program, mapped);
      const stacked = batchedProgram(program, mapped, stackSize(inputs, mapped), marks);
      return { outputs: call(checkpointCompound(stacked), inputs), mapped: marks };
    },
  };
  return compound;
};
