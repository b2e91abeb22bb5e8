import type { NDArray } from "../../array/array.ts";
import { bind, type Primitive } from "../../array/primitive.ts";
import { accumulate } from "../add.ts";

type Transpose = (cotangent: NDArray, a: NDArray, b: NDArray) => NDArray;

interface BilinearEntry extends Pick<Primitive, "name" | "type" | "evaluate" | "loops" | "batch"> {
  /** The adjoint in each operand, the other one held fixed. */
  readonly transposes: readonly [Transpose, Transpose];
}

/** An operation that is linear in each of two operands: a product. */
export const bilinear = ({ name, type, evaluate, loops, transposes, batch }: BilinearEntry): Primitive => {
  const primitive: Primitive = {
    name,
    parameters: {},
    type,
    evaluate,
    loops,
    jvp: ([ta, tb], [a, b]) =>
      accumulate(ta && b ? bind(primitive, [ta, b]) : null, a && tb ? bind(primitive, [a, tb]) : null),
    vjp: (operand, cotangent, [a, b]) => (a && b ? transposes[operand === 0 ? 0 : 1](cotangent, a, b) : null),
    batch,
  };
  return primitive;
};
