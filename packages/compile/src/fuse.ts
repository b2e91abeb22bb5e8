import { broadcastStrides, type Combine, rowMajor, sizeOf } from "@gradfold/core/transform";
import { everyPlace, isOnce, joins, type Source, through } from "./affine.ts";
import { evennessOf, type Evenness } from "./evenness.ts";
import { essential, type Graph, isFleeting, type PlaceDefinition, programsIn, type Value, valueAt } from "./graph.ts";
import type { Columns, Control, Fill, Kernel, Matrix, Product, Steps } from "./kernel.ts";
import { closeNest, type Nest, openNest, openNode, type OpenNode, want, type Want } from "./nest.ts";
import { byRows } from "./rows.ts";
import { openSequence, type Sequence } from "./sequence.ts";

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

interface OpenSink {
  readonly value: number;
  readonly node: OpenNode;
}

interface OpenSweep {
  readonly kind: "sweep";
  readonly nest: Nest;
  readonly stores: OpenSink[];
  readonly parts: (OpenSink & { readonly target: Source })[];
  readonly folds: (OpenSink & { readonly combine: Combine })[];
  /** How many trailing axes are reduced, if any are, and how many can be walked as one. */
  reduced: number;
  even: number;
}

interface OpenColumns extends Omit<Columns, "nodes" | "fold"> {
  readonly nest: Nest;
  readonly value: number;
  readonly combine: Combine;
  readonly node: OpenNode;
}

type OpenNested = OpenSweep | OpenColumns;
type OpenKernel = OpenNested | Product | Fill | Steps | Control;

interface Fusion {
  readonly graph: Graph;
  readonly evenness: Evenness;
  readonly sequence: Sequence<OpenKernel>;
  /** Values that need a buffer, since they are read otherwise than element by element. */
  readonly whole: Set<number>;
  /** The kernels that read a value from its buffer. */
  readonly readers: Map<number, OpenKernel[]>;
  /** The nests that want a value. */
  readonly wanting: Map<number, OpenNested[]>;
  /** By domain: the sweeps from the last one to the first. */
  readonly sweeps: Map<string, OpenSweep[]>;
  readonly outputs: ReadonlySet<number>;
  readonly costOf: (id: number) => number;
}

/** A domain of so few places is computed without a loop: it costs nothing to have it by itself. */
const fewPlaces = 8;

/** Computing a value again, in so few operations, costs less than writing and reading it. */
const cheap = 4;

/** A value is computed at so many places of nests, or so many times as often as it has elements, rather than stored. */
const mostPlaces = 8;
const mostTimes = 4;

/** A nest of more operations would keep an engine busy that compiles it. */
const mostOperations = 512;

/** To store a result takes about as much as so many operations. */
const operationsOfSink = 4;

/** So many of the sweeps that a value could join are looked at. */
const mostCandidates = 8;

const append = <K, T>(lists: Map<K, T[]>, key: K, element: T): void => {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [element]);
  else if (list.at(-1) !== element) list.push(element);
};

const operationsIn = ({ definition }: Value): number =>
  definition.kind === "map"
    ? definition.scalar.instructions.filter(({ kind }) => kind !== "argument" && kind !== "constant").length
    : 0;

const inputsOf = ({ definition: d }: Value): readonly number[] =>
  d.kind === "map" ? d.inputs : d.kind === "move" ? [d.input] : [];

/** What it takes to compute an element where it is wanted, up to more than what is cheap. */
const costsOf = (graph: Graph): ((id: number) => number) => {
  const costs: number[] = [];
  for (const value of graph.values) {
    const size = sizeOf(value.shape);
    // What is read again and again is stored.
    const inside = inputsOf(value).filter((input) => sizeOf(valueAt(graph, input).shape) >= size);
    const cost = inside.reduce((sum, input) => sum + (costs[input] ?? 0), operationsIn(value));
    costs.push(Math.min(cost, cheap + 1));
  }
  return (id) => costs[id] ?? 0;
};

