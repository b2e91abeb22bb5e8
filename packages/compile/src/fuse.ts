import { sizeOf } from "@gradfold/core/transform";
import { everyPlace, joins, sameSource, type Source, through } from "./affine.ts";
import {
  type Definition,
  essential,
  type Graph,
  isFleeting,
  type PlaceDefinition,
  programsIn,
  type Value,
  valueAt,
} from "./graph.ts";
import {
  type Columns,
  type Control,
  type Fill,
  type Fold,
  type Kernel,
  loadsOf,
  type Matrix,
  type Node,
  type Part,
  type Product,
  type Sink,
  type Sweep,
} from "./kernel.ts";
import { type Nest, openNest, type Surroundings } from "./nest.ts";
import { byRows } from "./rows.ts";

/** A graph as loop nests, in the order in which they run. */
export interface Schedule {
  readonly graph: Graph;
  readonly kernels: readonly Kernel[];
  /** The schedules of the programs inside of loops and choices, by the number of the control. */
  readonly inner: ReadonlyMap<number, readonly Schedule[]>;
}

/** A sweep in the making. */
interface OpenSweep {
  readonly kind: "sweep";
  readonly nest: Nest;
  readonly stores: Sink[];
  readonly parts: Part[];
  readonly folds: Fold[];
  reduced: number;
}

type Fold1 = Extract<Definition, { readonly kind: "fold1" }>;
type Fold2 = Extract<Definition, { readonly kind: "fold2" }>;

type OpenKernel = OpenSweep | Exclude<Kernel, Sweep>;

/** A domain of so few places is computed without a loop: it costs nothing to have it by itself. */
const fewPlaces = 8;

/** Computing a value again, in so few operations, costs less than writing and reading it. */
const cheap = 4;

const sameSizes = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((n, i) => n === b[i]);

/** Whether the axes from `from` to `to` can be walked as one by every load, and wherever parts are put. */
const isOneAxis = (
  nodes: readonly Node[],
  domain: readonly number[],
  from: number,
  to: number,
  targets: readonly Source[] = [],
): boolean =>
  [...loadsOf(nodes).map(({ source }) => source), ...targets].every(({ strides }) => {
    for (let axis = from; axis < to - 1; axis++) if (!joins(strides, domain, axis)) return false;
    return true;
  });

interface Attempt {
  readonly kernels: readonly OpenKernel[];
  /** The values that turned out to need a buffer. */
  readonly needs: ReadonlySet<number>;
}

