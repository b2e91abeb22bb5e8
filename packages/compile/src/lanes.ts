import type { DType } from "@gradfold/core";
import type { Instruction, LaneOperation, ScalarFunction } from "@gradfold/core/transform";
import { emitWrappingProduct } from "./integer.ts";
import { inFewRegisters } from "./order.ts";
import { type Code, type Constant, constantOfBytes, op, splat32, splat64, splatBits, splatWords } from "./code.ts";
import { type WordOperation, wordPrinter } from "./words.ts";

/* Scalar functions as SIMD: on four float32 at once where that gives the same bits, else on pairs of float64. */

/** Gives the local that holds a constant. */
export type Held = (constant: Constant) => number;

const rounding: ReadonlySet<LaneOperation> = new Set<LaneOperation>(["add", "sub", "mul", "div", "sqrt"]);
const followsRounding: ReadonlySet<LaneOperation> = new Set<LaneOperation>(["neg", "abs", "select", "min", "max"]);
const inDouble: ReadonlySet<LaneOperation> = new Set<LaneOperation>([
  "pow2",
  "exponent",
  "mantissa",
  "rest",
  "wrappingAdd",
  "xor",
  "rotate",
  "shiftRight",
]);

const nativeSingle = new WeakMap<ScalarFunction, boolean>();

/**
 * Whether a function of float32 gives the same bits in float32 arithmetic as in float64 rounded once: when nothing but
 * the sign of a rounded number, or the choice between numbers, comes after a rounding.
 */
export const isNativeSingle = (scalar: ScalarFunction): boolean => {
  const known = nativeSingle.get(scalar) ?? findNativeSingle(scalar);
  nativeSingle.set(scalar, known);
  return known;
};

const findNativeSingle = ({ instructions }: ScalarFunction): boolean => {
  const isRounded: boolean[] = [];
  return instructions.every((step) => {
    if (step.kind === "argument") return isRounded.push(false) > 0;
    if (step.kind === "constant") return isRounded.push(false) > 0 && Object.is(Math.fround(step.value), step.value);
    if (step.kind === "rarely") return false;
    const { operation } = step;
    const operands = step.arguments.map((id) => isRounded[id] ?? false);
    isRounded.push(rounding.has(operation) || operands.includes(true));
    if (inDouble.has(operation)) return false;
    if (!operands.includes(true)) return true;
    return followsRounding.has(operation) && (operation !== "select" || operands[0] !== true);
  });
};

type Application = Extract<Instruction, { kind: "apply" }>;

interface Emit {
  readonly code: Code;
  readonly held: Held;
  readonly x: readonly number[];
}

type Printer = (emit: Emit) => void;

const apply =
  (instruction: readonly number[]): Printer =>
  ({ code, x }) => {
    x.forEach(code.get);
    code.op(instruction);
  };

const select: Printer = ({ code, x: [condition = 0, yes = 0, no = 0] }) => {
  code.get(yes);
  code.get(no);
  code.get(condition);
  code.op(op.bitselect);
};

/** An operation on bits with a constant: one instruction, where the engine makes two of `abs` and three of `neg`. */
const withConstant =
  (instruction: readonly number[], constant: Constant): Printer =>
  ({ code, held, x: [x = 0] }) => {
    code.get(x);
    code.get(held(constant));
    code.op(instruction);
  };

/** One of two constants: one operation on bits if the other is zero, else two, where selecting takes three. */
const choose =
  (yes: Constant, no: Constant): Printer =>
  ({ code, held, x: [condition = 0] }) => {
    code.get(condition);
    code.get(held(constantOfBytes(yes.bytes.map((byte, i) => byte ^ (no.bytes[i] ?? 0)))));
    code.op(op.and);
    if (no.bytes.every((byte) => byte === 0)) return;
    code.get(held(no));
    code.op(op.xor);
  };

const truth =
  (one: Constant): Printer =>
  ({ code, held, x: [mask = 0] }) => {
    code.get(mask);
    code.get(held(one));
    code.op(op.and);
  };

const signs32 = splat32(-0);
const signs64 = splat64(-0);
const magnitudes32 = splatBits(0x7fffffff7fffffffn);
const magnitudes64 = splatBits(0x7fffffffffffffffn);

