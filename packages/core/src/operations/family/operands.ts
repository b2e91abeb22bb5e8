import { TraceError } from "../../error/error.ts";

/** The only operand of a record, or the first of several. */
export const only = <A>(name: string, inputs: readonly A[]): A => {
  const [x] = inputs;
  if (x === undefined) throw new TraceError(`${name}: applied to no operand`);
  return x;
};

/** The two operands of a record. */
export const pair = <A>(name: string, [a, b]: readonly A[]): readonly [A, A] => {
  if (a === undefined || b === undefined) throw new TraceError(`${name}: applied to fewer than two operands`);
  return [a, b];
};
