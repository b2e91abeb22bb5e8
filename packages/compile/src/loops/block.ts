import { block2 } from "@gradfold/core/compiler";
import type { Monoid } from "../scalar/monoid.ts";
import type { Assembler } from "../wasm/assembler.ts";
import { op } from "../wasm/opcode.ts";
import { arithmetic } from "../wasm/expression.ts";
import type { Hoist } from "../wasm/local.ts";
import { emitLoadContiguous, emitStore, type Packet, type Vector, vectorsPerPacket } from "./access.ts";
import { emitIdentity, emitJoin } from "./accumulate.ts";
import { emitInvariants, emitPackets, type LoopBody } from "./body.ts";
import { type Chunks, packetsFor } from "./chunk.ts";
import { vectorOf } from "./map.ts";
import { type Address, emitLoopNest, type Pointers } from "./pointer.ts";

/*
 * The blocks of a column reduction. The rows of a block are reduced in registers, some columns at a time. The results of
 * 256 blocks are combined in memory, in a row of partial results; so are the results of 256 such rows, level by level.
 */

/** A column reduction under construction. */
export interface OpenColumnReduction {
  readonly asm: Assembler;
  readonly hoist: Hoist;
  readonly monoid: Monoid;
  readonly body: LoopBody;
  /** The node of the body that is reduced. */
  readonly node: number;
  readonly outerSizes: readonly number[];
  readonly rows: number;
  readonly chunks: readonly Chunks[];
  readonly sources: Pointers;
  readonly results: Pointers;
  /** The address of the result. */
  readonly target: Address;
  /** The rows in memory that combine the results of each level's blocks: the last is the result. One block needs none. */
  readonly levels: readonly Address[];
  /** Whether the result is a combination of several blocks of int32, which is wrapped in the end. */
  readonly isWrapped: boolean;
  /** The local that holds the first row that is not reduced yet. */
  readonly row: number;
  /** The local that holds the end of its block. */
  readonly end: number;
  /** The local that holds the row whose terms are added to the accumulators. */
  readonly current: number;
}

/** Visits all columns, some at a time, with pointers set to them; `counters` count the outer axes. */
export const emitChunks = (
  { asm, chunks, outerSizes, row }: OpenColumnReduction,
  counters: readonly number[],
  pointers: readonly Pointers[],
  visit: (packets: readonly Packet[]) => void,
): void => {
  const across = outerSizes.length + 1;
  for (const { first, count, columns } of chunks)
    emitLoopNest(asm, count === 1 ? [] : [count], ([chunk]) => {
      for (const each of pointers) {
        each.seek([...counters, row]);
        each.advance(across, first);
        if (chunk !== undefined) each.advance(across, columns, chunk);
      }
      visit(packetsFor(columns));
    });
};

const emitLoad = ({ asm, monoid }: OpenColumnReduction, from: Address, packet: Packet): Vector =>
  emitLoadContiguous(asm, from, packet, monoid.width);

/** Stores the vectors of some packets. */
const emitStores = (
  { asm, monoid }: OpenColumnReduction,
  to: Address,
  packets: readonly Packet[],
  vectorsOf: (packet: Packet, position: number) => Vector,
): void => packets.forEach((packet, u) => emitStore(asm, vectorsOf(packet, u), to, packet, monoid.width));

/** Joins vectors to accumulators, and gives the accumulators. */
const emitJoins = ({ asm, hoist, monoid }: OpenColumnReduction, accumulators: Vector, terms: Vector): Vector => {
  accumulators.forEach((local, v) => emitJoin(asm, hoist, monoid, local, () => asm.get(terms[v] ?? 0)));
  return accumulators;
};

/** Wraps sums of int32. */
const emitSettled = ({ asm, hoist, monoid }: OpenColumnReduction, vector: Vector): Vector => {
  for (const local of vector) monoid.settle(asm, hoist, local);
  return vector;
};

/** The reduction of the rows from `row` to `end` in registers, for each packet. */
const emitSums = (reduction: OpenColumnReduction, packets: readonly Packet[]): readonly Vector[] => {
  const { asm, hoist, monoid, body, node, outerSizes, sources, row, end, current } = reduction;
  const { local, number, add, less, assign } = arithmetic(asm);
  const sums = packets.map(() => Array.from({ length: vectorsPerPacket(monoid.width) }, () => asm.local("v128")));
  emitIdentity(asm, hoist, monoid, sums.flat());
  assign(current, local(row));
  asm.repeat(() => {
    emitInvariants(body);
    emitPackets(body, packets).forEach((vectors, u) => emitJoins(reduction, sums[u] ?? [], vectorOf(vectors, node)));
    sources.advance(outerSizes.length, 1);
    assign(current, add(local(current), number(1)));
    less(local(current), local(end))();
  });
  return sums.map((sum) => emitSettled(reduction, sum));
};

/** Reduces the block from `row` to `end`, and combines its result with the row of the first level. */
export const emitBlock = (reduction: OpenColumnReduction, counters: readonly number[]): void => {
  const { sources, results, target, levels } = reduction;
  const [level] = levels;
  emitChunks(reduction, counters, [sources, results], (packets) => {
    const sums = emitSums(reduction, packets);
    const combined =
      level === undefined
        ? sums
        : packets.map((packet, u) => emitJoins(reduction, emitLoad(reduction, level, packet), sums[u] ?? []));
    emitStores(reduction, level ?? target, packets, (_, u) => combined[u] ?? []);
  });
};

/** Sets a level's row of results to the identity. */
export const emitClear = (reduction: OpenColumnReduction, packets: readonly Packet[], level: Address): void => {
  const { hoist, monoid } = reduction;
  emitStores(reduction, level, packets, () =>
    Array.from({ length: vectorsPerPacket(monoid.width) }, () => hoist(monoid.identity)),
  );
};

/** Combines a row of results with the next level's, where `row` ends a block of the former or all blocks. */
const emitLevel = (
  reduction: OpenColumnReduction,
  counters: readonly number[],
  rowsPerBlock: number,
  from: Address,
  to: Address,
): void => {
  const { asm, rows, row, results } = reduction;
  const { local, number, equal } = arithmetic(asm);
  asm.get(row);
  asm.i32(rowsPerBlock - 1);
  asm.op(op.i32And);
  asm.op(op.i32Eqz);
  equal(local(row), number(rows))();
  asm.op(op.i32Or);
  asm.when(() =>
    emitChunks(reduction, counters, [results], (packets) => {
      emitStores(reduction, to, packets, (packet) =>
        emitJoins(
          reduction,
          emitLoad(reduction, to, packet),
          emitSettled(reduction, emitLoad(reduction, from, packet)),
        ),
      );
      emitClear(reduction, packets, from);
    }),
  );
};

/** Combines the rows of results whose blocks end at `row`, level by level. */
export const emitLevels = (reduction: OpenColumnReduction, counters: readonly number[]): void =>
  reduction.levels.forEach((from, level) => {
    const to = reduction.levels[level + 1];
    if (to !== undefined) emitLevel(reduction, counters, block2 ** (level + 2), from, to);
  });

/** Wraps the result in memory. */
export const emitWrappedResult = (reduction: OpenColumnReduction, counters: readonly number[]): void => {
  const { results, target } = reduction;
  emitChunks(reduction, counters, [results], (packets) =>
    emitStores(reduction, target, packets, (packet) => emitSettled(reduction, emitLoad(reduction, target, packet))),
  );
};
