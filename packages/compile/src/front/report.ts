import { nameOf } from "@gradfold/autodiff/compiler";
import { block2, formatShape, lanes, sizeOf } from "@gradfold/core/transform";
import { bytesOf, widthOf } from "../graph/bytes.ts";
import { type ControlDefinition, isMade, valueAt } from "../graph/graph.ts";
import type { Schedule } from "../schedule/fuse.ts";
import type { Kernel, Node } from "../schedule/kernel.ts";
import { rowsPerTile } from "../schedule/tiling.ts";

/* Kernels as text: what each computes, and the bytes that it reads and writes. */

/** A kernel's description, what it reads and writes, and the kernels inside of it. */
interface KernelReport {
  readonly text: string;
  readonly reads: readonly Traffic[];
  readonly writes: readonly Traffic[];
  readonly inner: readonly { readonly name: string; readonly schedule: Schedule }[];
  /** How often the inner kernels run; undefined if nobody knows ahead. */
  readonly times: number | undefined;
}

interface Traffic {
  readonly value: number;
  readonly bytes: number;
}

/** The traffic of each value. */
const summed = (list: readonly Traffic[], join = (a: number, b: number): number => a + b): readonly Traffic[] => {
  const bytes = new Map<number, number>();
  for (const { value, bytes: more } of list) bytes.set(value, join(bytes.get(value) ?? 0, more));
  return [...bytes].map(([value, all]) => ({ value, bytes: all }));
};

/** Values as wholes; a reduction that is an element of a larger value counts for that. */
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

const reportOf = (kernel: Kernel, within: Schedule): KernelReport => {
  const { graph } = within;
  const simple = { inner: [], times: 1 };
  switch (kernel.kind) {
    case "loop": {
      const { domain, nodes, stores, parts, reductions } = kernel;
      const kinds = [...new Set(reductions.map(({ combine }) => combine))];
      const reduced = domain.slice(domain.length - kernel.reduced);
      const joined =
        reductions.length === 0 ? "" : `, ${kinds.join(" and ")} along ${formatShape(reduced)} in ${lanes} lanes`;
      const inserted = parts.map(({ value, node }) => ({
        value,
        bytes: sizeOf(domain) * widthOf(nodes[node]?.dtype ?? "float64"),
      }));
      const made = [...stores, ...reductions].map(({ value }) => value);
      return {
        ...simple,
        text: `loop ${formatShape(domain)}: ${operationsIn(nodes)}${joined}`,
        reads: readBy(within, nodes, domain),
        writes: summed([...wholes(within, made), ...inserted]),
      };
    }
    case "columnReduction": {
      const { domain, nodes, reduction, outer, reduced } = kernel;
      const down = formatShape(domain.slice(outer, outer + reduced));
      return {
        ...simple,
        text: `column reduction ${formatShape(domain)}: ${operationsIn(nodes)}, ${reduction.combine} along ${down} in blocks of ${block2}`,
        reads: readBy(within, nodes, domain),
        writes: wholes(within, [reduction.value]),
      };
    }
    case "tiled": {
      const reports = kernel.members.map((nest) => reportOf(nest, within));
      return {
        ...simple,
        text: `tiles of ${rowsPerTile} of ${counted(kernel.rows, "row")}: ${reports.map(({ text }) => text).join("; then ")}`,
        // Once: the next nests find a tile that one nest has read in the cache.
        reads: summed(
          reports.flatMap(({ reads }) => reads),
          Math.max,
        ),
        writes: reports.flatMap(({ writes }) => writes),
      };
    }
    case "gemm": {
      const { batch, m, k, n, left, right, value } = kernel;
      const stack = batch.length === 0 ? "" : `${formatShape(batch)} times `;
      return {
        ...simple,
        text: `gemm ${stack}${formatShape([m, k])} @ ${formatShape([k, n])}`,
        reads: wholes(within, [left.value, right.value]),
        writes: wholes(within, [value]),
      };
    }
    case "fill":
      return { ...simple, text: "fill with zeros", reads: [], writes: wholes(within, [kernel.value]) };
    case "routine": {
      const { definition } = valueAt(graph, kernel.value);
      if (definition.kind !== "routine") throw new Error(`explain: value ${kernel.value} is no routine`);
      const { name, inputs } = definition;
      return {
        ...simple,
        text: `routine ${name}`,
        reads: summed(wholes(within, inputs)),
        writes: wholes(within, [kernel.value]),
      };
    }
    case "control": {
      const { definition } = valueAt(graph, kernel.value);
      if (definition.kind !== "control") throw new Error(`explain: value ${kernel.value} is no control`);
      const { control } = definition;
      return {
        text: control.kind === "scan" ? `scan of ${counted(control.length, "step")}` : control.kind,
        reads: [],
        writes: [],
        inner: innerOf(control, within.inner.get(kernel.value) ?? []),
        times: control.kind === "scan" ? control.length : undefined,
      };
    }
  }
};

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
  const { graph, kernels } = within;
  const firstMade = graph.values.findIndex(isMade);
  /** What is there before a program runs goes by the letter that it has in the program, what is made by a number. */
  const name = (id: number): string => (firstMade < 0 || id < firstMade ? nameOf(id) : `%${id}`);
  const parts = kernels.map((kernel) => {
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
