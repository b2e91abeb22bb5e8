import { type Assembler, op } from "./assembler.ts";

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

export const arithmetic = (asm: Assembler): Arithmetic => {
  const binary =
    (instruction: readonly number[]) =>
    (a: Expression, b: Expression): Expression =>
    () => {
      a();
      b();
      asm.op(instruction);
    };
  const local =
    (index: number): Expression =>
    () =>
      asm.get(index);
  const number =
    (value: number): Expression =>
    () =>
      asm.i32(value);
  const assign = (target: number, value: Expression): void => {
    value();
    asm.set(target);
  };
  const variable = (value: Expression): number => {
    const target = asm.local("i32");
    assign(target, value);
    return target;
  };
  const add = binary(op.i32Add);
  const less = binary(op.i32LtU);
  return {
    local,
    number,
    add,
    sub: binary(op.i32Sub),
    mul: binary(op.i32Mul),
    less,
    equal: binary(op.i32Eq),
    and: binary(op.i32And),
    min: (a, b) => () => {
      a();
      b();
      a();
      b();
      asm.op(op.i32LtU);
      asm.op(op.select);
    },
    variable,
    assign,
    forRange: (bound, step, body) => {
      const counter = variable(number(0));
      less(local(counter), bound)();
      asm.when(() =>
        asm.repeat(() => {
          body(counter);
          assign(counter, add(local(counter), number(step)));
          less(local(counter), bound)();
        }),
      );
    },
  };
};
