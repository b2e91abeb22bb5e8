import { type Assembler, openFunction } from "../wasm/assembler.ts";
import { splat32, splat64 } from "../wasm/constant.ts";
import { op } from "../wasm/opcode.ts";
import type { WasmFunction } from "../wasm/encode.ts";
import { arithmetic } from "../wasm/expression.ts";
import { vectorBytes } from "./access.ts";

/*
 * gemm's microkernel: the product of a packed panel of the left operand and one of the right operand. Its result, 4 rows
 * of two vectors, stays in eight registers.
 */

export const microRows = 4;

/** Bytes of a row of the microkernel's result. */
export const microRowBytes = 2 * vectorBytes;

export const microColumnsFor = (width: number): number => microRowBytes / width;

/** The parameters: addresses are of the packed panels and of c; with a nonzero `adds` the result is added to c. */
const [terms, a, b, c, rowBytes, adds] = [0, 1, 2, 3, 4, 5];

const instructionsFor = (width: number) =>
  width === 4
    ? ({ splat: "splat4", mul: op.f32x4Mul, add: op.f32x4Add, zero: splat32(-0) } as const)
    : ({ splat: "splat8", mul: op.f64x2Mul, add: op.f64x2Add, zero: splat64(-0) } as const);

/** The microkernel under construction, and its registers. */
interface Microkernel {
  readonly asm: Assembler;
  readonly width: number;
  readonly instructions: ReturnType<typeof instructionsFor>;
  /** The accumulators of each row. */
  readonly sums: readonly (readonly number[])[];
  /** A term's row of the right panel. */
  readonly columns: readonly number[];
  /** One element of the left panel, in all lanes. */
  readonly element: number;
}

const openMicrokernel = (asm: Assembler, width: number): Microkernel => ({
  asm,
  width,
  instructions: instructionsFor(width),
  sums: Array.from({ length: microRows }, () => [asm.local("v128"), asm.local("v128")]),
  columns: [asm.local("v128"), asm.local("v128")],
  element: asm.local("v128"),
});

/** Adds the products of one term: an outer product of a column of the left panel and a row of the right panel. */
const emitTerm = ({ asm, width, instructions, sums, columns, element }: Microkernel): void => {
  columns.forEach((column, j) => {
    asm.get(b);
    asm.memory("load", j * vectorBytes);
    asm.set(column);
  });
  sums.forEach((row, i) => {
    asm.get(a);
    asm.memory(instructions.splat, i * width);
    asm.set(element);
    row.forEach((sum, j) => {
      asm.get(element);
      asm.get(columns[j] ?? 0);
      asm.op(instructions.mul);
      asm.get(sum);
      asm.op(instructions.add);
      asm.set(sum);
    });
  });
};

/** Adds the products of all terms, one term per iteration: with more of them V8 runs out of registers. */
const emitTerms = (kernel: Microkernel): void => {
  const { asm, width } = kernel;
  const { local, number, add, assign } = arithmetic(asm);
  asm.repeat(() => {
    emitTerm(kernel);
    assign(b, add(local(b), number(microRowBytes)));
    assign(a, add(local(a), number(microRows * width)));
    assign(terms, add(local(terms), number(-1)));
    asm.get(terms);
  });
};

/** Writes the result to c, or adds it. */
const emitWrite = ({ asm, instructions, sums }: Microkernel, isAdded: boolean): void => {
  const { local, add, assign } = arithmetic(asm);
  sums.forEach((row, i) => {
    row.forEach((sum, j) => {
      asm.get(c);
      if (isAdded) {
        asm.get(c);
        asm.memory("load", j * vectorBytes);
      }
      asm.get(sum);
      if (isAdded) asm.op(instructions.add);
      asm.memory("store", j * vectorBytes);
    });
    if (i < microRows - 1) assign(c, add(local(c), local(rowBytes)));
  });
};

/** (terms, a, b, c, bytes of a row of c, adds): the microkernel, from packed panels a and b to c. */
export const microkernelFunction = (width: number): WasmFunction => {
  const asm = openFunction(6);
  const kernel = openMicrokernel(asm, width);
  for (const sum of kernel.sums.flat()) {
    asm.constant(kernel.instructions.zero);
    asm.set(sum);
  }
  emitTerms(kernel);
  asm.get(adds);
  asm.when(
    () => emitWrite(kernel, true),
    () => emitWrite(kernel, false),
  );
  return asm.finish();
};
