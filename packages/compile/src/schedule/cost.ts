import { sizeOf } from "@gradfold/core/transform";
import { type Graph, type Value, valueAt } from "../graph/graph.ts";

/* What it takes to compute a value where it is wanted. */

/** Computing a value again, in so few operations, costs less than writing and reading it. */
export const cheapOperations = 4;

export const operationsIn = ({ definition }: Value): number =>
  definition.kind === "map"
    ? definition.scalar.instructions.filter(({ kind }) => kind !== "argument" && kind !== "constant").length
    : 0;

export const inputsOf = ({ definition: d }: Value): readonly number[] =>
  d.kind === "map" ? d.inputs : d.kind === "move" ? [d.input] : [];

/** What it takes to compute an element where it is wanted, up to more than what is cheap. */
export const costsOf = (graph: Graph): ((id: number) => number) => {
  const costs: number[] = [];
  for (const value of graph.values) {
    const size = sizeOf(value.shape);
    // What is read again and again is stored.
    const inside = inputsOf(value).filter((input) => sizeOf(valueAt(graph, input).shape) >= size);
    const cost = inside.reduce((sum, input) => sum + (costs[input] ?? 0), operationsIn(value));
    costs.push(Math.min(cost, cheapOperations + 1));
  }
  return (id) => costs[id] ?? 0;
};
