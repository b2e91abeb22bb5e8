import { widthOf } from "../graph/bytes.ts";
import { refusingIn } from "../graph/graph.ts";
import { partialsBytes } from "../loops/column.ts";
import { chunkResultBytes } from "../loops/gemm.ts";
import { packedBytes, type PackedPanels } from "../loops/macrokernel.ts";
import type { Allocator } from "../memory/allocator.ts";
import type { Schedule } from "../schedule/fuse.ts";
import type { Kernel } from "../schedule/kernel.ts";

/* The workspace of a module: memory that all of its kernels share, since each uses it only while it runs. */

export interface Workspace {
  /** The address of a refusal: a routine's number, and the number that it refused; undefined if no routine refuses. */
  readonly refusal: number | undefined;
  /** The address of the partial results of column reductions. */
  readonly partials: number;
  readonly gemm: GemmWorkspace | undefined;
}

interface GemmWorkspace {
  /** The widths in bytes of the elements that gemms multiply. */
  readonly widths: ReadonlySet<number>;
  readonly panels: PackedPanels;
  /** The address of the product of one chunk of terms. */
  readonly chunkResult: number;
}

/** Visits all kernels of a schedule, also the members of tiled loops and the kernels of the programs inside. */
export const eachKernel = ({ kernels, inner }: Schedule, visit: (kernel: Kernel) => void): void => {
  for (const kernel of kernels) {
    visit(kernel);
    if (kernel.kind === "tiled") kernel.members.forEach(visit);
  }
  for (const programs of inner.values()) for (const program of programs) eachKernel(program, visit);
};

/** The largest of the workspaces that kernels ask for, in bytes; the widths of gemms, and their most columns. */
const needsOf = (schedule: Schedule) => {
  const widths = new Set<number>();
  let [partials, columns, chunkResult] = [0, 0, 0];
  eachKernel(schedule, (kernel) => {
    if (kernel.kind === "columnReduction") partials = Math.max(partials, partialsBytes(kernel));
    if (kernel.kind !== "gemm") return;
    widths.add(widthOf(kernel.dtype));
    columns = Math.max(columns, kernel.n);
    chunkResult = Math.max(chunkResult, chunkResultBytes(kernel));
  });
  return { widths, partials, columns, chunkResult };
};

/** Allocates the workspace of a schedule. */
export const planWorkspace = (schedule: Schedule, { allocate }: Allocator): Workspace => {
  const { widths, partials, columns, chunkResult } = needsOf(schedule);
  const addressOf = (bytes: number): number => allocate(bytes).address;
  const planGemm = (): GemmWorkspace => {
    const bytes = packedBytes(columns);
    const panels = { left: addressOf(bytes.left), right: addressOf(bytes.right), tile: addressOf(bytes.tile) };
    return { widths, panels, chunkResult: addressOf(chunkResult) };
  };
  return {
    refusal: refusingIn(schedule.graph).length === 0 ? undefined : addressOf(2 * widthOf("float64")),
    partials: partials === 0 ? 0 : addressOf(partials),
    gemm: widths.size === 0 ? undefined : planGemm(),
  };
};
