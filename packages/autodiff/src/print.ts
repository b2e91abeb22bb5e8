import { item } from "@gradfold/core";
import { type ArrayType, formatShape } from "@gradfold/core/library";
import { type Control, type Equation, type Program, programsIn, resultsOf } from "./program.ts";

const letters = "abcdefghijklmnopqrstuvwxyz";

/** a, b, …, z, aa, ab, … */
export const nameOf = (id: number): string =>
  (id >= letters.length ? nameOf(Math.floor(id / letters.length) - 1) : "") + letters.charAt(id % letters.length);

const typeText = ({ shape, dtype }: ArrayType): string => `${dtype}${formatShape(shape)}`;

const parameterText = (parameters: Readonly<Record<string, unknown>>): string => {
  const parts = Object.entries(parameters).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return parts.length === 0 ? "" : `{${parts.join(" ")}}`;
};

/** What a control is told besides its programs. */
const parametersOf = (control: Control): Readonly<Record<string, unknown>> => {
  if (control.kind === "scan") return { length: control.length, ...(control.reverse ? { reverse: true } : {}) };
  return control.kind === "while" && control.maxSteps !== undefined ? { maxSteps: control.maxSteps } : {};
};

/** A program as text, one operation a line; scalar constants stand where they are used. */
export const printProgram = (program: Program): string => printAt(program, "");

const printAt = (program: Program, indent: string): string => {
  const { inputs, constants, equations, outputs, types } = program;
  const first = inputs.length;
  const ref = (id: number): string => {
    const constant = constants[id - first];
    return constant?.shape.length === 0 ? String(item(constant)) : nameOf(id);
  };
  const declared = (id: number): string => {
    const type = types[id];
    return `${nameOf(id)}: ${type === undefined ? "?" : typeText(type)}`;
  };
  const line = (equation: Equation): string => {
    const left = resultsOf(equation).map(declared).join(", ");
    const right = equation.inputs.map(ref).join(" ");
    if (equation.kind === "apply")
      return `${indent}  ${left} = ${equation.primitive.name}${parameterText(equation.primitive.parameters)} ${right}`;
    const { name, control } = equation.compound;
    const bodies = programsIn(control).map((body) => `\n${printAt(body, `${indent}    `)}`);
    return `${indent}  ${left} = ${name}${parameterText(parametersOf(control))} ${right}${bodies.join("")}`;
  };
  const closed = constants.flatMap((x, i) => (x.shape.length === 0 ? [] : [declared(first + i)]));
  const head = `${inputs.map((_, id) => declared(id)).join(", ")}${closed.length === 0 ? "" : `; ${closed.join(", ")}`}`;
  return [
    `${indent}program (${head})`,
    ...equations.map(line),
    `${indent}  return ${outputs.map(ref).join(", ")}`,
  ].join("\n");
};
