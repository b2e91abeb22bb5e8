import type { NDArray } from "@gradfold/core";
import { call, type Compound } from "./compound.ts";
import { condCompound } from "./compounds/cond.ts";
import { scanCompound } from "./compounds/scan.ts";
import { whileCompound } from "./compounds/while.ts";
import { evaluateProgram, runProgram } from "./evaluate.ts";
import { type Program, programsIn } from "./program.ts";
import { programOf } from "./trace.ts";

/** Whether a program holds functions, or programs that only matter to derivatives, at any depth. */
const holdsFunctions = ({ equations }: Program): boolean =>
  equations.some(
    (equation) =>
      equation.kind === "call" &&
      (["program", "function"].includes(equation.compound.control.kind) ||
        programsIn(equation.compound.control).some(holdsFunctions)),
  );

const callInline = (compound: Compound, operands: readonly NDArray[]): readonly NDArray[] => {
  const { control } = compound;
  switch (control.kind) {
    case "scan":
      return call(scanCompound({ ...control, body: inlineProgram(control.body) }), operands);
    case "while":
      return call(
        whileCompound({ ...control, condition: inlineProgram(control.condition), body: inlineProgram(control.body) }),
        operands,
      );
    case "cond":
      return call(
        condCompound({ kind: "cond", yes: inlineProgram(control.yes), no: inlineProgram(control.no) }),
        operands,
      );
    case "program":
      return evaluateProgram(control.program, operands);
    case "function":
      return control.f(operands);
  }
};

/**
 * The same program with functions of rules of their own, and checkpoints, taken apart into their operations: for one that
 * is not going to be differentiated any more.
 */
export const inlineProgram = (program: Program): Program =>
  holdsFunctions(program)
    ? inlineProgram(programOf(program.inputs, (xs) => runProgram(program, xs, callInline)))
    : program;
