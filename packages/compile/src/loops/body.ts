import type { DType } from "@gradfold/core";
import { isSingleVector } from "../scalar/promotion.ts";
import type { Node } from "../schedule/kernel.ts";
import type { Assembler } from "../wasm/assembler.ts";
import { splatBits } from "../wasm/constant.ts";
import type { Hoist } from "../wasm/local.ts";
import { emitSplat, type Packet, type StridedAccess, type Vector } from "./access.ts";
import { emitLoad, interleavedBases, openLoads } from "./load.ts";
import { emitMap, emitPair, isSinglePrecision, openVectors, type Vectors } from "./map.ts";

/*
 * A loop body as vector instructions: its invariants in front of the innermost loop, and the rest for packets of four
 * neighbouring points.
 */

/** A loop body under construction. */
export interface LoopBody {
  readonly asm: Assembler;
  readonly hoist: Hoist;
  readonly nodes: readonly Node[];
  readonly accesses: ReadonlyMap<number, StridedAccess>;
  /** Scalars that an earlier loop has left in locals, each in all lanes, by the nodes that load them. */
  readonly inLocals: ReadonlyMap<number, Vector>;
  /** The base offset of the interleaved group of each load. */
  readonly bases: ReadonlyMap<number, number>;
  /** Whether a node does not vary along the innermost axis. */
  readonly isInvariant: readonly boolean[];
  /** The nodes that a function computed in float64 reads. */
  readonly promoted: ReadonlySet<number>;
  readonly invariants: Vectors;
}

const invariantIn = (nodes: readonly Node[], accesses: ReadonlyMap<number, StridedAccess>): LoopBody["isInvariant"] => {
  const isInvariant: boolean[] = [];
  for (const [i, node] of nodes.entries())
    isInvariant.push(
      node.kind === "load"
        ? accesses.get(i)?.stride === 0
        : node.kind === "zero" || node.inputs.every((input) => isInvariant[input] === true),
    );
  return isInvariant;
};

export const openLoopBody = (
  asm: Assembler,
  hoist: Hoist,
  nodes: readonly Node[],
  accesses: ReadonlyMap<number, StridedAccess>,
  inLocals: ReadonlyMap<number, Vector> = new Map(),
): LoopBody => ({
  asm,
  hoist,
  nodes,
  accesses,
  inLocals,
  bases: interleavedBases(accesses),
  isInvariant: invariantIn(nodes, accesses),
  promoted: new Set(nodes.flatMap((node) => (node.kind === "map" && !isSinglePrecision(node) ? node.inputs : []))),
  invariants: openVectors(),
});

const accessAt = ({ accesses }: LoopBody, node: number): StridedAccess => {
  const access = accesses.get(node);
  if (access === undefined) throw new Error(`body: node ${node} has no access`);
  return access;
};

const emitZero = ({ hoist }: LoopBody, dtype: DType): Vector => {
  const local = hoist(splatBits(0n));
  return isSingleVector(dtype) ? [local] : [local, local];
};

const emitInvariant = (body: LoopBody, node: Node, i: number): Vector => {
  switch (node.kind) {
    case "zero":
      return emitZero(body, node.dtype);
    case "load":
      return body.inLocals.get(i) ?? emitSplat(body.asm, accessAt(body, i));
    case "map":
      return emitMap(body, node, [body.invariants])[0] ?? [];
  }
};

/** Emits the nodes that do not vary along the innermost axis, in front of the innermost loop. */
export const emitInvariants = (body: LoopBody): void => {
  const { asm, nodes, isInvariant, promoted, invariants } = body;
  invariants.ofNodes.clear();
  invariants.pairs.clear();
  nodes.forEach((node, i) => {
    if (isInvariant[i] !== true) return;
    const vector = emitInvariant(body, node, i);
    invariants.ofNodes.set(i, vector);
    const [first = 0, ...others] = vector;
    if (others.length === 0 && promoted.has(i)) emitPair(asm, invariants, first);
  });
};

/** Emits the other nodes for some packets, interleaved; gives the vectors of each packet. */
export const emitPackets = (body: LoopBody, packets: readonly Packet[]): readonly Vectors[] => {
  const { nodes, isInvariant, bases, invariants } = body;
  const loads = openLoads(body.asm);
  const all = packets.map(() => openVectors(invariants));
  nodes.forEach((node, i) => {
    if (isInvariant[i] === true || node.kind === "zero") return;
    const results =
      node.kind === "map"
        ? emitMap(body, node, all)
        : packets.map((packet) => emitLoad(loads, accessAt(body, i), bases.get(i) ?? 0, packet));
    results.forEach((vector, u) => all[u]?.ofNodes.set(i, vector));
  });
  return all;
};
