import { block2, rowMajor } from "@gradfold/core/transform";
import { widthOf } from "../graph/bytes.ts";
import { type Monoid, monoidOf } from "../scalar/monoid.ts";
import { mergeAxes, type Merged } from "../schedule/collapse.ts";
import type { Columns } from "../schedule/kernel.ts";
import { type Code, op } from "../wasm/assembler.ts";
import { arithmetic } from "../wasm/expression.ts";
import { emitKept, type Held } from "../wasm/local.ts";
import { emitStore, type Reading, type Unit, type Vector } from "./access.ts";
import { openBody } from "./body.ts";
import {
  type Address,
  countAlong,
  fixed,
  further,
  openPointers,
  type OriginOf,
  type Pointers,
  pushAddress,
} from "./pointer.ts";
import type { Pass } from "./strip.ts";

/*
 * Reductions by rule 2 as instructions: down a block of rows, some columns at a time, in registers. The results of blocks
 * are joined in memory, where there are a few rows of them: one for each level but the first.
 */

/** So many vectors are added to side by side: an engine keeps them in registers, beside what is added. */
const mostSums = 7;
const mostSumsOfMuch = 4;
/** So few operations leave registers for more sums. */
const fewOperations = 2;

/** Chunks of equally many columns that are reduced side by side. */
interface Chunks {
  readonly first: number;
  readonly count: number;
  readonly columns: number;
}

/** As few chunks as there can be, of at most so many units, and about equally many. */
const chunksFor = (columns: number, most: number): readonly Chunks[] => {
  const units = Math.ceil(columns / 4);
  const count = Math.ceil(units / most);
  const narrow = Math.floor(units / count);
  const wide = units - narrow * count;
  const [start, side] = [wide * (narrow + 1) * 4, narrow * 4];
  // The last chunk may end within a unit.
  const rest = columns % 4 === 0 ? 0 : 1;
  const last = columns - (columns % 4) - side + 4;
  return [
    { first: 0, count: wide, columns: side + 4 },
    { first: start, count: count - wide - rest, columns: side },
    { first: last, count: rest, columns: columns - last },
  ].filter((chunks) => chunks.count > 0);
};

const unitsFor = (count: number): readonly Unit[] =>
  Array.from({ length: Math.ceil(count / 4) }, (_, u) => ({ at: u * 4, count: Math.min(4, count - u * 4) }));

/** How often blocks are joined in blocks. */
const levelsFor = (rows: number): number => (rows <= block2 ? 1 : 1 + levelsFor(Math.ceil(rows / block2)));

const merged = ({ domain, nodes, outer, reduced }: Columns): Merged =>
  mergeAxes(domain, nodes, [outer, outer + reduced]);

const monoidIn = ({ nodes, fold }: Columns): Monoid => monoidOf(fold.combine, nodes[fold.node]?.dtype ?? "float64");

/** Bytes of a row of results, as vectors are written. */
const rowBytes = (columns: number, width: number): number => Math.ceil(columns / 4) * 4 * width;

/** Bytes for the levels that lie neither in registers nor where the results are wanted. */
export const roomFor = (kernel: Columns): number => {
  const [rows = 1, columns = 1] = merged(kernel).sizes.slice(-2);
  return Math.max(levelsFor(rows) - 2, 0) * rowBytes(columns, monoidIn(kernel).width);
};

