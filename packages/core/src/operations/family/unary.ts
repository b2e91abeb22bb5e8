import type { NDArray, Operand } from "../../array/array.ts";
import { bind, type Primitive } from "../../array/primitive.ts";
import { operand } from "../../input/operand.ts";
import type { Unary } from "../../static/broadcast.ts";
import { typed } from "../../static/door.ts";
import { elementwise, type Meanings } from "./elementwise.ts";
import { type Domain, noted } from "./operation.ts";
import { type DTypeRule, real } from "./rule.ts";

interface UnaryEntry {
  readonly name: string;
  readonly meaning: Meanings;
  /** f'(x) t, written with operations; the answer y comes for free; null is zero everywhere. */
  readonly derivative: (t: NDArray, x: NDArray, y: NDArray) => NDArray | null;
  /** Where f is smooth. */
  readonly domain: Domain;
  readonly dtypes?: DTypeRule;
}

/** A function of one number, at every place. Its derivative is diagonal, so one rule serves both directions. */
export const unary = (entry: UnaryEntry): Unary => {
  const { name, meaning, derivative, domain, dtypes = real } = entry;
  const { type, evaluate, loops } = elementwise(name, 1, meaning, dtypes);
  const primitive: Primitive = {
    name,
    parameters: {},
    type,
    evaluate,
    loops,
    jvp: ([t], [x], y) => (t && x ? derivative(t, x, y) : null),
    vjp: (_, cotangent, [x], y) => (x ? derivative(cotangent, x, y) : null),
    batch: (inputs) => bind(primitive, inputs),
  };
  return noted(
    { primitive, domain },
    typed<Unary>((x: Operand) => bind(primitive, [operand(name, x)])),
  );
};
