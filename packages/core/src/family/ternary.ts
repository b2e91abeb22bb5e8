import type { NDArray } from "../array.ts";
import { accumulate } from "../operations/add.ts";
import { fitTo, growTo } from "../operations/spread.ts";
import type { Primitive } from "../primitive.ts";
import { batchBroadcast } from "./batch.ts";
import { elementwise, type Meanings } from "./elementwise.ts";
import type { DTypeRule } from "./rule.ts";

/** (df/dx) t for one operand, written with operations; null where it is zero everywhere. */
type Partial = (t: NDArray, inputs: readonly [NDArray, NDArray, NDArray]) => NDArray | null;

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
  const partial = (i: number, t: NDArray | null | undefined, [a, b, c]: readonly NDArray[]): NDArray | null =>
    t && a && b && c ? (derivatives[i]?.(t, [a, b, c]) ?? null) : null;
  const primitive: Primitive = {
    name,
    parameters: {},
    type,
    evaluate,
    loops,
    jvp: (tangents, inputs, y) =>
      tangents.reduce((sum, t, i) => {
        const along = partial(i, t, inputs);
        return accumulate(sum, along && growTo(along, y));
      }, null),
    vjp: (i, cotangent, inputs) => {
      const [found, x] = [partial(i, cotangent, inputs), inputs[i]];
      return found && x ? fitTo(found, x) : null;
    },
    batch: (inputs, mapped) => batchBroadcast(primitive, inputs, mapped),
  };
  return primitive;
};
