import { block1, sizeOf } from "@gradfold/core/transform";
import { bytesOf } from "../graph/bytes.ts";
import { type Graph, valueAt } from "../graph/graph.ts";
import { type Columns, type Kernel, type Load, loadsOf, madeBy, type Sweep } from "./kernel.ts";

/*
 * Nests that walk the same rows, one after another: put together, block by block, so that what does not fit a cache is
 * read from memory once. The gradient of a linear layer is a sum over rows that its value has read before.
 */

/** So many bytes are taken not to be in the cache any more when they are read again. */
const largeBytes = 2 ** 20;

/** The large values of which a nest reads other parts for other rows. */
const largeIn = (graph: Graph, nest: Sweep | Columns): readonly number[] =>
  loadsOf(nest.nodes).flatMap(({ value, source }) =>
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

/** The nests that walk rows together, the kernels before the first of them, and those between that are none of them. */
interface Group {
  readonly rows: number;
  readonly nests: readonly (Sweep | Columns)[];
  readonly before: readonly Kernel[];
  readonly between: readonly Kernel[];
}

/** The nests that can walk rows together with a reduction down the columns; undefined if it is not worth it. */
const groupFor = (graph: Graph, earlier: readonly Kernel[], last: Columns): Group | undefined => {
  const [rows = 1] = last.domain;
  const walks = (kernel: Kernel): kernel is Sweep => walksRows(kernel, rows);
  const first = earlier.findIndex(walks);
  if (first < 0) return undefined;
  const sweeps = earlier.filter(walks);
  const between = earlier.slice(first).filter((kernel) => !walks(kernel));
  const large = largeIn(graph, last);
  if (!sweeps.some((sweep) => largeIn(graph, sweep).some((value) => large.includes(value)))) return undefined;
  const madeIn = (list: readonly Kernel[]) => new Set(list.flatMap((kernel) => madeBy(kernel, graph)));
  const [byThem, byOthers] = [madeIn(sweeps), madeIn(between)];
  const nests = [...sweeps, last];
  const fits = nests.every((nest) =>
    loadsOf(nest.nodes).every(
      (load) => !byOthers.has(load.value) && (!byThem.has(load.value) || isRowByRow(graph, load, nest)),
    ),
  );
  return fits ? { rows, nests, before: earlier.slice(0, first), between } : undefined;
};

const isDownRows = (kernel: Kernel): kernel is Columns =>
  kernel.kind === "columns" && kernel.outer === 0 && kernel.reduced === 1 && (kernel.domain[0] ?? 1) > rowsInBlock;

/** So many kernels before a reduction are looked at: what is further away has left the cache. */
const mostKernels = 32;

/** The kernels, with those together that walk the same rows. */
export const byRows = (graph: Graph, kernels: readonly Kernel[]): readonly Kernel[] => {
  const done: Kernel[] = [];
  // What is behind the last nests that were put together.
  let start = 0;
  for (const kernel of kernels) {
    const from = Math.max(start, done.length - mostKernels);
    const group = isDownRows(kernel) ? groupFor(graph, done.slice(from), kernel) : undefined;
    if (group === undefined) {
      done.push(kernel);
      continue;
    }
    const { rows, nests, before, between } = group;
    start = from + before.length + 1;
    done.splice(start - 1, done.length, { kind: "rows", rows, nests }, ...between);
  }
  return done;
};

/** So many rows are a block: one of rule 1, and some of rule 2. */
export const rowsInBlock = block1;
