import type { Assembler } from "./assembler.ts";
import { op } from "./opcode.ts";

/* Address arithmetic as expressions: each puts one number on the stack. */

export type Expression = () => void;

export interface Arithmetic {
  readonly local: (index: number) => Expression;
  readonly number: (value: number) => Expression;
  readonly add: (a: Expression, b: Expression) => Expression;
  readonly sub: (a: Expression, b: Expression) => Expression;
  readonly mul: (a: Expression, b: Expression) => Expression;
  readonly less: (a: Expression, b: Expression) => Expression;
  readonly equal: (a: Expression, b: Expression) => Expression;
  readonly and: (a: Expression, b: Expression) => Expression;
  readonly min: (a: Expression, b: Expression) => Expression;
  /** A new local that holds a value. */
  readonly variable: (value: Expression) => number;
  readonly assign: (local: number, value: Expression) => void;
  /** Runs the body for a local that steps from 0 while it is less than a bound. */
  readonly forRange: (bound: Expression, step: number, body: (counter: number) => void) => void;
}

const binaryIn =
  (asm: Assembler) =>
  (opcode: readonly number[]) =>
  (a: Expression, b: Expression): Expression =>
  () => {
    a();
    b();
    asm.op(opcode);
  };

/** The lesser one of two numbers, each of which is computed twice. */
const minimum =
  (asm: Assembler) =>
  (a: Expression, b: Expression): Expression =>
  () => {
    for (const push of [a, b, a, b]) push();
    asm.op(op.i32LtU);
    asm.op(op.select);
  };

/** A loop of a counter from 0 on, whose bound is computed again in each iteration. */
const emitRange = (asm: Assembler, bound: Expression, step: number, body: (counter: number) => void): void => {
  const counter = asm.local("i32");
  const pushIsBelow = (): void => {
    asm.get(counter);
    bound();
    asm.op(op.i32LtU);
  };
  asm.i32(0);
  asm.set(counter);
  pushIsBelow();
  asm.when(() =>
    asm.repeat(() => {
      body(counter);
      asm.get(counter);
      asm.i32(step);
      asm.op(op.i32Add);
      asm.set(counter);
      pushIsBelow();
    }),
  );
};

export const arithmetic = (asm: Assembler): Arithmetic => {
  const binary = binaryIn(asm);
  const assign = (target: number, value: Expression): void => {
    value();
    asm.set(target);
  };
  const variable = (value: Expression): number => {
    const target = asm.local("i32");
    assign(target, value);
    return target;
  };
  return {
    local: (index) => () => asm.get(index),
    number: (value) => () => asm.i32(value),
    add: binary(op.i32Add),
    sub: binary(op.i32Sub),
    mul: binary(op.i32Mul),
    less: binary(op.i32LtU),
    equal: binary(op.i32Eq),
    and: binary(op.i32And),
    min: minimum(asm),
    variable,
    assign,
    forRange: (bound, step, body) => emitRange(asm, bound, step, body),
  };
};
