import { add, type NDArray, slice, zeros } from "@gradfold/core";
import { type ArrayType, zerosOf } from "@gradfold/core/transform";
import { atMarks, cut, isFloating, marked, outputTypes, stackedType } from "../derived.ts";
import { evaluateProgram } from "../evaluate.ts";
import { pullLeaves } from "../pull.ts";
import { simplifyProgram } from "../simplify.ts";
import { call, type Pulled, type Compound } from "../compound.ts";
import { split } from "../split.ts";
import { programOf, traceLeaves } from "../trace.ts";
import type { ScanControl } from "./scan.ts";

/*
 * The gradient of a loop is two loops. The first runs the body and keeps, row by row, what its pullback needs; the second
 * walks these rows from last to first and carries the cotangent of the carry, and the sums of those of what is closed over.
 */

/** The body's pullback, cut in what happens on the way there and what on the way back. */
const halves = ({ body, closed }: ScanControl, wanted: readonly boolean[]) => {
  const floats = outputTypes(body).map(isFloating);
  const types = [...body.inputs, ...marked(outputTypes(body), floats)];
  const { program, result } = traceLeaves(
    types,
    (leaves) => {
      const [xs = [], given = []] = cut(leaves, body.inputs.length);
      const { outputs, pullBack } = pullLeaves((values) => evaluateProgram(body, values), xs, wanted);
      return { outputs, cotangents: pullBack(atMarks(given, floats)) };
    },
    ({ outputs, cotangents }) => [...outputs, ...cotangents.flatMap((c) => c ?? [])],
  );
  const found = result.cotangents.map((c) => c !== null);
  return { found, floats, ...split(simplifyProgram(program), closed, body.inputs.length, body.outputs.length) };
};

const backwards = (x: NDArray): NDArray => slice(x, [[null, null, -1]]);

const none = ({ shape, dtype }: ArrayType): NDArray => zeros(shape, { dtype });

export const reverse = (
  control: ScanControl,
  inputs: readonly NDArray[],
  wanted: readonly boolean[],
  loopOf: (control: ScanControl) => Compound,
): Pulled => {
  const { body, length, closed, carried } = control;
  const isCarry = (i: number): boolean => i >= closed && i < closed + carried;
  const asked = body.inputs.map((_, i) => isCarry(i) || wanted[i] === true);
  const { found, floats, first, second, residuals } = halves(control, asked);
  const forward = call(loopOf({ ...control, body: first }), inputs);
  const [outputs = [], kept = []] = cut(forward, body.outputs.length);
  const types = outputTypes(body);
  const [carryFloats = [], rowFloats = []] = cut(floats, carried);
  const carryTypes = marked(types.slice(0, carried), carryFloats);
  const rowTypes = marked(types.slice(carried), rowFloats);
  const sumTypes = marked(body.inputs.slice(0, closed), found.slice(0, closed));

  const pullBack: Pulled["pullBack"] = (cotangents) => {
    const around = inputs.slice(0, closed);
    const [forCarry = [], forRows = []] = cut(cotangents, carried);
    const back = programOf(
      [...body.inputs.slice(0, closed), ...carryTypes, ...sumTypes, ...residuals, ...rowTypes],
      (leaves) => {
        const [shared = [], carry = [], sums = [], remembered = [], rows = []] = cut(
          leaves,
          closed,
          carryTypes.length,
          sumTypes.length,
          residuals.length,
        );
        const given = atMarks(evaluateProgram(second, [...shared, ...carry, ...rows, ...remembered]), found);
        const [ofClosed = [], ofCarry = [], ofRows = []] = cut(given, closed, carried);
        return [
          ...marked(
            ofCarry.map((c, i) => c ?? zerosOf(types[i] ?? { shape: [], dtype: "float64" })),
            carryFloats,
          ),
          ...ofClosed.flatMap((c) => c ?? []).map((c, i) => add(sums[i] ?? c, c)),
          ...ofRows.flatMap((c) => c ?? []),
        ];
      },
    );
    const loop = loopOf({ kind: "scan", body: back, length, closed, carried: carryTypes.length + sumTypes.length });
    const rowsGiven = marked(forRows, rowFloats).map(
      (c, i) => c ?? none(stackedType(length)(rowTypes[i] ?? { shape: [], dtype: "float64" })),
    );
    const results = call(loop, [
      ...around,
      ...marked(forCarry, carryFloats).map((c, i) => c ?? none(carryTypes[i] ?? { shape: [], dtype: "float64" })),
      ...sumTypes.map(none),
      ...[...kept, ...rowsGiven].map(backwards),
    ]);
    const [carry = [], sums = [], rows = []] = cut(results, carryTypes.length, sumTypes.length);
    return [
      ...atMarks(sums, found.slice(0, closed)),
      ...atMarks(carry, carryFloats),
      ...atMarks(rows.map(backwards), found.slice(closed + carried)),
    ];
  };
  return { outputs, pullBack };
};
