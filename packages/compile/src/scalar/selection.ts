import type { LaneOperation } from "@gradfold/core/compiler";
import type { Assembler } from "../wasm/assembler.ts";
import { type Constant, constantOfBytes, splat32, splat64, splatBits } from "../wasm/constant.ts";
import { op } from "../wasm/opcode.ts";
import { type Hoist, toLocal } from "../wasm/local.ts";
import type { Int32Operation } from "./int32.ts";
import { emitWrappingProduct } from "./wrap.ts";

/* Instruction selection: the pattern of each operation, on four float32 or on pairs of float64. */

interface Emit {
  readonly asm: Assembler;
  readonly hoist: Hoist;
  readonly x: readonly number[];
}

export type Pattern = (emit: Emit) => void;

const apply =
  (instruction: readonly number[]): Pattern =>
  ({ asm, x }) => {
    x.forEach(asm.get);
    asm.op(instruction);
  };

const select: Pattern = ({ asm, x: [condition = 0, yes = 0, no = 0] }) => {
  asm.get(yes);
  asm.get(no);
  asm.get(condition);
  asm.op(op.bitselect);
};

/** An operation on bits with a constant: one instruction, where the engine makes two of `abs` and three of `neg`. */
const withConstant =
  (instruction: readonly number[], constant: Constant): Pattern =>
  ({ asm, hoist, x: [x = 0] }) => {
    asm.get(x);
    asm.get(hoist(constant));
    asm.op(instruction);
  };

/** One of two constants: one operation on bits if the other is zero, else two, where selecting takes three. */
export const selectConstants =
  (yes: Constant, no: Constant): Pattern =>
  ({ asm, hoist, x: [condition = 0] }) => {
    asm.get(condition);
    asm.get(hoist(constantOfBytes(yes.bytes.map((byte, i) => byte ^ (no.bytes[i] ?? 0)))));
    asm.op(op.and);
    if (no.bytes.every((byte) => byte === 0)) return;
    asm.get(hoist(no));
    asm.op(op.xor);
  };

const truth =
  (one: Constant): Pattern =>
  ({ asm, hoist, x: [mask = 0] }) => {
    asm.get(mask);
    asm.get(hoist(one));
    asm.op(op.and);
  };

const signs32 = splat32(-0);
const signs64 = splat64(-0);
const magnitudes32 = splatBits(0x7fffffff7fffffffn);
const magnitudes64 = splatBits(0x7fffffffffffffffn);

const onlyDouble =
  (name: string): Pattern =>
  () => {
    throw new Error(`${name} is computed in float64`);
  };

export type FloatOperation = Exclude<LaneOperation, Int32Operation>;

const single: Readonly<Record<FloatOperation, Pattern>> = {
  add: apply(op.f32x4Add),
  sub: apply(op.f32x4Sub),
  mul: apply(op.f32x4Mul),
  div: apply(op.f32x4Div),
  sqrt: apply(op.f32x4Sqrt),
  neg: withConstant(op.xor, signs32),
  abs: withConstant(op.and, magnitudes32),
  floor: apply(op.f32x4Floor),
  min: apply(op.f32x4Min),
  max: apply(op.f32x4Max),
  pmin: apply(op.f32x4PMin),
  pmax: apply(op.f32x4PMax),
  rest: onlyDouble("rest"),
  pow2: onlyDouble("pow2"),
  exponent: onlyDouble("exponent"),
  mantissa: onlyDouble("mantissa"),
  less: apply(op.f32x4Lt),
  lessEqual: apply(op.f32x4Le),
  equal: apply(op.f32x4Eq),
  notEqual: apply(op.f32x4Ne),
  and: apply(op.and),
  or: apply(op.or),
  not: apply(op.not),
  select,
  truth: truth(splat32(1)),
};

/** An integer plus this number has the integer plus the exponent's bias in its low bits: 1.5 2^52 + 1023. */
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
 * |x| mod |y| by subtracting, in each iteration, the largest |y| 2^j from the rest of |x|. This number has the fraction of
 * y, and the exponent of the rest or one less. All of it is exact. Subnormal numbers are moved up by 2^60 first.
 */
