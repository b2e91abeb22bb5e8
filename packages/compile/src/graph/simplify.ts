import { item, type NDArray } from "@gradfold/core";
import { type ArrayType, sameShape, sizeOf } from "@gradfold/core/library";
import type { ScalarFunction } from "@gradfold/core/compiler";
import type { Builder } from "./builder.ts";

/* Constant folding, and identities that change no bit. */

/** Constants of at most this many elements are folded. */
const fewElements = 16;

/** The arrays behind operands, if all are constant and the result is small. */
export const constantsOf = (
  { valueOf }: Builder,
  inputs: readonly number[],
  { shape }: ArrayType,
): readonly NDArray[] | undefined => {
  if (sizeOf(shape) > fewElements) return undefined;
  const arrays = inputs.flatMap((id) => {
    const { definition } = valueOf(id);
    return definition.kind === "constant" ? [definition.array] : [];
  });
  return arrays.length === inputs.length ? arrays : undefined;
};

/** Whether a value is known to be 1 everywhere. */
const isOne = (builder: Builder, id: number): boolean => {
  const { definition } = builder.valueOf(id);
  if (definition.kind === "move") return isOne(builder, definition.input);
  return definition.kind === "constant" && sizeOf(definition.array.shape) === 1 && item(definition.array) === 1;
};

const operationOf = ({ arity, instructions }: ScalarFunction): string | undefined => {
  const last = instructions.at(-1);
  return arity === 2 && instructions.length === 3 && last?.kind === "apply" && last.arguments.join() === "0,1"
    ? last.operation
    : undefined;
};

/** The operand to which a map simplifies: x for x · 1, 1 · x and x / 1. */
export const unchanged = (
  builder: Builder,
  scalar: ScalarFunction,
  inputs: readonly number[],
  type: ArrayType,
): number | undefined => {
  const operation = operationOf(scalar);
  const [a = -1, b = -1] = inputs;
  const isSame = (id: number): boolean => {
    const { shape, dtype } = builder.valueOf(id);
    return dtype === type.dtype && sameShape(shape, type.shape);
  };
  if ((operation === "mul" || operation === "div") && isSame(a) && isOne(builder, b)) return a;
  if (operation === "mul" && isSame(b) && isOne(builder, a)) return b;
  return undefined;
};
