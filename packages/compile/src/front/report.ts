import { nameOf } from "@gradfold/autodiff/compiler";
import { formatShape, sizeOf } from "@gradfold/core/transform";
import { bytesOf, widthOf } from "../graph/bytes.ts";
import { type ControlDefinition, isMade, valueAt } from "../graph/graph.ts";
import type { Schedule } from "../schedule/fuse.ts";
import type { Kernel, Node } from "../schedule/kernel.ts";
import { rowsInBlock } from "../schedule/tiling.ts";

/* Kernels as text: what each does, and the bytes that it moves. */

/** What a kernel does, what it reads and writes, and the kernels inside of it. */
interface Account {
  readonly does: string;
  readonly reads: readonly Moved[];
  readonly writes: readonly Moved[];
  readonly inner: readonly { readonly name: string; readonly schedule: Schedule }[];
  /** How often the inner kernels run; undefined if nobody knows ahead. */
  readonly times: number | undefined;
}

interface Moved {
  readonly value: number;
  readonly bytes: number;
}

/** What moves, by the value to which it belongs. */
const gathered = (list: readonly Moved[], join = (a: number, b: number): number => a + b): readonly Moved[] => {
  const bytes = new Map<number, number>();
  for (const { value, bytes: more } of list) bytes.set(value, join(bytes.get(value) ?? 0, more));
  return [...bytes].map(([value, all]) => ({ value, bytes: all }));
};

/** Values as they are; a reduction inside of a larger value is a part of that. */
const wholes = ({ graph }: Schedule, ids: readonly number[]): readonly Moved[] =>
  ids.map((id) => {
    const value = valueAt(graph, id);
    const into = value.definition.kind === "fold1" ? value.definition.into : undefined;
    return { value: into?.value ?? id, bytes: bytesOf(value) };
  });

/** The places of a value that a nest reads, each counted once. */
const readBy = ({ graph }: Schedule, nodes: readonly Node[], domain: readonly number[]): readonly Moved[] => {
  const bytes = new Map<number, number>();
  for (const node of nodes) {
    if (node.kind !== "load") continue;
    const places = sizeOf(domain.filter((_, axis) => node.source.strides[axis] !== 0));
    const more = (bytes.get(node.value) ?? 0) + places * widthOf(node.dtype);
    bytes.set(node.value, Math.min(more, bytesOf(valueAt(graph, node.value))));
  }
  return [...bytes].map(([value, n]) => ({ value, bytes: n }));
};

const counted = (n: number, thing: string): string => `${n} ${thing}${n === 1 ? "" : "s"}`;

const operationsIn = (nodes: readonly Node[]): string =>
  counted(nodes.filter(({ kind }) => kind === "map").length, "operation");

const innerOf = (control: ControlDefinition, schedules: readonly Schedule[]): Account["inner"] => {
  const names = { scan: ["body"], while: ["condition", "body"], cond: ["yes", "no"] }[control.kind];
  return schedules.map((inner, i) => ({ name: names[i] ?? "", schedule: inner }));
};

