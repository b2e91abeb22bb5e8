import { DTypeError, type NDArray, TraceError } from "@gradfold/core";
import { describe, isForeign, isList, isNDArray, isRecord, typed } from "@gradfold/core/library";
import { flattenAs, type Limit } from "@gradfold/core/transform";
import { checkAlone, checkCallback } from "./callback.ts";
import { evaluateProgram } from "./evaluate.ts";
import { typeText } from "./alike.ts";
import { onLeaves } from "./leaves.ts";
import { placeIn } from "./place.ts";
import { printProgram } from "./print.ts";
import type { Program } from "./program.ts";
import { simplifyProgram } from "./simplify.ts";
import { traceLeaves } from "./trace.ts";

/* The name space `program`: what can be done with one. */

const isType = (x: unknown): boolean =>
  isRecord(x) && isList(x["shape"]) && x["shape"].every(Number.isSafeInteger) && typeof x["dtype"] === "string";

/** The numbers of an equation's operands and of its results; undefined for what is no equation. */
const numbersOf = (x: unknown): readonly [inputs: readonly unknown[], results: readonly unknown[]] | undefined => {
  if (!isRecord(x) || !isList(x["inputs"])) return undefined;
  if (x["kind"] === "apply" && isRecord(x["primitive"])) return [x["inputs"], [x["output"]]];
  return x["kind"] === "call" && isRecord(x["compound"]) && isList(x["outputs"])
    ? [x["inputs"], x["outputs"]]
    : undefined;
};

/** Whether something is made as programs are: every number stands for a value that is there. */
const isProgram = (x: unknown): boolean => {
  if (!isRecord(x)) return false;
  const { inputs, constants, equations, outputs, types } = x;
  if (!isList(inputs) || !isList(constants) || !isList(equations) || !isList(outputs) || !isList(types)) return false;
  let known = inputs.length + constants.length;
  const areKnown = (ids: readonly unknown[]): boolean =>
    ids.every((id) => typeof id === "number" && Number.isSafeInteger(id) && id >= 0 && id < known);
  for (const equation of equations) {
    const [operands, results] = numbersOf(equation) ?? [];
    if (operands === undefined || results === undefined || !areKnown(operands)) return false;
    if (!results.every((id) => id === known++)) return false;
  }
  const typed = inputs.every(isType) && types.every(isType) && constants.every(isNDArray);
  return typed && areKnown(outputs) && types.length === known;
};

const checkProgram = (name: string, program: unknown): void => {
  if (isProgram(program)) return;
  const { constants } = isRecord(program) ? program : {};
  const foreign = isList(constants) ? constants.find(isForeign) : undefined;
  const found = foreign === undefined ? describe(program) : `one with ${describe(foreign)} in it`;
  throw new DTypeError(`${name}: a program is needed, as program.of(f)(x) gives, not ${found}.`);
};

const inputPlace = placeIn("the list of inputs");

const unlimited: Limit = { name: "program.of", operations: Infinity };

/**
 * The operations of a function as a program, for arguments of the given shapes and dtypes; their values do not matter.
 * The program has one input for each leaf of the arguments, and one output for each leaf of the result.
 *
 * @throws TraceError when the function asks for a value, as by `item` or JavaScript's `if`
 * @example
 * import { array, mul, program, square } from "gradfold";
 * const traced = program.of((x) => mul(2, square(x)))(array([1, 2]));
 * program.print(traced).split("\n")[1]; // => '  c: float64[2] = square a'
 */
export const of = typed<
  <A extends readonly unknown[] = NDArray[]>(f: (...args: A) => unknown) => (...args: A) => Program
>((f: (...args: readonly unknown[]) => unknown, further: unknown) => {
  checkCallback("program.of", "the first argument", f, "program.of(f)(x)");
  checkAlone("program.of", further, "program.of(f)(x)");
  return (...args: readonly unknown[]): Program => {
    const on = onLeaves("program.of", f, args);
    return traceLeaves(on.inputs.leaves, on.call, (leaves) => leaves, unlimited).program;
  };
});

/**
 * The results of a program for some inputs, one for each of its inputs, operation by operation.
 *
 * @throws TraceError when there are too few or too many inputs, or one is of another type
 * @example
 * import { array, mul, program } from "gradfold";
 * const doubled = program.of((x) => mul(2, x))(array([0, 0]));
 * program.evaluate(doubled, [array([1, 2])]); // => [ float64 [2] [2, 4] ]
 */
export const evaluate = (program: Program, inputs: readonly NDArray[]): readonly NDArray[] => {
  checkProgram("program.evaluate", program);
  const { leaves } = flattenAs("program.evaluate", inputs, inputPlace, program.inputs);
  if (leaves.length !== program.inputs.length)
    throw new TraceError(`program.evaluate: ${leaves.length} inputs for a program of ${program.inputs.length}`);
  leaves.forEach((x, i) => {
    const wanted = typeText(program.inputs[i] ?? x);
    if (typeText(x) !== wanted)
      throw new TraceError(`program.evaluate: input ${i} is ${typeText(x)}, not ${wanted}. Trace the function for it.`);
  });
  return evaluateProgram(program, leaves);
};

/**
 * A program as text, one operation a line; scalar constants stand where they are used.
 *
 * @example
 * import { array, mul, program } from "gradfold";
 * program.print(program.of((x) => mul(2, x))(array([1, 2]))); // => program (a: float64[2])
 * //      c: float64[2] = mul 2 a
 * //      return c
 */
export const print = (program: Program): string => {
  checkProgram("program.print", program);
  return printProgram(program);
};

/**
 * The same program without what is computed twice or never used; no result changes a bit.
 *
 * @example
 * import { add, array, program, square } from "gradfold";
 * const traced = program.of((x) => add(square(x), square(x)))(array([1, 2]));
 * [traced.equations.length, program.simplify(traced).equations.length]; // => [ 3, 2 ]
 */
export const simplify = (program: Program): Program => {
  checkProgram("program.simplify", program);
  return simplifyProgram(program);
};
