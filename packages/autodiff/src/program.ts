import type { NDArray } from "@gradfold/core";
import type { ArrayType } from "@gradfold/core/library";
import { type Primitive, tracer } from "@gradfold/core/transform";
import { elementAt } from "./element.ts";

/* Programs, and the operations in them that hold programs themselves. */

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

/** Results and their tangents; null is zero. */
export interface Pushed {
  readonly outputs: readonly NDArray[];
  readonly tangents: readonly (NDArray | null)[];
}

/** Results, and the map from their cotangents to the operands'; null is zero. */
export interface Pulled {
  readonly outputs: readonly NDArray[];
  /** `sums` are the operands' cotangents so far, of which one that adds up is told. */
  readonly pullBack: (
    cotangents: readonly (NDArray | null)[],
    sums?: readonly (NDArray | null)[],
  ) => readonly (NDArray | null)[];
  /** Whether the pullback adds its shares to `sums`, one after another, and gives the new ones. */
  readonly addsUp?: true;
}

/** Results for a stack of operands; those that are not mapped are the same for all. */
export interface Batched {
  readonly outputs: readonly NDArray[];
  readonly mapped: readonly boolean[];
}

/** What a compiler can see of a compound. Programs take the closed-over values first. */
export type Control =
  /** The body runs `length` times, from [closed, carry, row of each xs] to [carry, row of each ys]. */
  | {
      readonly kind: "scan";
      readonly body: Program;
      readonly length: number;
      /** Whether rows are taken and given from the last to the first. */
      readonly reverse: boolean;
      /** How many of the operands are closed over, and how many are carried; the rest are cut into rows. */
      readonly closed: number;
      readonly carried: number;
    }
  /** While the condition of [closed, carry] holds, the body makes the next carry of them. */
  | {
      readonly kind: "while";
      readonly condition: Program;
      readonly body: Program;
      readonly closed: number;
      /** More turns than these are an error. */
      readonly maxSteps: number | undefined;
    }
  /** The first operand decides which program is applied to the others. */
  | { readonly kind: "cond"; readonly yes: Program; readonly no: Program }
  /** A program that derivatives run again. */
  | { readonly kind: "program"; readonly program: Program }
  /** A function with rules of its own. */
  | { readonly kind: "function"; readonly f: (leaves: readonly NDArray[]) => readonly NDArray[] };

export type ControlOf<Kind extends Control["kind"]> = Extract<Control, { readonly kind: Kind }>;

/**
 * An operation that is itself made of programs or functions, and may have several results: control flow, and functions
 * with rules of their own. Like a primitive's record it says how every transform acts on it.
 */
export interface Compound {
  readonly name: string;
  readonly control: Control;
  /** The program whose operations it stands for, one by one: its derivatives have their bits. */
  readonly standsFor?: Program;
  readonly types: (inputs: readonly ArrayType[]) => readonly ArrayType[];
  /** The results, where no operand is followed. */
  readonly evaluate: (inputs: readonly NDArray[]) => readonly NDArray[];
  readonly jvp: (tangents: readonly (NDArray | null)[], inputs: readonly NDArray[]) => Pushed;
  /** `wanted` are the operands whose cotangents are asked for. */
  readonly vjp: (inputs: readonly NDArray[], wanted: readonly boolean[]) => Pulled;
  readonly batch: (inputs: readonly NDArray[], mapped: readonly boolean[]) => Batched;
}

/** The numbers of the values that an equation gives. */
export const resultsOf = (equation: Equation): readonly number[] =>
  equation.kind === "apply" ? [equation.output] : equation.outputs;

/** The same equation with its values numbered otherwise. */
export const renumber = (equation: Equation, to: (id: number) => number): Equation =>
  equation.kind === "apply"
    ? { ...equation, inputs: equation.inputs.map(to), output: to(equation.output) }
    : { ...equation, inputs: equation.inputs.map(to), outputs: equation.outputs.map(to) };

/** What a program is made of, its values numbered in whatever order. */
export interface Parts extends Omit<Program, "inputs"> {
  /** The numbers of its inputs and of its constants. */
  readonly inputIds: readonly number[];
  readonly constantIds: readonly number[];
}

/** The program of its parts: inputs are numbered first, then constants, then the results of the equations. */
export const assemble = ({ inputIds, constantIds, constants, equations, outputs, types }: Parts): Program => {
  const places = new Array<number>(types.length);
  const typesInOrder: ArrayType[] = [];
  const put = (id: number): void => {
    places[id] = typesInOrder.push(elementAt(types, id)) - 1;
  };
  inputIds.forEach(put);
  constantIds.forEach(put);
  for (const equation of equations) resultsOf(equation).forEach(put);
  const to = (id: number): number => elementAt(places, id);
  return {
    inputs: typesInOrder.slice(0, inputIds.length),
    constants,
    equations: equations.map((equation) => renumber(equation, to)),
    outputs: outputs.map(to),
    types: typesInOrder,
  };
};

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

/** The number of operations in the programs inside a compound, each counted once. */
export const operationsInside = (control: Control): number =>
  programsIn(control).reduce((sum, { equations }) => equations.reduce(addOperations, sum), 0);

const addOperations = (sum: number, equation: Equation): number =>
  sum + 1 + (equation.kind === "call" ? operationsInside(equation.compound.control) : 0);

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
