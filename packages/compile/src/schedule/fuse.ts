import { everyPlace, joins, type Source, through } from "../graph/affine.ts";
import {
  essential,
  type Graph,
  isFleeting,
  type PlaceDefinition,
  programsIn,
  type Value,
  valueAt,
} from "../graph/graph.ts";
import { addSink, sweepFor } from "./candidates.ts";
import { inputsOf } from "./cost.ts";
import {
  append,
  firstOf,
  type Fusion,
  isDead,
  load,
  loadAll,
  openFusion,
  type OpenColumns,
  type OpenKernel,
  type OpenNested,
  type OpenSweep,
  readersOf,
  readWhole,
  wantIn,
} from "./fusion.ts";
import type { Control, Kernel, Matrix, Product, Steps } from "./kernel.ts";
import { visitMap, visitMove } from "./materialize.ts";
import { closeNest, openNest, openNode, type OpenNode } from "./nest.ts";
import { byRows } from "./tiling.ts";

/*
 * Kernels are found from the results back to the inputs: when a value's turn comes, all that want it are known, and where
 * they want it. So each value is looked at once. It is computed where it is wanted, or gets a buffer if that costs less.
 */

/** A graph as loop nests, in the order in which they run. */
export interface Schedule {
  readonly graph: Graph;
  readonly kernels: readonly Kernel[];
  /** The schedules of the programs inside of loops and choices, by the number of the control. */
  readonly inner: ReadonlyMap<number, readonly Schedule[]>;
}

/** The input of a reduction in a nest: by itself if its axes cannot be walked as one otherwise. */
const reducedIn = (fusion: Fusion, kernel: OpenNested, id: number, isEven: boolean): OpenNode => {
  const { nest } = kernel;
  if (isEven) return wantIn(fusion, kernel, id, nest.everywhere);
  fusion.whole.add(id);
  return load(fusion, kernel, id, nest.everywhere, openNode());
};

type Of<Kind> = Extract<Value["definition"], { readonly kind: Kind }>;

const visitFold = (fusion: Fusion, id: number, { combine, input, reduced, into }: Of<"fold1">): void => {
  const { graph, evenness } = fusion;
  const { shape } = valueAt(graph, input);
  const owner = into?.value ?? id;
  loadAll(fusion, owner);
  if (isDead(fusion, owner)) return;
  const over = essential(shape.slice(shape.length - reduced));
  const domain = [...essential(shape.slice(0, shape.length - reduced)), ...over];
  const isEven = evenness.isOneAxis(input, domain.length - over.length, domain.length);
  const even = isEven ? evenness.trailing(input) : domain.length;
  const readers = readersOf(fusion, owner);
  const inputs = [input, ...inputsOf(valueAt(graph, input))];
  const sweep = sweepFor(fusion, { domain, reduced: over.length, even, readers, inputs });
  addSink(sweep, sweep.folds, { combine, value: id, node: reducedIn(fusion, sweep, input, isEven) });
};

const visitColumns = (fusion: Fusion, id: number, { combine, input, outer, reduced }: Of<"fold2">): void => {
  const { graph, evenness, sequence } = fusion;
  if (isDead(fusion, id)) return;
  const { shape } = valueAt(graph, input);
  const before = essential(shape.slice(0, outer));
  const over = essential(shape.slice(outer, outer + reduced));
  const domain = [...before, ...over, ...essential(shape.slice(outer + reduced))];
  const inner = before.length + over.length;
  const isEven = evenness.isOneAxis(input, before.length, inner) && evenness.isOneAxis(input, inner, domain.length);
  const node = openNode();
  const columns: OpenColumns = {
    kind: "columns",
    domain,
    outer: before.length,
    reduced: over.length,
    nest: openNest(domain),
    value: id,
    combine,
    node,
  };
  sequence.insert(columns, "first");
  node.step = { kind: "same", as: reducedIn(fusion, columns, input, isEven) };
};

/** Where the elements of a moved value lie in memory. */
const matrixOf = (fusion: Fusion, id: number): Matrix => {
  const { graph } = fusion;
  const domain = valueAt(graph, id).shape;
  let [value, source] = [id, everyPlace(domain)];
  for (;;) {
    const { definition, shape, splat } = valueAt(graph, value);
    const next = definition.kind === "move" ? through(definition.source, source, domain, shape) : undefined;
    if (definition.kind !== "move" || next === undefined)
      return { value, source: splat ? { offset: 0, strides: domain.map(() => 0) } : source };
    [value, source] = [definition.input, next];
  }
};

const visitProduct = (fusion: Fusion, id: number, { left, right }: Of<"product">): void => {
  const { graph, sequence } = fusion;
  if (isDead(fusion, id)) return;
  const { shape } = valueAt(graph, left);
  const [m = 1, k = 1] = shape.slice(-2);
  const n = valueAt(graph, right).shape.at(-1) ?? 1;
  const { dtype } = valueAt(graph, id);
  const batch = shape.slice(0, -2);
  const product: Product = {
    kind: "product",
    value: id,
    dtype,
    batch,
    m,
    k,
    n,
    left: matrixOf(fusion, left),
    right: matrixOf(fusion, right),
  };
  sequence.insert(product, "first");
  readWhole(fusion, product, product.left.value);
  readWhole(fusion, product, product.right.value);
};