const openFusion = (graph: Graph): Fusion => ({
  graph,
  evenness: evennessOf(graph),
  sequence: openSequence(),
  whole: new Set(graph.outputs),
  readers: new Map(),
  wanting: new Map(),
  sweeps: new Map(),
  outputs: new Set(graph.outputs),
  costOf: costsOf(graph),
});

const readWhole = ({ whole, readers }: Fusion, kernel: OpenKernel, id: number): void => {
  whole.add(id);
  append(readers, id, kernel);
};

/** One element stands for all, wherever it is read. */
const placed = ({ splat, shape }: Value, at: Source): Source =>
  splat || sizeOf(shape) === 1 ? { offset: 0, strides: at.strides.map(() => 0) } : at;

const wantIn = ({ graph, wanting }: Fusion, kernel: OpenNested, id: number, at: Source): OpenNode => {
  const { node, isFirst } = want(kernel.nest, id, placed(valueAt(graph, id), at));
  if (isFirst) append(wanting, id, kernel);
  return node;
};

/** A step that reads a value's buffer. */
const load = (fusion: Fusion, kernel: OpenNested, id: number, at: Source, node: OpenNode): OpenNode => {
  const value = valueAt(fusion.graph, id);
  append(fusion.readers, id, kernel);
  node.step = { kind: "load", dtype: value.dtype, value: id, source: placed(value, at) };
  return node;
};

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
const compute = (fusion: Fusion, kernel: OpenNested, id: number, { at, node }: Want): boolean => {
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

const readersOf = ({ readers }: Fusion, id: number): readonly OpenKernel[] => readers.get(id) ?? [];

const firstOf = ({ sequence }: Fusion, kernels: readonly OpenKernel[]): OpenKernel | undefined => {
  let [first, label]: [OpenKernel | undefined, number] = [undefined, Infinity];
  for (const kernel of kernels) {
    const other = sequence.label(kernel);
    if (other < label) [first, label] = [kernel, other];
  }
  return first;
};

/** What a value would join a sweep for. */
interface Entry {
  readonly domain: readonly number[];
  readonly reduced: number;
  readonly even: number;
  /** The kernels before which the sweep must be. */
  readonly readers: readonly OpenKernel[];
  /** What the value is made of: a sweep that wants it too is the better for it. */
  readonly inputs: readonly number[];
}

const isFull = ({ nest }: OpenNested): boolean => nest.operations >= mostOperations;

const canJoin = (sweep: OpenSweep, { reduced, even }: Entry): boolean => {
  if (reduced > 0 && sweep.reduced > 0 && reduced !== sweep.reduced) return false;
  return Math.max(reduced, sweep.reduced) <= Math.min(even, sweep.even);
};

/** The first of a descending list whose label is less than a limit. */
const firstBelow = ({ sequence }: Fusion, list: readonly OpenKernel[], limit: number): number => {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const kernel = list[middle];
    if (kernel !== undefined && sequence.label(kernel) < limit) high = middle;
    else low = middle + 1;
  }
  return low;
};

/** The values that a nest makes. */
const madeBy = ({ graph }: Fusion, kernel: OpenNested): readonly number[] => {
  const sinks = kernel.kind === "sweep" ? [...kernel.stores, ...kernel.folds] : [kernel];
  return sinks.map(({ value }) => {
    const { definition } = valueAt(graph, value);
    return definition.kind === "fold1" ? (definition.into?.value ?? value) : value;
  });
};

const canWait = (fusion: Fusion, kernel: OpenKernel, label: number): kernel is OpenNested => {
  if (kernel.kind !== "columns" && (kernel.kind !== "sweep" || kernel.parts.length > 0)) return false;
  const { sequence } = fusion;
  return madeBy(fusion, kernel).every((value) =>
    readersOf(fusion, value).every((reader) => sequence.label(reader) > label),
  );
};

