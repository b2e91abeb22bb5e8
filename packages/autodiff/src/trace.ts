import { type DType, type NDArray, TraceError } from "@gradfold/core";
import { type ArrayType, typed } from "@gradfold/core/library";
import { atNewLevel, isErrorOf, type Limit } from "@gradfold/core/transform";
import { checkAlone, checkCallback } from "./callback.ts";
import { evaluateProgram } from "./evaluate.ts";
import { onLeaves } from "./leaves.ts";
import { assemble, closeOver, type Equation, operationsInside, type Program } from "./program.ts";
import { type Followed, openInterpreter } from "./interpreter.ts";
import { dropDead, simplifyProgram } from "./simplify.ts";

/** A program, and the result of the traced function with numbered values for leaves. */
export interface Traced<R> {
  readonly program: Program;
  readonly result: R;
}

const unknown = (reader: string): TraceError =>
  new TraceError(
    `${reader}: the value is not known while a function is traced. JavaScript's own if, for and console.log see no ` +
      "elements here: compute with array operations instead, or decide on a value from outside the function.",
  );

/** The function of a trace has no end, or none within a limit: to run it step by step instead does not help. */
export class UnboundedError extends TraceError {}

const tooLarge = ({ name, operations: most }: Limit, operations: number): UnboundedError =>
  new UnboundedError(
    `${name}: the program has ${operations} operations so far, and at most ${most} are compiled. ` +
      "A loop of JavaScript is recorded turn by turn: write it as scan, whose body is recorded once.",
  );

/**
 * V8 and JavaScriptCore throw a RangeError where the stack ends, SpiderMonkey an InternalError. There is no room for a
 * regular expression there: V8 ends the process.
 */
const isStackOverflow = (error: unknown): boolean =>
  (isErrorOf(error, "RangeError") || isErrorOf(error, "InternalError")) &&
  error instanceof Error &&
  (error.message.includes("call stack") || error.message.includes("recursion"));

/** Calls the function that is traced. */
const enter = <A>(name: string, f: () => A): A => {
  try {
    return f();
  } catch (error) {
    if (!isStackOverflow(error)) throw error;
    throw new UnboundedError(
      `${name}: the function calls itself without end, or deeper than JavaScript's stack, while it is traced. ` +
        "A recursion ends by what is known outside of arrays, such as a number: count the calls, or write a loop, as scan.",
    );
  }
};

/**
 * Traces a function of leaves of given types, which may ask how many operations are recorded so far; `outputs` are the
 * leaves of its result that the program returns.
 */
export const traceLeaves = <R>(
  inputs: readonly ArrayType[],
  f: (leaves: readonly NDArray[], recorded: () => number) => R,
  outputs: (result: R) => readonly NDArray[],
  given?: Limit,
): Traced<R> =>
  atNewLevel((level, limit) => {
    let operations = 0;
    const equations: Equation[] = [];
    const constants: NDArray[] = [];
    const constantIds = new Map<NDArray, number>();
    const types: ArrayType[] = [];
    const count = (more: number): void => {
      operations += more;
      if (limit !== undefined && operations > limit.operations) throw tooLarge(limit, operations);
    };
    const { number, idOf, close } = openInterpreter(level, ({ held, follow }: Followed<number>) => {
      // While recording, constants are numbered as they are met; they move behind the inputs in the end.
      const number = ({ shape, dtype }: ArrayType): NDArray =>
        follow({ shape, dtype }, types.push({ shape, dtype }) - 1);
      const idOf = (x: NDArray): number => {
        const known = held(x) ?? constantIds.get(x);
        if (known !== undefined) return known;
        const id = types.push({ shape: x.shape, dtype: x.dtype }) - 1;
        constants.push(x);
        constantIds.set(x, id);
        return id;
      };
      return {
        number,
        idOf,
        bind: (primitive, operands) => {
          count(1);
          const inputs = operands.map(idOf);
          const result = number(primitive.type(operands));
          equations.push({ kind: "apply", primitive, inputs, output: idOf(result) });
          return result;
        },
        call: (compound, operands) => {
          if (compound.standsFor !== undefined) return evaluateProgram(compound.standsFor, operands);
          count(1 + operationsInside(compound.control));
          const inputs = operands.map(idOf);
          const results = compound.types(operands).map(number);
          equations.push({ kind: "call", compound, inputs, outputs: results.map(idOf) });
          return results;
        },
        read: (_, reader) => {
          throw unknown(reader);
        },
      };
    });

    try {
      const result = enter(limit?.name ?? "trace", () => f(inputs.map(number), () => equations.length));
      const ids = outputs(result).map(idOf);
      const program = assemble({
        inputIds: inputs.map((_, id) => id),
        constantIds: constants.map(idOf),
        constants,
        equations,
        outputs: ids,
        types,
      });
      return { result, program };
    } finally {
      close();
    }
  }, given);

