import { type NDArray, TraceError } from "@gradfold/core";
import { bind } from "@gradfold/core/transform";
import type { Program } from "./program.ts";
import { call } from "./compound.ts";
import { elementAt } from "./element.ts";

/** Runs a program on some values, its compounds as one likes. */
export const runProgram = (program: Program, inputs: readonly NDArray[], apply: typeof call): readonly NDArray[] => {
  if (inputs.length !== program.inputs.length)
    throw new TraceError(`program: ${inputs.length} inputs for a program of ${program.inputs.length}`);
  const values = new Array<NDArray | undefined>(program.types.length);
  [...inputs, ...program.constants].forEach((x, id) => (values[id] = x));
  const lookUp = (id: number): NDArray => {
    const x = values[id];
    if (x === undefined) throw new TraceError(`program: value ${id} is used before it is computed`);
    return x;
  };
  for (const equation of program.equations) {
    const operands = equation.inputs.map(lookUp);
    if (equation.kind === "apply") values[equation.output] = bind(equation.primitive, operands);
    else apply(equation.compound, operands).forEach((x, i) => (values[elementAt(equation.outputs, i)] = x));
  }
  return program.outputs.map(lookUp);
};

/** The results of a program for some inputs, one for each of its inputs, operation by operation. */
export const evaluateProgram = (program: Program, inputs: readonly NDArray[]): readonly NDArray[] =>
  runProgram(program, inputs, call);