/** Sees to it that kernels are behind a sweep, if those that are not can wait until then. */
const postpone = (fusion: Fusion, kernels: readonly OpenKernel[], sweep: OpenSweep): boolean => {
  const { sequence, sweeps } = fusion;
  const label = sequence.label(sweep);
  const early = kernels.filter((kernel) => sequence.label(kernel) <= label);
  if (!early.every((kernel) => kernel !== sweep && canWait(fusion, kernel, label))) return false;
  for (const kernel of early.toSorted((a, b) => sequence.label(b) - sequence.label(a))) {
    sequence.moveBehind(kernel, sweep);
    if (kernel.kind !== "sweep") continue;
    const list = sweeps.get(kernel.nest.domain.join()) ?? [];
    const at = list.indexOf(kernel);
    if (at < 0) continue;
    list.splice(at, 1);
    list.splice(firstBelow(fusion, list, sequence.label(kernel)), 0, kernel);
  }
  return true;
};

/** Some sweeps of a list, from a place on. What is full stays so, and leaves the list. */
const candidatesFrom = (list: OpenSweep[], start: number): readonly OpenSweep[] => {
  for (;;) {
    const candidates = list.slice(start, start + mostCandidates);
    const full = candidates.findIndex(isFull);
    if (full < 0) return candidates;
    list.splice(start + full, 1);
  }
};

/** A sweep that comes too late for those that read a value, if they can wait for it. */
const sweepBehind = (
  fusion: Fusion,
  entry: Entry,
  list: readonly OpenSweep[],
  start: number,
  shares: (sweep: OpenSweep) => boolean,
): OpenSweep | undefined =>
  list
    .slice(Math.max(start - mostCandidates, 0), start)
    .toReversed()
    .find(
      (sweep) => !isFull(sweep) && canJoin(sweep, entry) && shares(sweep) && postpone(fusion, entry.readers, sweep),
    );

const sweepFor = (fusion: Fusion, entry: Entry): OpenSweep => {
  const { sequence, sweeps } = fusion;
  const { domain, reduced, even, inputs, readers } = entry;
  const before = firstOf(fusion, readers);
  const key = domain.join();
  const list = sweeps.get(key) ?? [];
  sweeps.set(key, list);
  const start = firstBelow(fusion, list, before === undefined ? Infinity : sequence.label(before));
  const able = candidatesFrom(list, start).filter((sweep) => canJoin(sweep, entry));
  const shares = ({ nest }: OpenSweep): boolean => inputs.some((input) => nest.wants.has(input));
  const old = able.find(shares) ?? sweepBehind(fusion, entry, list, start, shares) ?? able[0];
  if (old !== undefined) {
    old.reduced = Math.max(old.reduced, reduced);
    old.even = Math.min(old.even, even);
    return old;
  }
  const made: OpenSweep = { kind: "sweep", nest: openNest(domain), stores: [], parts: [], folds: [], reduced, even };
  const isSmall = sizeOf(domain) <= fewPlaces;
  sequence.insert(made, isSmall ? (before ?? "last") : "first");
  list.splice(firstBelow(fusion, list, sequence.label(made)), 0, made);
  return made;
};

const addSink = <S extends OpenSink>(sweep: OpenSweep, sinks: S[], sink: S): void => {
  sweep.nest.operations += operationsOfSink;
  sinks.push(sink);
};

/** Computes a value in a sweep of its own domain, and stores it. */
const storeApart = (fusion: Fusion, id: number): void => {
  const value = valueAt(fusion.graph, id);
  if (sizeOf(value.shape) === 0) return;
  const sweep = sweepFor(fusion, {
    domain: essential(value.shape),
    reduced: 0,
    even: fusion.evenness.trailing(id),
    readers: readersOf(fusion, id),
    inputs: inputsOf(value),
  });
  const node = openNode();
  compute(fusion, sweep, id, { at: sweep.nest.everywhere, node });
  addSink(sweep, sweep.stores, { value: id, node });
};

