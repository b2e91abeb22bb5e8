import { formatShape, sizeOf } from "@gradfold/core/library";
import { block2, lanes } from "@gradfold/core/compiler";
import { bytesOf, widthOf } from "../graph/bytes.ts";
import { type ControlDefinition, valueAt } from "../graph/graph.ts";
import type { Schedule } from "../schedule/fuse.ts";
import type { Kernel, Node } from "../schedule/kernel.ts";
import { rowsPerTile } from "../schedule/tiling.ts";
import { namesIn } from "./lowered.ts";

/* Kernels as text: what each computes, and the bytes that it reads and writes. */

/** A kernel as text, and the bytes that it reads and writes of each value. */
interface SimpleReport {
  readonly text: string;
  readonly reads: readonly Traffic[];
  readonly writes: readonly Traffic[];
}

/** The same of any kernel, which may have kernels inside. */
interface KernelReport extends SimpleReport {
  readonly inner: readonly { readonly name: string; readonly schedule: Schedule }[];
  /** How often the inner kernels run; undefined if that depends on values. */
  readonly times: number | undefined;
}

interface Traffic {
  readonly value: number;
  readonly bytes: number;
}

/** The traffic of each value, of which a list may have several entries. */
const summed = (list: readonly Traffic[], join = (a: number, b: number): number => a + b): readonly Traffic[] => {
  const bytes = new Map<number, number>();
  for (const { value, bytes: more } of list) bytes.set(value, join(bytes.get(value) ?? 0, more));
  return [...bytes].map(([value, all]) => ({ value, bytes: all }));
};

/** The traffic of whole values; a reduction that is an element of a larger value counts for the larger value. */
const wholes = ({ graph }: Schedule, ids: readonly number[]): readonly Traffic[] =>
  ids.map((id) => {
    const value = valueAt(graph, id);
    const into = value.definition.kind === "rowReduction" ? value.definition.into : undefined;
    return { value: into?.value ?? id, bytes: bytesOf(value) };
  });

/** The elements of a value that a nest reads, each counted once. */
const readBy = ({ graph }: Schedule, nodes: readonly Node[], domain: readonly number[]): readonly Traffic[] => {
  const bytes = new Map<number, number>();
  for (const node of nodes) {
    if (node.kind !== "load") continue;
    const points = sizeOf(domain.filter((_, axis) => node.source.strides[axis] !== 0));
    const more = (bytes.get(node.value) ?? 0) + points * widthOf(node.dtype);
    bytes.set(node.value, Math.min(more, bytesOf(valueAt(graph, node.value))));
  }
  return [...bytes].map(([value, n]) => ({ value, bytes: n }));
};

const counted = (n: number, thing: string): string => `${n} ${thing}${n === 1 ? "" : "s"}`;

const operationsIn = (nodes: readonly Node[]): string =>
  counted(nodes.filter(({ kind }) => kind === "map").length, "operation");

const innerOf = (control: ControlDefinition, schedules: readonly Schedule[]): KernelReport["inner"] => {
  const names = { scan: ["body"], while: ["condition", "body"], cond: ["yes", "no"] }[control.kind];
  return schedules.map((inner, i) => ({ name: names[i] ?? "", schedule: inner }));
};

type Of<Kind> = Extract<Kernel, { readonly kind: Kind }>;

const loopReport = (kernel: Of<"loop">, within: Schedule): SimpleReport => {
  const { domain, nodes, stores, parts, reductions } = kernel;
  const kinds = [...new Set(reductions.map(({ combine }) => combine))];
  const reduced = formatShape(domain.slice(domain.length - kernel.reduced));
  const reduction = reductions.length === 0 ? "" : `, ${kinds.join(" and ")} along ${reduced} in ${lanes} lanes`;
  const inserted = parts.map(({ value, node }) => ({
    value,
    bytes: sizeOf(domain) * widthOf(nodes[node]?.dtype ?? "float64"),
  }));
  const made = [...stores, ...reductions].map(({ value }) => value);
  return {
    text: `loop ${formatShape(domain)}: ${operationsIn(nodes)}${reduction}`,
    reads: readBy(within, nodes, domain),
    writes: summed([...wholes(within, made), ...inserted]),
  };
};

