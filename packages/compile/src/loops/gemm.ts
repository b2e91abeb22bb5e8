import { sizeOf } from "@gradfold/core/library";
import { rowMajor } from "@gradfold/core/transform";
import { block2 } from "@gradfold/core/compiler";
import { widthOf } from "../graph/bytes.ts";
import type { Gemm, Matrix } from "../schedule/kernel.ts";
import type { Assembler } from "../wasm/assembler.ts";
import { op } from "../wasm/opcode.ts";
import { arithmetic, type Expression } from "../wasm/expression.ts";
import { type Address, type BaseOf, emitLoopNest, offsetBy, openPointers, type Pointers } from "./pointer.ts";

/* A gemm kernel as calls of the gemm function: one for each product of a stack and each chunk of its terms. */

/** Terms of two levels of blocks: the results of such chunks are added one after another. */
const chunk = block2 * block2;

/** A matrix in memory, or a stack of them: its address, and the bytes from row to row and from column to column. */
interface Operand {
  readonly address: Address;
  readonly rowBytes: number;
  readonly columnBytes: number;
}

const openOperand = (
  pointers: Pointers,
  baseOf: BaseOf,
  { value, source }: Matrix,
  stack: number,
  width: number,
): Operand => {
  const bytes = source.strides.map((stride) => stride * width);
  const [rowBytes = 0, columnBytes = 0] = bytes.slice(stack);
  const base = offsetBy(baseOf(value), source.offset * width);
  return { address: pointers.address(base, bytes.slice(0, stack)), rowBytes, columnBytes };
};

/** A gemm under construction. */
interface OpenGemm {
  readonly asm: Assembler;
  readonly kernel: Gemm;
  readonly functionIndex: number;
  readonly pointers: Pointers;
  readonly left: Operand;
  readonly right: Operand;
  readonly result: Address;
}

const openGemm = (asm: Assembler, kernel: Gemm, functionIndex: number, baseOf: BaseOf): OpenGemm => {
  const { batch, m, n, dtype } = kernel;
  const width = widthOf(dtype);
  const pointers = openPointers(asm);
  const left = openOperand(pointers, baseOf, kernel.left, batch.length, width);
  const right = openOperand(pointers, baseOf, kernel.right, batch.length, width);
  const steps = rowMajor([...batch, m * n]).slice(0, -1);
  const result = pointers.address(
    baseOf(kernel.value),
    steps.map((stride) => stride * width),
  );
  return { asm, kernel, functionIndex, pointers, left, right, result };
};

/** Puts an address plus some bytes on the stack. */
const emitAddress = (asm: Assembler, { pointer, offset }: Address, bytes = 0): void => {
  asm.i32(offset + bytes);
  if (pointer === undefined) return;
  asm.get(pointer);
  asm.op(op.i32Add);
};

/** Calls the gemm function for some of the terms; the result goes to the address that `to` puts on the stack. */
const emitCall = (gemm: OpenGemm, first: number, terms: number, to: Expression): void => {
  const { asm, kernel, functionIndex, left, right } = gemm;
  for (const size of [kernel.m, kernel.n, terms]) asm.i32(size);
  emitAddress(asm, left.address, first * left.columnBytes);
  asm.i32(left.rowBytes);
  asm.i32(left.columnBytes);
  emitAddress(asm, right.address, first * right.rowBytes);
  asm.i32(right.rowBytes);
  asm.i32(right.columnBytes);
  to();
  asm.call(functionIndex);
};

/** Adds the result of a chunk, which is at the address `chunkResult`, to the result. */
const emitAddChunk = ({ asm, kernel: { m, n, dtype }, result }: OpenGemm, chunkResult: number): void => {
  const { forRange, local, number, add } = arithmetic(asm);
  const width = widthOf(dtype);
  forRange(number(m * n * width), 16, (at) => {
    const target = add(local(at), () => emitAddress(asm, result));
    target();
    target();
    asm.memory("load", 0);
    add(local(at), number(chunkResult))();
    asm.memory("load", 0);
    asm.op(width === 4 ? op.f32x4Add : op.f64x2Add);
    asm.memory("store", 0);
  });
};

/** Calls of the gemm function for a stack of products; more terms than a chunk are added chunk by chunk. */
export const emitGemm = (
  asm: Assembler,
  kernel: Gemm,
  functionIndex: number,
  chunkResult: number,
  baseOf: BaseOf,
): void => {
  const gemm = openGemm(asm, kernel, functionIndex, baseOf);
  const { batch, k } = kernel;
  emitLoopNest(asm, batch, (counters) => {
    gemm.pointers.seek(counters);
    emitCall(gemm, 0, Math.min(k, chunk), () => emitAddress(asm, gemm.result));
    for (let first = chunk; first < k; first += chunk) {
      emitCall(gemm, first, Math.min(chunk, k - first), () => asm.i32(chunkResult));
      emitAddChunk(gemm, chunkResult);
    }
  });
};

/** Bytes of the result of one chunk, where there are several. */
export const chunkResultBytes = ({ m, k, n, dtype }: Gemm): number => (k > chunk ? sizeOf([m, n]) * widthOf(dtype) : 0);
