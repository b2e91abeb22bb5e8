import { sizeOf } from "@gradfold/core/library";
import { rowMajor } from "@gradfold/core/transform";
import { broadcastStrides } from "@gradfold/core/compiler";
import { isOnce, type Source, through } from "../graph/affine.ts";
import { type Graph, valueAt } from "../graph/graph.ts";
import { isFull } from "./candidates.ts";
import { cheapOperations, inputsOf, operationsIn } from "./cost.ts";
import { type Fusion, isMaterialized, type OpenKernel, type OpenLoopNest, useIn, usersOf } from "./fusion.ts";
import { type Use, usesIn } from "./body.ts";

/* Inlining: whether a value is computed in the loops that use it, and how. */

/** A value is inlined into at most this many uses, and at most this many times its elements are computed for them. */
const mostUses = 8;

const mostRecomputed = 4;

/** The sources of a map's operands when its result is read at `at`; undefined if one of them is not affine. */
const operandsAt = (graph: Graph, id: number, at: Source, domain: readonly number[]): readonly Source[] | undefined => {
  const { definition, shape } = valueAt(graph, id);
  const sources = (definition.kind === "map" ? definition.inputs : []).map((input): Source | undefined => {
    const from = valueAt(graph, input).shape;
    if (sizeOf(from) === 1) return { offset: 0, strides: domain.map(() => 0) };
    return through({ offset: 0, strides: broadcastStrides(from, rowMajor(from), shape) }, at, domain, shape);
  });
  return sources.every((source) => source !== undefined) ? sources : undefined;
};

/** Inlines a value into a use; false if it cannot be computed there. */
export const compute = (fusion: Fusion, kernel: OpenLoopNest, id: number, { at, node }: Use): boolean => {
  const { graph } = fusion;
  const { definition: d, dtype, shape } = valueAt(graph, id);
  const { body } = kernel;
  if (d.kind === "zero") node.step = { kind: "zero", dtype };
  else if (d.kind === "move") {
    const source = through(d.source, at, body.domain, shape);
    if (source === undefined) return false;
    node.step = { kind: "same", as: useIn(fusion, kernel, d.input, source) };
  } else if (d.kind === "map") {
    const sources = operandsAt(graph, id, at, body.domain);
    if (sources === undefined) return false;
    const inputs = d.inputs.map((input, i) => useIn(fusion, kernel, input, sources[i] ?? at));
    body.operations += operationsIn(valueAt(graph, id));
    node.step = { kind: "map", dtype, computed: d.computed, scalar: d.scalar, inputs };
  } else return false;
  return true;
};

/** Whether inlining a value into several kernels costs more than a buffer. Operands that get a buffer anyway are free. */
const isExpensive = (fusion: Fusion, id: number, kernels: readonly OpenKernel[]): boolean => {
  const { graph, costOf } = fusion;
  const value = valueAt(graph, id);
  const isStoredAnyway = (input: number): boolean => {
    const others = usersOf(fusion, input);
    return isMaterialized(fusion, input) || others.length > 1 || others.some((kernel) => !kernels.includes(kernel));
  };
  if (costOf(id) <= cheapOperations) return false;
  const inside = inputsOf(value).filter((input) => !isStoredAnyway(input));
  return inside.reduce((sum, input) => sum + costOf(input), operationsIn(value)) > cheapOperations;
};

/** Whether a value gets a buffer: inlining it into all uses costs more, or cannot be done. */
export const isStored = (fusion: Fusion, id: number): boolean => {
  const { graph, costOf } = fusion;
  if (isMaterialized(fusion, id)) return true;
  const { shape } = valueAt(graph, id);
  const kernels = usersOf(fusion, id);
  if (kernels.length > 1 && isExpensive(fusion, id, kernels)) return true;
  if (costOf(id) > cheapOperations && kernels.some(isFull)) return true;
  const uses = kernels.flatMap(({ body }) => usesIn(body, id).map(({ at }) => ({ at, domain: body.domain })));
  const computed = uses.reduce((sum, { domain }) => sum + sizeOf(domain), 0);
  if (uses.length > mostUses || computed > mostRecomputed * sizeOf(shape)) return true;
  return uses.some(({ at, domain }) => !isOnce(at, domain) || operandsAt(graph, id, at, domain) === undefined);
};
