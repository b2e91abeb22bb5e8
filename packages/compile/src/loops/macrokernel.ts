import { block2 } from "@gradfold/core/compiler";
import { type Assembler, openFunction } from "../wasm/assembler.ts";
import { op } from "../wasm/opcode.ts";
import type { WasmFunction } from "../wasm/encode.ts";
import { arithmetic, type Arithmetic, type Expression } from "../wasm/expression.ts";
import { microColumnsFor, microRowBytes, microRows } from "./microkernel.ts";

/*
 * gemm, in the loops of Goto and van de Geijn (2008): blocks of columns, of 256 terms and of rows, whose operands are
 * packed first, so that a transposed one costs nothing more; and the macrokernel, which calls the microkernel for each
 * pair of packed panels.
 */

/** Rows of the left operand that are packed at once. */
const rowsPacked = 64;
/** Columns of the right operand that are packed at once. */
const columnsPacked = 2048;

/** The indices of the functions that gemm calls. */
export interface GemmFunctions {
  readonly tile: number;
  readonly packLeft: number;
  readonly packRight: number;
}

/** The addresses of the packed panels, and of one result of the microkernel. */
export interface PackedPanels {
  readonly left: number;
  readonly right: number;
  readonly tile: number;
}

/** Bytes of the packed panels, for gemms of at most `columns` columns. */
export const packedBytes = (columns: number): { left: number; right: number; tile: number } => ({
  left: rowsPacked * block2 * 8,
  right: (Math.min(columns, columnsPacked) + 8) * block2 * 8,
  tile: microRows * microRowBytes,
});

/** The parameters: sizes, and the address and strides in bytes of each operand. */
const [m, n, k, a, aRow, aColumn, b, bRow, bColumn, c] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

/** The gemm function under construction. */
interface GemmFunction {
  readonly asm: Assembler;
  readonly expressions: Arithmetic;
  readonly width: number;
  readonly functions: GemmFunctions;
  readonly panels: PackedPanels;
  /** The local that holds the bytes of a row of c. */
  readonly rowBytes: number;
}

/** A block of the product, in locals: its first column, row and term, and how many of each it has. */
interface Block {
  readonly j0: number;
  readonly columns: number;
  readonly k0: number;
  readonly terms: number;
  readonly i0: number;
  readonly rows: number;
}

/** One result of the microkernel, in locals: its address in c, and how many of its rows and columns are inside of c. */
interface Tile {
  readonly target: number;
  readonly rows: number;
  readonly columns: number;
}

const emitCall = (asm: Assembler, index: number, parameters: readonly Expression[]): void => {
  for (const push of parameters) push();
  asm.call(index);
};

/** Copies an element of the microkernel's result at `from` to c, or adds it, unless `k0` is the first term. */
const emitElement = (
  { asm, expressions, width }: GemmFunction,
  value: number,
  k0: number,
  from: Expression,
  to: number,
): void => {
  const { local, number, equal } = expressions;
  const [load, store, sum] =
    width === 4 ? (["splat4", "store4Lane", op.f32x4Add] as const) : (["splat8", "store8Lane", op.f64x2Add] as const);
  from();
  asm.memory(load, 0);
  asm.set(value);
  equal(local(k0), number(0))();
  asm.when(
    () => undefined,
    () => {
      asm.get(to);
      asm.memory(load, 0);
      asm.get(value);
      asm.op(sum);
      asm.set(value);
    },
  );
  asm.get(to);
  asm.get(value);
  asm.memory(store, 0, 0);
};

/** At an edge of c the microkernel writes to a buffer, of which the elements inside of c are copied. */
const emitEdge = (gemm: GemmFunction, { k0 }: Block, operands: readonly Expression[], tile: Tile): void => {
  const { asm, width, functions, panels, rowBytes } = gemm;
  const { local, number, add, mul, variable, forRange } = gemm.expressions;
  emitCall(asm, functions.tile, [...operands, number(panels.tile), number(microRowBytes), number(0)]);
  const value = asm.local("v128");
  forRange(local(tile.rows), 1, (i) =>
    forRange(local(tile.columns), 1, (j) => {
      const column = mul(local(j), number(width));
      const to = variable(add(local(tile.target), add(mul(local(i), local(rowBytes)), column)));
      const from = add(number(panels.tile), add(mul(local(i), number(microRowBytes)), column));
      emitElement(gemm, value, k0, from, to);
    }),
  );
};