/** The nest that makes a value beside what it does with it; undefined if none can. */
const hostOf = (fusion: Fusion, id: number): OpenSweep | undefined => {
  const { wanting, graph } = fusion;
  const domain = essential(valueAt(graph, id).shape);
  const kernels = wanting.get(id) ?? [];
  const able = kernels.filter((kernel): kernel is OpenSweep => kernel.kind === "sweep" && canHost(kernel, id, domain));
  return able.slice(0, mostCandidates).find((host) => {
    const others = kernels.filter((kernel) => kernel !== host);
    return postpone(fusion, [...readersOf(fusion, id), ...others], host);
  });
};

/** Gives a value that is computed element by element a buffer. */
const store = (fusion: Fusion, id: number): void => {
  const host = hostOf(fusion, id);
  const [own] = host?.nest.wants.get(id) ?? [];
  for (const kernel of fusion.wanting.get(id) ?? [])
    if (kernel !== host) for (const { at, node } of kernel.nest.wants.get(id) ?? []) load(fusion, kernel, id, at, node);
  if (host === undefined || own === undefined) return storeApart(fusion, id);
  compute(fusion, host, id, own);
  addSink(host, host.stores, { value: id, node: own.node });
};

/** Whether a sweep wants nothing of a value but each element at its own place. */
const canHost = (sweep: OpenSweep, id: number, domain: readonly number[]): boolean => {
  const { nest } = sweep;
  const [only, ...others] = nest.wants.get(id) ?? [];
  return (
    !isFull(sweep) &&
    others.length === 0 &&
    only !== undefined &&
    domain.join() === nest.domain.join() &&
    only.at.offset === 0 &&
    only.at.strides.every((stride, axis) => stride === nest.everywhere.strides[axis])
  );
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
const isStored = (fusion: Fusion, id: number): boolean => {
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

const visitMap = (fusion: Fusion, id: number): void => {
  if (isStored(fusion, id)) return store(fusion, id);
  for (const kernel of fusion.wanting.get(id) ?? [])
    for (const wanted of kernel.nest.wants.get(id) ?? []) compute(fusion, kernel, id, wanted);
};

/** A move is read behind: only what cannot be read so, or is read as a whole, needs a buffer. */
const visitMove = (fusion: Fusion, id: number): void => {
  const { wanting, whole } = fusion;
  for (const kernel of wanting.get(id) ?? [])
    for (const wanted of kernel.nest.wants.get(id) ?? [])
      if (!compute(fusion, kernel, id, wanted)) {
        whole.add(id);
        load(fusion, kernel, id, wanted.at, wanted.node);
      }
  if (whole.has(id)) storeApart(fusion, id);
};

/** Wants become reads of a buffer. */
const loadAll = (fusion: Fusion, id: number): void => {
  for (const kernel of fusion.wanting.get(id) ?? [])
    for (const { at, node } of kernel.nest.wants.get(id) ?? []) load(fusion, kernel, id, at, node);
  fusion.wanting.delete(id);
};

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

/** Whether nothing reads a value, and it is no result. */
const isDead = ({ readers, outputs }: Fusion, id: number): boolean => !outputs.has(id) && !readers.has(id);

const visit = (fusion: Fusion, id: number, resultsOf: ReadonlyMap<number, readonly number[]>): void => {
  const { definition: d } = valueAt(fusion.graph, id);
  if (d.kind === "move") return visitMove(fusion, id);
  if (isFleeting(valueAt(fusion.graph, id))) return visitMap(fusion, id);
  loadAll(fusion, id);
  switch (d.kind) {
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
    default:
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
  for (let id = graph.values.length - 1; id >= 0; id--) visit(fusion, id, resultsOf);
  const inner = new Map(
    graph.values.flatMap(({ definition }, id): [number, readonly Schedule[]][] =>
      definition.kind === "control" ? [[id, programsIn(definition.control).map(schedule)]] : [],
    ),
  );
  return { graph, kernels: byRows(graph, fusion.sequence.all().map(closed)), inner };
};
