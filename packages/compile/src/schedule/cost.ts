import { sizeOf } from "@gradfold/core/library";
import { type Graph, type Value, valueAt } from "../graph/graph.ts";

/* The cost of inlining: the scalar operations that a loop executes for an element of a value. */

/** Up to this many scalar operations, recomputing an element costs less than storing and loading it. */
export const cheapOperations = 4;

export const operationsIn = ({ definition }: Value): number =>
  definition.kind === "map"
    ? definition.scalar.instructions.filter(({ kind }) => kind !== "argument" && kind !== "constant").length
    : 0;

export const inputsOf = ({ definition: d }: Value): readonly number[] =>
  d.kind === "map" ? d.inputs : d.kind === "move" ? [d.input] : [];

/** By value: the scalar operations of an element when all its operands are inlined, saturated above what is cheap. */
export const costsOf = (graph: Graph): ((id: number) => number) => {
  const costs: number[] = [];
  for (const value of graph.values) {
    const size = sizeOf(value.shape);
    // An operand that is broadcast is materialized.
    const inside = inputsOf(value).filter((input) => sizeOf(valueAt(graph, input).shape) >= size);
    const cost = inside.reduce((sum, input) => sum + (costs[input] ?? 0), operationsIn(value));
    costs.push(Math.min(cost, cheapOperations + 1));
  }
  return (id) => costs[id] ?? 0;
};
