import { item, type NDArray } from "@gradfold/core";
import { type ArrayType, formatShape, type Primitive, tracer } from "@gradfold/core/transform";
import type { Control, Compound } from "./compound.ts";

/** One operation of a program. Values are known by number. */
export type Equation =
  | {
      readonly kind: "apply";
      readonly primitive: Primitive;
      readonly inputs: readonly number[];
      readonly output: number;
    }
  | {
      readonly kind: "call";
      readonly compound: Compound;
      readonly inputs: readonly number[];
      readonly outputs: readonly number[];
    };

/**
 * A function as data: straight-line operations on numbered values. Values are numbered inputs first, then constants,
 * then the results of the equations in order.
 */
export interface Program {
  readonly inputs: readonly ArrayType[];
  readonly constants: readonly NDArray[];
  readonly equations: readonly Equation[];
  readonly outputs: readonly number[];
  /** The type of every value. */
  readonly types: readonly ArrayType[];
}

export const resultsOf = (equation: Equation): readonly number[] =>
  equation.kind === "apply" ? [equation.output] : equation.outputs;

/** The same equation with its values numbered otherwise. */
export const renumber = (equation: Equation, to: (id: number) => number): Equation =>
  equation.kind === "apply"
    ? { ...equation, inputs: equation.inputs.map(to), output: to(equation.output) }
    : { ...equation, inputs: equation.inputs.map(to), outputs: equation.outputs.map(to) };

/** What a program is made of, its values numbered in whatever order. */
interface Parts extends Omit<Program, "inputs"> {
  /** The numbers of its inputs and of its constants. */
  readonly inputIds: readonly number[];
  readonly constantIds: readonly number[];
}

/** The program of its parts: inputs are numbered first, then constants, then the results of the equations. */
export const assemble = ({ inputIds, constantIds, constants, equations, outputs, types }: Parts): Program => {
  const places = new Array<number>(types.length).fill(-1);
  const typesInOrder: ArrayType[] = [];
  const put = (id: number): void => {
    places[id] = typesInOrder.push(types[id] ?? { shape: [], dtype: "float64" }) - 1;
  };
  inputIds.forEach(put);
  constantIds.forEach(put);
  for (const equation of equations) resultsOf(equation).forEach(put);
  const to = (id: number): number => places[id] ?? -1;
  return {
    inputs: typesInOrder.slice(0, inputIds.length),
    constants,
    equations: equations.map((equation) => renumber(equation, to)),
    outputs: outputs.map(to),
    types: typesInOrder,
  };
};

/** The program with its inputs and results in another order: for each place, which one stands there. */
export const reordered = (program: Program, inputs: readonly number[], outputs: readonly number[]): Program =>
  assemble({
    ...program,
    inputIds: inputs,
    constantIds: program.constants.map((_, i) => program.inputs.length + i),
    outputs: outputs.flatMap((place) => program.outputs[place] ?? []),
  });

const letters = "abcdefghijklmnopqrstuvwxyz";

/** a, b, …, z, aa, ab, … */
export const nameOf = (id: number): string =>
  (id >= letters.length ? nameOf(Math.floor(id / letters.length) - 1) : "") + letters.charAt(id % letters.length);

const typeText = ({ shape, dtype }: ArrayType): string => `${dtype}${formatShape(shape)}`;

const parameterText = (parameters: Readonly<Record<string, unknown>>): string => {
  const parts = Object.entries(parameters).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return parts.length === 0 ? "" : `{${parts.join(" ")}}`;
};

/** A program as text, one operation a line; scalar constants stand where they are used. */
export const printProgram = (program: Program): string => printAt(program, "");

/** The programs inside a compound. */
export const programsIn = (control: Control): readonly Program[] => {
  switch (control.kind) {
    case "scan":
      return [control.body];
    case "while":
      return [control.condition, control.body];
    case "cond":
      return [control.yes, control.no];
    case "program":
      return [control.program];
    case "function":
      return [];
  }
};

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
    const head = control.kind === "scan" ? parameterText({ length: control.length }) : "";
    const bodies = programsIn(control).map((body) => `\n${printAt(body, `${indent}    `)}`);
    return `${indent}  ${left} = ${name}${head} ${right}${bodies.join("")}`;
  };
  const closed = constants.flatMap((x, i) => (x.shape.length === 0 ? [] : [declared(first + i)]));
  const head = `${inputs.map((_, id) => declared(id)).join(", ")}${closed.length === 0 ? "" : `; ${closed.join(", ")}`}`;
  return [
    `${indent}program (${head})`,
    ...equations.map(line),
    `${indent}  return ${outputs.map(ref).join(", ")}`,
  ].join("\n");
};

/** A program without the constants that other transforms follow: they become its first inputs. */
export const closeOver = (program: Program): { readonly body: Program; readonly closed: readonly NDArray[] } => {
  const first = program.inputs.length;
  const numbered = program.constants.map((x, i) => ({ x, id: first + i }));
  const closed = numbered.filter(({ x }) => tracer(x) !== undefined);
  if (closed.length === 0) return { body: program, closed: [] };
  const kept = numbered.filter(({ x }) => tracer(x) === undefined);
  const body = assemble({
    ...program,
    inputIds: [...closed.map(({ id }) => id), ...program.inputs.map((_, id) => id)],
    constantIds: kept.map(({ id }) => id),
    constants: kept.map(({ x }) => x),
  });
  return { body, closed: closed.map(({ x }) => x) };
};
