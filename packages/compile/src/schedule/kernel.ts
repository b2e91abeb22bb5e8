import type { DType } from "@gradfold/core";
import type { Combine, ScalarFunction } from "@gradfold/core/compiler";
import type { Source } from "../graph/affine.ts";
import { type Graph, type Value, valueAt } from "../graph/graph.ts";

/** An instruction of a loop body. Inputs are the numbers of earlier instructions. */
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
export type MapNode = Extract<Node, { readonly kind: "map" }>;

export const dtypeAt = (nodes: readonly Node[], node: number): DType => {
  const at = nodes[node];
  if (at === undefined) throw new Error(`kernel: no node ${node} of ${nodes.length}`);
  return at.dtype;
};

export const loadsOf = (nodes: readonly Node[]): readonly Load[] =>
  nodes.flatMap((node) => (node.kind === "load" ? [node] : []));

/** Where the results of an instruction go: the value whose elements they are. */
export interface Sink {
  readonly value: number;
  readonly node: number;
}

/** Results that are reduced along some axes to the elements of a value. */
export interface Reduction extends Sink {
  readonly combine: Combine;
}

/** Results that are inserted into a part of a value. */
interface Part extends Sink {
  readonly target: Source;
}

/** An elementwise loop nest: stores values, and computes row reductions along its trailing axes, in lanes. */
export interface Loop {
  readonly kind: "loop";
  readonly domain: readonly number[];
  /** How many trailing axes are reduced, if any are. */
  readonly reduced: number;
  readonly nodes: readonly Node[];
  readonly stores: readonly Sink[];
  readonly parts: readonly Part[];
  readonly reductions: readonly Reduction[];
}

/** A column reduction: over the middle axes, in blocks, for each point of the outer and the inner axes. */
export interface ColumnReduction {
  readonly kind: "columnReduction";
  readonly domain: readonly number[];
  readonly outer: number;
  readonly reduced: number;
  readonly nodes: readonly Node[];
  readonly reduction: Reduction;
}

/** Loops over the points of a domain. */
export type LoopNest = Loop | ColumnReduction;

/** A matrix in memory, or a stack of them. */
export interface Matrix {
  readonly value: number;
  /** Strides of the stack, the rows and the columns. */
  readonly source: Source;
}

export interface Gemm {
  readonly kind: "gemm";
  readonly value: number;
  readonly dtype: DType;
  readonly batch: readonly number[];
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly left: Matrix;
  readonly right: Matrix;
}

/** Loop nests over the same rows of large values, tiled together: each tile of rows runs through all of them. */
export interface TiledLoops {
  readonly kind: "tiled";
  readonly rows: number;
  readonly members: readonly LoopNest[];
}

/** Zeros, before parts are inserted. */
export interface Fill {
  readonly kind: "fill";
  readonly value: number;
}

/** The routine of the value's definition. */
export interface RoutineKernel {
  readonly kind: "routine";
  readonly value: number;
}

/** Control flow: the schedules inside of the value's definition. */
export interface ControlKernel {
  readonly kind: "control";
  readonly value: number;
  readonly results: readonly number[];
}

export type Kernel = LoopNest | TiledLoops | Gemm | Fill | RoutineKernel | ControlKernel;

/** Whether a kernel computes scalars only. */
export const isScalarKernel = (kernel: Kernel): boolean =>
  kernel.kind === "loop" && kernel.parts.length === 0 && kernel.domain.every((n) => n === 1);

const inputsOf = ({ definition }: Value): readonly number[] =>
  definition.kind === "control" ? definition.control.inputs : definition.kind === "routine" ? definition.inputs : [];

/** The values that a kernel reads. */
export const usesOf = (kernel: Kernel, graph: Graph): readonly number[] => {
  switch (kernel.kind) {
    case "loop":
    case "columnReduction":
      return loadsOf(kernel.nodes).map(({ value }) => value);
    case "tiled":
      return kernel.members.flatMap((nest) => usesOf(nest, graph));
    case "gemm":
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
    return definition.kind === "rowReduction" ? (definition.into?.value ?? id) : id;
  };
  switch (kernel.kind) {
    case "loop":
      return [...new Set([...kernel.stores, ...kernel.parts, ...kernel.reductions].map(({ value }) => owner(value)))];
    case "columnReduction":
      return [kernel.reduction.value];
    case "tiled":
      return kernel.members.flatMap((nest) => madeBy(nest, graph));
    case "gemm":
    case "fill":
    case "routine":
      return [kernel.value];
    case "control":
      return kernel.results;
  }
};
