import { add, array, less, logicalAnd, type NDArray, TraceError } from "@gradfold/core";
import { checker, eachElement } from "@gradfold/core/library";
import { known } from "@gradfold/core/transform";
import { call } from "../compound.ts";
import { elementAt } from "../element.ts";
import { evaluateProgram } from "../evaluate.ts";
import { unended } from "../loop.ts";
import type { Compound, ControlOf, Program } from "../program.ts";
import { programOf } from "../trace.ts";
import { condCompound } from "./cond.ts";
import { scanCompound } from "./scan.ts";

/* A loop that a condition ends, of at most `maxSteps` turns, made of other loops and choices. */

type While = ControlOf<"while">;

/** Whether the values of arrays are known, so that they decide how often a loop turns. */
export const areKnown = (xs: readonly NDArray[]): boolean => {
  try {
    xs.forEach((x) => known(x, "whileLoop"));
    return true;
  } catch (error) {
    if (error instanceof TraceError) return false;
    throw error;
  }
};

const checkEnded = checker(
  "whileLoop",
  0,
  eachElement((m, truth) => m.equal(truth, 0)),
);

const truthOf = (condition: Program, leaves: readonly NDArray[]): NDArray =>
  elementAt(evaluateProgram(condition, leaves), 0);

/** The program that gives the carry as it is. */
const identity = ({ body, closed }: While): Program => programOf(body.inputs, (leaves) => leaves.slice(closed));

/** The carry as it is. A condition that still holds is refused, in compiled code too. */
const refuseUnended = (
  control: While,
  maxSteps: number,
  closed: readonly NDArray[],
  carry: readonly NDArray[],
): readonly NDArray[] => {
  const operands = [...closed, ...carry];
  const truth = checkEnded(truthOf(control.condition, operands), () => unended(maxSteps));
  const same = identity(control);
  return call(condCompound({ kind: "cond", yes: same, no: same }), [truth, ...operands]);
};

/** A loop of `maxSteps` turns. One that is not needed is a choice of the carry as it is, so it has no derivative. */
const scanOf = (control: While, maxSteps: number): Compound => {
  const { condition, body, closed } = control;
  const turn = condCompound({ kind: "cond", yes: body, no: identity(control) });
  return scanCompound({
    kind: "scan",
    body: programOf(body.inputs, (leaves) => call(turn, [truthOf(condition, leaves), ...leaves])),
    length: maxSteps,
    reverse: false,
    closed,
    carried: body.outputs.length,
  });
};

/** The last carry by a loop whose length is known ahead, which has a way back. */
export const runOfKnownLength = (control: While, maxSteps: number, inputs: readonly NDArray[]): readonly NDArray[] =>
  refuseUnended(control, maxSteps, inputs.slice(0, control.closed), call(scanOf(control, maxSteps), inputs));

/** The last carry by a loop that counts its turns, for a compiler that knows conditions only. */
export const runCounting = (
  control: While,
  maxSteps: number,
  inputs: readonly NDArray[],
  loopOf: (control: While) => Compound,
): readonly NDArray[] => {
  const { condition, body, closed } = control;
  const start = array(0);
  const types = body.inputs.toSpliced(closed, 0, start);
  const withoutCount = (leaves: readonly NDArray[]) => leaves.toSpliced(closed, 1);
  const countIn = (leaves: readonly NDArray[]): NDArray => elementAt(leaves, closed);
  const loop = loopOf({
    ...control,
    maxSteps: undefined,
    condition: programOf(types, (leaves) => [
      logicalAnd(truthOf(condition, withoutCount(leaves)), less(countIn(leaves), maxSteps)),
    ]),
    body: programOf(types, (leaves) => [add(countIn(leaves), 1), ...evaluateProgram(body, withoutCount(leaves))]),
  });
  const [, ...carry] = call(loop, inputs.toSpliced(closed, 0, start));
  return refuseUnended(control, maxSteps, inputs.slice(0, closed), carry);
};
