import { rowsPerTile } from "../schedule/tiling.ts";
import type { Assembler } from "../wasm/assembler.ts";
import { arithmetic } from "../wasm/expression.ts";

/* Tiled loop nests: a tile of rows that one nest has read is in the cache for the next one. */

/** A strip-mined loop nest: it runs over its rows strip by strip. */
export interface StripMined {
  readonly begin: () => void;
  /** Runs up to the row whose number a local holds: the end of a tile, or of the axis. */
  readonly advanceTo: (stop: number) => void;
  readonly finish: () => void;
}

/** Runs the body for each tile of rows; a local holds the number of the row behind it. */
export const stripMine = (asm: Assembler, rows: number, body: (stop: number) => void): void => {
  const { local, number, add, min, less, variable, assign } = arithmetic(asm);
  const stop = variable(number(0));
  asm.repeat(() => {
    assign(stop, min(number(rows), add(local(stop), number(rowsPerTile))));
    body(stop);
    less(local(stop), number(rows))();
  });
};

export const emitStripMined = (asm: Assembler, rows: number, strips: readonly StripMined[]): void => {
  for (const { begin } of strips) begin();
  stripMine(asm, rows, (stop) => strips.forEach(({ advanceTo }) => advanceTo(stop)));
  for (const { finish } of strips) finish();
};
