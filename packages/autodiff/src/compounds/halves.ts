import type { NDArray } from "@gradfold/core";
import { atMarks, countOf, marked, outputTypes, partsOf } from "../derived.ts";
import { evaluateProgram } from "../evaluate.ts";
import { assemble, type Program, resultsOf } from "../program.ts";
import { pullLeaves } from "../pull.ts";
import { dropDead } from "../simplify.ts";
import { traceLeaves } from "../trace.ts";

/* A program with its pullback, cut where the way back begins. */

/** A request for a pullback: the wanted operands, the results with cotangents, and the operands with sums so far. */
export interface Asked {
  readonly wanted: readonly boolean[];
  readonly given: readonly boolean[];
  readonly summed: readonly boolean[];
}

export interface Halves {
  /** From the operands to the results and the residuals. */
  readonly forward: Program;
  /** From the residuals, cotangents and sums to the operands' cotangents. */
  readonly back: Program;
  /**
   * The values of the way there that the way back reads. A residual has the same name whatever is asked for: the number
   * of an operand, or behind the operands its position on the way there.
   */
  readonly residuals: readonly number[];
  /** The operands that have a cotangent. */
  readonly found: readonly boolean[];
}

/** Records a program and its pullback as one program, and how many of its equations are the way there. */
const recorded = (program: Program, { wanted, given, summed }: Asked) => {
  const lengths = { xs: program.inputs.length, cotangents: countOf(given), sums: countOf(summed) };
  const inputTypes = [...program.inputs, ...marked(outputTypes(program), given), ...marked(program.inputs, summed)];
  let turn = 0;
  const pull = (leaves: readonly NDArray[], count: () => number) => {
    const { xs, cotangents, sums } = partsOf(leaves, lengths);
    const { outputs, pullBack } = pullLeaves((values) => evaluateProgram(program, values), xs, wanted);
    turn = count();
    return { outputs, shares: pullBack(atMarks(cotangents, given), atMarks(sums, summed)) };
  };
  const { program: both, result } = traceLeaves(inputTypes, pull, ({ outputs, shares }) => [
    ...outputs,
    ...shares.flatMap((share) => share ?? []),
  ]);
  return { both, turn, found: result.shares.map((share) => share !== null) };
};

const upTo = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i);

/** Some equations of a program as a program, without those that no output needs. */
const partOf = (
  { inputs, constants, types }: Program,
  inputIds: readonly number[],
  equations: Program["equations"],
  outputs: readonly number[],
): Program => {
  const constantIds = constants.map((_, i) => inputs.length + i);
  return dropDead(assemble({ inputIds, constantIds, constants, equations, outputs, types }));
};

/** Cuts a program with its pullback into the way there and the way back. */
export const halves = (program: Program, asked: Asked): Halves => {
  const { both, turn, found } = recorded(program, asked);
  const [there, back] = [both.equations.slice(0, turn), both.equations.slice(turn)];
  const results = both.outputs.slice(0, program.outputs.length);
  const shares = both.outputs.slice(program.outputs.length);
  const operands = program.inputs.length;
  const firstMade = both.inputs.length + both.constants.length;
  const made = new Set(there.flatMap(resultsOf));
  const needed = new Set([...back.flatMap(({ inputs }) => inputs), ...shares]);
  const residuals = [...needed].filter((id) => id < operands || made.has(id));
  const cotangentsAndSums = upTo(both.inputs.length).slice(operands);
  return {
    forward: partOf(both, upTo(operands), there, [...results, ...residuals]),
    back: partOf(both, [...residuals, ...cotangentsAndSums], back, shares),
    residuals: residuals.map((id) => (id < operands ? id : operands + id - firstMade)),
    found,
  };
};
