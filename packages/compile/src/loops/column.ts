import { block2, rowMajor } from "@gradfold/core/transform";
import { widthOf } from "../graph/bytes.ts";
import { type Monoid, monoidOf } from "../scalar/monoid.ts";
import { collapseAxes, type CollapsedAxes } from "../schedule/collapse.ts";
import type { ColumnReduction } from "../schedule/kernel.ts";
import { type Assembler, op } from "../wasm/assembler.ts";
import { arithmetic } from "../wasm/expression.ts";
import { type Hoist, toLocal } from "../wasm/local.ts";
import { emitStore, type Packet, type StridedAccess, type Vector } from "./access.ts";
import { openLoopBody } from "./body.ts";
import {
  type Address,
  type BaseOf,
  constantBase,
  emitLoopNest,
  offsetBy,
  openPointers,
  type Pointers,
  pushAddress,
} from "./pointer.ts";
import type { StripMined } from "./strip.ts";

/*
 * Column reductions as instructions: over a block of rows, some columns at a time, in registers. The results of blocks
 * are combined in memory, in a few rows of partial results: one for each level but the first.
 */

/** At most this many vectors of accumulators: an engine keeps them in registers beside the terms. */
const mostSums = 7;
const mostSumsOfMuch = 4;
/** Bodies of at most this many operations leave registers for more accumulators. */
const fewOperations = 2;

/** Chunks of equally many columns that are reduced side by side. */
interface Chunks {
  readonly first: number;
  readonly count: number;
  readonly columns: number;
}

/** The fewest chunks of at most `most` packets, of about equal width. */
const chunksFor = (columns: number, most: number): readonly Chunks[] => {
  const packets = Math.ceil(columns / 4);
  const count = Math.ceil(packets / most);
  const narrow = Math.floor(packets / count);
  const wide = packets - narrow * count;
  const [start, side] = [wide * (narrow + 1) * 4, narrow * 4];
  // The last chunk may end within a packet.
  const rest = columns % 4 === 0 ? 0 : 1;
  const last = columns - (columns % 4) - side + 4;
  return [
    { first: 0, count: wide, columns: side + 4 },
    { first: start, count: count - wide - rest, columns: side },
    { first: last, count: rest, columns: columns - last },
  ].filter((chunks) => chunks.count > 0);
};

const packetsFor = (count: number): readonly Packet[] =>
  Array.from({ length: Math.ceil(count / 4) }, (_, u) => ({ at: u * 4, count: Math.min(4, count - u * 4) }));

/** The number of levels of blocks. */
const levelsFor = (rows: number): number => (rows <= block2 ? 1 : 1 + levelsFor(Math.ceil(rows / block2)));

const collapsed = ({ domain, nodes, outer, reduced }: ColumnReduction): CollapsedAxes =>
  collapseAxes(domain, nodes, [outer, outer + reduced]);

const monoidIn = ({ nodes, reduction }: ColumnReduction): Monoid =>
  monoidOf(reduction.combine, nodes[reduction.node]?.dtype ?? "float64");

/** Bytes of a row of results, as vectors are written. */
const rowBytes = (columns: number, width: number): number => Math.ceil(columns / 4) * 4 * width;

/** Bytes of partial results: of the levels that are neither in registers nor in the result's buffer. */
export const partialsBytes = (kernel: ColumnReduction): number => {
  const [rows = 1, columns = 1] = collapsed(kernel).sizes.slice(-2);
  return Math.max(levelsFor(rows) - 2, 0) * rowBytes(columns, monoidIn(kernel).width);
};

