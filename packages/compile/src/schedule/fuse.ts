import { canCollapse, everyPlace, type Source } from "../graph/affine.ts";
import {
  essential,
  type Graph,
  type InsertDefinition,
  isInlined,
  programsIn,
  type Value,
  valueAt,
} from "../graph/graph.ts";
import { addSink, loopFor } from "./candidates.ts";
import { inputsOf } from "./cost.ts";
import {
  append,
  firstOf,
  type Fusion,
  insertReader,
  isMaterialized,
  load,
  loadAll,
  type OpenColumnReduction,
  openFusion,
  type OpenKernel,
  type OpenLoop,
  type OpenLoopNest,
  readersOf,
  useIn,
} from "./fusion.ts";
import type { Gemm, Kernel, Matrix } from "./kernel.ts";
import { visitMap, visitMove } from "./materialize.ts";
import { closeBody, openBody, openNode, type OpenNode } from "./body.ts";
import { behindMoves } from "./moves.ts";
import { tileLoops } from "./tiling.ts";

/*
 * The scheduler walks the values once, from the results back to the inputs. At a value's turn all its uses are known, so
 * it is inlined into them or materialized, for good, and its operands get their uses. See
 * docs/decisions/one-walk-schedules.md.
 */

/** A graph as kernels, in the order in which they run. */
export interface Schedule {
  readonly graph: Graph;
  readonly kernels: readonly Kernel[];
  /** The schedules of the programs inside of loops and choices, by the number of the control. */
  readonly inner: ReadonlyMap<number, readonly Schedule[]>;
}

/** The operand of a reduction: inlined, or loaded if its reduced axes could not be collapsed otherwise. */
const reducedIn = (fusion: Fusion, kernel: OpenLoopNest, id: number, isCollapsible: boolean): OpenNode => {
  const { body } = kernel;
  if (isCollapsible) return useIn(fusion, kernel, id, body.everywhere);
  return load(fusion, kernel, id, { at: body.everywhere, node: openNode() });
};

type Of<Kind> = Extract<Value["definition"], { readonly kind: Kind }>;

const visitRowReduction = (fusion: Fusion, id: number, { combine, input, reduced, into }: Of<"rowReduction">): void => {
  const { graph, collapsible } = fusion;
  const { shape } = valueAt(graph, input);
  const owner = into?.value ?? id;
  loadAll(fusion, owner);
  if (!isMaterialized(fusion, owner)) return;
  const over = essential(shape.slice(shape.length - reduced));
  const domain = [...essential(shape.slice(0, shape.length - reduced)), ...over];
  const isCollapsible = collapsible.isOneAxis(input, domain.length - over.length, domain.length);
  const collapsed = isCollapsible ? collapsible.trailing(input) : domain.length;
  const readers = readersOf(fusion, owner);
  const inputs = [input, ...inputsOf(valueAt(graph, input))];
  const loop = loopFor(fusion, { domain, reduced: over.length, collapsed, readers, inputs });
  addSink(loop, loop.reductions, { combine, value: id, node: reducedIn(fusion, loop, input, isCollapsible) });
};

const visitColumnReduction = (
  fusion: Fusion,
  id: number,
  { combine, input, outer, reduced }: Of<"columnReduction">,
): void => {
  const { graph, collapsible, sequence } = fusion;
  if (!isMaterialized(fusion, id)) return;
  const { shape } = valueAt(graph, input);
  const before = essential(shape.slice(0, outer));
  const over = essential(shape.slice(outer, outer + reduced));
  const domain = [...before, ...over, ...essential(shape.slice(outer + reduced))];
  const inner = before.length + over.length;
  const isCollapsible =
    collapsible.isOneAxis(input, before.length, inner) && collapsible.isOneAxis(input, inner, domain.length);
  const node = openNode();
  const columns: OpenColumnReduction = {
    kind: "columnReduction",
    domain,
    outer: before.length,
    reduced: over.length,
    body: openBody(domain),
    value: id,
    combine,
    node,
  };
  sequence.insert(columns, "first");
  node.step = { kind: "same", as: reducedIn(fusion, columns, input, isCollapsible) };
};

/** The buffer and the strides of a gemm's operand, which may be moved. */
const matrixOf = ({ graph }: Fusion, id: number): Matrix => {
  const domain = valueAt(graph, id).shape;
  const { value, source } = behindMoves(graph, id, everyPlace(domain), domain);
  return { value, source: valueAt(graph, value).splat ? { offset: 0, strides: domain.map(() => 0) } : source };
};

