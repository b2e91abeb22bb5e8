import { rowMajor } from "@gradfold/core/transform";
import { joins, type Source } from "../graph/affine.ts";
import type { Node, Sweep } from "./kernel.ts";

/** A nest whose neighbouring axes are walked as one where they can be. */
export interface Merged {
  readonly sizes: readonly number[];
  /** Strides for the axes that are left. */
  readonly strides: (all: readonly number[]) => readonly number[];
}

/** Joins neighbouring axes wherever every load and store steps evenly across them, but never across one of the `cuts`. */
export const mergeAxes = (
  domain: readonly number[],
  nodes: readonly Node[],
  cuts: readonly number[],
  targets: readonly Source[] = [],
): Merged => {
  const all = [
    rowMajor(domain),
    ...targets.map(({ strides }) => strides),
    ...nodes.flatMap((node) => (node.kind === "load" ? [node.source.strides] : [])),
  ];
  const isLast = domain.map(
    (_, axis) =>
      axis === domain.length - 1 || cuts.includes(axis + 1) || !all.every((strides) => joins(strides, domain, axis)),
  );
  const last = isLast.flatMap((is, axis) => (is ? [axis] : []));
  const sizes = last.map((axis, i) =>
    domain.slice((last[i - 1] ?? -1) + 1, axis + 1).reduce((product, n) => product * n, 1),
  );
  return { sizes, strides: (strides) => last.map((axis) => strides[axis] ?? 0) };
};

export const domainOf = ({ domain }: Sweep): readonly number[] => (domain.length === 0 ? [1] : domain);

export const mergedAxes = (sweep: Sweep, byRows: boolean): Merged => {
  const domain = domainOf(sweep);
  const { nodes, parts, reduced } = sweep;
  return mergeAxes(
    domain,
    nodes,
    [...(byRows ? [1] : []), ...(reduced === 0 ? [] : [domain.length - reduced])],
    parts.map(({ target }) => target),
  );
};

/** Whether a sweep writes no place before it has passed all those before: vectors are written beyond the ends of rows. */
export const writesInOrder = (sweep: Sweep): boolean => {
  const { sizes } = mergedAxes(sweep, false);
  return sizes.length === 1 || (sizes.at(-1) ?? 1) % 4 === 0;
};
