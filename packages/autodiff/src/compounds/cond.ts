import { any, item, logicalNot, type NDArray } from "@gradfold/core";
import { zerosOf } from "@gradfold/core/transform";
import { stackSize } from "../batch.ts";
import {
  atMarks,
  batchedProgram,
  cut,
  filled,
  isFloating,
  marked,
  outputTypes,
  pushedProgram,
  stackedType,
} from "../derived.ts";
import { evaluateProgram } from "../evaluate.ts";
import type { Program } from "../program.ts";
import { pullLeaves } from "../pull.ts";
import { type Batched, call, type Control, type Pulled, type Pushed, type Compound } from "../compound.ts";
import { programOf } from "../trace.ts";
import { chosen, wantedOnly } from "./rows.ts";

export type CondControl = Extract<Control, { readonly kind: "cond" }>;

const either = (a: readonly boolean[], b: readonly boolean[]): readonly boolean[] =>
  a.map((mark, i) => mark || b[i] === true);

const pushed = (
  { yes, no }: CondControl,
  tangents: readonly (NDArray | null)[],
  inputs: readonly NDArray[],
): Pushed => {
  const [truth, ...rest] = inputs;
  const moved = tangents.slice(1).map((t) => t !== null);
  const marks = either(pushedProgram(yes, moved).marks, pushedProgram(no, moved).marks);
  const both = (program: Program): Program => pushedProgram(program, moved, marks).program;
  const results = call(condCompound({ kind: "cond", yes: both(yes), no: both(no) }), [
    ...(truth ? [truth] : []),
    ...rest,
    ...marked(filled(tangents.slice(1), rest), moved),
  ]);
  const [outputs = [], ts = []] = cut(results, yes.outputs.length);
  return { outputs, tangents: atMarks(ts, marks) };
};

/** From [inputs, cotangents of the marked results] to the cotangents of the marked inputs. */
const pulledProgram = (program: Program, wanted: readonly boolean[], given: readonly boolean[]): Program =>
  programOf([...program.inputs, ...marked(outputTypes(program), given)], (leaves) => {
    const [xs = [], cotangents = []] = cut(leaves, program.inputs.length);
    const { pullBack } = pullLeaves((values) => evaluateProgram(program, values), xs, wanted);
    return marked(filled(pullBack(atMarks(cotangents, given)), xs), wanted);
  });

/** The branch that was taken is run again on the way back. */
const pulled = (control: CondControl, inputs: readonly NDArray[], wanted: readonly boolean[]): Pulled => {
  const { yes, no } = control;
  const asked = yes.inputs.map((type, i) => isFloating(type) && wanted[i + 1] === true);
  return {
    outputs: call(condCompound(control), inputs),
    pullBack: (cotangents) => {
      const given = cotangents.map((c) => c !== null);
      const back = (program: Program): Program => pulledProgram(program, asked, given);
      const results = call(condCompound({ kind: "cond", yes: back(yes), no: back(no) }), [
        ...inputs,
        ...cotangents.flatMap((c) => c ?? []),
      ]);
      return [null, ...atMarks(results, asked)];
    },
  };
};

/** A program's results for the wanted rows of stacks; in the others stands what is not to be used. */
const resultsFor = (program: Program, wanted: NDArray, inputs: readonly NDArray[], mapped: readonly boolean[]) => {
  const n = stackSize([wanted], [true]);
  const every = outputTypes(program).map(() => true);
  const results = batchedProgram(program, mapped, n, every).program;
  const types = [wanted, ...inputs];
  const some = programOf(types, ([own = wanted, ...xs]) =>
    evaluateProgram(
      results,
      xs.map((x, i) => (mapped[i] === true ? wantedOnly(own, x) : x)),
    ),
  );
  const none = programOf(types, () => outputTypes(program).map(stackedType(n)).map(zerosOf));
  return call(condCompound({ kind: "cond", yes: some, no: none }), [any(wanted), ...types]);
};

/** Each of a stack has its own truth: each program is run for the rows that choose it, if there are any. */
const eachItsOwn = ({ yes, no }: CondControl, inputs: readonly NDArray[], mapped: readonly boolean[]): Batched => {
  const [truths = zerosOf({ shape: [0], dtype: "bool" }), ...operands] = inputs;
  const others = resultsFor(no, logicalNot(truths), operands, mapped.slice(1));
  const outputs = resultsFor(yes, truths, operands, mapped.slice(1));
  return { outputs: outputs.map((x, i) => chosen(truths, x, others[i] ?? x)), mapped: outputs.map(() => true) };
};

const batched = (control: CondControl, inputs: readonly NDArray[], mapped: readonly boolean[]): Batched => {
  const { yes, no } = control;
  const [isTruthMapped = false, ...rest] = mapped;
  if (isTruthMapped) return eachItsOwn(control, inputs, mapped);
  const n = stackSize(inputs, mapped);
  const marks = either(batchedProgram(yes, rest, n).marks, batchedProgram(no, rest, n).marks);
  const both = (program: Program): Program => batchedProgram(program, rest, n, marks).program;
  return { outputs: call(condCompound({ kind: "cond", yes: both(yes), no: both(no) }), inputs), mapped: marks };
};

/** A choice between two programs as one operation. */
export const condCompound = (control: CondControl): Compound => ({
  name: "cond",
  control,
  types: () => outputTypes(control.yes),
  evaluate: ([truth, ...rest]) =>
    evaluateProgram(truth !== undefined && item(truth) !== 0 ? control.yes : control.no, rest),
  jvp: (tangents, inputs) => pushed(control, tangents, inputs),
  vjp: (inputs, wanted) => pulled(control, inputs, wanted),
  batch: (inputs, mapped) => batched(control, inputs, mapped),
});
