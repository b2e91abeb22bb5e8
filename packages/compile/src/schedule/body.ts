import type { DType } from "@gradfold/core";
import type { ScalarFunction } from "@gradfold/core/compiler";
import { everyPlace, sameSource, type Source } from "../graph/affine.ts";
import type { Node } from "./kernel.ts";

/* The body of a loop under construction: a use of a value is noted first; the walk over the values defines it later. */

/** A node under construction. */
export interface OpenNode {
  step: OpenStep;
}

type OpenStep =
  | { readonly kind: "open" }
  | { readonly kind: "load"; readonly dtype: DType; readonly value: number; readonly source: Source }
  | { readonly kind: "zero"; readonly dtype: DType }
  | {
      readonly kind: "map";
      readonly dtype: DType;
      readonly computed: DType;
      readonly scalar: ScalarFunction;
      readonly inputs: readonly OpenNode[];
    }
  /** An alias of another node. */
  | { readonly kind: "same"; readonly as: OpenNode };

/** A use of a value by a loop, and the index at which the loop reads it. */
export interface Use {
  readonly at: Source;
  readonly node: OpenNode;
}

export interface OpenBody {
  readonly domain: readonly number[];
  readonly everywhere: Source;
  readonly uses: Map<number, Use[]>;
  /** The scalar operations that the loop executes at each point. */
  operations: number;
}

export const openBody = (domain: readonly number[]): OpenBody => ({
  domain,
  everywhere: everyPlace(domain),
  uses: new Map(),
  operations: 0,
});

/** How a loop uses a value. */
export const usesIn = ({ uses }: OpenBody, id: number): readonly Use[] => uses.get(id) ?? [];

export const openNode = (): OpenNode => ({ step: { kind: "open" } });

/** Notes that a loop uses a value at an index; gives the node, and whether it is the loop's first use of the value. */
export const addUse = (
  body: OpenBody,
  id: number,
  at: Source,
): { readonly node: OpenNode; readonly isFirst: boolean } => {
  const uses = body.uses.get(id);
  const known = uses?.find((old) => sameSource(old.at, at));
  if (known !== undefined) return { node: known.node, isFirst: false };
  const node = openNode();
  if (uses === undefined) body.uses.set(id, [{ at, node }]);
  else uses.push({ at, node });
  return { node, isFirst: uses === undefined };
};

/** The node behind aliases. */
const behind = (node: OpenNode): OpenNode => {
  let last = node;
  while (last.step.kind === "same") last = last.step.as;
  // Path compression, so that no chain of aliases is followed twice.
  for (let at = node; at.step.kind === "same";) {
    const { as } = at.step;
    at.step = { kind: "same", as: last };
    at = as;
    if (at === last) break;
  }
  return last;
};

/** The nodes on which the roots depend, operands first, equal ones merged; `number` gives the index of a node. */
export const closeBody = (
  roots: readonly OpenNode[],
): { readonly nodes: readonly Node[]; readonly number: (node: OpenNode) => number } => {
  const nodes: Node[] = [];
  const numbers = new Map<OpenNode, number>();
  const known = new Map<string, number>();
  const scalarLocals = new Map<ScalarFunction, number>();
  const scalarNumber = (scalar: ScalarFunction): number => {
    const number = scalarLocals.get(scalar) ?? scalarLocals.size;
    scalarLocals.set(scalar, number);
    return number;
  };
  const number = (node: OpenNode): number => {
    const found = numbers.get(behind(node));
    if (found === undefined) throw new Error("body: a node has no number");
    return found;
  };
  const add = (node: OpenNode, key: string, step: Node): void => {
    const old = known.get(key);
    const index = old ?? nodes.push(step) - 1;
    known.set(key, index);
    numbers.set(node, index);
  };
  const finish = (node: OpenNode): void => {
    const { step } = node;
    switch (step.kind) {
      case "load":
        return add(node, `load ${step.value} ${step.source.offset} ${step.source.strides.join()}`, step);
      case "zero":
        return add(node, `zero ${step.dtype}`, step);
      case "map": {
        const { dtype, computed, scalar } = step;
        const inputs = step.inputs.map(number);
        const key = `map ${scalarNumber(scalar)} ${computed} ${dtype} ${inputs.join()}`;
        return add(node, key, { kind: "map", dtype, computed, scalar, inputs });
      }
      case "same":
      case "open":
        throw new Error("body: a use was never defined");
    }
  };
  for (const root of roots) {
    const waiting = [behind(root)];
    while (waiting.length > 0) {
      const node = waiting.at(-1) ?? root;
      const inputs = node.step.kind === "map" ? node.step.inputs.map(behind) : [];
      const missing = numbers.has(node) ? undefined : inputs.findLast((input) => !numbers.has(input));
      if (missing !== undefined) {
        for (const input of inputs.toReversed()) if (!numbers.has(input)) waiting.push(input);
        continue;
      }
      waiting.pop();
      if (!numbers.has(node)) finish(node);
    }
  }
  return { nodes, number };
};
