import { sizeOf } from "@gradfold/core/transform";
import { type Graph, valueAt } from "./graph.ts";
import type { Columns, Kernel, Node, Sweep } from "./kernel.ts";
import { bytesOf, madeBy } from "./layout.ts";
import { rowsInBlock } from "./pass.ts";

/*
 * Nests that walk the same rows, one after another: put together, block by block, so that what does not fit a cache is
 * read from memory once. The gradient of a linear layer is a sum over rows that its value has read before.
 */

/** So many bytes are taken not to be in the cache any more when they are read again. */
const largeBytes = 2 ** 20;

type Load = Extract<Node, { readonly kind: "load" }>;

const loadsOf = ({ nodes }: Sweep | Columns): readonly Load[] =>
  nodes.flatMap((node) => (node.kind === "load" ? [node] : []));

/** The large values of which a nest reads other parts for other rows. */
const largeIn = (graph: Graph, nest: Sweep | Columns): readonly number[] =>
  loadsOf(nest).flatMap(({ value, source }) =>
    bytesOf(valueAt(graph, value)) >= largeBytes && source.strides[0] !== 0 ? [value] : [],
  );

/** Whether a sweep can stop behind any block of its first axis, and go on. */
const walksRows = (kernel: Kernel, rows: number): kernel is Sweep =>
  kernel.kind === "sweep" &&
  kernel.parts.length === 0 &&
  kernel.domain[0] === rows &&
  kernel.reduced <= Math.max(kernel.domain.length - 1, 1);

/** Whether a load reads, for each row of the nest, no other row of a value. */
const isRowByRow = (graph: Graph, { value, source }: Load, { domain }: Sweep | Columns): boolean => {
  const [rows = 1] = domain;
  const [step = 0, ...steps] = source.strides;
  const perRow = sizeOf(valueAt(graph, value).shape) / rows;
  const reach = steps.reduce((sum, stride, k) => sum + stride * ((domain[k + 1] ?? 1) - 1), 0);
  return source.offset === 0 && step === perRow && steps.every((stride) => stride >= 0) && reach < perRow;
};

/** The nests that can walk rows together with a reduction down the columns; none if it is not worth it. */
const together = (graph: Graph, before: readonly Kernel[], last: Columns): readonly Sweep[] => {
  const [rows = 1] = last.domain;
  const sweeps = before.filter((kernel) => walksRows(kernel, rows));
  const large = largeIn(graph, last);
  if (!sweeps.some((sweep) => largeIn(graph, sweep).some((value) => large.includes(value)))) return [];
  const first = before.findIndex((kernel) => kernel === sweeps[0]);
  const others = before.slice(first).filter((kernel) => !sweeps.some((sweep) => sweep === kernel));
  const madeIn = (list: readonly Kernel[]) => new Set(list.flatMap((kernel) => madeBy(kernel, graph)));
  const [byThem, byOthers] = [madeIn(sweeps), madeIn(others)];
  const fits = [...sweeps, last].every((nest) =>
    loadsOf(nest).every(
      (load) => !byOthers.has(load.value) && (!byThem.has(load.value) || isRowByRow(graph, load, nest)),
    ),
  );
  return fits ? sweeps : [];
};

const isDownRows = (kernel: Kernel): kernel is Columns =>
  kernel.kind === "columns" && kernel.outer === 0 && kernel.reduced === 1 && (kernel.domain[0] ?? 1) > rowsInBlock;

/** The kernels, with those together that walk the same rows. */
export const byRows = (graph: Graph, kernels: readonly Kernel[]): readonly Kernel[] => {
  for (const [i, last] of kernels.entries()) {
    if (!isDownRows(last)) continue;
    const before = kernels.slice(0, i);
    const sweeps = together(graph, before, last);
    const first = before.findIndex((kernel) => kernel === sweeps[0]);
    if (first < 0) continue;
    const others = before.slice(first).filter((kernel) => !sweeps.some((sweep) => sweep === kernel));
    const rows: Kernel = { kind: "rows", rows: last.domain[0] ?? 1, nests: [...sweeps, last] };
    return [...before.slice(0, first), rows, ...byRows(graph, [...others, ...kernels.slice(i + 1)])];
  }
  return kernels;
};
