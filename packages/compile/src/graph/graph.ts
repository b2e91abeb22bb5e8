import type { DType, NDArray } from "@gradfold/core";
import type { ArrayType } from "@gradfold/core/library";
import type { Combine, Routine, ScalarFunction, Scratch } from "@gradfold/core/compiler";
import type { Source } from "./affine.ts";

/** The definition of a value. A graph has only these kinds, and each kind has its kernels. */
export type Definition =
  /** An input: the caller fills its buffer. */
  | { readonly kind: "given" }
  | { readonly kind: "constant"; readonly array: NDArray }
  | { readonly kind: "zero" }
  | {
      readonly kind: "map";
      readonly computed: DType;
      readonly scalar: ScalarFunction;
      readonly inputs: readonly number[];
    }
  | { readonly kind: "move"; readonly source: Source; readonly input: number }
  /** A row reduction: over the trailing axes, in lanes. `partial`: one result for each block of the terms. */
  | {
      readonly kind: "rowReduction";
      readonly combine: Combine;
      readonly input: number;
      readonly reduced: number;
      readonly partial: boolean;
      /** The element that the result is, where it is one element of a larger value. */
      readonly into: { readonly value: number; readonly element: number } | undefined;
    }
  /** A value each of whose elements is a row reduction of its own. These reductions follow. */
  | { readonly kind: "assembled" }
  /** A column reduction: over the axes from `outer` on, in blocks. */
  | {
      readonly kind: "columnReduction";
      readonly combine: Combine;
      readonly input: number;
      readonly outer: number;
      readonly reduced: number;
    }
  /** Matrix products: [batch, m, k] times [batch, k, n]. */
  | { readonly kind: "gemm"; readonly left: number; readonly right: number }
  /** Values inserted into zeros, one after another. */
  | InsertDefinition
  | RoutineDefinition
  | { readonly kind: "control"; readonly control: ControlDefinition }
  /** A result of a loop or a choice: its number among them is `index`. */
  | { readonly kind: "result"; readonly control: number; readonly index: number };

export interface InsertDefinition {
  readonly kind: "insert";
  readonly parts: readonly { readonly input: number; readonly target: Source }[];
  /** Whether no two parts overlap, so that their order does not matter. */
  readonly isDisjoint: boolean;
  /** Whether the parts cover the whole result. */
  readonly coversResult: boolean;
}

/** A routine: a sequential program over buffers. */
export interface RoutineDefinition {
  readonly kind: "routine";
  readonly name: string;
  readonly routine: Routine;
  readonly sizes: readonly number[];
  readonly scratch: readonly Scratch[];
  /** Whether it writes every element of its value, whose buffer need not hold zeros before. */
  readonly overwrites: boolean;
  readonly inputs: readonly number[];
  /** The error for a number that the routine refuses; undefined if the routine refuses none. */
  readonly refusal: ((value: number) => Error) | undefined;
}

/** Loops and choices: programs that run as often as the control says. Their inputs start with closed-over values. */
export type ControlDefinition =
  | {
      readonly kind: "scan";
      readonly body: Graph;
      readonly length: number;
      /** Whether rows are read and written from the last to the first. */
      readonly reverse: boolean;
      readonly closed: number;
      readonly carried: number;
      /** Closed-over values, the first carry, and the arrays whose rows the loop reads. */
      readonly inputs: readonly number[];
    }
  | {
      readonly kind: "while";
      readonly condition: Graph;
      readonly body: Graph;
      readonly closed: number;
      readonly inputs: readonly number[];
    }
  /** The first input is the condition. */
  | { readonly kind: "cond"; readonly yes: Graph; readonly no: Graph; readonly inputs: readonly number[] };

/** The programs inside of a control, in order. */
export const programsIn = (control: ControlDefinition): readonly Graph[] => {
  switch (control.kind) {
    case "scan":
      return [control.body];
    case "while":
      return [control.condition, control.body];
    case "cond":
      return [control.yes, control.no];
  }
};

export interface Value extends ArrayType {
  readonly definition: Definition;
  /** All elements are equal, and memory holds one of them. */
  readonly splat: boolean;
}

/** A program whose operations are lowered to definitions. Inputs come first. */
export interface Graph {
  readonly values: readonly Value[];
  readonly inputs: number;
  readonly outputs: readonly number[];
}

/** A value whose elements are known, and in memory before a program runs. */
export interface Constant extends Value {
  readonly definition: Extract<Definition, { kind: "constant" }>;
}

/** Whether the program computes the value: it is neither an input nor a constant. */
export const isMade = ({ definition: { kind } }: Value): boolean => kind !== "given" && kind !== "constant";

const isConstant = (value: Value): value is Constant => value.definition.kind === "constant";

/** Visits all values of a graph and of the programs inside, in an order that follows from its structure. */
const eachValue = ({ values }: Graph, visit: (value: Value) => void): void => {
  for (const value of values) {
    visit(value);
    if (value.definition.kind === "control")
      for (const program of programsIn(value.definition.control)) eachValue(program, visit);
  }
};

/** All constants, also of the programs inside. */
export const constantsIn = (graph: Graph): readonly Constant[] => {
  const constants: Constant[] = [];
  eachValue(graph, (value) => {
    if (isConstant(value)) constants.push(value);
  });
  return constants;
};

/** All routines that refuse numbers, also of the programs inside. */
export const refusingIn = (graph: Graph): readonly RoutineDefinition[] => {
  const refusing: RoutineDefinition[] = [];
  eachValue(graph, ({ definition }) => {
    if (definition.kind === "routine" && definition.refusal !== undefined) refusing.push(definition);
  });
  return refusing;
};

export const valueAt = ({ values }: Graph, id: number): Value => {
  const value = values[id];
  if (value === undefined) throw new Error(`graph: no value ${id}`);
  return value;
};

/** Whether a value is inlined where it is used, unless a kernel needs it in a buffer. */
export const isInlined = ({ definition: { kind } }: Value): boolean =>
  kind === "map" || kind === "move" || kind === "zero";

/** The sizes other than 1: the axes that a loop nest needs. */
export const essential = (shape: readonly number[]): readonly number[] => shape.filter((n) => n !== 1);
