import type { DType } from "@gradfold/core";
import type { Combine, ScalarFunction } from "@gradfold/core/transform";
import type { Source } from "../graph/affine.ts";
import { type Graph, type Value, valueAt } from "../graph/graph.ts";

/** A step of what is computed at every place of a loop nest. Inputs are the numbers of earlier steps. */
export type Node =
  | { readonly kind: "load"; readonly dtype: DType; readonly value: number; readonly source: Source }
  | { readonly kind: "zero"; readonly dtype: DType }
  | {
      readonly kind: "map";
      readonly dtype: DType;
      readonly computed: DType;
      readonly scalar: ScalarFunction;
      readonly inputs: readonly number[];
    };

export type Load = Extract<Node, { readonly kind: "load" }>;

export const loadsOf = (nodes: readonly Node[]): readonly Load[] =>
  nodes.flatMap((node) => (node.kind === "load" ? [node] : []));

/** What becomes of a step's results: the value that they make up. */
export interface Sink {
  readonly value: number;
  readonly node: number;
}

/** Results that are joined, along some axes, into the elements of a value. */
export interface Fold extends Sink {
  readonly combine: Combine;
}

/** Results that are put into a part of a value. */
export interface Part extends Sink {
  readonly target: Source;
}

/** A nest over every place of a domain, that stores values and reduces along its trailing axes by rule 1. */
export interface Sweep {
  readonly kind: "sweep";
  readonly domain: readonly number[];
  /** How many trailing axes are reduced, if any are. */
  readonly reduced: number;
  readonly nodes: readonly Node[];
  readonly stores: readonly Sink[];
  readonly parts: readonly Part[];
  readonly folds: readonly Fold[];
}

/** A reduction by rule 2: over the middle axes, for each place of the outer and of the inner ones. */
export interface Columns {
  readonly kind: "columns";
  readonly domain: readonly number[];
  readonly outer: number;
  readonly reduced: number;
  readonly nodes: readonly Node[];
  readonly fold: Fold;
}

/** A matrix in memory, or a stack of them. */
export interface Matrix {
  readonly value: number;
  /** Strides of the stack, the rows and the columns. */
  readonly source: Source;
}

export interface Product {
  readonly kind: "product";
  readonly value: number;
  readonly dtype: DType;
  readonly batch: readonly number[];
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly left: Matrix;
  readonly right: Matrix;
}

/** Nests that walk the same rows of large values, block by block together. */
export interface Rows {
  readonly kind: "rows";
  readonly rows: number;
  readonly nests: readonly (Sweep | Columns)[];
}

/** Zeros, before parts are put among them. */
export interface Fill {
  readonly kind: "fill";
  readonly value: number;
}

/** Step by step through buffers: what the value's definition says. */
export interface Steps {
  readonly kind: "routine";
  readonly value: number;
}

/** Other schedules, run as often as the value's definition says. */
export interface Control {
  readonly kind: "control";
  readonly value: number;
  readonly results: readonly number[];
}

export type Kernel = Sweep | Columns | Rows | Product | Fill | Steps | Control;

/** Whether a kernel computes numbers, one place each. */
export const isOfNumbers = (kernel: Kernel): boolean =>
  kernel.kind === "sweep" && kernel.parts.length === 0 && kernel.domain.every((n) => n === 1);

const inputsOf = ({ definition }: Value): readonly number[] =>
  definition.kind === "control" ? definition.control.inputs : definition.kind === "routine" ? definition.inputs : [];

/** The values that a kernel reads. */
export const usesOf = (kernel: Kernel, graph: Graph): readonly number[] => {
  switch (kernel.kind) {
    case "sweep":
    case "columns":
      return loadsOf(kernel.nodes).map(({ value }) => value);
    case "rows":
      return kernel.nests.flatMap((nest) => usesOf(nest, graph));
    case "product":
      return [kernel.left.value, kernel.right.value];
    case "fill":
      return [];
    case "routine":
    case "control":
      return inputsOf(valueAt(graph, kernel.value));
  }
};

/** The values whose buffers a kernel writes; a reduction that belongs to a larger value writes there. */
export const madeBy = (kernel: Kernel, graph: Graph): readonly number[] => {
  const owner = (id: number): number => {
    const { definition } = valueAt(graph, id);
    return definition.kind === "fold1" ? (definition.into?.value ?? id) : id;
  };
  switch (kernel.kind) {
    case "sweep":
      return [...new Set([...kernel.stores, ...kernel.parts, ...kernel.folds].map(({ value }) => owner(value)))];
    case "columns":
      return [kernel.fold.value];
    case "rows":
      return kernel.nests.flatMap((nest) => madeBy(nest, graph));
    case "product":
    case "fill":
    case "routine":
      return [kernel.value];
    case "control":
      return kernel.results;
  }
};