const accountOf = (kernel: Kernel, within: Schedule): Account => {
  const { graph } = within;
  const simple = { inner: [], times: 1 };
  switch (kernel.kind) {
    case "sweep": {
      const { domain, nodes, stores, parts, folds } = kernel;
      const kinds = [...new Set(folds.map(({ combine }) => combine))];
      const reduced = domain.slice(domain.length - kernel.reduced);
      const joined = folds.length === 0 ? "" : `, ${kinds.join(" and ")} along ${formatShape(reduced)} by rule 1`;
      const placed = parts.map(({ value, node }) => ({
        value,
        bytes: sizeOf(domain) * widthOf(nodes[node]?.dtype ?? "float64"),
      }));
      const made = [...stores, ...folds].map(({ value }) => value);
      return {
        ...simple,
        does: `loop ${formatShape(domain)}: ${operationsIn(nodes)}${joined}`,
        reads: readBy(within, nodes, domain),
        writes: gathered([...wholes(within, made), ...placed]),
      };
    }
    case "columns": {
      const { domain, nodes, fold, outer, reduced } = kernel;
      const down = formatShape(domain.slice(outer, outer + reduced));
      return {
        ...simple,
        does: `columns ${formatShape(domain)}: ${operationsIn(nodes)}, ${fold.combine} along ${down} by rule 2`,
        reads: readBy(within, nodes, domain),
        writes: wholes(within, [fold.value]),
      };
    }
    case "rows": {
      const accounts = kernel.nests.map((nest) => accountOf(nest, within));
      return {
        ...simple,
        does: `${counted(kernel.rows, "row")}, ${rowsInBlock} at a time: ${accounts.map(({ does }) => does).join("; then ")}`,
        // Once: what one nest has read of a block, the next ones find in the cache.
        reads: gathered(
          accounts.flatMap(({ reads }) => reads),
          Math.max,
        ),
        writes: accounts.flatMap(({ writes }) => writes),
      };
    }
    case "product": {
      const { batch, m, k, n, left, right, value } = kernel;
      const stack = batch.length === 0 ? "" : `${formatShape(batch)} times `;
      return {
        ...simple,
        does: `product ${stack}${formatShape([m, k])} @ ${formatShape([k, n])} by tiles`,
        reads: wholes(within, [left.value, right.value]),
        writes: wholes(within, [value]),
      };
    }
    case "fill":
      return { ...simple, does: "fill with zeros", reads: [], writes: wholes(within, [kernel.value]) };
    case "routine": {
      const { definition } = valueAt(graph, kernel.value);
      if (definition.kind !== "routine") throw new Error(`explain: value ${kernel.value} is no routine`);
      const { name, inputs } = definition;
      return {
        ...simple,
        does: `routine ${name}`,
        reads: gathered(wholes(within, inputs)),
        writes: wholes(within, [kernel.value]),
      };
    }
    case "control": {
      const { definition } = valueAt(graph, kernel.value);
      if (definition.kind !== "control") throw new Error(`explain: value ${kernel.value} is no control`);
      const { control } = definition;
      return {
        does: control.kind === "scan" ? `scan of ${counted(control.length, "turn")}` : control.kind,
        reads: [],
        writes: [],
        inner: innerOf(control, within.inner.get(kernel.value) ?? []),
        times: control.kind === "scan" ? control.length : undefined,
      };
    }
  }
};

const movedText = (name: (id: number) => string, list: readonly Moved[]): string =>
  list.length === 0 ? "nothing" : list.map(({ value, bytes }) => `${name(value)} ${bytes}`).join(", ");

const bytesIn = (list: readonly Moved[]): number => list.reduce((sum, { bytes }) => sum + bytes, 0);

/** The lines of the kernels of a schedule, and the bytes that they move: of a loop of unknown length, one turn's. */
export const kernelsText = (
  within: Schedule,
  indent: string,
): { readonly lines: readonly string[]; readonly moved: number } => {
  const { graph, kernels } = within;
  const firstMade = graph.values.findIndex(isMade);
  /** What is there before a program runs goes by the letter that it has in the program, what is made by a number. */
  const name = (id: number): string => (firstMade < 0 || id < firstMade ? nameOf(id) : `%${id}`);
  const parts = kernels.map((kernel) => {
    const { does, reads, writes, inner, times } = accountOf(kernel, within);
    const moves = inner.length > 0 ? "" : `; reads ${movedText(name, reads)}; writes ${movedText(name, writes)}`;
    const below = inner.map((part) => ({ part, ...kernelsText(part.schedule, `${indent}    `) }));
    return {
      lines: [`${indent}${does}${moves}`, ...below.flatMap(({ part, lines }) => [`${indent}  ${part.name}`, ...lines])],
      moved: bytesIn(reads) + bytesIn(writes) + (times ?? 1) * below.reduce((sum, part) => sum + part.moved, 0),
    };
  });
  return { lines: parts.flatMap(({ lines }) => lines), moved: parts.reduce((sum, part) => sum + part.moved, 0) };
};
