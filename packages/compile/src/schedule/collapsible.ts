import { sizeOf } from "@gradfold/core/library";
import { rowMajor } from "@gradfold/core/transform";
import { broadcastStrides } from "@gradfold/core/compiler";
import { areInOrder, canCollapse, everyPlace, isOnce, type Source, through } from "../graph/affine.ts";
import { essential, type Graph, valueAt } from "../graph/graph.ts";
import { behindMoves } from "./moves.ts";

/*
 * Which neighbouring axes of a value can be collapsed into one when the value is inlined: those across which every load
 * has an even stride. A reduction runs along a single axis, so that its axes must be collapsible.
 */

export interface Collapsible {
  /** Whether the axes from `from` to `to` can be collapsed into one. Axes of size 1 are not counted. */
  readonly isOneAxis: (id: number, from: number, to: number) => boolean;
  /** The number of trailing axes that can be collapsed into one. */
  readonly trailing: (id: number) => number;
}

/** Chains of moves are followed up to this length. Axes behind longer chains count as not collapsible. */
const mostMoves = 16;

export const collapsibleOf = (graph: Graph): Collapsible => {
  /** By value and axis: whether the axis and the next one can be collapsed. */
  const known: (readonly boolean[])[] = [];

  const read = (id: number, at: Source, domain: readonly number[]): readonly boolean[] => {
    const pairs = domain.slice(1);
    if (sizeOf(valueAt(graph, id).shape) === 1) return pairs.map(() => true);
    const { value, source, isEnd } = behindMoves(graph, id, at, domain, mostMoves);
    if (!isEnd) return pairs.map(() => false);
    const { definition, shape, splat } = valueAt(graph, value);
    if (splat || definition.kind === "zero") return pairs.map(() => true);
    const collapsed = pairs.map((_, axis) => canCollapse(source.strides, domain, axis));
    // A map that is broadcast gets a buffer, so it is loaded.
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
