import { DTypeError, TraceError } from "../error/error.ts";
import type { DType } from "../scalar/dtype.ts";
import type { ScalarFunction } from "../scalar/lane.ts";
import type { Combine } from "../scalar/monoid.ts";
import type { Routine, Scratch } from "../scalar/routine.ts";
import {
  type ArrayType,
  foreign,
  isForeign,
  type NDArray,
  traced,
  tracer,
  type View,
  viewIfConcrete,
} from "./array.ts";
import type { Taken } from "./layers.ts";

/**
 * How a result is computed from its operands, as loops: what a compiler needs in order to fuse operations. The orders of
 * sums and products follow from the shapes (see `order.ts`).
 */
export type Loops =
  /** A scalar function at every place of broadcast operands, computed in one dtype and rounded once to the result's. */
  | {
      readonly kind: "map";
      readonly computed: (inputs: readonly ArrayType[]) => DType;
      readonly scalar: (computed: DType) => ScalarFunction;
    }
  /** Every place of the result reads one element of the operand, laid out in row-major order. */
  | { readonly kind: "move"; readonly source: (x: ArrayType) => Source }
  /** The operands one after another, each over what is there: each element at one place of a result of zeros. */
  | { readonly kind: "place"; readonly targets: (inputs: readonly ArrayType[]) => readonly Source[] }
  /** The elements along some axes joined: a sum, say. */
  | { readonly kind: "reduce"; readonly axes: readonly number[]; readonly combine: Combine }
  /** A matrix product. */
  | { readonly kind: "product" }
  /** Step by step through buffers: the operands', the result's, and scratch. */
  | {
      readonly kind: "routine";
      readonly routine: (inputs: readonly ArrayType[]) => Routine;
      readonly sizes: (inputs: readonly ArrayType[]) => readonly number[];
      readonly scratch: (inputs: readonly ArrayType[]) => readonly Scratch[];
      /** Whether it writes every element of the result. */
      readonly overwrites: boolean;
      readonly refusal?: (value: number, inputs: readonly ArrayType[]) => Error;
    }
  /** Not loops: the operation can only be evaluated. */
  | { readonly kind: "evaluate" };

/** Where elements lie in row-major order: at an offset plus a stride for each axis of another shape. */
export interface Source {
  readonly offset: number;
  readonly strides: readonly number[];
}

/**
 * One operation, with all that a transform may ask of it. The families (`unary`, `binary`, `linear`, …) derive most of
 * it from what an author writes; parameters such as axes are closed over.
 */
export interface Primitive {
  readonly name: string;
  /** What is closed over, for printing and for telling two records apart. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The result's shape and dtype, or a typed error. */
  readonly type: (inputs: readonly ArrayType[]) => ArrayType;
  /** The result for concrete inputs. */
  readonly evaluate: (inputs: readonly NDArray[]) => NDArray;
  readonly loops: Loops;
  /**
   * What it takes of each axis, where the result is a part of its one operand: cotangents of several parts are then put
   * together, instead of one by one into zeros that are added.
   */
  readonly takes?: readonly Taken[];
  /** The tangent of the result; null stands for zero. */
  readonly jvp: (tangents: readonly (NDArray | null)[], inputs: readonly NDArray[], output: NDArray) => NDArray | null;
  /** What a cotangent of the result contributes to that of one operand; null stands for zero. */
  readonly vjp: (operand: number, cotangent: NDArray, inputs: readonly NDArray[], output: NDArray) => NDArray | null;
  /**
   * The results for a stack of operands at once, stacked along a new first axis. The mapped operands, at least one, bear
   * the stack along their first axis; the others are the same for every result.
   */
  readonly batch: (inputs: readonly NDArray[], mapped: readonly boolean[]) => NDArray;
}

/** A transform at work: it sees every operation on the values that it follows. */
export interface Interpreter {
  /** Inner transforms have higher levels; the highest among the operands acts first. */
  readonly level: number;
  readonly bind: (primitive: Primitive, inputs: readonly NDArray[]) => NDArray;
  /** The elements behind a value, where they are known; else a TraceError that tells the way out. */
  readonly read: (x: NDArray, reader: string) => NDArray;
}

/** A transform's own account of a value that it follows. */
export interface Tracer {
  readonly interpreter: Interpreter;
}

/** The innermost transform that follows one of the operands of what is named. */
export const innermost = (name: string, inputs: readonly NDArray[]): Interpreter | undefined => {
  let found: Interpreter | undefined;
  for (const x of inputs) {
    const interpreter = tracer(x)?.interpreter;
    if (interpreter === undefined || interpreter === found) continue;
    if (found === undefined || interpreter.level > found.level) found = interpreter;
    else if (interpreter.level === found.level) throw escaped(name);
  }
  return found;
};

/** Applies an operation: to the innermost transform that follows an operand, else to the elements. */
export const bind = (primitive: Primitive, inputs: readonly NDArray[]): NDArray => {
  const interpreter = innermost(primitive.name, inputs);
  return interpreter === undefined ? primitive.evaluate(inputs) : interpreter.bind(primitive, inputs);
};

/** The error for a value that outlived its transform. */
export const escaped = (name: string): TraceError =>
  new TraceError(
    `${name}: a value of a transform is used after that transform ended. ` +
      "Return it from the transformed function (as an auxiliary value, say) instead of keeping it in a variable.",
  );

/** The concrete array behind `x`, as far as its transforms know it. */
export const known = (x: NDArray, reader: string): NDArray => {
  const interpreter = tracer(x)?.interpreter;
  return interpreter === undefined ? x : known(interpreter.read(x, reader), reader);
};

/** The elements of `x`, to be read only. */
export const view = (x: NDArray, reader: string): View => {
  const elements = viewIfConcrete(known(x, reader));
  if (elements !== undefined) return elements;
  // A program of another copy hands arrays to operations without looking at them.
  throw isForeign(x) ? new DTypeError(`${reader}: an operand is ${foreign}.`) : escaped(reader);
};

/** The elements of `x`; undefined where no transform knows them yet. */
export const viewIfKnown = (x: NDArray, reader: string): View | undefined => {
  try {
    return view(x, reader);
  } catch (e) {
    if (e instanceof TraceError) return undefined;
    throw e;
  }
};

/** How large the programs may become that are recorded for someone, who is named. */
export interface Limit {
  readonly name: string;
  /** The most operations; those inside of a loop's body count once. */
  readonly operations: number;
}

/** The transform that was opened last: how many are open, and the limit for what is recorded inside. */
interface Open {
  readonly level: number;
  readonly limit: Limit | undefined;
}

let open: Open = { level: 0, limit: undefined }; // the one module-level mutable cell

/**
 * Runs a transform at a level of its own; however it ends, nothing is left behind. A limit holds for all that is recorded
 * inside, unless there is another one further in.
 */
export const atNewLevel = <A>(body: (level: number, limit: Limit | undefined) => A, given?: Limit): A => {
  const around = open;
  open = { level: around.level + 1, limit: given ?? around.limit };
  try {
    return body(open.level, open.limit);
  } finally {
    open = around;
  }
};

/** Whether a transform is open, so that values may be followed. */
export const isTransforming = (): boolean => open.level > 0;

export { traced, tracer };
