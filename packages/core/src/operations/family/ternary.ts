import type { NDArray } from "../../array/array.ts";
import type { Primitive } from "../../array/primitive.ts";
import { accumulate } from "../add.ts";
import { fitTo, growTo } from "../spread.ts";
import { batchBroadcast } from "./batch.ts";
import { elementwise, type Meanings } from "./elementwise.ts";
import type { DTypeRule } from "./rule.ts";

/** (df/dx) t for one operand, written with operations; the answer y comes for free; null where it is zero everywhere. */
type Partial = (t: NDArray, inputs: readonly [NDArray, NDArray, NDArray], y: NDArray) => NDArray | null;

interface TernaryEntry {
  readonly name: string;
  readonly meaning: Meanings;
  /** One for each operand. */
  readonly derivatives: readonly [Partial, Partial, Partial];
  readonly dtypes: DTypeRule;
}

/** A function of three numbers, at every place of operands that broadcast together. */
export const ternary = ({ name, meaning, derivatives, dtypes }: TernaryEntry): Primitive => {
  const { type, evaluate, loops } = elementwise(name, 3, meaning, dtypes);
  const partial = (i: number, t: NDArray | null | undefined, [a, b, c]: readonly NDArray[], y: NDArray) =>
    t && a && b && c ? (derivatives[i]?.(t, [a, b, c], y) ?? null) : null;
  const primitive: Primitive = {
    name,
    parameters: {},
    type,
    evaluate,
    loops,
    jvp: (tangents, inputs, y) =>
      tangents.reduce((sum, t, i) => {
        const along = partial(i, t, inputs, y);
        return accumulate(sum, along && growTo(along, y));
      }, null),
    vjp: (i, cotangent, inputs, y) => {
      const [found, x] = [partial(i, cotangent, inputs, y), inputs[i]];
      return found && x ? fitTo(found, x) : null;
    },
    batch: (inputs, mapped) => batchBroadcast(primitive, inputs, mapped),
  };
  return primitive;
};
