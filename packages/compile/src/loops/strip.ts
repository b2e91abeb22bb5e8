import { rowsPerTile } from "../schedule/tiling.ts";
import type { Assembler } from "../wasm/assembler.ts";
import { arithmetic } from "../wasm/expression.ts";

/* Strip mining. Loop nests are tiled by strips: the rows that one nest has read are in the cache for the next one. */

/** A strip-mined loop nest: it runs over its rows strip by strip. */
export interface StripMined {
  readonly begin: () => void;
  /** Runs up to the row in the local `stop`: the end of a tile, or of the axis. */
  readonly advanceTo: (stop: number) => void;
  readonly finish: () => void;
}

/** Runs the body for each tile of rows; the local `stop` holds the end of the tile. */
export const stripMine = (asm: Assembler, rows: number, body: (stop: number) => void): void => {
  const { local, number, add, min, less, variable, assign } = arithmetic(asm);
  const stop = variable(number(0));
  asm.repeat(() => {
    assign(stop, min(number(rows), add(local(stop), number(rowsPerTile))));
    body(stop);
    less(local(stop), number(rows))();
  });
};

/** Tiles loop nests over the same rows. */
export const emitStripMined = (asm: Assembler, rows: number, strips: readonly StripMined[]): void => {
  for (const { begin } of strips) begin();
  stripMine(asm, rows, (stop) => strips.forEach(({ advanceTo }) => advanceTo(stop)));
  for (const { finish } of strips) finish();
};