const columnReport = (kernel: Of<"columnReduction">, within: Schedule): SimpleReport => {
  const { domain, nodes, reduction, outer, reduced } = kernel;
  const along = formatShape(domain.slice(outer, outer + reduced));
  const order = `${reduction.combine} along ${along} in blocks of ${block2}`;
  return {
    text: `column reduction ${formatShape(domain)}: ${operationsIn(nodes)}, ${order}`,
    reads: readBy(within, nodes, domain),
    writes: wholes(within, [reduction.value]),
  };
};

const tiledReport = ({ rows, members }: Of<"tiled">, within: Schedule): SimpleReport => {
  const reports = members.map((member) =>
    member.kind === "loop" ? loopReport(member, within) : columnReport(member, within),
  );
  const texts = reports.map(({ text }) => text).join("; then ");
  return {
    text: `tiles of ${rowsPerTile} of ${counted(rows, "row")}: ${texts}`,
    // Once: the next nests find a tile that one nest has read in the cache.
    reads: summed(
      reports.flatMap(({ reads }) => reads),
      Math.max,
    ),
    writes: reports.flatMap(({ writes }) => writes),
  };
};

const gemmReport = ({ batch, m, k, n, left, right, value }: Of<"gemm">, within: Schedule): SimpleReport => {
  const stack = batch.length === 0 ? "" : `${formatShape(batch)} times `;
  return {
    text: `gemm ${stack}${formatShape([m, k])} @ ${formatShape([k, n])}`,
    reads: wholes(within, [left.value, right.value]),
    writes: wholes(within, [value]),
  };
};

const routineReport = ({ value }: Of<"routine">, within: Schedule): SimpleReport => {
  const { definition } = valueAt(within.graph, value);
  if (definition.kind !== "routine") throw new Error(`explain: value ${value} is no routine`);
  const { name, inputs } = definition;
  return { text: `routine ${name}`, reads: summed(wholes(within, inputs)), writes: wholes(within, [value]) };
};

const simpleReport = (kernel: Exclude<Kernel, Of<"control">>, within: Schedule): SimpleReport => {
  switch (kernel.kind) {
    case "loop":
      return loopReport(kernel, within);
    case "columnReduction":
      return columnReport(kernel, within);
    case "tiled":
      return tiledReport(kernel, within);
    case "gemm":
      return gemmReport(kernel, within);
    case "fill":
      return { text: "fill with zeros", reads: [], writes: wholes(within, [kernel.value]) };
    case "routine":
      return routineReport(kernel, within);
  }
};

const controlReport = ({ value }: Of<"control">, within: Schedule): KernelReport => {
  const { definition } = valueAt(within.graph, value);
  if (definition.kind !== "control") throw new Error(`explain: value ${value} is no control`);
  const { control } = definition;
  const isScan = control.kind === "scan";
  return {
    text: isScan ? `scan of ${counted(control.length, "step")}` : control.kind,
    reads: [],
    writes: [],
    inner: innerOf(control, within.inner.get(value) ?? []),
    times: isScan ? control.length : undefined,
  };
};

const reportOf = (kernel: Kernel, within: Schedule): KernelReport =>
  kernel.kind === "control" ? controlReport(kernel, within) : { ...simpleReport(kernel, within), inner: [], times: 1 };

const trafficText = (name: (id: number) => string, list: readonly Traffic[]): string =>
  list.length === 0 ? "nothing" : list.map(({ value, bytes }) => `${name(value)} ${bytes}`).join(", ");

const bytesIn = (list: readonly Traffic[]): number => list.reduce((sum, { bytes }) => sum + bytes, 0);

/**
 * A line for each kernel of a schedule, and the bytes that they move; a loop of unknown length counts as one iteration.
 */
export const kernelsText = (
  within: Schedule,
  indent: string,
): { readonly lines: readonly string[]; readonly moved: number } => {
  const name = namesIn(within.graph);
  const parts = within.kernels.map((kernel) => {
    const { text, reads, writes, inner, times } = reportOf(kernel, within);
    const moves = inner.length > 0 ? "" : `; reads ${trafficText(name, reads)}; writes ${trafficText(name, writes)}`;
    const below = inner.map((part) => ({ part, ...kernelsText(part.schedule, `${indent}    `) }));
    return {
      lines: [`${indent}${text}${moves}`, ...below.flatMap(({ part, lines }) => [`${indent}  ${part.name}`, ...lines])],
      moved: bytesIn(reads) + bytesIn(writes) + (times ?? 1) * below.reduce((sum, part) => sum + part.moved, 0),
    };
  });
  return { lines: parts.flatMap(({ lines }) => lines), moved: parts.reduce((sum, part) => sum + part.moved, 0) };
};
