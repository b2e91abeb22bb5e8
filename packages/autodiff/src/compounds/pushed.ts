import type { NDArray } from "@gradfold/core";
import { atMarks, filled, outputTypes, pushedResults } from "../derived.ts";
import { evaluateProgram } from "../evaluate.ts";
import type { Program, Pushed } from "../program.ts";
import { programOf } from "../trace.ts";
import type { Flow } from "./marks.ts";
import { apart, type Counts, countsOf, inOrder, joined, markedParts, operandsOf, resultsOf } from "./parts.ts";

/* The tangent of a loop is a loop of values and tangents: behind each part of what it takes and gives stand tangents. */

/** A loop of values and tangents. */
interface PushedLoop {
  readonly body: Program;
  /** How many operands it closes over, and how many it carries. */
  readonly counts: Counts;
  /** A program of the operands, as one of operands and tangents. */
  readonly ofValues: (program: Program) => Program;
  readonly operands: readonly NDArray[];
  /** Tells its results from their tangents. */
  readonly pushed: (given: readonly NDArray[]) => Pushed;
}

/** The loop of a body in forward mode. Marks say which operands and results have tangents. */
export const pushedLoop = (
  body: Program,
  counts: Counts,
  marks: Flow,
  tangents: readonly (NDArray | null)[],
  inputs: readonly NDArray[],
): PushedLoop => {
  const beside = <A>(values: readonly A[], moving: readonly A[]) => {
    const moved = operandsOf(marks.operands, counts);
    return joined(operandsOf(values, counts), markedParts(operandsOf(moving, counts), moved));
  };
  const besideResults = <A>(values: readonly A[], moving: readonly A[]) => {
    const moved = resultsOf(marks.results, counts);
    return joined(resultsOf(values, counts), markedParts(resultsOf(moving, counts), moved));
  };
  const types = beside(body.inputs, body.inputs);
  const both = countsOf(types);
  const tellApart = (leaves: readonly NDArray[]) => {
    const { front, back } = apart(operandsOf(leaves, both), operandsOf(body.inputs, counts));
    return { values: inOrder(front), tangents: atMarks(inOrder(back), marks.operands) };
  };
  return {
    counts: both,
    ofValues: (program) => programOf(inOrder(types), (leaves) => evaluateProgram(program, tellApart(leaves).values)),
    body: programOf(inOrder(types), (leaves) => {
      const given = tellApart(leaves);
      const next = pushedResults(body, given.values, given.tangents, marks.results);
      return inOrder(besideResults(next.outputs, next.tangents));
    }),
    operands: inOrder(beside(inputs, filled(tangents, inputs))),
    pushed: (given) => {
      const { front, back } = apart(resultsOf(given, both), resultsOf(outputTypes(body), counts));
      return { outputs: inOrder(front), tangents: atMarks(inOrder(back), marks.results) };
    },
  };
};
