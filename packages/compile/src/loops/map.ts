import type { DType } from "@gradfold/core";
import { isFloat } from "@gradfold/core/library";
import { givesInt32 } from "../scalar/int32.ts";
import { isExactInSingle } from "../scalar/precision.ts";
import { emitDemotion, emitPromotion, isSingleVector } from "../scalar/promotion.ts";
import type { Precision } from "../scalar/selection.ts";
import { emitScalar } from "../scalar/vectorize.ts";
import { emitWrap, staysInt32 } from "../scalar/wrap.ts";
import { dtypeAt, type MapNode, type Node } from "../schedule/kernel.ts";
import type { Assembler } from "../wasm/assembler.ts";
import { type Hoist, toLocal } from "../wasm/local.ts";
import type { Vector } from "./access.ts";

/* The scalar functions of a loop body as vector instructions, each in the precision in which it is computed. */

/** Whether a function is computed on vectors of float32. */
export const isSinglePrecision = ({ computed, scalar }: MapNode): boolean =>
  computed === "float32" && isExactInSingle(scalar);

const precisionOf = (node: MapNode): Precision =>
  isSinglePrecision(node) ? "single" : node.computed === "int32" ? "int32" : "double";

/** Whether a function's results are int32 without wrapping. */
const staysInRange = ({ computed, scalar }: MapNode): boolean =>
  givesInt32(scalar) || (!isFloat(computed) && staysInt32(scalar));

/** Vectors that have been emitted: of the invariants, or of a packet in addition to them. */
export interface Vectors {
  /** By node. */
  readonly ofNodes: Map<number, Vector>;
  /** The pair of float64 of each local of float32 that has been promoted. */
  readonly pairs: Map<number, Vector>;
  readonly invariants: Vectors | undefined;
}

export const openVectors = (invariants?: Vectors): Vectors => ({ ofNodes: new Map(), pairs: new Map(), invariants });

export const vectorOf = ({ ofNodes, invariants }: Vectors, node: number): Vector => {
  const vector = ofNodes.get(node) ?? invariants?.ofNodes.get(node);
  if (vector === undefined) throw new Error(`body: node ${node} is read before it is emitted`);
  return vector;
};

/** The pair of float64 of a local of float32, promoted once. */
export const emitPair = (asm: Assembler, { pairs, invariants }: Vectors, single: number): Vector => {
  const known = pairs.get(single) ?? invariants?.pairs.get(single);
  if (known !== undefined) return known;
  const pair = emitPromotion(asm, single);
  pairs.set(single, pair);
  return pair;
};

/** The context in which functions are emitted. */
interface MapContext {
  readonly asm: Assembler;
  readonly hoist: Hoist;
  readonly nodes: readonly Node[];
}

/** An operand, in the dtype in which its function is computed: float32, or pairs of float64 unless `isSingle`. */
const emitOperand = (context: MapContext, input: number, to: DType, isSingle: boolean, vectors: Vectors): Vector => {
  const { asm, nodes } = context;
  const vector = vectorOf(vectors, input);
  const isDemoted = to === "float32" && !isSingleVector(dtypeAt(nodes, input));
  const [first = 0, ...others] = isDemoted ? emitDemotion(asm, vector) : vector;
  return isSingle || others.length > 0 ? [first, ...others] : emitPair(asm, vectors, first);
};

const emitWrapped = ({ asm, hoist }: MapContext, local: number): number => {
  asm.get(local);
  emitWrap(asm, hoist);
  return toLocal(asm);
};

/** A function of the vectors of several packets, whose instructions are interleaved; gives its result for each. */
export const emitMap = (context: MapContext, node: MapNode, packets: readonly Vectors[]): readonly Vector[] => {
  const { asm, hoist } = context;
  const { dtype, computed, scalar, inputs } = node;
  const isSingle = isSinglePrecision(node);
  const halves = isSingle ? [0] : [0, 1];
  const operands = packets.flatMap((vectors) => {
    const each = inputs.map((input) => emitOperand(context, input, computed, isSingle, vectors));
    return halves.map((half) => each.map((operand) => operand[half] ?? 0));
  });
  const emitted = emitScalar(asm, hoist, scalar, precisionOf(node), operands);
  const isWrapped = dtype === "int32" && !staysInRange(node);
  const results = isWrapped ? emitted.map((local) => emitWrapped(context, local)) : emitted;
  return packets.map((_, u) => {
    const result = results.slice(u * halves.length, (u + 1) * halves.length);
    return isSingle || !isSingleVector(dtype) ? result : emitDemotion(asm, result);
  });
};
