import { type NDArray, transpose } from "@gradfold/core";
import { zerosOf } from "@gradfold/core/transform";
import { spread, stackSize } from "../batch.ts";
import { call } from "../compound.ts";
import { batchedProgram, outputTypes, stackedType } from "../derived.ts";
import { elementAt } from "../element.ts";
import { evaluateProgram } from "../evaluate.ts";
import { takeTurns } from "../loop.ts";
import type { Batched, Compound, ControlOf, Pushed } from "../program.ts";
import { marksOfLoop } from "./marks.ts";
import { operandsOf, resultsOf } from "./parts.ts";
import { pushedLoop } from "./pushed.ts";
import { pulledScan } from "./reverse.ts";

type Scan = ControlOf<"scan">;

const run = (control: Scan, inputs: readonly NDArray[]): readonly NDArray[] => {
  const { body, length } = control;
  const operands = operandsOf(inputs, control);
  const types = resultsOf(outputTypes(body), control);
  if (length === 0) return [...operands.carry, ...types.rows.map(stackedType(0)).map(zerosOf)];
  const turn = (leaves: readonly NDArray[]) => {
    const { carry, rows } = resultsOf(evaluateProgram(body, [...operands.closed, ...leaves]), control);
    return { carry, row: rows };
  };
  const { carry, ys } = takeTurns(turn, operands.carry, operands.rows, control);
  return [...carry, ...ys];
};

const pushed = (control: Scan, tangents: readonly (NDArray | null)[], inputs: readonly NDArray[]): Pushed => {
  const moved = tangents.map((t) => t !== null);
  const marks = marksOfLoop("moved", control.body, control, moved);
  const loop = pushedLoop(control.body, control, marks, tangents, inputs);
  return loop.pushed(call(scanCompound({ ...control, body: loop.body, ...loop.counts }), loop.operands));
};

/** The first two axes in the other order. */
const swapped = (x: NDArray): NDArray => transpose(x, [1, 0, ...x.shape.slice(2).map((_, i) => i + 2)]);

const batched = (control: Scan, inputs: readonly NDArray[], mapped: readonly boolean[]): Batched => {
  const n = stackSize(inputs, mapped);
  const marks = marksOfLoop("mapped", control.body, control, mapped);
  const body = batchedProgram(control.body, marks.operands, n, marks.results);
  const stacks = spread({ outputs: inputs, mapped }, n);
  const isRow = (i: number): boolean => i >= control.closed + control.carried;
  const operands = inputs.map((x, i) => {
    if (isRow(i)) return elementAt(mapped, i) ? swapped(x) : x;
    return elementAt(marks.operands, i) ? elementAt(stacks, i) : x;
  });
  const outputs = call(scanCompound({ ...control, body }), operands);
  const isSwapped = (i: number): boolean => i >= control.carried && elementAt(marks.results, i);
  return { outputs: outputs.map((x, i) => (isSwapped(i) ? swapped(x) : x)), mapped: marks.results };
};

/** The loop of a body as one operation. */
export const scanCompound = (control: Scan): Compound => ({
  name: "scan",
  control,
  types: (inputs) => {
    const types = resultsOf(outputTypes(control.body), control);
    return [...operandsOf(inputs, control).carry, ...types.rows.map(stackedType(control.length))];
  },
  evaluate: (inputs) => run(control, inputs),
  jvp: (tangents, inputs) => pushed(control, tangents, inputs),
  vjp: (inputs, wanted) => pulledScan(control, inputs, wanted, scanCompound),
  batch: (inputs, mapped) => batched(control, inputs, mapped),
});