/** The product of the panels that begin with row i and column j of a block. */
const emitTile = (gemm: GemmFunction, block: Block, i: number, j: number): void => {
  const { asm, width, functions, panels, rowBytes } = gemm;
  const { local, number, add, sub, mul, less, equal, and, min, variable } = gemm.expressions;
  const { j0, columns, k0, terms, i0, rows } = block;
  const microColumns = microColumnsFor(width);
  const panel = (start: number, line: number): Expression =>
    add(number(start), mul(mul(local(line), local(terms)), number(width)));
  const operands = [local(terms), panel(panels.left, i), panel(panels.right, j)];
  const [row, column] = [add(local(i0), local(i)), add(local(j0), local(j))];
  const tile = {
    target: variable(add(local(c), add(mul(row, local(rowBytes)), mul(column, number(width))))),
    rows: variable(min(number(microRows), sub(local(rows), local(i)))),
    columns: variable(min(number(microColumns), sub(local(columns), local(j)))),
  };
  and(equal(local(tile.rows), number(microRows)), equal(local(tile.columns), number(microColumns)))();
  asm.when(
    () => emitCall(asm, functions.tile, [...operands, local(tile.target), local(rowBytes), less(number(0), local(k0))]),
    () => emitEdge(gemm, block, operands, tile),
  );
};

/** The macrokernel: the products of all pairs of packed panels of a block. */
const emitMacrokernel = (gemm: GemmFunction, block: Block): void => {
  const { local, forRange } = gemm.expressions;
  forRange(local(block.columns), microColumnsFor(gemm.width), (j) =>
    forRange(local(block.rows), microRows, (i) => emitTile(gemm, block, i, j)),
  );
};

/** Visits the blocks of an axis, with the start and the size of each in locals. */
const emitBlocks = (
  { number, local, min, sub, variable, forRange }: Arithmetic,
  size: number,
  most: number,
  visit: (first: number, count: number) => void,
): void =>
  forRange(local(size), most, (first) => visit(first, variable(min(number(most), sub(local(size), local(first))))));

/** Packs the right operand of a block of columns and terms. */
const emitPackRight = (
  { asm, expressions, functions, panels }: GemmFunction,
  block: Omit<Block, "i0" | "rows">,
): void => {
  const { local, number, add, mul } = expressions;
  const { j0, columns, k0, terms } = block;
  const from = add(local(b), add(mul(local(k0), local(bRow)), mul(local(j0), local(bColumn))));
  const strides = [local(bColumn), local(bRow)];
  emitCall(asm, functions.packRight, [number(panels.right), from, local(columns), local(terms), ...strides]);
};

/** Packs the left operand of a block. */
const emitPackLeft = ({ asm, expressions, functions, panels }: GemmFunction, { i0, rows, k0, terms }: Block): void => {
  const { local, number, add, mul } = expressions;
  const from = add(local(a), add(mul(local(i0), local(aRow)), mul(local(k0), local(aColumn))));
  const strides = [local(aRow), local(aColumn)];
  emitCall(asm, functions.packLeft, [number(panels.left), from, local(rows), local(terms), ...strides]);
};

/**
 * (m, n, k, a, bytes down a, bytes along a, b, bytes down b, bytes along b, c): the product of at most 65,536 terms an
 * element: two levels of blocks, whose sums are added one block after another.
 */
export const gemmFunction = (width: number, functions: GemmFunctions, panels: PackedPanels): WasmFunction => {
  const asm = openFunction(10);
  const expressions = arithmetic(asm);
  const { local, number, mul, variable } = expressions;
  const rowBytes = variable(mul(local(n), number(width)));
  const gemm = { asm, expressions, width, functions, panels, rowBytes };
  emitBlocks(expressions, n, columnsPacked, (j0, columns) =>
    emitBlocks(expressions, k, block2, (k0, terms) => {
      emitPackRight(gemm, { j0, columns, k0, terms });
      emitBlocks(expressions, m, rowsPacked, (i0, rows) => {
        const block = { j0, columns, k0, terms, i0, rows };
        emitPackLeft(gemm, block);
        emitMacrokernel(gemm, block);
      });
    }),
  );
  return asm.finish();
};