const visitProduct = (fusion: Fusion, id: number, { left, right }: Of<"gemm">): void => {
  const { graph } = fusion;
  if (!isMaterialized(fusion, id)) return;
  const { shape } = valueAt(graph, left);
  const [m = 1, k = 1] = shape.slice(-2);
  const n = valueAt(graph, right).shape.at(-1) ?? 1;
  const { dtype } = valueAt(graph, id);
  const batch = shape.slice(0, -2);
  const product: Gemm = {
    kind: "gemm",
    value: id,
    dtype,
    batch,
    m,
    k,
    n,
    left: matrixOf(fusion, left),
    right: matrixOf(fusion, right),
  };
  insertReader(fusion, product, [product.left.value, product.right.value]);
};

/** Parts that may overlap keep their order; the zeros come first. */
const visitInsert = (fusion: Fusion, id: number, { parts, isDisjoint, coversResult }: InsertDefinition): void => {
  const { graph, collapsible, sequence } = fusion;
  if (!isMaterialized(fusion, id)) return;
  const readers = [...readersOf(fusion, id)];
  const made: OpenLoop[] = [];
  for (const { input, target } of parts.toReversed()) {
    const { shape } = valueAt(graph, input);
    const domain = essential(shape);
    const along = { offset: target.offset, strides: target.strides.filter((_, axis) => shape[axis] !== 1) };
    const collapsed = Math.min(collapsible.trailing(input), trailingOf(along, domain));
    const loop = loopFor(fusion, {
      domain,
      reduced: 0,
      collapsed,
      readers,
      inputs: [input, ...inputsOf(valueAt(graph, input))],
    });
    addSink(loop, loop.parts, {
      value: id,
      node: useIn(fusion, loop, input, loop.body.everywhere),
      target: along,
    });
    made.push(loop);
    if (!isDisjoint) readers.push(loop);
  }
  if (!coversResult) sequence.insert({ kind: "fill", value: id }, firstOf(fusion, made) ?? "first");
};

const trailingOf = ({ strides }: Source, domain: readonly number[]): number => {
  let count = 1;
  while (count < domain.length && canCollapse(strides, domain, domain.length - 1 - count)) count++;
  return count;
};

const visit = (fusion: Fusion, id: number, resultsOf: ReadonlyMap<number, readonly number[]>): void => {
  const { definition: d } = valueAt(fusion.graph, id);
  switch (d.kind) {
    case "map":
    case "zero":
      return visitMap(fusion, id);
    case "move":
      return visitMove(fusion, id);
    case "rowReduction":
      return visitRowReduction(fusion, id, d);
    case "columnReduction":
      return visitColumnReduction(fusion, id, d);
    case "gemm":
      return visitProduct(fusion, id, d);
    case "insert":
      return visitInsert(fusion, id, d);
    case "routine":
      return insertReader(fusion, { kind: "routine", value: id }, d.inputs);
    case "control":
      return insertReader(fusion, { kind: "control", value: id, results: resultsOf.get(id) ?? [] }, d.control.inputs);
    case "given":
    case "constant":
    case "assembled":
    case "result":
      return undefined;
  }
};

const closed = (kernel: OpenKernel): Kernel => {
  if (kernel.kind === "columnReduction") {
    const { domain, outer, reduced, value, combine, node } = kernel;
    const { nodes, number } = closeBody([node]);
    return {
      kind: "columnReduction",
      domain,
      outer,
      reduced,
      nodes,
      reduction: { combine, value, node: number(node) },
    };
  }
  if (kernel.kind !== "loop") return kernel;
  const { body, reduced } = kernel;
  // The walk found the last one first.
  const [stores, parts, reductions] = [
    kernel.stores.toReversed(),
    kernel.parts.toReversed(),
    kernel.reductions.toReversed(),
  ];
  const { nodes, number } = closeBody([...stores, ...parts, ...reductions].map(({ node }) => node));
  return {
    kind: "loop",
    domain: body.domain,
    reduced,
    nodes,
    stores: stores.map(({ value, node }) => ({ value, node: number(node) })),
    parts: parts.map(({ value, node, target }) => ({ value, node: number(node), target })),
    reductions: reductions.map(({ combine, value, node }) => ({ combine, value, node: number(node) })),
  };
};

const resultsOfControls = ({ values }: Graph): ReadonlyMap<number, readonly number[]> => {
  const results = new Map<number, number[]>();
  values.forEach(({ definition: d }, id) => {
    if (d.kind === "result") append(results, d.control, id);
  });
  return results;
};

/** Schedules a graph. */
export const schedule = (graph: Graph): Schedule => {
  const fusion = openFusion(graph);
  const resultsOf = resultsOfControls(graph);
  for (let id = graph.values.length - 1; id >= 0; id--) {
    if (!isInlined(valueAt(graph, id))) loadAll(fusion, id);
    visit(fusion, id, resultsOf);
  }
  const inner = new Map(
    graph.values.flatMap(({ definition }, id): [number, readonly Schedule[]][] =>
      definition.kind === "control" ? [[id, programsIn(definition.control).map(schedule)]] : [],
    ),
  );
  return { graph, kernels: tileLoops(graph, fusion.sequence.all().map(closed)), inner };
};
