import { broadcastStrides, rowMajor, sizeOf } from "@gradfold/core/transform";
import { isOnce, type Source, through } from "../graph/affine.ts";
import { type Graph, valueAt } from "../graph/graph.ts";
import { isFull } from "./candidates.ts";
import { cheap, inputsOf, operationsIn } from "./cost.ts";
import { type Fusion, type OpenKernel, type OpenNested, wantIn } from "./fusion.ts";
import type { Want } from "./nest.ts";

/* Whether a value is computed where it is wanted, and how. */

/** A value is computed at so many places of nests, or so many times as often as it has elements, rather than stored. */
const mostPlaces = 8;

const mostTimes = 4;

/** Where the operands of a map are read when its result is read at `at`; undefined if one of them cannot be. */
const operandsAt = (graph: Graph, id: number, at: Source, domain: readonly number[]): readonly Source[] | undefined => {
  const { definition, shape } = valueAt(graph, id);
  const sources = (definition.kind === "map" ? definition.inputs : []).map((input): Source | undefined => {
    const from = valueAt(graph, input).shape;
    if (sizeOf(from) === 1) return { offset: 0, strides: domain.map(() => 0) };
    return through({ offset: 0, strides: broadcastStrides(from, rowMajor(from), shape) }, at, domain, shape);
  });
  return sources.every((source) => source !== undefined) ? sources : undefined;
};

/** Says how a value comes about in a nest: false if it cannot be computed there. */
export const compute = (fusion: Fusion, kernel: OpenNested, id: number, { at, node }: Want): boolean => {
  const { graph } = fusion;
  const { definition: d, dtype, shape } = valueAt(graph, id);
  const { nest } = kernel;
  if (d.kind === "zero") node.step = { kind: "zero", dtype };
  else if (d.kind === "move") {
    const source = through(d.source, at, nest.domain, shape);
    if (source === undefined) return false;
    node.step = { kind: "same", as: wantIn(fusion, kernel, d.input, source) };
  } else if (d.kind === "map") {
    const sources = operandsAt(graph, id, at, nest.domain);
    if (sources === undefined) return false;
    const inputs = d.inputs.map((input, i) => wantIn(fusion, kernel, input, sources[i] ?? at));
    nest.operations += operationsIn(valueAt(graph, id));
    node.step = { kind: "map", dtype, computed: d.computed, scalar: d.scalar, inputs };
  } else return false;
  return true;
};

/** Whether some kernels would do much twice to compute a value, beside what is going to be stored anyway. */
const isDear = ({ graph, costOf, whole, wanting }: Fusion, id: number, kernels: readonly OpenKernel[]): boolean => {
  const value = valueAt(graph, id);
  const isStoredAnyway = (input: number): boolean => {
    const others = wanting.get(input) ?? [];
    return whole.has(input) || others.length > 1 || others.some((kernel) => !kernels.includes(kernel));
  };
  if (costOf(id) <= cheap) return false;
  const inside = inputsOf(value).filter((input) => !isStoredAnyway(input));
  return inside.reduce((sum, input) => sum + costOf(input), operationsIn(value)) > cheap;
};

/** Whether computing a value wherever it is wanted would cost more than a buffer of it, or cannot be done. */
export const isStored = (fusion: Fusion, id: number): boolean => {
  const { graph, costOf, whole, wanting } = fusion;
  if (whole.has(id)) return true;
  const { shape } = valueAt(graph, id);
  const kernels = wanting.get(id) ?? [];
  if (kernels.length > 1 && isDear(fusion, id, kernels)) return true;
  if (costOf(id) > cheap && kernels.some(isFull)) return true;
  const places = kernels.flatMap(({ nest }) =>
    (nest.wants.get(id) ?? []).map(({ at }) => ({ at, domain: nest.domain })),
  );
  const computed = places.reduce((sum, { domain }) => sum + sizeOf(domain), 0);
  if (places.length > mostPlaces || computed > mostTimes * sizeOf(shape)) return true;
  return places.some(({ at, domain }) => !isOnce(at, domain) || operandsAt(graph, id, at, domain) === undefined);
};
