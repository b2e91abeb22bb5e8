import { rowMajor } from "@gradfold/core/transform";
import { block1 } from "@gradfold/core/compiler";
import type { Source } from "../graph/affine.ts";
import { widthOf } from "../graph/bytes.ts";
import { monoidOf } from "../scalar/monoid.ts";
import { type CollapsedAxes, domainOf } from "../schedule/collapse.ts";
import { dtypeAt, type Loop, type Reduction, type Sink } from "../schedule/kernel.ts";
import type { Assembler } from "../wasm/assembler.ts";
import type { Hoist } from "../wasm/local.ts";
import {
  emitStore,
  emitStoreLane,
  emitStoreStrided,
  openAccess,
  type Packet,
  type StridedAccess,
  type Vector,
  vectorBytes,
} from "./access.ts";
import { type Accumulators, emitAccumulate, emitHorizontal, emitIdentity, lanes } from "./accumulate.ts";
import { vectorOf, type Vectors } from "./map.ts";
import { type LoopContext, openPointers, type Pointers } from "./pointer.ts";

/* The sinks of a loop: the values that it stores, the parts that it inserts, and its row reductions. */

/** Scalars that a function has computed so far, in locals. */
export interface ScalarLocals {
  /** Each in all lanes of a vector. */
  readonly vectors: Map<number, Vector>;
  /** Whether a scalar is stored to memory as well. */
  readonly isInMemory: (value: number) => boolean;
}

/** The sinks of a loop under construction. */
export interface Sinks {
  readonly asm: Assembler;
  readonly hoist: Hoist;
  readonly stores: readonly (Sink & StridedAccess)[];
  readonly parts: readonly (Sink & StridedAccess)[];
  readonly reductions: readonly (Sink & Accumulators)[];
  /** The addresses of the reductions' results, which are stored one after another, block by block and row by row. */
  readonly results: Pointers;
  /** Whether the loop has a single point, so that it stores scalars. */
  readonly isScalar: boolean;
  /** Whether each reduction has a single result, a scalar. */
  readonly isOneResult: boolean;
  readonly scalarLocals: ScalarLocals;
}

/** A reduction's accumulators; `step` says how many elements lie between one result and the next. */
const openReduction = (
  { asm, baseOf }: LoopContext,
  { nodes }: Loop,
  { combine, value, node }: Reduction,
  results: Pointers,
  step: number,
): Sink & Accumulators => {
  const monoid = monoidOf(combine, dtypeAt(nodes, node));
  const { width } = monoid;
  const locals = Array.from({ length: (lanes * width) / vectorBytes }, () => asm.local("v128"));
  return { value, node, monoid, locals, address: results.address(baseOf(value), [step * width]) };
};

export const openSinks = (
  context: LoopContext,
  loop: Loop,
  axes: CollapsedAxes,
  pointers: Pointers,
  scalarLocals: ScalarLocals,
): Sinks => {
  const { asm, hoist, baseOf } = context;
  const domain = domainOf(loop);
  const inOrder: Source = { offset: 0, strides: rowMajor(domain) };
  const open = ({ value, node }: Sink, target: Source): Sink & StridedAccess => ({
    value,
    node,
    ...openAccess(pointers, axes, baseOf(value), target, widthOf(dtypeAt(loop.nodes, node))),
  });
  const results = openPointers(asm);
  const [size = 1, ...others] = axes.sizes;
  const isOneResult = others.length === 0 && size <= block1;
  return {
    asm,
    hoist,
    stores: loop.stores.map((store) => open(store, inOrder)),
    parts: loop.parts.map((part) => open(part, part.target)),
    reductions: loop.reductions.map((each) => openReduction(context, loop, each, results, isOneResult ? 0 : 1)),
    results,
    isScalar: domain.every((n) => n === 1),
    isOneResult,
    scalarLocals,
  };
};

/** Stores the vectors of a packet, and adds them to the accumulators. */
export const emitSinks = (sinks: Sinks, packet: Packet, vectors: Vectors): void => {
  const { asm, hoist, stores, parts, reductions, isScalar, scalarLocals } = sinks;
  for (const { value, node, address, width } of stores) {
    const vector = vectorOf(vectors, node);
    // The operands of a scalar are in all lanes, so the result is too.
    if (isScalar) scalarLocals.vectors.set(value, vector);
    if (!isScalar || scalarLocals.isInMemory(value)) emitStore(asm, vector, address, packet, width);
  }
  for (const part of parts) emitStoreStrided(asm, vectorOf(vectors, part.node), part, packet);
  for (const reduction of reductions) emitAccumulate(asm, hoist, reduction, packet, vectorOf(vectors, reduction.node));
};

/** Sets the accumulators of all reductions to their identities. */
export const emitIdentities = ({ asm, hoist, reductions }: Sinks): void => {
  for (const { monoid, locals } of reductions) emitIdentity(asm, hoist, monoid, locals);
};

/** Stores the results of all reductions. */
export const emitResults = ({ asm, hoist, reductions, results, isOneResult, scalarLocals }: Sinks): void => {
  for (const { value, ...reduction } of reductions) {
    const { width } = reduction.monoid;
    const result = emitHorizontal(asm, hoist, reduction);
    emitStoreLane(asm, result, reduction.address, width);
    if (isOneResult) scalarLocals.vectors.set(value, width === 4 ? [result] : [result, result]);
  }
  results.advance(0, 1);
};
