import type { NDArray, Operand } from "../../array/array.ts";
import { bind, type Primitive } from "../../array/primitive.ts";
import { operands } from "../../input/operand.ts";
import type { Binary, Parametric } from "../../static/broadcast.ts";
import { typed } from "../../static/door.ts";
import { accumulate } from "../add.ts";
import { fitTo, growTo } from "../spread.ts";
import { batchBroadcast } from "./batch.ts";
import { elementwise, type Meanings } from "./elementwise.ts";
import { type Domain, noted } from "./operation.ts";
import { type DTypeRule, real } from "./rule.ts";

/** (df/da) t for one operand, written with operations; the answer y comes for free. */
type Partial = (t: NDArray, a: NDArray, b: NDArray, y: NDArray) => NDArray;

interface BinaryEntry<Name extends string> {
  readonly name: Name;
  readonly meaning: Meanings;
  /** One for each operand. */
  readonly derivatives: readonly [Partial, Partial];
  /** Where f is smooth. */
  readonly domain: Domain;
  readonly dtypes?: DTypeRule;
}

interface Entries {
  <Name extends string>(entry: BinaryEntry<Name> & { readonly otherwise: number }): Parametric<Name>;
  <Name extends string>(entry: BinaryEntry<Name>): Binary<Name>;
}

/**
 * A function of two numbers, at every place of operands that broadcast together; the second one may be left out where it
 * says what it is `otherwise`.
 */
export const binary = typed<Entries>((entry: BinaryEntry<string> & { readonly otherwise?: number }) => {
  const { name, meaning, derivatives, domain, dtypes = real, otherwise } = entry;
  const { type, evaluate, loops } = elementwise(name, 2, meaning, dtypes);
  const primitive: Primitive = {
    name,
    parameters: {},
    type,
    evaluate,
    loops,
    jvp: (tangents, [a, b], y) => {
      if (!a || !b) return null;
      const [left, right] = derivatives.map((derivative, i) => {
        const t = tangents[i];
        return t ? growTo(derivative(t, a, b, y), y) : null;
      });
      return accumulate(left ?? null, right ?? null);
    },
    vjp: (i, cotangent, [a, b], y) => {
      if (!a || !b) return null;
      return fitTo(derivatives[i === 0 ? 0 : 1](cotangent, a, b, y), i === 0 ? a : b);
    },
    batch: (inputs, mapped) => batchBroadcast(primitive, inputs, mapped),
  };
  return noted({ primitive, domain }, (a: Operand, b: Operand | undefined = otherwise) =>
    bind(primitive, operands(name, a, b)),
  );
});
