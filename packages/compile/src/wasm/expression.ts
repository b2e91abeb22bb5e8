import { type Code, op } from "./assembler.ts";

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
  readonly both: (a: Expression, b: Expression) => Expression;
  readonly least: (a: Expression, b: Expression) => Expression;
  /** A new local that holds a value. */
  readonly name: (value: Expression) => number;
  readonly assign: (local: number, value: Expression) => void;
  /** Runs the body for a local that steps from 0 while it is less than a bound. */
  readonly count: (bound: Expression, step: number, body: (counter: number) => void) => void;
}

export const arithmetic = (code: Code): Arithmetic => {
  const binary =
    (instruction: readonly number[]) =>
    (a: Expression, b: Expression): Expression =>
    () => {
      a();
      b();
      code.op(instruction);
    };
  const local =
    (index: number): Expression =>
    () =>
      code.get(index);
  const number =
    (value: number): Expression =>
    () =>
      code.i32(value);
  const assign = (target: number, value: Expression): void => {
    value();
    code.set(target);
  };
  const name = (value: Expression): number => {
    const target = code.local("i32");
    assign(target, value);
    return target;
  };
  const add = binary(op.i32Add);
  const less = binary(op.i32Less);
  return {
    local,
    number,
    add,
    sub: binary(op.i32Sub),
    mul: binary(op.i32Mul),
    less,
    equal: binary(op.i32Equal),
    both: binary(op.i32And),
    least: (a, b) => () => {
      a();
      b();
      a();
      b();
      code.op(op.i32Less);
      code.op(op.select);
    },
    name,
    assign,
    count: (bound, step, body) => {
      const counter = name(number(0));
      less(local(counter), bound)();
      code.when(() =>
        code.repeat(() => {
          body(counter);
          assign(counter, add(local(counter), number(step)));
          less(local(counter), bound)();
        }),
      );
    },
  };
};
