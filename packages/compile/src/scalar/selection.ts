import type { LaneOperation } from "@gradfold/core/transform";
import { type Code, type Constant, constantOfBytes, op, splat32, splat64, splatBits } from "../wasm/assembler.ts";
import { emitKept, type Held } from "../wasm/local.ts";
import type { WordOperation } from "./int32.ts";
import { emitWrappingProduct } from "./wrap.ts";

/* Each operation of a lane as instructions: on four float32, or on pairs of float64. */

interface Emit {
  readonly code: Code;
  readonly held: Held;
  readonly x: readonly number[];
}

export type Printer = (emit: Emit) => void;

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
export const choose =
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

export type FloatOperation = Exclude<LaneOperation, WordOperation>;

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

/** How a function is computed: on four float32, on pairs of float64, or so on whole numbers, whose products wrap. */
export type Arithmetic = "single" | "double" | "whole";

const whole: Readonly<Record<FloatOperation, Printer>> = {
  ...double,
  mul: ({ code, held, x }) => {
    x.forEach(code.get);
    emitWrappingProduct(code, held);
  },
};

export const printersOf: Readonly<Record<Arithmetic, Readonly<Record<FloatOperation, Printer>>>> = {
  single,
  double,
  whole,
};
