import { block2 } from "@gradfold/core/transform";
import { op, openFunction, splat32, splat64 } from "../wasm/assembler.ts";
import type { WasmFunction } from "../wasm/encode.ts";
import { arithmetic, type Expression } from "../wasm/expression.ts";

/*
 * gemm, in blocks of 256 terms. The microkernel keeps 4 rows and two vectors of columns in eight registers. Both
 * operands are packed first, so that a transposed one costs nothing more.
 */

export const microRows = 4;
const rowsPacked = 64;
/** Columns that are packed at once. */
const columnsPacked = 2048;

/** (terms, a, b, c, row bytes of c, add): the microkernel, from packed panels to c; with `add` it adds to c. */
export const microkernelFunction = (width: number): WasmFunction => {
  const asm = openFunction(6);
  const { local, number, add, assign } = arithmetic(asm);
  const [terms, a, b, c, row, isAdded] = [0, 1, 2, 3, 4, 5];
  const [splat, mul, sum, zero] =
    width === 4
      ? (["splat4", op.f32x4Mul, op.f32x4Add, splat32(-0)] as const)
      : (["splat8", op.f64x2Mul, op.f64x2Add, splat64(-0)] as const);
  const cells = Array.from({ length: microRows }, () => [asm.local("v128"), asm.local("v128")]);
  for (const cell of cells.flat()) {
    asm.constant(zero);
    asm.set(cell);
  }
  const columns = [asm.local("v128"), asm.local("v128")];
  const element = asm.local("v128");
  // One term per iteration: with more of them V8 runs out of registers.
  asm.repeat(() => {
    columns.forEach((column, j) => {
      asm.get(b);
      asm.memory("load", j * 16);
      asm.set(column);
    });
    cells.forEach((cell, i) => {
      asm.get(a);
      asm.memory(splat, i * width);
      asm.set(element);
      cell.forEach((sumSoFar, j) => {
        asm.get(element);
        asm.get(columns[j] ?? 0);
        asm.op(mul);
        asm.get(sumSoFar);
        asm.op(sum);
        asm.set(sumSoFar);
      });
    });
    assign(b, add(local(b), number(32)));
    assign(a, add(local(a), number(microRows * width)));
    assign(terms, add(local(terms), number(-1)));
    asm.get(terms);
  });
  const write = (isSum: boolean): void =>
    cells.forEach((cell, i) => {
      cell.forEach((value, j) => {
        asm.get(c);
        if (isSum) {
          asm.get(c);
          asm.memory("load", j * 16);
        }
        asm.get(value);
        if (isSum) asm.op(sum);
        asm.memory("store", j * 16);
      });
      if (i < microRows - 1) assign(c, add(local(c), local(row)));
    });
  asm.get(isAdded);
  asm.when(
    () => write(true),
    () => write(false),
  );
  return asm.finish();
};

export const microColumnsFor = (width: number): number => 32 / width;

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

/** Bytes of the packed panels, for gemms of at most so many columns. */
export const packedBytes = (columns: number): { left: number; right: number; tile: number } => ({
  left: rowsPacked * block2 * 8,
  right: (Math.min(columns, columnsPacked) + 8) * block2 * 8,
  tile: microRows * 32,
});

/**
 * (m, n, k, a, bytes down a, bytes along a, b, bytes down b, bytes along b, c): the product of at most 65,536 terms an
 * element: two levels of blocks, whose sums are added one block after another.
 */
export const gemmFunction = (width: number, helpers: GemmFunctions, packing: PackedPanels): WasmFunction => {
  const asm = openFunction(10);
  const { local, number, add, sub, mul, less, equal, and, min, variable, forRange } = arithmetic(asm);
  const [m, n, k, a, aRow, aColumn, b, bRow, bColumn, c] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  const microColumns = microColumnsFor(width);
  const row = variable(mul(local(n), number(width)));
  const isFirst = (from: number): Expression => equal(local(from), number(0));
  const call = (index: number, ...values: readonly Expression[]): void => {
    values.forEach((push) => push());
    asm.call(index);
  };

  /** At an edge of c the microkernel writes to a buffer, of which the elements inside of c are copied. */
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
    const value = asm.local("v128");
    const [load, store, sum] =
      width === 4 ? (["splat4", "store4Lane", op.f32x4Add] as const) : (["splat8", "store8Lane", op.f64x2Add] as const);
    forRange(local(rows), 1, (i) =>
      forRange(local(columns), 1, (j) => {
        const at = variable(add(local(target), add(mul(local(i), local(row)), mul(local(j), number(width)))));
        add(number(packing.tile), add(mul(local(i), number(32)), mul(local(j), number(width))))();
        asm.memory(load, 0);
        asm.set(value);
        isFirst(from)();
        asm.when(
          () => undefined,
          () => {
            asm.get(at);
            asm.memory(load, 0);
            asm.get(value);
            asm.op(sum);
            asm.set(value);
          },
        );
        asm.get(at);
        asm.get(value);
        asm.memory(store, 0, 0);
      }),
    );
  };

  forRange(local(n), columnsPacked, (j0) => {
    const columns = variable(min(number(columnsPacked), sub(local(n), local(j0))));
    forRange(local(k), block2, (k0) => {
      const terms = variable(min(number(block2), sub(local(k), local(k0))));
      const right = add(local(b), add(mul(local(k0), local(bRow)), mul(local(j0), local(bColumn))));
      const rightPanels = number(packing.right);
      call(helpers.packRight, rightPanels, right, local(columns), local(terms), local(bColumn), local(bRow));
      forRange(local(m), rowsPacked, (i0) => {
        const rows = variable(min(number(rowsPacked), sub(local(m), local(i0))));
        const left = add(local(a), add(mul(local(i0), local(aRow)), mul(local(k0), local(aColumn))));
        const leftPanels = number(packing.left);
        call(helpers.packLeft, leftPanels, left, local(rows), local(terms), local(aRow), local(aColumn));
        forRange(local(columns), microColumns, (j) =>
          forRange(local(rows), microRows, (i) => {
            const panel = (start: number, line: number): Expression =>
              add(number(start), mul(mul(local(line), local(terms)), number(width)));
            const [panelA, panelB] = [panel(packing.left, i), panel(packing.right, j)];
            const offset = add(mul(add(local(i0), local(i)), local(row)), mul(add(local(j0), local(j)), number(width)));
            const target = variable(add(local(c), offset));
            const validRows = variable(min(number(microRows), sub(local(rows), local(i))));
            const validColumns = variable(min(number(microColumns), sub(local(columns), local(j))));
            and(equal(local(validRows), number(microRows)), equal(local(validColumns), number(microColumns)))();
            asm.when(
              () =>
                call(helpers.tile, local(terms), panelA, panelB, local(target), local(row), less(number(0), local(k0))),
              () => emitEdge(terms, panelA, panelB, target, validRows, validColumns, k0),
            );
          }),
        );
      });
    });
  });
  return asm.finish();
};
