import type { NDArray } from "@gradfold/core";
import type { ArrayType } from "@gradfold/core/library";
import { type Primitive, tracer } from "@gradfold/core/transform";
import { elementAt } from "./element.ts";

/* Programs, and the operations in them that hold programs themselves. */

/** One operation of a program. Values are known by number. */
export type Equation =
  | {
      /** An operation of one result. */
      readonly kind: "apply";
      /** The record of the operation. */
      readonly primitive: Primitive;
      /** The numbers of its operands. */
      readonly inputs: readonly number[];
      /** The number of its result. */
      readonly output: number;
    }
  | {
      /** An operation made of programs or functions. */
      readonly kind: "call";
      /** The record of the operation. */
      readonly compound: Compound;
      /** The numbers of its operands. */
      readonly inputs: readonly number[];
      /** The numbers of its results. */
      readonly outputs: readonly number[];
    };

/**
 * A function as data: straight-line operations on numbered values. Values are numbered inputs first, then constants,
 * then the results of the equations in order.
 */
export interface Program {
  /** The type of each input. */
  readonly inputs: readonly ArrayType[];
  /** The arrays that the function closes over. */
  readonly constants: readonly NDArray[];
  /** The operations, in an order in which they can be computed. */
  readonly equations: readonly Equation[];
  /** The numbers of the values that are the results. */
  readonly outputs: readonly number[];
  /** The type of every value. */
  readonly types: readonly ArrayType[];
}

/** Results and their tangents; null is zero. */
export interface Pushed {
  /** The results. */
  readonly outputs: readonly NDArray[];
  /** The tangent of each result. */
  readonly tangents: readonly (NDArray | null)[];
}

/** Results, and the map from their cotangents to the operands'; null is zero. */
export interface Pulled {
  /** The results. */
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
  /** The results. */
  readonly outputs: readonly NDArray[];
  /** Whether each result is a stack, along its first axis. */
  readonly mapped: readonly boolean[];
}

/** What a compiler can see of a compound. Programs take the closed-over values first. */
export type Control =
  /** The body runs `length` times, from [closed, carry, row of each xs] to [carry, row of each ys]. */
  | {
      /** A loop over rows. */
      readonly kind: "scan";
      /** What one turn computes. */
      readonly body: Program;
      /** How many turns there are. */
      readonly length: number;
      /** Whether rows are taken and given from the last to the first. */
      readonly reverse: boolean;
      /** How many of the operands are closed over, and how many are carried; the rest are cut into rows. */
      readonly closed: number;
      /** How many of the operands after these are carried. */
      readonly carried: number;
    }
  /** While the condition of [closed, carry] holds, the body makes the next carry of them. */
  | {
      /** A loop that ends where a condition does not hold. */
      readonly kind: "while";
      /** Whether there is another turn. */
      readonly condition: Program;
      /** What one turn computes. */
      readonly body: Program;
      /** How many of the operands are closed over; the rest are carried. */
      readonly closed: number;
      /** More turns than these are an error. */
      readonly maxSteps: number | undefined;
    }
  /** The first operand decides which program is applied to the others. */
  | {
      /** A choice of two programs. */
      readonly kind: "cond";
      /** The program for true. */
      readonly yes: Program;
      /** The program for false. */
      readonly no: Program;
    }
  /** A program that derivatives run again. */
  | {
      /** A program that derivatives run again. */
      readonly kind: "program";
      /** The program. */
      readonly program: Program;
    }
  /** A function with rules of its own. */
  | {
      /** A function with rules of its own. */
      readonly kind: "function";
      /** The function of all leaves. */
      readonly f: (leaves: readonly NDArray[]) => readonly NDArray[];
    };

export type ControlOf<Kind extends Control["kind"]> = Extract<Control, { readonly kind: Kind }>;

/**
 * An operation that is itself made of programs or functions, and may have several results: control flow, and functions
 * with rules of their own. Like a primitive's record it says how every transform acts on it.
 */
export interface Compound {
  /** What it is called in a printed program. */
  readonly name: string;
  /** What it is made of. */
  readonly control: Control;
  /** The program whose operations it stands for, one by one: its derivatives have their bits. */
  readonly standsFor?: Program;
  /** The types of the results, for those of the operands. */
  readonly types: (inputs: readonly ArrayType[]) => readonly ArrayType[];
  /** The results, where no operand is followed. */
  readonly evaluate: (inputs: readonly NDArray[]) => readonly NDArray[];
  /** The results and their tangents. */
  readonly jvp: (tangents: readonly (NDArray | null)[], inputs: readonly NDArray[]) => Pushed;
  /** `wanted` are the operands whose cotangents are asked for. */
  readonly vjp: (inputs: readonly NDArray[], wanted: readonly boolean[]) => Pulled;
  /** The results for operands some of which are stacks, along their first axes. */
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