const tryToSchedule = (graph: Graph, kept: ReadonlySet<number>): Attempt => {
  const kernels: OpenKernel[] = [];
  const makers = new Map<number, OpenKernel[]>();
  const needs = new Set<number>();
  const isBuffered = (id: number): boolean => kept.has(id) || !isFleeting(valueAt(graph, id));
  const surroundings: Surroundings = { graph, isBuffered, need: (id) => needs.add(id) };
  const isMadeBy = (id: number, kernel: OpenKernel): void => {
    makers.set(id, [...(makers.get(id) ?? []), kernel]);
  };
  const after = (id: number): number => Math.max(0, ...(makers.get(id) ?? []).map((k) => kernels.indexOf(k) + 1));

  /** The first place in the order for a kernel that loads all of this. */
  const firstPlace = (nodes: readonly Node[]): number =>
    Math.max(0, ...loadsOf(nodes).map(({ value }) => after(value)));
  /** The first kernel that could compute it: it may itself make what is loaded, place by place. */
  const firstToJoin = ({ nodes, domain }: Nest): number => {
    const everywhere = everyPlace(domain);
    const places = loadsOf(nodes).map(({ value, source }) => {
      const [maker] = makers.get(value) ?? [];
      const isAtHand =
        maker?.kind === "sweep" &&
        maker.stores.some((store) => store.value === value) &&
        sameSizes(maker.nest.domain, domain) &&
        sameSource(source, everywhere);
      return isAtHand ? kernels.indexOf(maker) : after(value);
    });
    return Math.max(0, ...places);
  };

  const canJoin = (
    kernel: OpenKernel,
    trial: Nest,
    reduced: number,
    targets: readonly Source[],
  ): kernel is OpenSweep => {
    if (kernel.kind !== "sweep" || !sameSizes(kernel.nest.domain, trial.domain)) return false;
    if (reduced > 0 && kernel.reduced > 0 && reduced !== kernel.reduced) return false;
    const { length } = trial.domain;
    const nodes = [...kernel.nest.nodes, ...trial.nodes];
    const over = Math.max(reduced, kernel.reduced);
    return isOneAxis(nodes, trial.domain, length - over, length, [
      ...targets,
      ...kernel.parts.map(({ target }) => target),
    ]);
  };

  /** The sweep for what a nest computes; not before `earliest`, and with the part of a value into which it is put. */
  const sweepFor = (trial: Nest, reduced: number, earliest = 0, targets: readonly Source[] = []): OpenSweep => {
    const place = sizeOf(trial.domain) <= fewPlaces ? Math.max(firstPlace(trial.nodes), earliest) : kernels.length;
    const candidates = kernels.slice(Math.max(firstToJoin(trial), earliest), place + 1);
    const old = candidates.find((kernel): kernel is OpenSweep => canJoin(kernel, trial, reduced, targets));
    if (old !== undefined) return old;
    const nest = openNest(surroundings, trial.domain);
    const made: OpenSweep = { kind: "sweep", nest, stores: [], parts: [], folds: [], reduced: 0 };
    kernels.splice(place, 0, made);
    return made;
  };

  const store = (id: number, { shape }: Value): void => {
    if (sizeOf(shape) === 0) return;
    const trial = openNest(surroundings, essential(shape));
    trial.make(id);
    const sweep = sweepFor(trial, 0);
    sweep.stores.push({ value: id, node: sweep.nest.make(id) });
    isMadeBy(id, sweep);
  };

  const place = (id: number, { parts, isApart, isCovered }: PlaceDefinition): void => {
    const fill: Fill = { kind: "fill", value: id };
    if (!isCovered) append(fill, [id]);
    for (const { input, target } of parts) {
      const { shape } = valueAt(graph, input);
      const domain = essential(shape);
      const trial = openNest(surroundings, domain);
      trial.read(input, everyPlace(domain));
      const along = { offset: target.offset, strides: target.strides.filter((_, axis) => shape[axis] !== 1) };
      const sweep = sweepFor(trial, 0, isApart ? kernels.indexOf(fill) + 1 : after(id), [along]);
      sweep.parts.push({ value: id, node: sweep.nest.read(input, everyPlace(domain)), target: along });
      isMadeBy(id, sweep);
    }
  };

  const fold = (id: number, { combine, input, reduced, into }: Fold1): void => {
    const { shape } = valueAt(graph, input);
    const over = essential(shape.slice(shape.length - reduced));
    const domain = [...essential(shape.slice(0, shape.length - reduced)), ...over];
    const trial = openNest(surroundings, domain);
    trial.read(input, everyPlace(domain));
    if (!isOneAxis(trial.nodes, domain, domain.length - over.length, domain.length)) needs.add(input);
    const sweep = sweepFor(trial, over.length);
    sweep.reduced = over.length;
    sweep.folds.push({ combine, value: id, node: sweep.nest.read(input, everyPlace(domain)) });
    isMadeBy(into?.value ?? id, sweep);
  };

  const columns = (id: number, { combine, input, outer, reduced }: Fold2): Columns => {
    const { shape } = valueAt(graph, input);
    const before = essential(shape.slice(0, outer));
    const over = essential(shape.slice(outer, outer + reduced));
    const domain = [...before, ...over, ...essential(shape.slice(outer + reduced))];
    const nest = openNest(surroundings, domain);
    const node = nest.read(input, everyPlace(domain));
    const inner = before.length + over.length;
    if (!isOneAxis(nest.nodes, domain, before.length, inner) || !isOneAxis(nest.nodes, domain, inner, domain.length))
      needs.add(input);
    const fold = { combine, value: id, node };
    return { kind: "columns", domain, outer: before.length, reduced: over.length, nodes: nest.nodes, fold };
  };

  /** Where the elements of a moved value lie in memory. */
  const resolve = (id: number, at: Source, domain: readonly number[]): Matrix => {
    const { definition, shape, splat } = valueAt(graph, id);
    if (isBuffered(id)) return { value: id, source: splat ? { offset: 0, strides: domain.map(() => 0) } : at };
    const source = definition.kind === "move" ? through(definition.source, at, domain, shape) : undefined;
    if (definition.kind === "move" && source !== undefined) return resolve(definition.input, source, domain);
    needs.add(id);
    return { value: id, source: at };
  };
  const matrix = (id: number): Matrix => {
    const { shape } = valueAt(graph, id);
    return resolve(id, everyPlace(shape), shape);
  };

  const product = (id: number, left: number, right: number, dtype: Value["dtype"]): Product => {
    const { shape } = valueAt(graph, left);
    const [m = 1, k = 1] = shape.slice(-2);
    const n = valueAt(graph, right).shape.at(-1) ?? 1;
    const batch = shape.slice(0, -2);
    return { kind: "product", value: id, dtype, batch, m, k, n, left: matrix(left), right: matrix(right) };
  };

  const needAll = (inputs: readonly number[]): void =>
    inputs.filter((input) => !isBuffered(input)).forEach((input) => needs.add(input));

  const control = (id: number): Control => {
    const results = graph.values.flatMap(({ definition }, result) =>
      definition.kind === "result" && definition.control === id ? [result] : [],
    );
    return { kind: "control", value: id, results };
  };

  const append = (kernel: Exclude<Kernel, Sweep>, values: readonly number[]): void => {
    kernels.push(kernel);
    values.forEach((value) => isMadeBy(value, kernel));
  };

  graph.values.forEach((value, id) => {
    const { definition: d } = value;
    if (kept.has(id)) store(id, value);
    else if (d.kind === "fold1") fold(id, d);
    else if (d.kind === "fold2") append(columns(id, d), [id]);
    else if (d.kind === "product") append(product(id, d.left, d.right, value.dtype), [id]);
    else if (d.kind === "place") place(id, d);
    else if (d.kind === "routine") {
      needAll(d.inputs);
      append({ kind: "routine", value: id }, [id]);
    } else if (d.kind === "control") {
      needAll(d.control.inputs);
      const made = control(id);
      append(made, made.results);
    }
  });
  computedTwice(graph, kernels, kept).forEach((id) => needs.add(id));
  return { kernels, needs };
};

