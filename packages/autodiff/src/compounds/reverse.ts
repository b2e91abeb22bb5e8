import { add, type NDArray, zeros } from "@gradfold/core";
import type { ArrayType } from "@gradfold/core/library";
import { call } from "../compound.ts";
import { atMarks, countOf, filled, isFloating, marked, outputTypes, partsOf, present } from "../derived.ts";
import { elementAt } from "../element.ts";
import { evaluateProgram } from "../evaluate.ts";
import type { Compound, ControlOf, Program, Pulled } from "../program.ts";
import { pullLeaves } from "../pull.ts";
import { simplifyProgram } from "../simplify.ts";
import { split } from "../split.ts";
import { programOf, traceLeaves } from "../trace.ts";
import { inOrder, operandsOf, type Parts, resultsOf } from "./parts.ts";

/*
 * The gradient of a loop is two loops. The first runs the body and keeps, row by row, what its pullback needs; the second
 * walks these rows the other way and carries the cotangent of the carry, and the sums of those of what is closed over.
 */

type Scan = ControlOf<"scan">;

type LoopOf = (control: Scan) => Compound;

/** The body's pullback, cut in what happens on the way there and what on the way back. */
interface Halves {
  /** From the body's inputs to [its results, residuals]. */
  readonly first: Program;
  /** From [closed, cotangents of the float results, residuals] to the cotangents that are found. */
  readonly second: Program;
  readonly residuals: readonly ArrayType[];
  /** Which results are floats, and which inputs get a cotangent. */
  readonly floats: Parts<boolean>;
  readonly found: Parts<boolean>;
}

const halves = (control: Scan, wanted: readonly boolean[]): Halves => {
  const { body, closed } = control;
  const floats = outputTypes(body).map(isFloating);
  const given = marked(outputTypes(body), floats);
  const { program, result } = traceLeaves(
    [...body.inputs, ...given],
    (leaves) => {
      const { xs, cotangents } = partsOf(leaves, { xs: body.inputs, cotangents: given });
      const { outputs, pullBack } = pullLeaves((values) => evaluateProgram(body, values), xs, wanted);
      return { outputs, cotangents: pullBack(atMarks(cotangents, floats)) };
    },
    ({ outputs, cotangents }) => [...outputs, ...present(cotangents)],
  );
  const found = result.cotangents.map((c) => c !== null);
  return {
    ...split(simplifyProgram(program), closed, body.inputs.length, body.outputs.length),
    floats: resultsOf(floats, control),
    found: operandsOf(found, control),
  };
};

const none = ({ shape, dtype }: ArrayType): NDArray => zeros(shape, { dtype });

/** The types of what the way back closes over, carries and takes row by row, by what it is. */
const typesBack = (control: Scan, { floats, found, residuals }: Halves, isGiven: readonly boolean[]) => {
  const results = resultsOf(outputTypes(control.body), control);
  const { closed } = operandsOf(control.body.inputs, control);
  return {
    closed,
    carry: marked(results.carry, floats.carry),
    sums: marked(closed, found.closed),
    residuals,
    rows: marked(marked(results.rows, floats.rows), isGiven),
  };
};

type TypesBack = ReturnType<typeof typesBack>;

/** One turn of the way back. The cotangent of a row that is not given is 0. */
const bodyBack = (control: Scan, halved: Halves, types: TypesBack, isGiven: readonly boolean[]): Program => {
  const { second, floats, found } = halved;
  const rowTypes = marked(resultsOf(outputTypes(control.body), control).rows, floats.rows);
  return programOf(Object.values(types).flat(), (leaves) => {
    const now = partsOf(leaves, types);
    const ofRows = atMarks(now.rows, isGiven).map((c, i) => c ?? none(elementAt(rowTypes, i)));
    const made = evaluateProgram(second, [...now.closed, ...now.carry, ...ofRows, ...now.residuals]);
    const cotangents = operandsOf(atMarks(made, inOrder(found)), control);
    const shares = present(cotangents.closed);
    return [
      ...filled(marked(cotangents.carry, floats.carry), types.carry),
      ...now.sums.map((sum, i) => add(sum, elementAt(shares, i))),
      ...present(cotangents.rows),
    ];
  });
};

/** The way back: from the cotangents of a loop's results, and what was kept row by row, to those of its operands. */
const walkBack = (
  control: Scan,
  halved: Halves,
  loopOf: LoopOf,
  closed: readonly NDArray[],
  kept: readonly NDArray[],
  { carry, rows }: Parts<NDArray | null>,
): readonly (NDArray | null)[] => {
  const { floats, found } = halved;
  const ofRows = marked(rows, floats.rows);
  const isGiven = ofRows.map((c) => c !== null);
  const types = typesBack(control, halved, isGiven);
  const loop = loopOf({
    ...control,
    body: bodyBack(control, halved, types, isGiven),
    reverse: !control.reverse,
    carried: types.carry.length + types.sums.length,
  });
  const start = marked(carry, floats.carry).map((c, i) => c ?? none(elementAt(types.carry, i)));
  const results = call(loop, [...closed, ...start, ...types.sums.map(none), ...kept, ...present(ofRows)]);
  const ends = partsOf(results, { carry: types.carry, sums: types.sums, rows: countOf(found.rows) });
  return [...atMarks(ends.sums, found.closed), ...atMarks(ends.carry, floats.carry), ...atMarks(ends.rows, found.rows)];
};

export const pulledScan = (
  control: Scan,
  inputs: readonly NDArray[],
  wanted: readonly boolean[],
  loopOf: LoopOf,
): Pulled => {
  const { body, closed, carried } = control;
  // What is carried passes a cotangent on to the turn before, wanted or not.
  const isCarried = (i: number): boolean => i >= closed && i < closed + carried;
  const asked = wanted.map((isWanted, i) => isWanted || isCarried(i));
  const halved = halves(control, asked);
  const forward = call(loopOf({ ...control, body: halved.first }), inputs);
  const { outputs, kept } = partsOf(forward, { outputs: body.outputs, kept: halved.residuals });
  const around = inputs.slice(0, closed);
  return {
    outputs,
    pullBack: (cotangents) => walkBack(control, halved, loopOf, around, kept, resultsOf(cotangents, control)),
  };
};