/** `partials` is the address of the levels in between. */
export const openColumnReduction = (
  asm: Assembler,
  hoist: Hoist,
  kernel: ColumnReduction,
  baseOf: BaseOf,
  partials: number,
): {
  readonly stripMined: (counters: readonly number[]) => StripMined;
  readonly outerSizes: readonly number[];
  readonly rows: number;
} => {
  const { nodes, reduction } = kernel;
  const { sizes, strides } = collapsed(kernel);
  const across = sizes.length - 1;
  const down = across - 1;
  const [rows, columns] = [sizes[down] ?? 1, sizes[across] ?? 1];
  const { width, identity, join, settle } = monoidIn(kernel);
  const isInt32 = nodes[reduction.node]?.dtype === "int32";
  const sources = openPointers(asm);
  const results = openPointers(asm);
  const accesses = new Map(
    nodes.flatMap((node, i): [number, StridedAccess][] => {
      if (node.kind !== "load") return [];
      const [along, w] = [strides(node.source.strides), widthOf(node.dtype)];
      const address = sources.address(
        offsetBy(baseOf(node.value), node.source.offset * w),
        along.map((s) => s * w),
      );
      return [[i, { address, width: w, stride: along[across] ?? 0 }]];
    }),
  );
  const outerSizes = sizes.slice(0, down);
  const along = (outer: readonly number[]): readonly number[] => [...outer, 0, 1].map((stride) => stride * width);
  const target = results.address(baseOf(reduction.value), along(rowMajor([...outerSizes, columns]).slice(0, -1)));
  const levels = levelsFor(rows);
  /** Where the results of a level's blocks are combined; those of the last level are the results. */
  const joined = Array.from({ length: levels - 1 }, (_, level) =>
    level === levels - 2
      ? target
      : results.address(constantBase(partials + level * rowBytes(columns, width)), along(outerSizes.map(() => 0))),
  );
  const { local, number, add, less, min, equal, assign } = arithmetic(asm);
  const body = openLoopBody(asm, hoist, nodes, accesses);
  const row = asm.local("i32");
  const end = asm.local("i32");
  const current = asm.local("i32");
  const perVector = 16 / width;
  const isLight = nodes.filter(({ kind }) => kind === "map").length <= fewOperations;
  const chunks = chunksFor(columns, Math.floor(((isLight ? mostSums : mostSumsOfMuch) * 4) / width));

  /** The elements of a packet in memory, as vectors. */
  const emitLoad = (address: Address, packet: Packet): Vector =>
    Array.from({ length: 4 / perVector }, (_, v) => {
      const offset = pushAddress(asm, address, packet.at * width + v * 16);
      asm.memory("load", offset);
      return toLocal(asm);
    });
  const emitJoin = (a: Vector, b: Vector): Vector =>
    a.map((one, v) => {
      asm.get(one);
      asm.get(b[v] ?? 0);
      join(asm, hoist);
      asm.set(one);
      return one;
    });
  const wrappedAll = (vector: Vector): Vector => {
    for (const one of vector) settle(asm, hoist, one);
    return vector;
  };
  const nothing = (): Vector => Array.from({ length: 4 / perVector }, () => hoist(identity));

  /** The sums of the rows from `row` to `end`, for each packet. */
  const emitSums = (packets: readonly Packet[]): readonly Vector[] => {
    const sums = packets.map(() => Array.from({ length: 4 / perVector }, () => asm.local("v128")));
    for (const sum of sums.flat()) {
      asm.get(hoist(identity));
      asm.set(sum);
    }
    assign(current, local(row));
    asm.repeat(() => {
      body.emitInvariants();
      const vectorOf = body.emitPackets(packets);
      sums.forEach((sum, u) => emitJoin(sum, vectorOf(reduction.node, u)));
      sources.advance(down, 1);
      assign(current, add(local(current), number(1)));
      less(local(current), local(end))();
    });
    return sums.map(wrappedAll);
  };
  /** Some columns at a time, with the pointers set to them. */
  const eachChunk = (
    counters: readonly number[],
    placed: readonly Pointers[],
    visit: (packets: readonly Packet[]) => void,
  ): void => {
    for (const { first, count, columns: side } of chunks)
      emitLoopNest(asm, count === 1 ? [] : [count], ([chunk]) => {
        for (const pointers of placed) {
          pointers.seek([...counters, row]);
          pointers.advance(across, first);
          if (chunk !== undefined) pointers.advance(across, side, chunk);
        }
        visit(packetsFor(side));
      });
  };
  const store =
    (address: Address, vectors: (packet: Packet, u: number) => Vector) =>
    (packets: readonly Packet[]): void =>
      packets.forEach((packet, u) => emitStore(asm, vectors(packet, u), address, packet, width));

  /** Combines a level's result with that of the next one, at the end of each of its blocks and of all rows. */
  const emitLevel = (counters: readonly number[], level: number, from: Address, to: Address): void => {
    asm.get(row);
    asm.i32(block2 ** (level + 2) - 1);
    asm.op(op.i32And);
    asm.op(op.i32Eqz);
    equal(local(row), number(rows))();
    asm.op(op.i32Or);
    asm.when(() =>
      eachChunk(counters, [results], (packets) => {
        store(to, (packet) => emitJoin(emitLoad(to, packet), wrappedAll(emitLoad(from, packet))))(packets);
        store(from, nothing)(packets);
      }),
    );
  };

  const stripMined = (counters: readonly number[]): StripMined => ({
    begin: () => {
      assign(row, number(0));
      for (const address of joined) eachChunk(counters, [results], store(address, nothing));
    },
    advanceTo: (stop) =>
      asm.repeat(() => {
        assign(end, min(local(stop), add(local(row), number(block2))));
        eachChunk(counters, [sources, results], (packets) => {
          const sums = emitSums(packets);
          const [first] = joined;
          const all =
            first === undefined ? sums : packets.map((packet, u) => emitJoin(emitLoad(first, packet), sums[u] ?? []));
          store(first ?? target, (_, u) => all[u] ?? [])(packets);
        });
        assign(row, local(end));
        for (let level = 0; level + 1 < joined.length; level++) {
          const [from, to] = [joined[level], joined[level + 1]];
          if (from !== undefined && to !== undefined) emitLevel(counters, level, from, to);
        }
        less(local(row), local(stop))();
      }),
    finish: () => {
      if (isInt32 && levels > 1)
        eachChunk(
          counters,
          [results],
          store(target, (packet) => wrappedAll(emitLoad(target, packet))),
        );
    },
  });
  return { stripMined, outerSizes, rows };
};

export const emitColumnReduction = (asm: Assembler, kernel: ColumnReduction, baseOf: BaseOf, partials: number): void =>
  asm.withHoisted((hoist) => {
    const { stripMined, outerSizes, rows } = openColumnReduction(asm, hoist, kernel, baseOf, partials);
    const { number, variable } = arithmetic(asm);
    const stop = variable(number(rows));
    emitLoopNest(asm, outerSizes, (counters) => {
      const { begin, advanceTo, finish } = stripMined(counters);
      begin();
      advanceTo(stop);
      finish();
    });
  });
