import { rowsInBlock } from "../schedule/tiling.ts";
import type { Code } from "../wasm/assembler.ts";
import { arithmetic } from "../wasm/expression.ts";

/* Nests that walk the same rows, block by block: what one leaves of a block, the next one finds in the cache. */

/** A nest in the making that walks rows. */
export interface Pass {
  readonly begin: () => void;
  /** Walks on, up to the row whose number a local holds: the end of a block, or of all. */
  readonly take: (stop: number) => void;
  readonly finish: () => void;
}

/** Runs the body for each block of rows; a local holds the number of the row behind it. */
export const inBlocks = (code: Code, rows: number, body: (stop: number) => void): void => {
  const { local, number, add, least, less, name, assign } = arithmetic(code);
  const stop = name(number(0));
  code.repeat(() => {
    assign(stop, least(number(rows), add(local(stop), number(rowsInBlock))));
    body(stop);
    less(local(stop), number(rows))();
  });
};

export const emitPasses = (code: Code, rows: number, passes: readonly Pass[]): void => {
  for (const { begin } of passes) begin();
  inBlocks(code, rows, (stop) => passes.forEach(({ take }) => take(stop)));
  for (const { finish } of passes) finish();
};
