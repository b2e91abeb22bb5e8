import type { Instruction, LaneOperation, ScalarFunction } from "@gradfold/core/transform";
import { type Assembler, type Constant, op, splat32, splat64, splatInt32 } from "../wasm/assembler.ts";
import { type Hoist, toLocal } from "../wasm/local.ts";
import { int32Pattern } from "./int32.ts";
import { minimizeRegisters } from "./registers.ts";
import { type FloatOperation, type Pattern, patternsOf, type Precision, selectConstants } from "./selection.ts";

/* Scalar functions as SIMD: on four float32 at once where that gives the same bits, else on pairs of float64. */

type Application = Extract<Instruction, { kind: "apply" }>;

/** The number of a function of vectors that computes a scalar function. */
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

/** The costly function for all lanes if one of them needs it, outlined, with its constants not hoisted. */
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

/** The locals of a function's values on one vector: as floats, as int32, or as both. */
interface Values {
  readonly float: (id: number) => number;
  readonly int32Of: (id: number) => number;
  readonly keepFloat: (id: number, local: number) => void;
  readonly keepInt32: (id: number, local: number) => void;
}

/** Constants get their locals where they are used, other values their second form. */
const openValues = (
  asm: Assembler,
  hoist: Hoist,
  instructions: readonly Instruction[],
  splat: typeof splat64,
): Values => {
  const floats = new Map<number, number>();
  const int32s = new Map<number, number>();
  const constant = (id: number): number | undefined => {
    const step = instructions[id];
    return step?.kind === "constant" ? step.value : undefined;
  };
  const convert = (from: Map<number, number>, to: Map<number, number>, id: number, instruction: readonly number[]) => {
    asm.get(from.get(id) ?? 0);
    asm.op(instruction);
    const local = toLocal(asm);
    to.set(id, local);
    return local;
  };
  const form = (
    from: Map<number, number>,
    to: Map<number, number>,
    instruction: readonly number[],
    splat: (value: number) => Constant,
  ) => {
    return (id: number): number => {
      const value = constant(id);
      return value === undefined ? (to.get(id) ?? convert(from, to, id, instruction)) : hoist(splat(value));
    };
  };
  return {
    float: form(int32s, floats, op.f64x2ConvertLow, splat),
    int32Of: form(floats, int32s, op.i32x4TruncSat, splatInt32),
    keepFloat: (id, local) => floats.set(id, local),
    keepInt32: (id, local) => int32s.set(id, local),
  };
};

/** The operation of a function that does nothing but apply one to its arguments in their order. */
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

/**
 * Emits a function on one or more vectors side by side, or calls it; `vectors` holds the arguments' locals for each of
 * them.
 */
export const emitScalar = (
  asm: Assembler,
  hoist: Hoist,
  scalar: ScalarFunction,
  precision: Precision,
  vectors: readonly (readonly number[])[],
): readonly number[] => {
  if (asm.outline.isCalled(scalar)) return emitCalls(asm, scalar, precision, vectors);
  const patterns = patternsOf[precision];
  const only = onlyOperationOf(scalar);
  if (only !== undefined && int32Pattern(only) === undefined)
    return vectors.map((x) => {
      patterns[only.operation as FloatOperation]({ asm, hoist, x });
      return toLocal(asm);
    });
  const { instructions } = minimizeRegisters(scalar);
  const splat = precision === "single" ? splat32 : splat64;
  const valueOf = (id: number | undefined): number | undefined => {
    const step = instructions[id ?? -1];
    return step?.kind === "constant" ? step.value : undefined;
  };
  /** A selection between constants, of which neither is loaded. */
  const choice = ({ operation, arguments: [, yes, no] }: Application): Pattern | undefined => {
    const [a, b] = [valueOf(yes), valueOf(no)];
    return operation === "select" && a !== undefined && b !== undefined
      ? selectConstants(splat(a), splat(b))
      : undefined;
  };
  const all = vectors.map(() => openValues(asm, hoist, instructions, splat));
  const emit = (step: Application, id: number, values: Values): void => {
    const int32 = int32Pattern(step);
    if (int32 !== undefined) {
      int32(asm, (i) => values.int32Of(step.arguments[i] ?? -1), valueOf(step.arguments[1]) ?? 0);
      values.keepInt32(id, toLocal(asm));
      return;
    }
    const chosen = choice(step);
    const x = (chosen === undefined ? step.arguments : step.arguments.slice(0, 1)).map(values.float);
    (chosen ?? patterns[step.operation as FloatOperation])({ asm, hoist, x });
    values.keepFloat(id, toLocal(asm));
  };
  instructions.forEach((step, id) =>
    all.forEach((values, v) => {
      if (step.kind === "argument") values.keepFloat(id, vectors[v]?.[step.index] ?? 0);
      else if (step.kind === "apply") emit(step, id, values);
      else if (step.kind === "rarely") {
        emitRarely(asm, step.costly, step.arguments.map(values.float));
        values.keepFloat(id, toLocal(asm));
      }
    }),
  );
  return all.map(({ float }) => float(instructions.length - 1));
};

/**
 * One operation on numbers by themselves, by the instructions for pairs; operands are constants, or put on the stack.
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
