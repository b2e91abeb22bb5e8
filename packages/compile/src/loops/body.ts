import type { DType } from "@gradfold/core";
import { isFloat } from "@gradfold/core/transform";
import { givesWords } from "../scalar/int32.ts";
import { isNativeSingle } from "../scalar/precision.ts";
import { emitDemotion, emitPromotion, isSingleVector } from "../scalar/promotion.ts";
import type { Arithmetic } from "../scalar/selection.ts";
import { emitScalar } from "../scalar/vectorize.ts";
import { emitWrap, staysWhole } from "../scalar/wrap.ts";
import type { Node } from "../schedule/kernel.ts";
import { type Code, splatBits } from "../wasm/assembler.ts";
import { emitKept, type Held } from "../wasm/local.ts";
import { emitSplat, openLoads, type Reading, rowStarts, type Unit, type Vector } from "./access.ts";

/* The body of a nest, computed for units of four neighbouring places of its innermost axis at once. */

export interface Body {
  /** Computes what is the same for every place of the innermost axis. */
  readonly prepare: () => void;
  /** Computes the rest for some units; gives the vectors of a node. */
  readonly compute: (units: readonly Unit[]) => (node: number, unit: number) => Vector;
}

type MapNode = Extract<Node, { kind: "map" }>;

const isNative = ({ computed, scalar }: MapNode): boolean => computed === "float32" && isNativeSingle(scalar);

const arithmeticOf = (node: MapNode): Arithmetic =>
  isNative(node) ? "single" : node.computed === "int32" ? "whole" : "double";

/** Whether a function gives whole numbers of 32 bits by itself, so that there is nothing to wrap. */
const isClosed = ({ computed, scalar }: MapNode): boolean =>
  givesWords(scalar) || (!isFloat(computed) && staysWhole(scalar));

/** Pairs of float64 for vectors of float32, each made once. */
type Pairs = Map<number, Vector>;

/** What has been computed: for all places, or for a unit on top of that. */
interface Known {
  readonly vectorOf: (node: number) => Vector | undefined;
  readonly pairOf: (single: number) => Vector | undefined;
  readonly vectors: Map<number, Vector>;
  readonly pairs: Pairs;
}

const openKnown = (shared?: Known): Known => {
  const vectors = new Map<number, Vector>();
  const pairs: Pairs = new Map();
  return {
    vectorOf: (node) => vectors.get(node) ?? shared?.vectorOf(node),
    pairOf: (single) => pairs.get(single) ?? shared?.pairOf(single),
    vectors,
    pairs,
  };
};

/** `atHand` are splats that an earlier nest has left in locals. */
export const openBody = (
  code: Code,
  held: Held,
  nodes: readonly Node[],
  readings: ReadonlyMap<number, Reading>,
  atHand: ReadonlyMap<number, Vector> = new Map(),
): Body => {
  const starts = rowStarts(readings);
  const isShared: boolean[] = [];
  for (const [i, node] of nodes.entries())
    isShared.push(
      node.kind === "load"
        ? readings.get(i)?.stride === 0
        : node.kind === "zero" || node.inputs.every((input) => isShared[input] === true),
    );
  /** The nodes that a function computed in float64 reads. */
  const promoted = new Set(nodes.flatMap((node) => (node.kind === "map" && !isNative(node) ? node.inputs : [])));
  let shared = openKnown();

  const paired = (single: number, { pairOf, pairs }: Known): Vector => {
    const known = pairOf(single);
    if (known !== undefined) return known;
    const pair = emitPromotion(code, single);
    pairs.set(single, pair);
    return pair;
  };
  /** A vector in the dtype in which a function is computed, and in the form in which it is. */
  const convert = (vector: Vector, from: DType, to: DType, isSingle: boolean, known: Known): Vector => {
    const [first = 0, ...others] = to === "float32" && !isSingleVector(from) ? emitDemotion(code, vector) : vector;
    return isSingle || others.length > 0 ? [first, ...others] : paired(first, known);
  };
  /** A function for several units, whose instructions alternate. */
  const emitMap = (node: MapNode, each: readonly Known[]): readonly Vector[] => {
    const isSingle = isNative(node);
    const halves = isSingle ? [0] : [0, 1];
    const argumentVectors = each.flatMap((known) => {
      const operands = node.inputs.map((input) =>
        convert(known.vectorOf(input) ?? [], nodes[input]?.dtype ?? "float64", node.computed, isSingle, known),
      );
      return halves.map((half) => operands.map((x) => x[half] ?? 0));
    });
    const found = emitScalar(code, held, node.scalar, arithmeticOf(node), argumentVectors);
    const results = node.dtype === "int32" && !isClosed(node) ? found.map(wrapped) : found;
    return each.map((_, u) => {
      const result = results.slice(u * halves.length, (u + 1) * halves.length);
      return isSingle || !isSingleVector(node.dtype) ? result : emitDemotion(code, result);
    });
  };
  const wrapped = (local: number): number => {
    code.get(local);
    emitWrap(code, held);
    return emitKept(code);
  };
  const emitZero = (dtype: DType): Vector => {
    const local = held(splatBits(0n));
    return isSingleVector(dtype) ? [local] : [local, local];
  };

  return {
    prepare: () => {
      shared = openKnown();
      nodes.forEach((node, i) => {
        if (isShared[i] !== true) return;
        const reading = readings.get(i);
        const vector =
          node.kind === "map"
            ? (emitMap(node, [shared])[0] ?? [])
            : reading === undefined
              ? emitZero(node.dtype)
              : (atHand.get(i) ?? emitSplat(code, reading));
        shared.vectors.set(i, vector);
        // Promoted once, rather than at every turn of a loop.
        const [first = 0, ...others] = vector;
        if (others.length === 0 && promoted.has(i)) paired(first, shared);
      });
    },
    compute: (units) => {
      const load = openLoads(code);
      const each = units.map((unit) => ({ unit, ...openKnown(shared) }));
      nodes.forEach((node, i) => {
        if (isShared[i] === true) return;
        const reading = readings.get(i);
        if (node.kind === "map") emitMap(node, each).forEach((vector, u) => each[u]?.vectors.set(i, vector));
        else if (reading !== undefined)
          for (const { unit, vectors } of each) vectors.set(i, load(reading, starts.get(i) ?? 0, unit));
      });
      return (node, unit) => each[unit]?.vectorOf(node) ?? [];
    },
  };
};
