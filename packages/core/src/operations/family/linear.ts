import type { ArrayType, NDArray } from "../../array/array.ts";
import type { Taken } from "../../array/layers.ts";
import { bind, type Loops, type Primitive } from "../../array/primitive.ts";
import { zerosOf } from "../../array/zeros.ts";
import { only } from "./operands.ts";

interface LinearEntry {
  readonly name: string;
  readonly parameters?: Primitive["parameters"];
  readonly type: (x: ArrayType) => ArrayType;
  readonly evaluate: (x: NDArray) => NDArray;
  readonly loops: Loops;
  /** What it takes of each axis, where it does nothing but take a part. */
  readonly takes?: readonly Taken[];
  /** The adjoint: what a cotangent of the result says of the operand. */
  readonly transpose: (cotangent: NDArray, x: NDArray) => NDArray;
  /** The same for each of a stack of operands, along a new first axis. */
  readonly batch: (stack: NDArray) => NDArray;
}

/** A linear operation of one operand: it is its own tangent map. */
export const linear = (entry: LinearEntry): Primitive => {
  const { name, parameters = {}, type, evaluate, loops, takes, transpose, batch } = entry;
  const primitive: Primitive = {
    name,
    parameters,
    type: (inputs) => type(only(name, inputs)),
    evaluate: (inputs) => evaluate(only(name, inputs)),
    loops,
    ...(takes === undefined ? {} : { takes }),
    jvp: ([t]) => (t ? bind(primitive, [t]) : null),
    vjp: (_, cotangent, inputs) => transpose(cotangent, only(name, inputs)),
    batch: (inputs) => batch(only(name, inputs)),
  };
  return primitive;
};

interface JointlyLinearEntry extends Pick<Primitive, "name" | "type" | "evaluate" | "loops" | "batch"> {
  readonly parameters?: Primitive["parameters"];
  readonly transpose: (cotangent: NDArray, inputs: readonly NDArray[], operand: number) => NDArray;
}

/** An operation that is linear in all its operands together, such as concatenation. */
export const jointlyLinear = (entry: JointlyLinearEntry): Primitive => {
  const { name, parameters = {}, type, evaluate, loops, transpose, batch } = entry;
  const primitive: Primitive = {
    name,
    parameters,
    type,
    evaluate,
    loops,
    jvp: (tangents, inputs) =>
      tangents.every((t) => t === null)
        ? null
        : bind(
            primitive,
            inputs.map((x, i) => tangents[i] ?? zerosOf(x)),
          ),
    vjp: (operand, cotangent, inputs) => transpose(cotangent, inputs, operand),
    batch,
  };
  return primitive;
};
