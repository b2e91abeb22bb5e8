import { any, type NDArray, TraceError } from "@gradfold/core";
import { known } from "@gradfold/core/transform";
import { batch, spread, stackSize } from "../batch.ts";
import { call } from "../compound.ts";
import { batchedProgram, stackedTypes } from "../derived.ts";
import { elementAt } from "../element.ts";
import { evaluateProgram } from "../evaluate.ts";
import { takeTurnsWhile } from "../loop.ts";
import type { Batched, Compound, ControlOf, Pulled, Pushed } from "../program.ts";
import { pullLeaves } from "../pull.ts";
import { programOf } from "../trace.ts";
import { areKnown, runOfKnownLength } from "./bounded.ts";
import { marksOf, marksOfWhile } from "./marks.ts";
import { pushedLoop } from "./pushed.ts";
import { chosen, wantedOnly } from "./rows.ts";
import { scanCompound } from "./scan.ts";

type While = ControlOf<"while">;

const countsOf = ({ closed, body }: While) => ({ closed, carried: body.outputs.length });

const run = ({ condition, body, closed, maxSteps }: While, inputs: readonly NDArray[]) => {
  const around = inputs.slice(0, closed);
  return takeTurnsWhile(
    (carry) => elementAt(evaluateProgram(condition, [...around, ...carry]), 0),
    (carry) => evaluateProgram(body, [...around, ...carry]),
    inputs.slice(closed),
    maxSteps,
  );
};

const pushed = (control: While, tangents: readonly (NDArray | null)[], inputs: readonly NDArray[]): Pushed => {
  const moved = tangents.map((t) => t !== null);
  const marks = marksOfWhile("moved", control, moved);
  const loop = pushedLoop(control.body, countsOf(control), marks, tangents, inputs);
  const condition = loop.ofValues(control.condition);
  const both: While = { ...control, condition, body: loop.body, closed: loop.counts.closed };
  return loop.pushed(call(whileCompound(both), loop.operands));
};

/** Where each of the stack ends on its own, all go on until the last has ended; those that have are kept as they are. */
const onItsOwn = (control: While, mapped: readonly boolean[], n: number): While => {
  const { condition, body, closed } = control;
  const types = stackedTypes(body.inputs, mapped, n);
  const truthsOf = (leaves: readonly NDArray[]): NDArray =>
    elementAt(batch((xs) => evaluateProgram(condition, xs), leaves, mapped).outputs, 0);
  const next = (leaves: readonly NDArray[]): readonly NDArray[] => {
    const goesOn = truthsOf(leaves);
    const running = leaves.map((x, i) => (elementAt(mapped, i) ? wantedOnly(goesOn, x) : x));
    const made = batch((xs) => evaluateProgram(body, xs), running, mapped);
    return spread(made, n).map((x, i) => chosen(goesOn, x, elementAt(leaves, closed + i)));
  };
  return {
    ...control,
    condition: programOf(types, (leaves) => [any(truthsOf(leaves))]),
    body: programOf(types, next),
  };
};

/** All of the stack end together. */
const allAtOnce = (control: While, mapped: readonly boolean[], n: number): While => ({
  ...control,
  condition: batchedProgram(control.condition, mapped, n, [false]),
  body: batchedProgram(control.body, mapped, n, mapped.slice(control.closed)),
});

const batched = (control: While, inputs: readonly NDArray[], mapped: readonly boolean[]): Batched => {
  const n = stackSize(inputs, mapped);
  const { operands, results } = marksOfWhile("mapped", control, mapped);
  const isApart = marksOf("mapped", control.condition, operands).includes(true);
  const loop = isApart ? onItsOwn(control, operands, n) : allAtOnce(control, operands, n);
  const stacks = spread({ outputs: inputs, mapped }, n);
  const start = inputs.map((x, i) => (i >= control.closed && elementAt(operands, i) ? elementAt(stacks, i) : x));
  return { outputs: call(whileCompound(loop), start), mapped: results };
};

const withoutLength = (): TraceError =>
  new TraceError(
    "whileLoop: nothing says how many turns a gradient in reverse mode has to remember inside jit, program.of, vmap, or " +
      "another loop or choice. Give { maxSteps }, a number of turns that is always enough; or use scan or foriLoop, " +
      "whose length is known, or forward mode (jvp, jacfwd).",
  );

/** Where values are known the loop turns as often as they say; elsewhere as often as it may. */
const pulled = (control: While, inputs: readonly NDArray[], wanted: readonly boolean[]): Pulled => {
  const { body, maxSteps } = control;
  if (areKnown(inputs)) {
    const values = inputs.map((x) => known(x, "whileLoop"));
    const length = run(control, values).turns;
    return scanCompound({ kind: "scan", body, length, reverse: false, ...countsOf(control) }).vjp(inputs, wanted);
  }
  if (maxSteps !== undefined)
    return pullLeaves((leaves) => runOfKnownLength(control, maxSteps, leaves), inputs, wanted);
  return {
    outputs: call(whileCompound(control), inputs),
    pullBack: () => {
      throw withoutLength();
    },
  };
};

/** A loop that a condition ends as one operation. */
export const whileCompound = (control: While): Compound => ({
  name: "whileLoop",
  control,
  types: (inputs) => inputs.slice(control.closed),
  evaluate: (inputs) => run(control, inputs).carry,
  jvp: (tangents, inputs) => pushed(control, tangents, inputs),
  vjp: (inputs, wanted) => pulled(control, inputs, wanted),
  batch: (inputs, mapped) => batched(control, inputs, mapped),
});
