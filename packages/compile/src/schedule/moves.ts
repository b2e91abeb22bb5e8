import { type Source, through } from "../graph/affine.ts";
import { type Graph, valueAt } from "../graph/graph.ts";

/** The value that is read behind a chain of moves, and its source. */
interface Behind {
  readonly value: number;
  readonly source: Source;
  /** Whether the chain ends there, and was not longer than was allowed. */
  readonly isEnd: boolean;
}

/** Follows a chain of moves, as long as the index is affine. */
export const behindMoves = (
  graph: Graph,
  id: number,
  at: Source,
  domain: readonly number[],
  mostMoves = Infinity,
): Behind => {
  let [value, source] = [id, at];
  for (let moves = 0; moves < mostMoves; moves++) {
    const { definition, shape } = valueAt(graph, value);
    const next = definition.kind === "move" ? through(definition.source, source, domain, shape) : undefined;
    if (definition.kind !== "move" || next === undefined) return { value, source, isEnd: true };
    [value, source] = [definition.input, next];
  }
  return { value, source, isEnd: false };
};
