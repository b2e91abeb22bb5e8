import { sizeOf } from "@gradfold/core/library";
import type { Combine } from "@gradfold/core/compiler";
import type { Source } from "../graph/affine.ts";
import { type Graph, type Value, valueAt } from "../graph/graph.ts";
import { type Collapsible, collapsibleOf } from "./collapsible.ts";
import { costsOf } from "./cost.ts";
import type { ColumnReduction, ControlKernel, Fill, Gemm, RoutineKernel } from "./kernel.ts";
import { addUse, type OpenBody, type OpenNode, type Use, usesIn } from "./body.ts";
import { openSequence, type Sequence } from "./sequence.ts";

/* Kernels under construction, and the def-use chains between them. */

export interface OpenSink {
  readonly value: number;
  readonly node: OpenNode;
}

export interface OpenLoop {
  readonly kind: "loop";
  readonly body: OpenBody;
  readonly stores: OpenSink[];
  readonly parts: (OpenSink & { readonly target: Source })[];
  readonly reductions: (OpenSink & { readonly combine: Combine })[];
  /** The number of trailing axes that are reduced, and of those that can be collapsed into one. */
  reduced: number;
  collapsed: number;
}

export interface OpenColumnReduction extends Omit<ColumnReduction, "nodes" | "reduction"> {
  readonly body: OpenBody;
  readonly value: number;
  readonly combine: Combine;
  readonly node: OpenNode;
}

export type OpenLoopNest = OpenLoop | OpenColumnReduction;

export type OpenKernel = OpenLoopNest | Gemm | Fill | RoutineKernel | ControlKernel;

export interface Fusion {
  readonly graph: Graph;
  readonly collapsible: Collapsible;
  readonly sequence: Sequence<OpenKernel>;
  /** The kernels that load a value from its buffer. */
  readonly readers: Map<number, OpenKernel[]>;
  /** The loop nests that use a value, which is inlined or loaded there. */
  readonly users: Map<number, OpenLoopNest[]>;
  /** By domain: the loops, the last one first. */
  readonly loops: Map<string, OpenLoop[]>;
  readonly outputs: ReadonlySet<number>;
  readonly costOf: (id: number) => number;
}

export const append = <K, T>(lists: Map<K, T[]>, key: K, element: T): void => {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [element]);
  else if (list.at(-1) !== element) list.push(element);
};

export const openFusion = (graph: Graph): Fusion => ({
  graph,
  collapsible: collapsibleOf(graph),
  sequence: openSequence(),
  readers: new Map(),
  users: new Map(),
  loops: new Map(),
  outputs: new Set(graph.outputs),
  costOf: costsOf(graph),
});

/** Notes that a kernel reads a value's buffer, which the value then must have. */
const readBuffer = ({ readers }: Fusion, kernel: OpenKernel, id: number): void => append(readers, id, kernel);

/** Inserts a kernel that reads the buffers of some values in front of all kernels. */
export const insertReader = (fusion: Fusion, kernel: OpenKernel, values: readonly number[]): void => {
  fusion.sequence.insert(kernel, "first");
  for (const value of values) readBuffer(fusion, kernel, value);
};

/** A splat has one element in memory, whatever the index. */
const sourceFor = ({ splat, shape }: Value, at: Source): Source =>
  splat || sizeOf(shape) === 1 ? { offset: 0, strides: at.strides.map(() => 0) } : at;

export const useIn = ({ graph, users }: Fusion, kernel: OpenLoopNest, id: number, at: Source): OpenNode => {
  const { node, isFirst } = addUse(kernel.body, id, sourceFor(valueAt(graph, id), at));
  if (isFirst) append(users, id, kernel);
  return node;
};

/** Defines a use as a load from the value's buffer. */
export const load = (fusion: Fusion, kernel: OpenLoopNest, id: number, { at, node }: Use): OpenNode => {
  const value = valueAt(fusion.graph, id);
  readBuffer(fusion, kernel, id);
  node.step = { kind: "load", dtype: value.dtype, value: id, source: sourceFor(value, at) };
  return node;
};

/** Defines all uses of a value as loads. */
export const loadAll = (fusion: Fusion, id: number): void => {
  eachUse(fusion, id, (kernel, use) => load(fusion, kernel, id, use));
  fusion.users.delete(id);
};

/** The loop nests that use a value. */
export const usersOf = ({ users }: Fusion, id: number): readonly OpenLoopNest[] => users.get(id) ?? [];

/** Visits all uses of a value. */
export const eachUse = (fusion: Fusion, id: number, visit: (kernel: OpenLoopNest, use: Use) => void): void => {
  for (const kernel of usersOf(fusion, id)) for (const use of usesIn(kernel.body, id)) visit(kernel, use);
};

/** The kernels that load a value. */
export const readersOf = ({ readers }: Fusion, id: number): readonly OpenKernel[] => readers.get(id) ?? [];

/** The kernel that runs first. */
export const firstOf = ({ sequence }: Fusion, kernels: readonly OpenKernel[]): OpenKernel | undefined => {
  let [first, label]: [OpenKernel | undefined, number] = [undefined, Infinity];
  for (const kernel of kernels) {
    const other = sequence.label(kernel);
    if (other < label) [first, label] = [kernel, other];
  }
  return first;
};

/** Whether a value must have a buffer: it is a result, or a kernel reads its buffer. */
export const isMaterialized = ({ readers, outputs }: Fusion, id: number): boolean => outputs.has(id) || readers.has(id);
