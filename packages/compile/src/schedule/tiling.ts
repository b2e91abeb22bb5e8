import { sizeOf } from "@gradfold/core/library";
import { block1 } from "@gradfold/core/compiler";
import { bytesOf } from "../graph/bytes.ts";
import { type Graph, valueAt } from "../graph/graph.ts";
import { type ColumnReduction, type Kernel, type Load, loadsOf, type Loop, madeBy } from "./kernel.ts";

/*
 * Tiling: loop nests over the same rows run tile by tile, so that rows of a matrix that does not fit the cache are read
 * from memory once. The gradient of a linear layer is a sum over rows that its value has read before.
 */

/** Values of at least this many bytes have left the cache when they are read again. */
const largeBytes = 2 ** 20;

/** The large values of which a nest reads a different part for each row. */
const largeLoads = (graph: Graph, nest: Loop | ColumnReduction): readonly number[] =>
  loadsOf(nest.nodes).flatMap(({ value, source }) =>
    bytesOf(valueAt(graph, value)) >= largeBytes && source.strides[0] !== 0 ? [value] : [],
  );

/** Whether a loop can be cut into tiles along its first axis. */
const canTile = (kernel: Kernel, rows: number): kernel is Loop =>
  kernel.kind === "loop" &&
  kernel.parts.length === 0 &&
  kernel.domain[0] === rows &&
  kernel.reduced <= Math.max(kernel.domain.length - 1, 1);

/** Whether a load reads, for row i of the nest, row i of a value and no other. */
const staysInRow = (graph: Graph, { value, source }: Load, { domain }: Loop | ColumnReduction): boolean => {
  const [rows = 1] = domain;
  const [step = 0, ...steps] = source.strides;
  const perRow = sizeOf(valueAt(graph, value).shape) / rows;
  const reach = steps.reduce((sum, stride, k) => sum + stride * ((domain[k + 1] ?? 1) - 1), 0);
  return source.offset === 0 && step === perRow && steps.every((stride) => stride >= 0) && reach < perRow;
};

/** Nests that are tiled together, the kernels before the first of them, and the other kernels between them. */
interface TileGroup {
  readonly rows: number;
  readonly members: readonly (Loop | ColumnReduction)[];
  readonly before: readonly Kernel[];
  readonly between: readonly Kernel[];
}

/** The nests that can be tiled together with a column reduction; undefined if nothing is gained. */
const tileGroupFor = (graph: Graph, earlier: readonly Kernel[], last: ColumnReduction): TileGroup | undefined => {
  const [rows = 1] = last.domain;
  const walks = (kernel: Kernel): kernel is Loop => canTile(kernel, rows);
  const first = earlier.findIndex(walks);
  if (first < 0) return undefined;
  const loops = earlier.filter(walks);
  const between = earlier.slice(first).filter((kernel) => !walks(kernel));
  const large = largeLoads(graph, last);
  if (!loops.some((loop) => largeLoads(graph, loop).some((value) => large.includes(value)))) return undefined;
  const madeIn = (list: readonly Kernel[]) => new Set(list.flatMap((kernel) => madeBy(kernel, graph)));
  const [byThem, byOthers] = [madeIn(loops), madeIn(between)];
  const members = [...loops, last];
  const fits = members.every((nest) =>
    loadsOf(nest.nodes).every(
      (load) => !byOthers.has(load.value) && (!byThem.has(load.value) || staysInRow(graph, load, nest)),
    ),
  );
  return fits ? { rows, members, before: earlier.slice(0, first), between } : undefined;
};

const isOverRows = (kernel: Kernel): kernel is ColumnReduction =>
  kernel.kind === "columnReduction" &&
  kernel.outer === 0 &&
  kernel.reduced === 1 &&
  (kernel.domain[0] ?? 1) > rowsPerTile;

/** The kernels before a reduction that are examined: what an earlier one has read has left the cache. */
const mostKernels = 32;

/** The kernels, with those that share large rows tiled together. */
export const tileLoops = (graph: Graph, kernels: readonly Kernel[]): readonly Kernel[] => {
  const done: Kernel[] = [];
  // What is behind the last nests that were put together.
  let start = 0;
  for (const kernel of kernels) {
    const from = Math.max(start, done.length - mostKernels);
    const group = isOverRows(kernel) ? tileGroupFor(graph, done.slice(from), kernel) : undefined;
    if (group === undefined) {
      done.push(kernel);
      continue;
    }
    const { rows, members, before, between } = group;
    start = from + before.length + 1;
    done.splice(start - 1, done.length, { kind: "tiled", rows, members }, ...between);
  }
  return done;
};

/** Rows of a tile: one block of a reduction in lanes, and some blocks of a reduction in blocks. */
export const rowsPerTile = block1;