/** A function of leaves as a program whose first inputs are the followed values that it closes over. */
export interface Closed<R> extends Traced<R> {
  readonly closed: readonly NDArray[];
}

/** Traces a function of leaves, and simplifies the program. */
export const traceClosed = <R>(
  inputs: readonly ArrayType[],
  f: (leaves: readonly NDArray[]) => R,
  outputs: (result: R) => readonly NDArray[],
): Closed<R> => {
  const { program, result } = traceLeaves(inputs, f, outputs);
  const { body, closed } = closeOver(simplifyProgram(program));
  return { program: body, closed, result };
};

/**
 * Traces a function of leaves as it is written, without what no result depends on. What it computes twice stays two values,
 * so that a gradient of the program adds up cotangents in the order in which that of the function does.
 */
export const traceWritten = <R>(
  inputs: readonly ArrayType[],
  f: (leaves: readonly NDArray[]) => R,
  outputs: (result: R) => readonly NDArray[],
): Closed<R> => {
  const { program, result } = traceLeaves(inputs, f, outputs);
  const { body, closed } = closeOver(dropDead(program));
  return { program: body, closed, result };
};

/** {@link traceClosed}, or undefined for a function that asks for values: that one can only be run. */
export const traceIfPossible = <R>(...call: Parameters<typeof traceClosed<R>>): Closed<R> | undefined => {
  try {
    return traceClosed(...call);
  } catch (error) {
    if (error instanceof TraceError && !(error instanceof UnboundedError)) return undefined;
    throw error;
  }
};

/** The program of a function that closes over nothing that is followed. */
export const programOf = (
  inputs: readonly ArrayType[],
  f: (leaves: readonly NDArray[]) => readonly NDArray[],
  limit?: Limit,
): Program => simplifyProgram(traceLeaves(inputs, f, (leaves) => leaves, limit).program);

/** A tree's type with shape and dtype for every leaf. */
type Types<T> =
  T extends NDArray<infer S>
    ? {
        /** The size of each axis. */
        readonly shape: Readonly<S>;
        /** The type of the elements. */
        readonly dtype: DType;
      }
    : T extends number | boolean
      ? {
          /** The size of each axis: none. */
          readonly shape: Readonly<[]>;
          /** The type of the elements. */
          readonly dtype: DType;
        }
      : T extends null | undefined
        ? T
        : { [K in keyof T]: Types<T[K]> };

/**
 * The shapes and dtypes of a function's result, without computing it; the values of the arguments do not matter.
 *
 * @throws TraceError when the function asks for a value, as by `item` or JavaScript's `if`; what its operations throw
 * @example
 * import { evalShape, matmul, ones } from "gradfold";
 * evalShape((x, y) => matmul(x, y))(ones([1000, 9]), ones([9, 2])); // => { dtype: 'float64', shape: [ 1000, 2 ] }
 */
export const evalShape = typed<
  <A extends readonly unknown[] = NDArray[], R = NDArray>(f: (...args: A) => R) => (...args: A) => Types<R>
>((f: (...args: readonly unknown[]) => unknown, further: unknown) => {
  checkCallback("evalShape", "the first argument", f, "evalShape(f)(x)");
  checkAlone("evalShape", further, "evalShape(f)(x)");
  return (...args: readonly unknown[]): unknown => {
    const on = onLeaves("evalShape", f, args);
    const { result } = traceLeaves(on.inputs.leaves, on.call, (leaves) => leaves);
    return on.restore(result.map(({ shape, dtype }) => ({ dtype, shape })));
  };
});
