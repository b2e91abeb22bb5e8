import { type NDArray, TraceError } from "@gradfold/core";
import { bind, zerosOf } from "@gradfold/core/transform";
import { takeTurns } from "./loop.ts";
import type { Program, ScanLoop } from "./program.ts";

const lookUp = (values: ReadonlyMap<number, NDArray>, id: number): NDArray => {
  const x = values.get(id);
  if (x === undefined) throw new TraceError(`program: value ${id} is used before it is computed`);
  return x;
};

/** A loop's operation on its operands, turn by turn. */
const runLoop = ({ body, length, closed, carried }: ScanLoop, operands: readonly NDArray[]): readonly NDArray[] => {
  const around = operands.slice(0, closed);
  const init = operands.slice(closed, closed + carried);
  if (length === 0) {
    const rowTypes = body.outputs.slice(carried).flatMap((id) => body.types[id] ?? []);
    return [...init, ...rowTypes.map(({ shape, dtype }) => zerosOf({ shape: [0, ...shape], dtype }))];
  }
  const turn = (leaves: readonly NDArray[]) => {
    const results = evaluateProgram(body, [...around, ...leaves]);
    return { carry: results.slice(0, carried), row: results.slice(carried) };
  };
  const { carry, ys } = takeTurns(turn, init, operands.slice(closed + carried), length);
  return [...carry, ...ys];
};

/**
 * The results of a program for some inputs, one for each of its inputs, operation by operation.
 *
 * @throws TraceError when there are too few or too many inputs
 * @example
 * import { array, mul } from "@gradfold/core";
 * import { program, trace } from "@gradfold/autodiff";
 * const doubled = trace((x) => mul(2, x))(array([0, 0]));
 * program.evaluate(doubled, [array([1, 2])]); // => [ float64 [2] [2, 4] ]
 */
export const evaluateProgram = (program: Program, inputs: readonly NDArray[]): readonly NDArray[] => {
  if (inputs.length !== program.inputs.length)
    throw new TraceError(`program: ${inputs.length} inputs for a program of ${program.inputs.length}`);
  const values = new Map([...inputs, ...program.constants].map((x, id) => [id, x]));
  for (const equation of program.equations) {
    const operands = equation.inputs.map((id) => lookUp(values, id));
    if (equation.kind === "apply") values.set(equation.output, bind(equation.primitive, operands));
    else runLoop(equation.loop, operands).forEach((x, i) => values.set(equation.outputs[i] ?? -1, x));
  }
  return program.outputs.map((id) => lookUp(values, id));
};