/** `room` is where the levels in between lie. */
export const openColumns = (
  code: Code,
  held: Held,
  kernel: Columns,
  originOf: OriginOf,
  room: number,
): {
  readonly pass: (counters: readonly number[]) => Pass;
  readonly kept: readonly number[];
  readonly rows: number;
} => {
  const { nodes, fold } = kernel;
  const { sizes, strides } = merged(kernel);
  const across = sizes.length - 1;
  const down = across - 1;
  const [rows, columns] = [sizes[down] ?? 1, sizes[across] ?? 1];
  const { width, identity, join, settle } = monoidIn(kernel);
  const isWhole = nodes[fold.node]?.dtype === "int32";
  const sources = openPointers(code);
  const results = openPointers(code);
  const readings = new Map(
    nodes.flatMap((node, i): [number, Reading][] => {
      if (node.kind !== "load") return [];
      const [along, w] = [strides(node.source.strides), widthOf(node.dtype)];
      const address = sources.address(
        further(originOf(node.value), node.source.offset * w),
        along.map((s) => s * w),
      );
      return [[i, { address, width: w, stride: along[across] ?? 0 }]];
    }),
  );
  const kept = sizes.slice(0, down);
  const along = (outer: readonly number[]): readonly number[] => [...outer, 0, 1].map((stride) => stride * width);
  const target = results.address(originOf(fold.value), along(rowMajor([...kept, columns]).slice(0, -1)));
  const levels = levelsFor(rows);
  /** Where the results of blocks of a level are joined; the last level's are the results. */
  const joined = Array.from({ length: levels - 1 }, (_, level) =>
    level === levels - 2
      ? target
      : results.address(fixed(room + level * rowBytes(columns, width)), along(kept.map(() => 0))),
  );
  const { local, number, add, less, least, equal, assign } = arithmetic(code);
  const body = openBody(code, held, nodes, readings);
  const row = code.local("i32");
  const end = code.local("i32");
  const current = code.local("i32");
  const perVector = 16 / width;
  const isLight = nodes.filter(({ kind }) => kind === "map").length <= fewOperations;
  const chunks = chunksFor(columns, Math.floor(((isLight ? mostSums : mostSumsOfMuch) * 4) / width));

  /** What stands at a unit's places, as vectors. */
  const emitLoad = (address: Address, unit: Unit): Vector =>
    Array.from({ length: 4 / perVector }, (_, v) => {
      const offset = pushAddress(code, address, unit.at * width + v * 16);
      code.memory("load", offset);
      return emitKept(code);
    });
  const emitJoin = (a: Vector, b: Vector): Vector =>
    a.map((one, v) => {
      code.get(one);
      code.get(b[v] ?? 0);
      join(code, held);
      code.set(one);
      return one;
    });
  const settled = (vector: Vector): Vector => {
    for (const one of vector) settle(code, held, one);
    return vector;
  };
  const nothing = (): Vector => Array.from({ length: 4 / perVector }, () => held(identity));

  /** The sums of the rows from `row` to `end`, of each unit. */
  const emitSums = (units: readonly Unit[]): readonly Vector[] => {
    const sums = units.map(() => Array.from({ length: 4 / perVector }, () => code.local("v128")));
    for (const sum of sums.flat()) {
      code.get(held(identity));
      code.set(sum);
    }
    assign(current, local(row));
    code.repeat(() => {
      body.prepare();
      const vectorOf = body.compute(units);
      sums.forEach((sum, u) => emitJoin(sum, vectorOf(fold.node, u)));
      sources.move(down, 1);
      assign(current, add(local(current), number(1)));
      less(local(current), local(end))();
    });
    return sums.map(settled);
  };
  /** Some columns at a time; pointers are placed for them. */
  const eachChunk = (
    counters: readonly number[],
    placed: readonly Pointers[],
    visit: (units: readonly Unit[]) => void,
  ): void => {
    for (const { first, count, columns: side } of chunks)
      countAlong(code, count === 1 ? [] : [count], ([chunk]) => {
        for (const pointers of placed) {
          pointers.place([...counters, row]);
          pointers.move(across, first);
          if (chunk !== undefined) pointers.move(across, side, chunk);
        }
        visit(unitsFor(side));
      });
  };
  const store =
    (address: Address, vectors: (unit: Unit, u: number) => Vector) =>
    (units: readonly Unit[]): void =>
      units.forEach((unit, u) => emitStore(code, vectors(unit, u), address, unit, width));

  /** Joins a level's results to those of the next one, where so many rows make up one of its blocks, or all are through. */
  const emitLevel = (counters: readonly number[], level: number, from: Address, to: Address): void => {
    code.get(row);
    code.i32(block2 ** (level + 2) - 1);
    code.op(op.i32And);
    code.op(op.i32IsZero);
    equal(local(row), number(rows))();
    code.op(op.i32Or);
    code.when(() =>
      eachChunk(counters, [results], (units) => {
        store(to, (unit) => emitJoin(emitLoad(to, unit), settled(emitLoad(from, unit))))(units);
        store(from, nothing)(units);
      }),
    );
  };

  const pass = (counters: readonly number[]): Pass => ({
    begin: () => {
      assign(row, number(0));
      for (const address of joined) eachChunk(counters, [results], store(address, nothing));
    },
    take: (stop) =>
      code.repeat(() => {
        assign(end, least(local(stop), add(local(row), number(block2))));
        eachChunk(counters, [sources, results], (units) => {
          const sums = emitSums(units);
          const [first] = joined;
          const all =
            first === undefined ? sums : units.map((unit, u) => emitJoin(emitLoad(first, unit), sums[u] ?? []));
          store(first ?? target, (_, u) => all[u] ?? [])(units);
        });
        assign(row, local(end));
        for (let level = 0; level + 1 < joined.length; level++) {
          const [from, to] = [joined[level], joined[level + 1]];
          if (from !== undefined && to !== undefined) emitLevel(counters, level, from, to);
        }
        less(local(row), local(stop))();
      }),
    finish: () => {
      if (isWhole && levels > 1)
        eachChunk(
          counters,
          [results],
          store(target, (unit) => settled(emitLoad(target, unit))),
        );
    },
  });
  return { pass, kept, rows };
};

export const emitColumns = (code: Code, kernel: Columns, originOf: OriginOf, room: number): void =>
  code.holding((held) => {
    const { pass, kept, rows } = openColumns(code, held, kernel, originOf, room);
    const { number, name } = arithmetic(code);
    const stop = name(number(rows));
    countAlong(code, kept, (counters) => {
      const { begin, take, finish } = pass(counters);
      begin();
      take(stop);
      finish();
    });
  });
