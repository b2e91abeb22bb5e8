import type { NDArray } from "../array/array.ts";
import { tracer } from "../array/primitive.ts";
import type { Value } from "../scalar/lane.ts";
import { add } from "./add.ts";
import { div, mul, sub } from "./arithmetic.ts";
import { sqrt } from "./elementary.ts";
import { elementwise } from "./family/elementwise.ts";
import { real } from "./family/rule.ts";

/** What arrays and the numbers inside a kernel have in common: a formula is written once over it. */
export interface Arithmetic<X> {
  readonly add: (a: X | number, b: X | number) => X;
  readonly sub: (a: X | number, b: X | number) => X;
  readonly mul: (a: X | number, b: X | number) => X;
  readonly div: (a: X | number, b: X | number) => X;
  readonly sqrt: (x: X) => X;
}

type Formula = <X>(arithmetic: Arithmetic<X>, ...operands: readonly X[]) => X;

type Operand = NDArray | number;

const ofArrays: Arithmetic<NDArray> = {
  add: (a, b) => add<Operand, Operand>(a, b),
  sub: (a, b) => sub<Operand, Operand>(a, b),
  mul: (a, b) => mul<Operand, Operand>(a, b),
  div: (a, b) => div<Operand, Operand>(a, b),
  sqrt,
};

/** Operands whose elements are there, in float64: only then is one rounding at the end what one at every node is. */
const isPlain = (x: NDArray): boolean => tracer(x) === undefined && x.dtype === "float64";

/**
 * A formula of arrays, at every place, in one pass where nothing follows its operands; else by its operations one after
 * another. Both give the same bits; the one pass saves a fresh array for every operation.
 */
export const fused = (
  name: string,
  arity: number,
  formula: Formula,
): ((...operands: readonly NDArray[]) => NDArray) => {
  const { evaluate } = elementwise(name, arity, (lane, ...values) => formula<Value>(lane, ...values), real);
  return (...operands) => (operands.every(isPlain) ? evaluate(operands) : formula(ofArrays, ...operands));
};
