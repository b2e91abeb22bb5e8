import { broadcastStrides, rowMajor, sizeOf } from "@gradfold/core/transform";
import { areInOrder, canCollapse, everyPlace, isOnce, type Source, through } from "../graph/affine.ts";
import { essential, type Graph, valueAt } from "../graph/graph.ts";

/*
 * Whether neighbouring axes of a value can be walked as one when it is computed on the way: whether all that is loaded
 * for it lies at even steps across them. A loop reduces one axis, so this is asked of the axes of a reduction.
 */

export interface Collapsible {
  /** Whether the axes from `from` to `to`, of those whose size is not 1, can be walked as one. */
  readonly isOneAxis: (id: number, from: number, to: number) => boolean;
  /** How many of the trailing axes can be walked as one. */
  readonly trailing: (id: number) => number;
}

/** Moves are followed up to this length: what is behind longer ones counts as uneven. */
const mostMoves = 16;

export const collapsibleOf = (graph: Graph): Collapsible => {
  /** For each value: of each axis but the last, whether it can be walked as one with the next. */
  const known: (readonly boolean[])[] = [];

  /** The value behind moves that is read, and where; undefined behind too many moves. */
  const follow = (id: number, at: Source, domain: readonly number[]): readonly [number, Source] | undefined => {
    let [value, source] = [id, at];
    for (let moves = 0; moves < mostMoves; moves++) {
      const { definition, shape } = valueAt(graph, value);
      const next = definition.kind === "move" ? through(definition.source, source, domain, shape) : undefined;
      if (definition.kind !== "move" || next === undefined) return [value, source];
      [value, source] = [definition.input, next];
    }
    return undefined;
  };
  const read = (id: number, at: Source, domain: readonly number[]): readonly boolean[] => {
    const pairs = domain.slice(1);
    if (sizeOf(valueAt(graph, id).shape) === 1) return pairs.map(() => true);
    const found = follow(id, at, domain);
    if (found === undefined) return pairs.map(() => false);
    const [value, source] = found;
    const { definition, shape, splat } = valueAt(graph, value);
    if (splat || definition.kind === "zero") return pairs.map(() => true);
    const collapsed = pairs.map((_, axis) => canCollapse(source.strides, domain, axis));
    // What is read again and again is loaded.
    if (definition.kind !== "map" || !isOnce(source, domain)) return collapsed;
    const inside = known[value] ?? [];
    const sizes = essential(shape);
    const isSame = sizes.length === domain.length && sizes.every((n, axis) => n === domain[axis]);
    if (isSame && areInOrder(source.strides, domain)) return inside;
    return inside.every((is) => is) ? collapsed : collapsed.map(() => false);
  };
  const pairsOf = (id: number): readonly boolean[] => {
    const { definition, shape } = valueAt(graph, id);
    const domain = essential(shape);
    const pairs = domain.slice(1);
    if (definition.kind === "move")
      return read(
        definition.input,
        through(definition.source, everyPlace(domain), domain, shape) ?? everyPlace(domain),
        domain,
      );
    if (definition.kind !== "map") return pairs.map(() => true);
    const each = definition.inputs.map((input) => {
      const from = valueAt(graph, input).shape;
      const strides = broadcastStrides(from, rowMajor(from), shape).filter((_, axis) => shape[axis] !== 1);
      return read(input, { offset: 0, strides }, domain);
    });
    return pairs.map((_, axis) => each.every((collapsed) => collapsed[axis] === true));
  };
  graph.values.forEach((_, id) => known.push(pairsOf(id)));

  const isOneAxis: Collapsible["isOneAxis"] = (id, from, to) =>
    (known[id] ?? []).slice(from, Math.max(from, to - 1)).every((is) => is);
  return {
    isOneAxis,
    trailing: (id) => {
      const collapsed = known[id] ?? [];
      return 1 + collapsed.length - (collapsed.lastIndexOf(false) + 1);
    },
  };
};
