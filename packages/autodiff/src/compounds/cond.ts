import { any, item, logicalNot, type NDArray } from "@gradfold/core";
import { zerosOf } from "@gradfold/core/transform";
import { stackSize } from "../batch.ts";
import { call } from "../compound.ts";
import {
  atMarks,
  batchedProgram,
  countOf,
  filled,
  isFloating,
  marked,
  outputTypes,
  partsOf,
  present,
  pushedProgram,
  stackedType,
} from "../derived.ts";
import { elementAt } from "../element.ts";
import { evaluateProgram } from "../evaluate.ts";
import type { Batched, Compound, ControlOf, Program, Pulled, Pushed } from "../program.ts";
import { pullLeaves } from "../pull.ts";
import { programOf } from "../trace.ts";
import { either, marksOf } from "./marks.ts";
import { chosen, wantedOnly } from "./rows.ts";

type Cond = ControlOf<"cond">;

/** What decides, and what the chosen program is applied to. */
const apart = <A>(inputs: readonly A[]) => ({ truth: elementAt(inputs, 0), operands: inputs.slice(1) });

const pushed = ({ yes, no }: Cond, tangents: readonly (NDArray | null)[], inputs: readonly NDArray[]): Pushed => {
  const { truth, operands } = apart(inputs);
  const moved = apart(tangents).operands.map((t) => t !== null);
  const marks = either(marksOf("moved", yes, moved), marksOf("moved", no, moved));
  const both = (program: Program): Program => pushedProgram(program, moved, marks);
  const ts = marked(filled(apart(tangents).operands, operands), moved);
  const results = call(condCompound({ kind: "cond", yes: both(yes), no: both(no) }), [truth, ...operands, ...ts]);
  const parts = partsOf(results, { outputs: yes.outputs, tangents: countOf(marks) });
  return { outputs: parts.outputs, tangents: atMarks(parts.tangents, marks) };
};

/** From [inputs, cotangents of the marked results] to the cotangents of the marked inputs. */
const pulledProgram = (program: Program, wanted: readonly boolean[], given: readonly boolean[]): Program =>
  programOf([...program.inputs, ...marked(outputTypes(program), given)], (leaves) => {
    const { xs, cotangents } = partsOf(leaves, { xs: program.inputs, cotangents: countOf(given) });
    const { pullBack } = pullLeaves((values) => evaluateProgram(program, values), xs, wanted);
    return marked(filled(pullBack(atMarks(cotangents, given)), xs), wanted);
  });

/** The branch that was taken is run again on the way back. */
const pulled = (control: Cond, inputs: readonly NDArray[], wanted: readonly boolean[]): Pulled => {
  const { yes, no } = control;
  const asked = yes.inputs.map((type, i) => isFloating(type) && elementAt(wanted, i + 1));
  return {
    outputs: call(condCompound(control), inputs),
    pullBack: (cotangents) => {
      const given = cotangents.map((c) => c !== null);
      const back = (program: Program): Program => pulledProgram(program, asked, given);
      const results = call(condCompound({ kind: "cond", yes: back(yes), no: back(no) }), [
        ...inputs,
        ...present(cotangents),
      ]);
      return [null, ...atMarks(results, asked)];
    },
  };
};

/** A program's results for the wanted rows of stacks; in the others stands what is not to be used. */
const resultsFor = (program: Program, wanted: NDArray, inputs: readonly NDArray[], mapped: readonly boolean[]) => {
  const n = stackSize([wanted], [true]);
  const every = outputTypes(program).map(() => true);
  const results = batchedProgram(program, mapped, n, every);
  const types = [wanted, ...inputs];
  const some = programOf(types, ([own = wanted, ...xs]) =>
    evaluateProgram(
      results,
      xs.map((x, i) => (elementAt(mapped, i) ? wantedOnly(own, x) : x)),
    ),
  );
  const none = programOf(types, () => outputTypes(program).map(stackedType(n)).map(zerosOf));
  return call(condCompound({ kind: "cond", yes: some, no: none }), [any(wanted), ...types]);
};

/** Each of a stack has its own truth: each program is run for the rows that choose it, if there are any. */
const eachItsOwn = ({ yes, no }: Cond, inputs: readonly NDArray[], mapped: readonly boolean[]): Batched => {
  const { truth, operands } = apart(inputs);
  const stacks = apart(mapped).operands;
  const others = resultsFor(no, logicalNot(truth), operands, stacks);
  const outputs = resultsFor(yes, truth, operands, stacks);
  return { outputs: outputs.map((x, i) => chosen(truth, x, elementAt(others, i))), mapped: outputs.map(() => true) };
};

const batched = (control: Cond, inputs: readonly NDArray[], mapped: readonly boolean[]): Batched => {
  const { yes, no } = control;
  const { truth, operands } = apart(mapped);
  if (truth) return eachItsOwn(control, inputs, mapped);
  const n = stackSize(inputs, mapped);
  const marks = either(marksOf("mapped", yes, operands), marksOf("mapped", no, operands));
  const both = (program: Program): Program => batchedProgram(program, operands, n, marks);
  return { outputs: call(condCompound({ kind: "cond", yes: both(yes), no: both(no) }), inputs), mapped: marks };
};

/** A choice between two programs as one operation. */
export const condCompound = (control: Cond): Compound => ({
  name: "cond",
  control,
  types: () => outputTypes(control.yes),
  evaluate: (inputs) => {
    const { truth, operands } = apart(inputs);
    return evaluateProgram(item(truth) !== 0 ? control.yes : control.no, operands);
  },
  jvp: (tangents, inputs) => pushed(control, tangents, inputs),
  vjp: (inputs, wanted) => pulled(control, inputs, wanted),
  batch: (inputs, mapped) => batched(control, inputs, mapped),
});
