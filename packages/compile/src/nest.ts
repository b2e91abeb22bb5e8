import { broadcastStrides, rowMajor, type ScalarFunction, sizeOf } from "@gradfold/core/transform";
import { everyPlace, sameSource, type Source, through } from "./affine.ts";
import { type Graph, valueAt } from "./graph.ts";
import type { Node } from "./kernel.ts";

/** The body of a loop nest in the making: it reads values at places, and computes those that have no buffer. */
export interface Nest {
  readonly domain: readonly number[];
  readonly nodes: readonly Node[];
  /** The values that are computed here. */
  readonly computed: ReadonlySet<number>;
  /** A value at some place; the number of the node. */
  readonly read: (id: number, at: Source) => number;
  /** The same at every place, computed even if the value has a buffer, and known from then on. */
  readonly make: (id: number) => number;
}

/** What a nest may know of the rest of a program. */
export interface Surroundings {
  readonly graph: Graph;
  readonly isBuffered: (id: number) => boolean;
  /** Called for a value that cannot be computed on the way: it needs a buffer. */
  readonly need: (id: number) => void;
}

/** Whether a nest passes every place but once. */
const isOnce = (at: Source, domain: readonly number[]): boolean =>
  at.strides.every((stride, k) => stride !== 0 || domain[k] === 1);

export const openNest = ({ graph, isBuffered, need }: Surroundings, domain: readonly number[]): Nest => {
  const nodes: Node[] = [];
  const known = new Map<string, number>();
  const scalars = new Map<ScalarFunction, number>();
  const made = new Map<number, number>();
  const computed = new Set<number>();
  const everywhere = everyPlace(domain);
  const nowhere: Source = { offset: 0, strides: domain.map(() => 0) };

  const add = (key: string, node: () => Node): number => {
    const old = known.get(key);
    if (old !== undefined) return old;
    const number = nodes.push(node()) - 1;
    known.set(key, number);
    return number;
  };
  const load = (id: number, at: Source): number => {
    const { dtype, splat, shape } = valueAt(graph, id);
    const source = splat || sizeOf(shape) === 1 ? nowhere : at;
    const key = `load ${id} ${source.offset} ${source.strides.join()}`;
    return add(key, () => ({ kind: "load", dtype, value: id, source }));
  };
  const needed = (id: number, at: Source): number => {
    need(id);
    return load(id, at);
  };
  const scalarNumber = (scalar: ScalarFunction): number => {
    const number = scalars.get(scalar) ?? scalars.size;
    scalars.set(scalar, number);
    return number;
  };

  /** Where an operand of a map is read when the map's result, of that shape, is read at `at`. */
  const sourceOf = (input: number, at: Source, shape: readonly number[]): Source | undefined => {
    const from = valueAt(graph, input).shape;
    if (sizeOf(from) === 1) return nowhere;
    return through({ offset: 0, strides: broadcastStrides(from, rowMajor(from), shape) }, at, domain, shape);
  };
  const compute = (id: number, at: Source): number => {
    const { definition, shape, dtype } = valueAt(graph, id);
    switch (definition.kind) {
      case "zero":
        return add(`zero ${dtype}`, () => ({ kind: "zero", dtype }));
      case "move": {
        const source = through(definition.source, at, domain, shape);
        return source === undefined ? needed(id, at) : read(definition.input, source);
      }
      case "map": {
        const { scalar, computed: common } = definition;
        const sources = definition.inputs.map((input) => sourceOf(input, at, shape));
        if (sources.includes(undefined)) return needed(id, at);
        const inputs = definition.inputs.map((input, i) => read(input, sources[i] ?? nowhere));
        computed.add(id);
        const key = `map ${scalarNumber(scalar)} ${common} ${dtype} ${inputs.join()}`;
        return add(key, () => ({ kind: "map", dtype, computed: common, scalar, inputs }));
      }
      case "given":
      case "constant":
      case "fold1":
      case "parts":
      case "fold2":
      case "product":
      case "place":
      case "routine":
      case "control":
      case "result":
        return load(id, at);
    }
  };
  const read = (id: number, at: Source): number => {
    if (isBuffered(id)) return sameSource(at, everywhere) ? (made.get(id) ?? load(id, at)) : load(id, at);
    const isMap = valueAt(graph, id).definition.kind === "map";
    return isMap && !isOnce(at, domain) ? needed(id, at) : compute(id, at);
  };
  const make = (id: number): number => {
    const node = compute(id, everywhere);
    made.set(id, node);
    return node;
  };
  return { domain, nodes, computed, read, make };
};
