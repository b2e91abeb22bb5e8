import type { DType, NDArray } from "@gradfold/core";
import type { ArrayType, Combine, ScalarFunction } from "@gradfold/core/transform";
import type { Source } from "./affine.ts";

/** How a value comes about, in the few forms that code is made for. */
export type Definition =
  /** An input: someone else fills its buffer. */
  | { readonly kind: "given" }
  | { readonly kind: "constant"; readonly array: NDArray }
  | { readonly kind: "zero" }
  | {
      readonly kind: "map";
      readonly computed: DType;
      readonly scalar: ScalarFunction;
      readonly inputs: readonly number[];
    }
  | { readonly kind: "move"; readonly source: Source; readonly input: number }
  /** A reduction by rule 1 over the trailing axes; `partial`: block by block, one result each. */
  | {
      readonly kind: "fold1";
      readonly combine: Combine;
      readonly input: number;
      readonly reduced: number;
      readonly partial: boolean;
      /** The place of the result in a value of several such. */
      readonly into: { readonly value: number; readonly element: number } | undefined;
    }
  /** A value whose elements are reductions of their own, which follow. */
  | { readonly kind: "parts" }
  /** A reduction by rule 2 over the axes from `outer` on. */
  | {
      readonly kind: "fold2";
      readonly combine: Combine;
      readonly input: number;
      readonly outer: number;
      readonly reduced: number;
    }
  /** Matrix products: [batch, m, k] times [batch, k, n]. */
  | { readonly kind: "product"; readonly left: number; readonly right: number }
  | { readonly kind: "loop"; readonly loop: LoopDefinition }
  /** What a loop gives: its last carry and its rows, in order. */
  | { readonly kind: "result"; readonly loop: number; readonly index: number };

export interface LoopDefinition {
  readonly body: Graph;
  readonly length: number;
  readonly closed: number;
  readonly carried: number;
  /** Closed-over values, the first carry, and what is cut into rows. */
  readonly inputs: readonly number[];
}

export interface Value extends ArrayType {
  readonly definition: Definition;
  /** One element stands for all: nothing else is in memory. */
  readonly splat: boolean;
}

/** A program whose operations are broken up into these forms. Inputs come first. */
export interface Graph {
  readonly values: readonly Value[];
  readonly inputs: number;
  readonly outputs: readonly number[];
}

/** A value whose elements are known, and in memory before a program runs. */
export interface Constant extends Value {
  readonly definition: Extract<Definition, { kind: "constant" }>;
}

export const isConstant = (value: Value): value is Constant => value.definition.kind === "constant";

/** All constants of a graph and of its loops' bodies, in an order that follows from its structure. */
export const constantsIn = ({ values }: Graph): readonly Constant[] =>
  values.flatMap((value) => {
    if (isConstant(value)) return [value];
    return value.definition.kind === "loop" ? constantsIn(value.definition.loop.body) : [];
  });

export const valueAt = ({ values }: Graph, id: number): Value => {
  const value = values[id];
  if (value === undefined) throw new Error(`graph: no value ${id}`);
  return value;
};

/** Whether a value is computed where it is used, unless something needs a buffer of it. */
export const isFleeting = ({ definition: { kind } }: Value): boolean =>
  kind === "map" || kind === "move" || kind === "zero";

/** Sizes without those that are 1: the axes that a loop nest needs. */
export const essential = (shape: readonly number[]): readonly number[] => shape.filter((n) => n !== 1);