const onlyDouble =
  (name: string): Printer =>
  () => {
    throw new Error(`${name} is computed in float64`);
  };

type FloatOperation = Exclude<LaneOperation, WordOperation>;

const single: Readonly<Record<FloatOperation, Printer>> = {
  add: apply(op.f32Add),
  sub: apply(op.f32Sub),
  mul: apply(op.f32Mul),
  div: apply(op.f32Div),
  sqrt: apply(op.f32Sqrt),
  neg: withConstant(op.xor, signs32),
  abs: withConstant(op.and, magnitudes32),
  floor: apply(op.f32Floor),
  min: apply(op.f32Min),
  max: apply(op.f32Max),
  pmin: apply(op.f32PMin),
  pmax: apply(op.f32PMax),
  rest: onlyDouble("rest"),
  pow2: onlyDouble("pow2"),
  exponent: onlyDouble("exponent"),
  mantissa: onlyDouble("mantissa"),
  less: apply(op.f32Less),
  lessEqual: apply(op.f32LessEqual),
  equal: apply(op.f32Equal),
  notEqual: apply(op.f32NotEqual),
  and: apply(op.and),
  or: apply(op.or),
  not: apply(op.not),
  select,
  truth: truth(splat32(1)),
};

/** Adding this shifts a whole number to the low bits of the word, with the exponent's bias: 1.5 2^52 + 1023. */
const toExponent = splat64(6755399441055744 + 1023);
/** Moves the boundary between exponents from 1 to sqrt 1/2. */
const boundary = splatBits(0x95f62n << 32n);
const fraction = splatBits(0xfffffffffffffn);
const leastMantissa = splatBits(0x3fe6a09en << 32n);
/** 2^52: its low bits count ones. */
const counting = splatBits(0x4330000000000000n);
const wholeAndBias = splat64(4503599627370496 + 1023);

const leastNormal = splat64(2.2250738585072014e-308);
const exponents = splatBits(0x7ff0000000000000n);

/**
 * |x| mod |y| by subtracting, at each turn, the largest |y| 2^j: that has the fraction of y and the exponent of what is
 * left, or one less. All of it is exact. Subnormal numbers are moved up by 2^60 first.
 */
const rest: Printer = ({ code, held, x: [x = 0, y = 0] }) => {
  const { get } = code;
  const kept = (instruction: readonly number[], ...operands: readonly number[]): number => {
    operands.forEach(get);
    code.op(instruction);
    return emitKept(code);
  };
  const number = (value: number): number => held(splat64(value));
  const left = kept(op.and, x, held(magnitudes64));
  const divisor = kept(op.and, y, held(magnitudes64));
  const finite = kept(op.f64Less, left, number(Infinity));
  const valid = kept(op.and, finite, kept(op.f64Less, number(0), divisor));
  const low = kept(op.f64Less, divisor, held(leastNormal));
  const normal = kept(op.bitselect, kept(op.f64Mul, divisor, number(2 ** 60)), divisor, low);
  const digits = kept(op.and, normal, held(fraction));
  const unit = kept(op.or, number(1), number(1));
  const isGoing = (): number => kept(op.and, valid, kept(op.f64LessEqual, divisor, left));
  code.repeat(() => {
    const going = isGoing();
    const small = kept(op.and, going, kept(op.f64Less, left, held(leastNormal)));
    const factor = kept(op.bitselect, number(2 ** 60), number(1), small);
    for (const each of [left, divisor, unit]) {
      get(kept(op.f64Mul, each, factor));
      code.set(each);
    }
    const most = kept(op.or, digits, kept(op.and, left, held(exponents)));
    const half = kept(op.f64Mul, most, number(0.5));
    const part = kept(op.bitselect, half, most, kept(op.f64Less, left, most));
    get(kept(op.bitselect, kept(op.f64Sub, left, part), left, going));
    code.set(left);
    get(isGoing());
    code.op(op.anyTrue);
  });
  const signed = kept(op.or, kept(op.f64Div, left, unit), kept(op.and, x, held(signs64)));
  [signed, number(NaN), valid].forEach(get);
  code.op(op.bitselect);
};

