import type { NDArray } from "@gradfold/core";
import { atMarks, filled, outputTypes, pushedResults } from "../derived.ts";
import { evaluateProgram } from "../evaluate.ts";
import type { Program, Pushed } from "../program.ts";
import { programOf } from "../trace.ts";
import type { Flow } from "./marks.ts";
import {
  apart,
  type Counts,
  countsOf,
  inOrder,
  joined,
  markedParts,
  operandsOf,
  type Parts,
  resultsOf,
} from "./parts.ts";

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

/** Operands or results, and behind each part of them what belongs to the marked ones. */
const beside = <A>(
  parts: <B>(list: readonly B[]) => Parts<B>,
  marks: readonly boolean[],
  all: readonly A[],
  other: readonly A[],
): Parts<A> => joined(parts(all), markedParts(parts(other), parts(marks)));

/** The loop of a body in forward mode. Marks say which operands and results have tangents. */
export const pushedLoop = (
  body: Program,
  counts: Counts,
  marks: Flow,
  tangents: readonly (NDArray | null)[],
  inputs: readonly NDArray[],
): PushedLoop => {
  const operands = <A>(list: readonly A[]): Parts<A> => operandsOf(list, counts);
  const results = <A>(list: readonly A[]): Parts<A> => resultsOf(list, counts);
  const types = beside(operands, marks.operands, body.inputs, body.inputs);
  const both = countsOf(types);
  const tellApart = (leaves: readonly NDArray[]) => {
    const { front, back } = apart(operandsOf(leaves, both), operands(body.inputs));
    return { values: inOrder(front), tangents: atMarks(inOrder(back), marks.operands) };
  };
  return {
    counts: both,
    ofValues: (program) => programOf(inOrder(types), (leaves) => evaluateProgram(program, tellApart(leaves).values)),
    body: programOf(inOrder(types), (leaves) => {
      const given = tellApart(leaves);
      const next = pushedResults(body, given.values, given.tangents, marks.results);
      return inOrder(beside(results, marks.results, next.outputs, next.tangents));
    }),
    operands: inOrder(beside(operands, marks.operands, inputs, filled(tangents, inputs))),
    pushed: (given) => {
      const { front, back } = apart(resultsOf(given, both), results(outputTypes(body)));
      return { outputs: inOrder(front), tangents: atMarks(inOrder(back), marks.results) };
    },
  };
};
