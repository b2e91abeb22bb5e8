import { block2, rowMajor } from "@gradfold/core/transform";
import { openBody } from "./body.ts";
import type { Code } from "./code.ts";
import { arithmetic } from "./expression.ts";
import type { Columns } from "./kernel.ts";
import { type AddressOf, widthOf } from "./layout.ts";
import { emitStore, type Reading, type Unit } from "./load.ts";
import { mergeAxes } from "./merge.ts";
import { monoidOf } from "./monoid.ts";
import { countAlong, openPointers } from "./pointer.ts";

/* Reductions by rule 2 as instructions: some columns at a time, down all the rows. */

/** Columns reduced side by side, as units of four. */
const perChunk = 16;

const unitsFor = (count: number): readonly Unit[] =>
  Array.from({ length: Math.ceil(count / 4) }, (_, u) => ({ at: u * 4, count: Math.min(4, count - u * 4) }));

/** How often blocks are joined in blocks. */
const levelsFor = (rows: number): number => (rows <= block2 ? 1 : 1 + levelsFor(Math.ceil(rows / block2)));

export const emitColumns = (code: Code, kernel: Columns, addressOf: AddressOf): void => {
  const { domain, nodes, outer, reduced, fold } = kernel;
  const { sizes, strides } = mergeAxes(domain, nodes, [outer, outer + reduced]);
  const across = sizes.length - 1;
  const down = across - 1;
  const [rows, columns] = [sizes[down] ?? 1, sizes[across] ?? 1];
  const { width, identity, join, settle } = monoidOf(fold.combine, nodes[fold.node]?.dtype ?? "float64");
  const sources = openPointers(code);
  const results = openPointers(code);
  const readings = new Map(
    nodes.flatMap((node, i): [number, Reading][] => {
      if (node.kind !== "load") return [];
      const [along, w] = [strides(node.source.strides), widthOf(node.dtype)];
      const base = addressOf(node.value) + node.source.offset * w;
      const address = sources.address(
        base,
        along.map((s) => s * w),
      );
      return [[i, { address, width: w, stride: along[across] ?? 0 }]];
    }),
  );
  const kept = sizes.slice(0, down);
  const resultStrides = [...rowMajor([...kept, columns]).slice(0, -1), 0, 1];
  const target = results.address(
    addressOf(fold.value),
    resultStrides.map((stride) => stride * width),
  );
  const levels = levelsFor(rows);
  const { local, number, add, less, least, assign } = arithmetic(code);

  code.holding((held) => {
    const body = openBody(code, held, nodes, readings);
    const row = code.local("i32");
    const ends = Array.from({ length: levels }, () => code.local("i32"));

    const emitChunk = (units: readonly Unit[]): void => {
      const vectors = units.flatMap(() => (width === 4 ? [0] : [0, 1]));
      const accumulators = Array.from({ length: levels }, () => vectors.map(() => code.local("v128")));
      const addTo = (level: number, from: readonly number[]): void =>
        accumulators[level]?.forEach((accumulator, v) => {
          code.get(accumulator);
          code.get(from[v] ?? 0);
          join(code, held);
          code.set(accumulator);
        });
      const emitRow = (): void => {
        body.prepare();
        const vectorOf = body.compute(units);
        addTo(
          0,
          units.flatMap((_, u) => vectorOf(fold.node, u)),
        );
        sources.move(down, 1);
        assign(row, add(local(row), number(1)));
      };
      const emitLevel = (level: number): void => {
        for (const accumulator of accumulators[level] ?? []) {
          code.get(held(identity));
          code.set(accumulator);
        }
        const end = ends[level] ?? 0;
        const perBlock = Math.min(block2 ** (level + 1), 2 ** 31 - 1);
        assign(end, least(number(rows), add(local(row), number(perBlock))));
        code.repeat(() => {
          if (level === 0) emitRow();
          else {
            emitLevel(level - 1);
            addTo(level, accumulators[level - 1] ?? []);
          }
          less(local(row), local(end))();
        });
        for (const accumulator of accumulators[level] ?? []) settle(code, held, accumulator);
      };
      assign(row, number(0));
      emitLevel(levels - 1);
      const sums = accumulators[levels - 1] ?? [];
      const perUnit = width / 4;
      units.forEach((unit, u) => emitStore(code, sums.slice(u * perUnit, (u + 1) * perUnit), target, unit, width));
    };

    countAlong(code, kept, (counters) => {
      const chunks = Math.floor(columns / perChunk);
      const placed = (move: (pointers: typeof sources) => void): void =>
        [sources, results].forEach((pointers) => {
          pointers.place(counters);
          move(pointers);
        });
      if (chunks > 0)
        countAlong(code, [chunks], ([chunk]) => {
          placed((pointers) => pointers.move(across, perChunk, chunk));
          emitChunk(unitsFor(perChunk));
        });
      if (columns % perChunk > 0) {
        placed((pointers) => pointers.move(across, chunks * perChunk));
        emitChunk(unitsFor(columns % perChunk));
      }
    });
  });
};