const operationsIn = ({ definition }: Value): number =>
  definition.kind === "map" ? definition.scalar.instructions.filter(({ kind }) => kind === "apply").length : 0;

const operandsOf = ({ definition }: Value): readonly number[] =>
  definition.kind === "map" ? definition.inputs : definition.kind === "move" ? [definition.input] : [];

/** Values that several nests compute, at a cost that a buffer would save. */
const computedTwice = (graph: Graph, kernels: readonly OpenKernel[], kept: ReadonlySet<number>): readonly number[] => {
  const counts = new Map<number, number>();
  for (const kernel of kernels)
    if (kernel.kind === "sweep") for (const id of kernel.nest.computed) counts.set(id, (counts.get(id) ?? 0) + 1);
  const costs = new Map<number, number>();
  const cost = (id: number): number => {
    const old = costs.get(id);
    if (old !== undefined) return old;
    const value = valueAt(graph, id);
    const below = operandsOf(value).reduce((sum, input) => sum + (kept.has(input) ? 0 : cost(input)), 0);
    costs.set(id, operationsIn(value) + below);
    return operationsIn(value) + below;
  };
  return [...counts].flatMap(([id, count]) => {
    const isLarge = sizeOf(valueAt(graph, id).shape) > fewPlaces;
    return count > 1 && isLarge && !kept.has(id) && cost(id) > cheap ? [id] : [];
  });
};

const closed = (kernel: OpenKernel): Kernel => {
  if (kernel.kind !== "sweep") return kernel;
  const { nest, reduced, stores, parts, folds } = kernel;
  return { kind: "sweep", domain: nest.domain, reduced, nodes: nest.nodes, stores, parts, folds };
};

/**
 * Arranges a graph as loop nests. A value without a buffer is computed where it is used; when that cannot be done, or
 * would be done in several nests, it is given a buffer and all is arranged anew.
 */
export const schedule = (graph: Graph): Schedule => {
  let kept: ReadonlySet<number> = new Set(graph.outputs.filter((id) => isFleeting(valueAt(graph, id))));
  for (;;) {
    const { kernels, needs } = tryToSchedule(graph, kept);
    if ([...needs].every((id) => kept.has(id))) {
      const inner = new Map(
        graph.values.flatMap(({ definition }, id): [number, readonly Schedule[]][] =>
          definition.kind === "control" ? [[id, programsIn(definition.control).map(schedule)]] : [],
        ),
      );
      return { graph, kernels: byRows(graph, kernels.map(closed)), inner };
    }
    kept = new Set([...kept, ...needs]);
  }
};
