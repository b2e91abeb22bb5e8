import type { Instruction, LaneOperation, ScalarFunction } from "@gradfold/core/compiler";
import type { Assembler } from "../wasm/assembler.ts";
import { splat32, splat64 } from "../wasm/constant.ts";
import { op } from "../wasm/opcode.ts";
import { type Hoist, toLocal } from "../wasm/local.ts";
import { int32Pattern } from "./int32.ts";
import { minimizeRegisters } from "./registers.ts";
import { type FloatOperation, patternsOf, type Precision, selectConstants } from "./selection.ts";
import { constantAt, openValues, type Values } from "./values.ts";

/* Scalar functions as SIMD: on four float32 at once where that gives the same bits, else on pairs of float64. */

type Application = Extract<Instruction, { kind: "apply" }>;

/** The number of the outlined function of vectors that computes a scalar function. */
const functionOf = (asm: Assembler, scalar: ScalarFunction, precision: Precision, parameters: number): number =>
  asm.outline.number(scalar, precision, parameters, (inner) =>
    inner.withHoisted((hoist) => {
      const locals = Array.from({ length: parameters }, (_, i) => i);
      emitScalar(inner, hoist, scalar, precision, [locals]).forEach(inner.get);
    }),
  );

const emitCalls = (
  asm: Assembler,
  scalar: ScalarFunction,
  precision: Precision,
  vectors: readonly (readonly number[])[],
): readonly number[] =>
  vectors.map((locals) => {
    locals.forEach(asm.get);
    asm.call(functionOf(asm, scalar, precision, locals.length));
    return toLocal(asm);
  });

/** Calls the costly function for all lanes if one of them needs it. It is outlined, so its constants are not hoisted. */
const emitRarely = (
  asm: Assembler,
  costly: ScalarFunction,
  [condition = 0, usual = 0, x = 0]: readonly number[],
): void => {
  const result = asm.local("v128");
  asm.get(usual);
  asm.set(result);
  asm.get(condition);
  asm.op(op.anyTrue);
  asm.when(() => {
    asm.get(x);
    asm.call(functionOf(asm, costly, "double", 1));
    [usual, condition].forEach(asm.get);
    asm.op(op.bitselect);
    asm.set(result);
  });
  asm.get(result);
};

/** The operation of a function that only applies one operation to its arguments, in their order. */
const onlyOperationOf = ({ instructions }: ScalarFunction): Application | undefined => {
  const last = instructions.at(-1);
  const operands = instructions.slice(0, -1);
  const areArguments = operands.every((step, i) => step.kind === "argument" && step.index === i);
  return last?.kind === "apply" &&
    areArguments &&
    last.arguments.length === operands.length &&
    last.arguments.every((id, i) => id === i)
    ? last
    : undefined;
};

/** A scalar function under construction, on one or more vectors side by side. */
interface State {
  readonly asm: Assembler;
  readonly hoist: Hoist;
  readonly precision: Precision;
  readonly instructions: readonly Instruction[];
}

const splatFor = (precision: Precision) => (precision === "single" ? splat32 : splat64);

/** The pattern of a selection between two constants, of which neither is loaded. */
const selectionIn = ({ instructions, precision }: State, { operation, arguments: [, yes, no] }: Application) => {
  const [a, b] = [constantAt(instructions, yes), constantAt(instructions, no)];
  const splat = splatFor(precision);
  return operation === "select" && a !== undefined && b !== undefined ? selectConstants(splat(a), splat(b)) : undefined;
};

const argumentAt = (list: readonly number[], index: number): number => {
  const argument = list[index];
  if (argument === undefined) throw new Error(`vectorize: no argument ${index}`);
  return argument;
};

const emitApplication = (state: State, step: Application, id: number, values: Values): void => {
  const { asm, hoist, precision, instructions } = state;
  const int32 = int32Pattern(step);
  if (int32 !== undefined) {
    const operand = (i: number): number => values.int32Of(argumentAt(step.arguments, i));
    int32(asm, operand, constantAt(instructions, step.arguments[1]) ?? 0);
    return values.keepInt32(id, toLocal(asm));
  }
  const selection = selectionIn(state, step);
  const operands = selection === undefined ? step.arguments : step.arguments.slice(0, 1);
  const pattern = selection ?? patternsOf[precision][step.operation as FloatOperation];
  pattern({ asm, hoist, x: operands.map(values.floatOf) });
  values.keepFloat(id, toLocal(asm));
};

/** Emits an instruction on one vector, whose arguments are in these locals. */
const emitInstruction = (
  state: State,
  step: Instruction,
  id: number,
  values: Values,
  locals: readonly number[],
): void => {
  switch (step.kind) {
    case "argument":
      return values.keepFloat(id, argumentAt(locals, step.index));
    case "apply":
      return emitApplication(state, step, id, values);
    case "rarely":
      emitRarely(state.asm, step.costly, step.arguments.map(values.floatOf));
      return values.keepFloat(id, toLocal(state.asm));
    case "constant":
      return undefined;
  }
};

/** Emits the instructions of a function one by one, each on all vectors. */
const emitInstructions = (state: State, vectors: readonly (readonly number[])[]): readonly number[] => {
  const { asm, hoist, precision, instructions } = state;
  const all = vectors.map((locals) => ({
    locals,
    values: openValues(asm, hoist, instructions, splatFor(precision)),
  }));
  instructions.forEach((step, id) => {
    for (const { locals, values } of all) emitInstruction(state, step, id, values, locals);
  });
  return all.map(({ values }) => values.floatOf(instructions.length - 1));
};

/**
 * Emits a function on one or more vectors side by side, or calls it if it is outlined. `vectors` holds the locals of
 * the arguments for each vector; the results are the locals of the function's value.
 */
export const emitScalar = (
  asm: Assembler,
  hoist: Hoist,
  scalar: ScalarFunction,
  precision: Precision,
  vectors: readonly (readonly number[])[],
): readonly number[] => {
  if (asm.outline.isOutlined(scalar)) return emitCalls(asm, scalar, precision, vectors);
  const only = onlyOperationOf(scalar);
  if (only !== undefined && int32Pattern(only) === undefined)
    return vectors.map((x) => {
      patternsOf[precision][only.operation as FloatOperation]({ asm, hoist, x });
      return toLocal(asm);
    });
  const { instructions } = minimizeRegisters(scalar);
  return emitInstructions({ asm, hoist, precision, instructions }, vectors);
};

/**
 * Pushes the result of one operation on single float64 numbers, computed by the instructions for pairs. An operand is a
 * constant, or a function that pushes it.
 */
export const emitDouble = (
  asm: Assembler,
  operation: LaneOperation,
  operands: readonly (number | (() => void))[],
): void => {
  const hoist: Hoist = (constant) => {
    asm.constant(constant);
    return toLocal(asm);
  };
  const locals = operands.map((push) => {
    if (typeof push === "number") return -1;
    push();
    asm.op(op.f64x2Splat);
    return toLocal(asm);
  });
  const steps = operands.map((push, index): Instruction =>
    typeof push === "number" ? { kind: "constant", value: push } : { kind: "argument", index },
  );
  const step: Instruction = { kind: "apply", operation, arguments: operands.map((_, i) => i) };
  const scalar: ScalarFunction = { arity: operands.length, instructions: [...steps, step] };
  emitScalar(asm, hoist, scalar, "double", [locals]).forEach(asm.get);
  asm.op(op.f64x2ExtractFirst);
};
