import { rowMajor } from "@gradfold/core/transform";
import { canCollapse, type Source } from "../graph/affine.ts";
import type { Loop, Node } from "./kernel.ts";

/** The axes of a loop nest after collapsing. */
export interface CollapsedAxes {
  readonly sizes: readonly number[];
  /** Strides for the axes that are left. */
  readonly strides: (all: readonly number[]) => readonly number[];
}

/**
 * Collapses neighbouring axes wherever every load and store has one stride across them, but never across one of the
 * `cuts`.
 */
export const collapseAxes = (
  domain: readonly number[],
  nodes: readonly Node[],
  cuts: readonly number[],
  targets: readonly Source[] = [],
): CollapsedAxes => {
  const all = [
    rowMajor(domain),
    ...targets.map(({ strides }) => strides),
    ...nodes.flatMap((node) => (node.kind === "load" ? [node.source.strides] : [])),
  ];
  const isLast = domain.map(
    (_, axis) =>
      axis === domain.length - 1 ||
      cuts.includes(axis + 1) ||
      !all.every((strides) => canCollapse(strides, domain, axis)),
  );
  const last = isLast.flatMap((is, axis) => (is ? [axis] : []));
  const sizes = last.map((axis, i) =>
    domain.slice((last[i - 1] ?? -1) + 1, axis + 1).reduce((product, n) => product * n, 1),
  );
  return { sizes, strides: (strides) => last.map((axis) => strides[axis] ?? 0) };
};

export const domainOf = ({ domain }: Loop): readonly number[] => (domain.length === 0 ? [1] : domain);

export const collapsedAxes = (loop: Loop, isTiled: boolean): CollapsedAxes => {
  const domain = domainOf(loop);
  const { nodes, parts, reduced } = loop;
  return collapseAxes(
    domain,
    nodes,
    [...(isTiled ? [1] : []), ...(reduced === 0 ? [] : [domain.length - reduced])],
    parts.map(({ target }) => target),
  );
};

/** Whether a loop writes its elements in order. It does not where a vector store reaches past the end of a row. */
export const writesInOrder = (loop: Loop): boolean => {
  const { sizes } = collapsedAxes(loop, false);
  return sizes.length === 1 || (sizes.at(-1) ?? 1) % 4 === 0;
};
