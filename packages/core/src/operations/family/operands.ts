import { TraceError } from "../../error/error.ts";

/** The one operand of a record. */
export const only = <A>(name: string, inputs: readonly A[]): A => {
  const [x] = inputs;
  if (x === undefined) throw new TraceError(`${name}: applied to no operand`);
  return x;
};

/** The first of several operands of a record. */
export const first: typeof only = only;

/** The two operands of a record. */
export const pair = <A>(name: string, [a, b]: readonly A[]): readonly [A, A] => {
  if (a === undefined || b === undefined) throw new TraceError(`${name}: applied to fewer than two operands`);
  return [a, b];
};
