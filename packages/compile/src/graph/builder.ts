import type { DType } from "@gradfold/core";
import type { ArrayType } from "@gradfold/core/library";
import { rowMajor } from "@gradfold/core/transform";
import { pick, type ScalarFunction } from "@gradfold/core/compiler";
import { everyPlace } from "./affine.ts";
import type { Definition, Value } from "./graph.ts";

/** A graph under construction. */
export interface Builder {
  readonly define: (type: ArrayType, definition: Definition) => number;
  readonly valueOf: (id: number) => Value;
}

/** An array whose axes are taken in another order. */
export const permuted = ({ define, valueOf }: Builder, id: number, order: readonly number[]): number => {
  if (order.every((axis, i) => axis === i)) return id;
  const { shape, dtype } = valueOf(id);
  return define(
    { shape: pick(shape, order), dtype },
    { kind: "move", source: { offset: 0, strides: pick(rowMajor(shape), order) }, input: id },
  );
};

const identity: ScalarFunction = { arity: 1, instructions: [{ kind: "argument", index: 0 }] };

/** The same numbers in a dtype that holds them. */
export const inDType = ({ define, valueOf }: Builder, id: number, dtype: DType): number => {
  const { shape, dtype: old } = valueOf(id);
  if (old === dtype) return id;
  return define({ shape, dtype }, { kind: "map", computed: dtype, scalar: identity, inputs: [id] });
};

/** A copy of a value, with every element in memory. */
export const copied = ({ define, valueOf }: Builder, id: number): number => {
  const { shape, dtype } = valueOf(id);
  return define({ shape, dtype }, { kind: "move", source: everyPlace(shape), input: id });
};
