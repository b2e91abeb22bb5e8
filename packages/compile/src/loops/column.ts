import { rowMajor } from "@gradfold/core/transform";
import { block2 } from "@gradfold/core/compiler";
import { type Monoid, monoidOf } from "../scalar/monoid.ts";
import { collapseAxes, type CollapsedAxes } from "../schedule/collapse.ts";
import { type ColumnReduction, dtypeAt } from "../schedule/kernel.ts";
import type { Assembler } from "../wasm/assembler.ts";
import { arithmetic } from "../wasm/expression.ts";
import { inWholePackets, openLoadAccesses, vectorsPerPacket } from "./access.ts";
import { emitBlock, emitChunks, emitClear, emitLevels, emitWrappedResult, type OpenColumnReduction } from "./block.ts";
import { openLoopBody } from "./body.ts";
import { chunksFor } from "./chunk.ts";
import {
  type Address,
  type Base,
  type BaseOf,
  constantBase,
  emitLoopNest,
  type LoopContext,
  openPointers,
  type Pointers,
} from "./pointer.ts";
import type { StripMined } from "./strip.ts";

/* Column reductions as instructions: emitted at once, or strip-mined along their rows, block by block. */

/** The most vectors of accumulators that an engine keeps in registers, beside the terms of a short body. */
const mostAccumulators = 7;
/** The most vectors of accumulators beside a long body, which needs registers itself: one of more than `fewMaps` maps. */
const mostBesideLongBody = 4;
const fewMaps = 2;

/** The axes of a column reduction after collapsing: the outer ones, rows and columns. */
interface Extents {
  readonly axes: CollapsedAxes;
  readonly outerSizes: readonly number[];
  readonly rows: number;
  readonly columns: number;
}

const extentsOf = ({ domain, nodes, outer, reduced }: ColumnReduction): Extents => {
  const axes = collapseAxes(domain, nodes, [outer, outer + reduced]);
  const [rows, columns] = axes.sizes.slice(-2);
  if (rows === undefined || columns === undefined)
    throw new Error(`column reduction: [${domain.join(", ")}] has no axes of rows and columns`);
  return { axes, outerSizes: axes.sizes.slice(0, -2), rows, columns };
};

const monoidIn = ({ nodes, reduction }: ColumnReduction): Monoid =>
  monoidOf(reduction.combine, dtypeAt(nodes, reduction.node));

/** The number of levels of blocks whose results are partial: neither in registers, nor in the result's buffer. */
const partialLevels = (rows: number): number =>
  rows <= block2 * block2 ? 0 : 1 + partialLevels(Math.ceil(rows / block2));

/** Bytes of a row of results, which is stored in whole packets. */
const rowBytes = (columns: number, width: number): number => inWholePackets(columns) * width;

/** Bytes of the rows of partial results, one for each level. */
export const partialsBytes = (kernel: ColumnReduction): number => {
  const { rows, columns } = extentsOf(kernel);
  return partialLevels(rows) * rowBytes(columns, monoidIn(kernel).width);
};

/** The addresses of the result, and of the rows in which the results of each level's blocks are combined. */
const openResults = (
  results: Pointers,
  target: Base,
  partials: number,
  { outerSizes, rows, columns }: Extents,
  width: number,
): Pick<OpenColumnReduction, "target" | "levels"> => {
  const address = (base: Base, outer: readonly number[]): Address =>
    results.address(
      base,
      [...outer, 0, 1].map((stride) => stride * width),
    );
  const result = address(target, rowMajor([...outerSizes, columns]).slice(0, -1));
  const partialRows = Array.from({ length: partialLevels(rows) }, (_, level) =>
    address(
      constantBase(partials + level * rowBytes(columns, width)),
      outerSizes.map(() => 0),
    ),
  );
  return { target: result, levels: rows <= block2 ? [] : [...partialRows, result] };
};

/** `partials` is the address of the rows of partial results. */
const openColumnReduction = (
  { asm, hoist, baseOf }: LoopContext,
  kernel: ColumnReduction,
  partials: number,
): OpenColumnReduction => {
  const { nodes, reduction } = kernel;
  const extents = extentsOf(kernel);
  const { axes, outerSizes, rows, columns } = extents;
  const monoid = monoidIn(kernel);
  const [sources, results] = [openPointers(asm), openPointers(asm)];
  const accesses = openLoadAccesses(sources, axes, nodes, baseOf);
  const isLong = nodes.filter(({ kind }) => kind === "map").length > fewMaps;
  const mostVectors = isLong ? mostBesideLongBody : mostAccumulators;
  return {
    asm,
    hoist,
    monoid,
    sources,
    results,
    ...openResults(results, baseOf(reduction.value), partials, extents, monoid.width),
    body: openLoopBody(asm, hoist, nodes, accesses),
    node: reduction.node,
    outerSizes,
    rows,
    isWrapped: dtypeAt(nodes, reduction.node) === "int32" && rows > block2,
    chunks: chunksFor(columns, Math.floor(mostVectors / vectorsPerPacket(monoid.width))),
    row: asm.local("i32"),
    end: asm.local("i32"),
    current: asm.local("i32"),
  };
};

/** Strip-mines the rows at one point of the outer axes, whose counters are in locals. */
const stripMineRows = (reduction: OpenColumnReduction, counters: readonly number[]): StripMined => {
  const { asm, results, levels, isWrapped, row, end } = reduction;
  const { local, number, add, less, min, assign } = arithmetic(asm);
  return {
    begin: () => {
      assign(row, number(0));
      for (const level of levels)
        emitChunks(reduction, counters, [results], (packets) => emitClear(reduction, packets, level));
    },
    advanceTo: (stop) =>
      asm.repeat(() => {
        assign(end, min(local(stop), add(local(row), number(block2))));
        emitBlock(reduction, counters);
        assign(row, local(end));
        emitLevels(reduction, counters);
        less(local(row), local(stop))();
      }),
    finish: () => {
      if (isWrapped) emitWrappedResult(reduction, counters);
    },
  };
};

/** A column reduction without outer axes that runs strip by strip of its rows. */
export const stripMineColumnReduction = (context: LoopContext, kernel: ColumnReduction, partials: number): StripMined =>
  stripMineRows(openColumnReduction(context, kernel, partials), []);

export const emitColumnReduction = (asm: Assembler, kernel: ColumnReduction, baseOf: BaseOf, partials: number): void =>
  asm.withHoisted((hoist) => {
    const reduction = openColumnReduction({ asm, hoist, baseOf }, kernel, partials);
    const { number, variable } = arithmetic(asm);
    const stop = variable(number(reduction.rows));
    emitLoopNest(asm, reduction.outerSizes, (counters) => {
      const { begin, advanceTo, finish } = stripMineRows(reduction, counters);
      begin();
      advanceTo(stop);
      finish();
    });
  });
