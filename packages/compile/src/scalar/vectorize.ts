import type { Instruction, LaneOperation, ScalarFunction } from "@gradfold/core/transform";
import { type Code, type Constant, op, splat32, splat64, splatWords } from "../wasm/assembler.ts";
import { emitKept, type Held } from "../wasm/local.ts";
import { wordPrinter } from "./int32.ts";
import { inFewRegisters } from "./registers.ts";
import { type Arithmetic, choose, type FloatOperation, type Printer, printersOf } from "./selection.ts";

/* Scalar functions as SIMD: on four float32 at once where that gives the same bits, else on pairs of float64. */

type Application = Extract<Instruction, { kind: "apply" }>;

/** The number of a function of vectors that computes a scalar function. */
const functionOf = (code: Code, scalar: ScalarFunction, arithmetic: Arithmetic, parameters: number): number =>
  code.aside.number(scalar, arithmetic, parameters, (inner) =>
    inner.holding((held) => {
      const locals = Array.from({ length: parameters }, (_, i) => i);
      emitScalar(inner, held, scalar, arithmetic, [locals]).forEach(inner.get);
    }),
  );

const emitCalls = (
  code: Code,
  scalar: ScalarFunction,
  arithmetic: Arithmetic,
  vectors: readonly (readonly number[])[],
): readonly number[] =>
  vectors.map((locals) => {
    locals.forEach(code.get);
    code.call(functionOf(code, scalar, arithmetic, locals.length));
    return emitKept(code);
  });

/** Both in all elements, if one of them needs the costly function, whose constants are not worth being held. */
const emitRarely = (code: Code, costly: ScalarFunction, [condition = 0, usual = 0, x = 0]: readonly number[]): void => {
  const result = code.local("v128");
  code.get(usual);
  code.set(result);
  code.get(condition);
  code.op(op.anyTrue);
  code.when(() => {
    code.get(x);
    code.call(functionOf(code, costly, "double", 1));
    [usual, condition].forEach(code.get);
    code.op(op.bitselect);
    code.set(result);
  });
  code.get(result);
};

/** The values of a function's steps on one vector, by the local that holds each: as floats, as words, or as both. */
interface Values {
  readonly float: (id: number) => number;
  readonly word: (id: number) => number;
  readonly keepFloat: (id: number, local: number) => void;
  readonly keepWord: (id: number, local: number) => void;
}

/** Constants get their locals where they are used, other values their second form. */
const openValues = (code: Code, held: Held, instructions: readonly Instruction[], splat: typeof splat64): Values => {
  const floats = new Map<number, number>();
  const words = new Map<number, number>();
  const constant = (id: number): number | undefined => {
    const step = instructions[id];
    return step?.kind === "constant" ? step.value : undefined;
  };
  const convert = (from: Map<number, number>, to: Map<number, number>, id: number, instruction: readonly number[]) => {
    code.get(from.get(id) ?? 0);
    code.op(instruction);
    const local = emitKept(code);
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
      return value === undefined ? (to.get(id) ?? convert(from, to, id, instruction)) : held(splat(value));
    };
  };
  return {
    float: form(words, floats, op.fromWords, splat),
    word: form(floats, words, op.toWords, splatWords),
    keepFloat: (id, local) => floats.set(id, local),
    keepWord: (id, local) => words.set(id, local),
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

/** Emits a function on one or more vectors side by side, or calls it; `vectors` holds the arguments' locals for each of them. */
export const emitScalar = (
  code: Code,
  held: Held,
  scalar: ScalarFunction,
  arithmetic: Arithmetic,
  vectors: readonly (readonly number[])[],
): readonly number[] => {
  if (code.aside.isCalled(scalar)) return emitCalls(code, scalar, arithmetic, vectors);
  const printers = printersOf[arithmetic];
  const only = onlyOperationOf(scalar);
  if (only !== undefined && wordPrinter(only) === undefined)
    return vectors.map((x) => {
      printers[only.operation as FloatOperation]({ code, held, x });
      return emitKept(code);
    });
  const { instructions } = inFewRegisters(scalar);
  const splat = arithmetic === "single" ? splat32 : splat64;
  const valueOf = (id: number | undefined): number | undefined => {
    const step = instructions[id ?? -1];
    return step?.kind === "constant" ? step.value : undefined;
  };
  /** A selection between constants, of which neither is loaded. */
  const choice = ({ operation, arguments: [, yes, no] }: Application): Printer | undefined => {
    const [a, b] = [valueOf(yes), valueOf(no)];
    return operation === "select" && a !== undefined && b !== undefined ? choose(splat(a), splat(b)) : undefined;
  };
  const all = vectors.map(() => openValues(code, held, instructions, splat));
  const emit = (step: Application, id: number, values: Values): void => {
    const ofWords = wordPrinter(step);
    if (ofWords !== undefined) {
      ofWords(code, (i) => values.word(step.arguments[i] ?? -1), valueOf(step.arguments[1]) ?? 0);
      values.keepWord(id, emitKept(code));
      return;
    }
    const chosen = choice(step);
    const x = (chosen === undefined ? step.arguments : step.arguments.slice(0, 1)).map(values.float);
    (chosen ?? printers[step.operation as FloatOperation])({ code, held, x });
    values.keepFloat(id, emitKept(code));
  };
  instructions.forEach((step, id) =>
    all.forEach((values, v) => {
      if (step.kind === "argument") values.keepFloat(id, vectors[v]?.[step.index] ?? 0);
      else if (step.kind === "apply") emit(step, id, values);
      else if (step.kind === "rarely") {
        emitRarely(code, step.costly, step.arguments.map(values.float));
        values.keepFloat(id, emitKept(code));
      }
    }),
  );
  return all.map(({ float }) => float(instructions.length - 1));
};

/** One operation on numbers by themselves, by the instructions for pairs; operands are constants, or put on the stack. */
export const emitDouble = (
  code: Code,
  operation: LaneOperation,
  operands: readonly (number | (() => void))[],
): void => {
  const held: Held = (constant) => {
    code.constant(constant);
    return emitKept(code);
  };
  const locals = operands.map((push) => {
    if (typeof push === "number") return -1;
    push();
    code.op(op.f64Splat);
    return emitKept(code);
  });
  const steps = operands.map((push, index): Instruction =>
    typeof push === "number" ? { kind: "constant", value: push } : { kind: "argument", index },
  );
  const step: Instruction = { kind: "apply", operation, arguments: operands.map((_, i) => i) };
  const scalar: ScalarFunction = { arity: operands.length, instructions: [...steps, step] };
  emitScalar(code, held, scalar, "double", [locals]).forEach(code.get);
  code.op(op.f64First);
};