/** Parts that may meet are put in their order; the zeros come first. */
const visitPlace = (fusion: Fusion, id: number, { parts, isApart, isCovered }: PlaceDefinition): void => {
  const { graph, evenness, sequence } = fusion;
  if (isDead(fusion, id)) return;
  const readers = [...readersOf(fusion, id)];
  const made: OpenSweep[] = [];
  for (const { input, target } of parts.toReversed()) {
    const { shape } = valueAt(graph, input);
    const domain = essential(shape);
    const along = { offset: target.offset, strides: target.strides.filter((_, axis) => shape[axis] !== 1) };
    const even = Math.min(evenness.trailing(input), evenTrailing(along, domain));
    const sweep = sweepFor(fusion, {
      domain,
      reduced: 0,
      even,
      readers,
      inputs: [input, ...inputsOf(valueAt(graph, input))],
    });
    addSink(sweep, sweep.parts, {
      value: id,
      node: wantIn(fusion, sweep, input, sweep.nest.everywhere),
      target: along,
    });
    made.push(sweep);
    if (!isApart) readers.push(sweep);
  }
  if (!isCovered) sequence.insert({ kind: "fill", value: id }, firstOf(fusion, made) ?? "first");
};

const evenTrailing = ({ strides }: Source, domain: readonly number[]): number => {
  let count = 1;
  while (count < domain.length && joins(strides, domain, domain.length - 1 - count)) count++;
  return count;
};

const visitRoutine = (fusion: Fusion, id: number, inputs: readonly number[]): void => {
  const steps: Steps = { kind: "routine", value: id };
  fusion.sequence.insert(steps, "first");
  for (const input of inputs) readWhole(fusion, steps, input);
};

const visitControl = (fusion: Fusion, id: number, inputs: readonly number[], results: readonly number[]): void => {
  const control: Control = { kind: "control", value: id, results };
  fusion.sequence.insert(control, "first");
  for (const input of inputs) readWhole(fusion, control, input);
};

const visit = (fusion: Fusion, id: number, resultsOf: ReadonlyMap<number, readonly number[]>): void => {
  const { definition: d } = valueAt(fusion.graph, id);
  switch (d.kind) {
    case "map":
    case "zero":
      return visitMap(fusion, id);
    case "move":
      return visitMove(fusion, id);
    case "fold1":
      return visitFold(fusion, id, d);
    case "fold2":
      return visitColumns(fusion, id, d);
    case "product":
      return visitProduct(fusion, id, d);
    case "place":
      return visitPlace(fusion, id, d);
    case "routine":
      return visitRoutine(fusion, id, d.inputs);
    case "control":
      return visitControl(fusion, id, d.control.inputs, resultsOf.get(id) ?? []);
    case "given":
    case "constant":
    case "parts":
    case "result":
      return undefined;
  }
};

const closed = (kernel: OpenKernel): Kernel => {
  if (kernel.kind === "columns") {
    const { domain, outer, reduced, value, combine, node } = kernel;
    const { nodes, number } = closeNest([node]);
    return { kind: "columns", domain, outer, reduced, nodes, fold: { combine, value, node: number(node) } };
  }
  if (kernel.kind !== "sweep") return kernel;
  const { nest, reduced } = kernel;
  // They were found from the last to the first.
  const [stores, parts, folds] = [kernel.stores.toReversed(), kernel.parts.toReversed(), kernel.folds.toReversed()];
  const { nodes, number } = closeNest([...stores, ...parts, ...folds].map(({ node }) => node));
  return {
    kind: "sweep",
    domain: nest.domain,
    reduced,
    nodes,
    stores: stores.map(({ value, node }) => ({ value, node: number(node) })),
    parts: parts.map(({ value, node, target }) => ({ value, node: number(node), target })),
    folds: folds.map(({ combine, value, node }) => ({ combine, value, node: number(node) })),
  };
};

const resultsOfControls = ({ values }: Graph): ReadonlyMap<number, readonly number[]> => {
  const results = new Map<number, number[]>();
  values.forEach(({ definition: d }, id) => {
    if (d.kind === "result") append(results, d.control, id);
  });
  return results;
};

/** Arranges a graph as loop nests. */
export const schedule = (graph: Graph): Schedule => {
  const fusion = openFusion(graph);
  const resultsOf = resultsOfControls(graph);
  for (let id = graph.values.length - 1; id >= 0; id--) {
    if (!isFleeting(valueAt(graph, id))) loadAll(fusion, id);
    visit(fusion, id, resultsOf);
  }
  const inner = new Map(
    graph.values.flatMap(({ definition }, id): [number, readonly Schedule[]][] =>
      definition.kind === "control" ? [[id, programsIn(definition.control).map(schedule)]] : [],
    ),
  );
  return { graph, kernels: byRows(graph, fusion.sequence.all().map(closed)), inner };
};