const rest: Pattern = ({ asm, hoist, x: [x = 0, y = 0] }) => {
  const { get } = asm;
  const temporary = (instruction: readonly number[], ...operands: readonly number[]): number => {
    operands.forEach(get);
    asm.op(instruction);
    return toLocal(asm);
  };
  const number = (value: number): number => hoist(splat64(value));
  const left = temporary(op.and, x, hoist(magnitudes64));
  const divisor = temporary(op.and, y, hoist(magnitudes64));
  const finite = temporary(op.f64x2Lt, left, number(Infinity));
  const valid = temporary(op.and, finite, temporary(op.f64x2Lt, number(0), divisor));
  const low = temporary(op.f64x2Lt, divisor, hoist(leastNormal));
  const normal = temporary(op.bitselect, temporary(op.f64x2Mul, divisor, number(2 ** 60)), divisor, low);
  const digits = temporary(op.and, normal, hoist(fraction));
  const packet = temporary(op.or, number(1), number(1));
  const isGoing = (): number => temporary(op.and, valid, temporary(op.f64x2Le, divisor, left));
  asm.repeat(() => {
    const going = isGoing();
    const small = temporary(op.and, going, temporary(op.f64x2Lt, left, hoist(leastNormal)));
    const factor = temporary(op.bitselect, number(2 ** 60), number(1), small);
    for (const each of [left, divisor, packet]) {
      get(temporary(op.f64x2Mul, each, factor));
      asm.set(each);
    }
    const most = temporary(op.or, digits, temporary(op.and, left, hoist(exponents)));
    const half = temporary(op.f64x2Mul, most, number(0.5));
    const part = temporary(op.bitselect, half, most, temporary(op.f64x2Lt, left, most));
    get(temporary(op.bitselect, temporary(op.f64x2Sub, left, part), left, going));
    asm.set(left);
    get(isGoing());
    asm.op(op.anyTrue);
  });
  const signed = temporary(op.or, temporary(op.f64x2Div, left, packet), temporary(op.and, x, hoist(signs64)));
  [signed, number(NaN), valid].forEach(get);
  asm.op(op.bitselect);
};

const double: Readonly<Record<FloatOperation, Pattern>> = {
  ...single,
  add: apply(op.f64x2Add),
  sub: apply(op.f64x2Sub),
  mul: apply(op.f64x2Mul),
  div: apply(op.f64x2Div),
  sqrt: apply(op.f64x2Sqrt),
  neg: withConstant(op.xor, signs64),
  abs: withConstant(op.and, magnitudes64),
  floor: apply(op.f64x2Floor),
  min: apply(op.f64x2Min),
  max: apply(op.f64x2Max),
  pmin: apply(op.f64x2PMin),
  pmax: apply(op.f64x2PMax),
  less: apply(op.f64x2Lt),
  lessEqual: apply(op.f64x2Le),
  equal: apply(op.f64x2Eq),
  notEqual: apply(op.f64x2Ne),
  truth: truth(splat64(1)),
  rest,
  pow2: ({ asm, hoist, x: [k = 0] }) => {
    asm.get(k);
    asm.get(hoist(toExponent));
    asm.op(op.f64x2Add);
    asm.i32(52);
    asm.op(op.i64x2Shl);
  },
  exponent: ({ asm, hoist, x: [x = 0] }) => {
    asm.get(x);
    asm.get(hoist(boundary));
    asm.op(op.i64x2Add);
    asm.i32(52);
    asm.op(op.i64x2ShrU);
    asm.get(hoist(counting));
    asm.op(op.or);
    asm.get(hoist(wholeAndBias));
    asm.op(op.f64x2Sub);
  },
  mantissa: ({ asm, hoist, x: [x = 0] }) => {
    asm.get(x);
    asm.get(hoist(boundary));
    asm.op(op.i64x2Add);
    asm.get(hoist(fraction));
    asm.op(op.and);
    asm.get(hoist(leastMantissa));
    asm.op(op.i64x2Add);
  },
};

/** The precision of a function: four float32, pairs of float64, or int32 in pairs of float64, whose products wrap. */
export type Precision = "single" | "double" | "int32";

const int32: Readonly<Record<FloatOperation, Pattern>> = {
  ...double,
  mul: ({ asm, hoist, x }) => {
    x.forEach(asm.get);
    emitWrappingProduct(asm, hoist);
  },
};

export const patternsOf: Readonly<Record<Precision, Readonly<Record<FloatOperation, Pattern>>>> = {
  single,
  double,
  int32,
};
