import { block2 } from "@gradfold/core/transform";
import { openFunction, op, splat32, splat64 } from "../wasm/assembler.ts";
import type { FunctionCode } from "../wasm/encode.ts";
import { arithmetic, type Expression } from "../wasm/expression.ts";

/*
 * The matrix product by rule 2: over blocks of 256 terms, tiles of 4 rows and two vectors of columns stay in eight
 * registers. Both operands are packed before, so that a transposed one costs nothing more.
 */

export const tileRows = 4;
const rowsPacked = 64;
/** Columns that are packed at once. */
const columnsPacked = 2048;

/** (terms, a, b, c, row bytes of c, add): a tile of c from packed panels; with `add` it is added to what stands there. */
export const tileFunction = (width: number): FunctionCode => {
  const code = openFunction(6);
  const { local, number, add, assign } = arithmetic(code);
  const [terms, a, b, c, row, isAdded] = [0, 1, 2, 3, 4, 5];
  const [splat, mul, sum, zero] =
    width === 4
      ? (["splat4", op.f32Mul, op.f32Add, splat32(-0)] as const)
      : (["splat8", op.f64Mul, op.f64Add, splat64(-0)] as const);
  const cells = Array.from({ length: tileRows }, () => [code.local("v128"), code.local("v128")]);
  for (const cell of cells.flat()) {
    code.constant(zero);
    code.set(cell);
  }
  const columns = [code.local("v128"), code.local("v128")];
  const element = code.local("v128");
  // One term a turn: with more of them V8 keeps more in registers than there are.
  code.repeat(() => {
    columns.forEach((column, j) => {
      code.get(b);
      code.memory("load", j * 16);
      code.set(column);
    });
    cells.forEach((cell, i) => {
      code.get(a);
      code.memory(splat, i * width);
      code.set(element);
      cell.forEach((sumSoFar, j) => {
        code.get(element);
        code.get(columns[j] ?? 0);
        code.op(mul);
        code.get(sumSoFar);
        code.op(sum);
        code.set(sumSoFar);
      });
    });
    assign(b, add(local(b), number(32)));
    assign(a, add(local(a), number(tileRows * width)));
    assign(terms, add(local(terms), number(-1)));
    code.get(terms);
  });
  const write = (isSum: boolean): void =>
    cells.forEach((cell, i) => {
      cell.forEach((value, j) => {
        code.get(c);
        if (isSum) {
          code.get(c);
          code.memory("load", j * 16);
        }
        code.get(value);
        if (isSum) code.op(sum);
        code.memory("store", j * 16);
      });
      if (i < tileRows - 1) assign(c, add(local(c), local(row)));
    });
  code.get(isAdded);
  code.when(
    () => write(true),
    () => write(false),
  );
  return code.finish();
};

export const tileColumnsFor = (width: number): number => 32 / width;

/** The functions that a product calls, by number. */
export interface Helpers {
  readonly tile: number;
  readonly packLeft: number;
  readonly packRight: number;
}

/** Where packed panels and one tile lie. */
export interface Packing {
  readonly left: number;
  readonly right: number;
  readonly tile: number;
}

/** Bytes for the packed panels of products of at most so many columns. */
export const packingBytes = (columns: number): { left: number; right: number; tile: number } => ({
  left: rowsPacked * block2 * 8,
  right: (Math.min(columns, columnsPacked) + 8) * block2 * 8,
  tile: tileRows * 32,
});

/**
 * (m, n, k, a, bytes down a, bytes along a, b, bytes down b, bytes along b, c): the product of at most 65,536 terms an
 * element, which two levels of rule 2 add one block after another.
 */
export const productFunction = (width: number, helpers: Helpers, packing: Packing): FunctionCode => {
  const code = openFunction(10);
  const { local, number, add, sub, mul, less, equal, both, least, name, count } = arithmetic(code);
  const [m, n, k, a, aRow, aColumn, b, bRow, bColumn, c] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  const tileColumns = tileColumnsFor(width);
  const row = name(mul(local(n), number(width)));
  const isFirst = (from: number): Expression => equal(local(from), number(0));
  const call = (index: number, ...values: readonly Expression[]): void => {
    values.forEach((push) => push());
    code.call(index);
  };

  /** A tile at the edge is computed aside, and what belongs to the result is taken from it. */
  const emitEdge = (
    terms: number,
    panelA: Expression,
    panelB: Expression,
    target: number,
    rows: number,
    columns: number,
    from: number,
  ): void => {
    call(helpers.tile, local(terms), panelA, panelB, number(packing.tile), number(32), number(0));
    const value = code.local("v128");
    const [load, store, sum] =
      width === 4 ? (["splat4", "store4Lane", op.f32Add] as const) : (["splat8", "store8Lane", op.f64Add] as const);
    count(local(rows), 1, (i) =>
      count(local(columns), 1, (j) => {
        const at = name(add(local(target), add(mul(local(i), local(row)), mul(local(j), number(width)))));
        add(number(packing.tile), add(mul(local(i), number(32)), mul(local(j), number(width))))();
        code.memory(load, 0);
        code.set(value);
        isFirst(from)();
        code.when(
          () => undefined,
          () => {
            code.get(at);
            code.memory(load, 0);
            code.get(value);
            code.op(sum);
            code.set(value);
          },
        );
        code.get(at);
        code.get(value);
        code.memory(store, 0, 0);
      }),
    );
  };

  count(local(n), columnsPacked, (j0) => {
    const columns = name(least(number(columnsPacked), sub(local(n), local(j0))));
    count(local(k), block2, (k0) => {
      const terms = name(least(number(block2), sub(local(k), local(k0))));
      const right = add(local(b), add(mul(local(k0), local(bRow)), mul(local(j0), local(bColumn))));
      const rightPanels = number(packing.right);
      call(helpers.packRight, rightPanels, right, local(columns), local(terms), local(bColumn), local(bRow));
      count(local(m), rowsPacked, (i0) => {
        const rows = name(least(number(rowsPacked), sub(local(m), local(i0))));
        const left = add(local(a), add(mul(local(i0), local(aRow)), mul(local(k0), local(aColumn))));
        const leftPanels = number(packing.left);
        call(helpers.packLeft, leftPanels, left, local(rows), local(terms), local(aRow), local(aColumn));
        count(local(columns), tileColumns, (j) =>
          count(local(rows), tileRows, (i) => {
            const panel = (start: number, line: number): Expression =>
              add(number(start), mul(mul(local(line), local(terms)), number(width)));
            const [panelA, panelB] = [panel(packing.left, i), panel(packing.right, j)];
            const place = add(mul(add(local(i0), local(i)), local(row)), mul(add(local(j0), local(j)), number(width)));
            const target = name(add(local(c), place));
            const validRows = name(least(number(tileRows), sub(local(rows), local(i))));
            const validColumns = name(least(number(tileColumns), sub(local(columns), local(j))));
            both(equal(local(validRows), number(tileRows)), equal(local(validColumns), number(tileColumns)))();
            code.when(
              () =>
                call(helpers.tile, local(terms), panelA, panelB, local(target), local(row), less(number(0), local(k0))),
              () => emitEdge(terms, panelA, panelB, target, validRows, validColumns, k0),
            );
          }),
        );
      });
    });
  });
  return code.finish();
};
