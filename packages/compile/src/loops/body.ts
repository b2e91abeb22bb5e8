import type { DType } from "@gradfold/core";
import { isFloat } from "@gradfold/core/transform";
import { givesInt32 } from "../scalar/int32.ts";
import { isExactInSingle } from "../scalar/precision.ts";
import { emitDemotion, emitPromotion, isSingleVector } from "../scalar/promotion.ts";
import type { Precision } from "../scalar/selection.ts";
import { emitScalar } from "../scalar/vectorize.ts";
import { emitWrap, staysInt32 } from "../scalar/wrap.ts";
import type { Node } from "../schedule/kernel.ts";
import { type Assembler, splatBits } from "../wasm/assembler.ts";
import { type Hoist, toLocal } from "../wasm/local.ts";
import { emitSplat, interleavedBases, openLoads, type Packet, type StridedAccess, type Vector } from "./access.ts";

/* A loop body as vector instructions, for packets of four neighbouring points of the innermost axis. */

export interface LoopBody {
  /** Emits what does not vary along the innermost axis, in front of the innermost loop. */
  readonly emitInvariants: () => void;
  /** Emits the rest for some packets; gives the vectors of an instruction. */
  readonly emitPackets: (packets: readonly Packet[]) => (node: number, packet: number) => Vector;
}

type MapNode = Extract<Node, { kind: "map" }>;

const isSinglePrecision = ({ computed, scalar }: MapNode): boolean => computed === "float32" && isExactInSingle(scalar);

const precisionOf = (node: MapNode): Precision =>
  isSinglePrecision(node) ? "single" : node.computed === "int32" ? "int32" : "double";

/** Whether a function's results are int32 without wrapping. */
const staysInRange = ({ computed, scalar }: MapNode): boolean =>
  givesInt32(scalar) || (!isFloat(computed) && staysInt32(scalar));

/** Pairs of float64 for vectors of float32, each made once. */
type Pairs = Map<number, Vector>;

/** What has been computed: for all places, or for a unit on top of that. */
interface Known {
  readonly vectorOf: (node: number) => Vector | undefined;
  readonly pairOf: (single: number) => Vector | undefined;
  readonly vectors: Map<number, Vector>;
  readonly pairs: Pairs;
}

const openKnown = (invariant?: Known): Known => {
  const vectors = new Map<number, Vector>();
  const pairs: Pairs = new Map();
  return {
    vectorOf: (node) => vectors.get(node) ?? invariant?.vectorOf(node),
    pairOf: (single) => pairs.get(single) ?? invariant?.pairOf(single),
    vectors,
    pairs,
  };
};

/** `inLocals` are scalars that an earlier loop has left in locals, each in all lanes. */
export const openLoopBody = (
  asm: Assembler,
  hoist: Hoist,
  nodes: readonly Node[],
  accesses: ReadonlyMap<number, StridedAccess>,
  inLocals: ReadonlyMap<number, Vector> = new Map(),
): LoopBody => {
  const starts = interleavedBases(accesses);
  const isInvariant: boolean[] = [];
  for (const [i, node] of nodes.entries())
    isInvariant.push(
      node.kind === "load"
        ? accesses.get(i)?.stride === 0
        : node.kind === "zero" || node.inputs.every((input) => isInvariant[input] === true),
    );
  /** The nodes that a function computed in float64 reads. */
  const promoted = new Set(
    nodes.flatMap((node) => (node.kind === "map" && !isSinglePrecision(node) ? node.inputs : [])),
  );
  let invariant = openKnown();

  const paired = (single: number, { pairOf, pairs }: Known): Vector => {
    const known = pairOf(single);
    if (known !== undefined) return known;
    const pair = emitPromotion(asm, single);
    pairs.set(single, pair);
    return pair;
  };
  /** A vector in the dtype in which a function is computed, and in the form in which it is. */
  const convert = (vector: Vector, from: DType, to: DType, isSingle: boolean, known: Known): Vector => {
    const [first = 0, ...others] = to === "float32" && !isSingleVector(from) ? emitDemotion(asm, vector) : vector;
    return isSingle || others.length > 0 ? [first, ...others] : paired(first, known);
  };
  /** A function for several packets, whose instructions are interleaved. */
  const emitMap = (node: MapNode, each: readonly Known[]): readonly Vector[] => {
    const isSingle = isSinglePrecision(node);
    const halves = isSingle ? [0] : [0, 1];
    const argumentVectors = each.flatMap((known) => {
      const operands = node.inputs.map((input) =>
        convert(known.vectorOf(input) ?? [], nodes[input]?.dtype ?? "float64", node.computed, isSingle, known),
      );
      return halves.map((half) => operands.map((x) => x[half] ?? 0));
    });
    const found = emitScalar(asm, hoist, node.scalar, precisionOf(node), argumentVectors);
    const results = node.dtype === "int32" && !staysInRange(node) ? found.map(wrapped) : found;
    return each.map((_, u) => {
      const result = results.slice(u * halves.length, (u + 1) * halves.length);
      return isSingle || !isSingleVector(node.dtype) ? result : emitDemotion(asm, result);
    });
  };
  const wrapped = (local: number): number => {
    asm.get(local);
    emitWrap(asm, hoist);
    return toLocal(asm);
  };
  const emitZero = (dtype: DType): Vector => {
    const local = hoist(splatBits(0n));
    return isSingleVector(dtype) ? [local] : [local, local];
  };

  return {
    emitInvariants: () => {
      invariant = openKnown();
      nodes.forEach((node, i) => {
        if (isInvariant[i] !== true) return;
        const access = accesses.get(i);
        const vector =
          node.kind === "map"
            ? (emitMap(node, [invariant])[0] ?? [])
            : access === undefined
              ? emitZero(node.dtype)
              : (inLocals.get(i) ?? emitSplat(asm, access));
        invariant.vectors.set(i, vector);
        // Promoted in front of the loop.
        const [first = 0, ...others] = vector;
        if (others.length === 0 && promoted.has(i)) paired(first, invariant);
      });
    },
    emitPackets: (packets) => {
      const load = openLoads(asm);
      const each = packets.map((packet) => ({ packet, ...openKnown(invariant) }));
      nodes.forEach((node, i) => {
        if (isInvariant[i] === true) return;
        const access = accesses.get(i);
        if (node.kind === "map") emitMap(node, each).forEach((vector, u) => each[u]?.vectors.set(i, vector));
        else if (access !== undefined)
          for (const { packet, vectors } of each) vectors.set(i, load(access, starts.get(i) ?? 0, packet));
      });
      return (node, packet) => each[packet]?.vectorOf(node) ?? [];
    },
  };
};