/** Both in all elements, if one of them needs the costly function, whose constants are not worth being held. */
const emitRarely = (code: Code, costly: ScalarFunction, [condition = 0, usual = 0, x = 0]: readonly number[]): void => {
  const result = code.local("v128");
  code.get(usual);
  code.set(result);
  code.get(condition);
  code.op(op.anyTrue);
  code.when(() => {
    code.get(x);
    code.call(
      code.aside(costly, (inner, argument) => {
        const held: Held = (constant) => {
          inner.constant(constant);
          return emitKept(inner);
        };
        emitScalar(inner, held, costly, "double", [[argument]]).forEach(inner.get);
      }),
    );
    [usual, condition].forEach(code.get);
    code.op(op.bitselect);
    code.set(result);
  });
  code.get(result);
};

const double: Readonly<Record<FloatOperation, Printer>> = {
  ...single,
  add: apply(op.f64Add),
  sub: apply(op.f64Sub),
  mul: apply(op.f64Mul),
  div: apply(op.f64Div),
  sqrt: apply(op.f64Sqrt),
  neg: withConstant(op.xor, signs64),
  abs: withConstant(op.and, magnitudes64),
  floor: apply(op.f64Floor),
  min: apply(op.f64Min),
  max: apply(op.f64Max),
  pmin: apply(op.f64PMin),
  pmax: apply(op.f64PMax),
  less: apply(op.f64Less),
  lessEqual: apply(op.f64LessEqual),
  equal: apply(op.f64Equal),
  notEqual: apply(op.f64NotEqual),
  truth: truth(splat64(1)),
  rest,
  pow2: ({ code, held, x: [k = 0] }) => {
    code.get(k);
    code.get(held(toExponent));
    code.op(op.f64Add);
    code.i32(52);
    code.op(op.i64ShiftLeft);
  },
  exponent: ({ code, held, x: [x = 0] }) => {
    code.get(x);
    code.get(held(boundary));
    code.op(op.i64Add);
    code.i32(52);
    code.op(op.i64ShiftRight);
    code.get(held(counting));
    code.op(op.or);
    code.get(held(wholeAndBias));
    code.op(op.f64Sub);
  },
  mantissa: ({ code, held, x: [x = 0] }) => {
    code.get(x);
    code.get(held(boundary));
    code.op(op.i64Add);
    code.get(held(fraction));
    code.op(op.and);
    code.get(held(leastMantissa));
    code.op(op.i64Add);
  },
};

/** Puts the vector on the stack into a new local. */
export const emitKept = (code: Code): number => {
  const result = code.local("v128");
  code.set(result);
  return result;
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

/** How a function is computed: on four float32, on pairs of float64, or so on whole numbers, whose products wrap. */
export type Arithmetic = "single" | "double" | "whole";

const whole: Readonly<Record<FloatOperation, Printer>> = {
  ...double,
  mul: ({ code, held, x }) => {
    x.forEach(code.get);
    emitWrappingProduct(code, held);
  },
};

const printersOf: Readonly<Record<Arithmetic, Readonly<Record<FloatOperation, Printer>>>> = { single, double, whole };

/** Emits a function on one or more vectors side by side; `vectors` holds the arguments' locals for each of them. */
export const emitScalar = (
  code: Code,
  held: Held,
  scalar: ScalarFunction,
  arithmetic: Arithmetic,
  vectors: readonly (readonly number[])[],
): readonly number[] => {
  const { instructions } = inFewRegisters(scalar);
  const printers = printersOf[arithmetic];
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

const upperToLower = [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15];
const lowerOfBoth = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];

/** Four float32 as two pairs of float64. */
export const emitPromotion = (code: Code, x: number): readonly number[] => {
  code.get(x);
  code.op(op.promoteLow);
  const low = emitKept(code);
  code.get(x);
  code.get(x);
  code.shuffle(upperToLower);
  code.op(op.promoteLow);
  return [low, emitKept(code)];
};

/** Two pairs of float64 as four float32, each rounded once. */
export const emitDemotion = (code: Code, [low = 0, high = 0]: readonly number[]): readonly number[] => {
  code.get(low);
  code.op(op.demote);
  code.get(high);
  code.op(op.demote);
  code.shuffle(lowerOfBoth);
  return [emitKept(code)];
};

/** Whether four elements are one vector of float32, rather than two of float64. */
export const isSingleVector = (dtype: DType): boolean => dtype === "float32" || dtype === "bool";
