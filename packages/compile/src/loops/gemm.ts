import { block2, rowMajor, sizeOf } from "@gradfold/core/transform";
import { widthOf } from "../graph/bytes.ts";
import type { Gemm } from "../schedule/kernel.ts";
import { type Assembler, op } from "../wasm/assembler.ts";
import { arithmetic } from "../wasm/expression.ts";
import { type BaseOf, emitLoopNest, offsetBy, openPointers } from "./pointer.ts";

/** Terms of two levels of blocks, whose sums are added one block after another. */
const chunk = block2 * block2;

/** Calls of the gemm function for a batch of products; more terms than a chunk are added chunk by chunk. */
export const emitGemm = (
  asm: Assembler,
  product: Gemm,
  functionIndex: number,
  chunkResult: number,
  baseOf: BaseOf,
): void => {
  const { batch, m, k, n, left, right, dtype } = product;
  const width = widthOf(dtype);
  const pointers = openPointers(asm);
  const stack = batch.length;
  const strideOf = (source: readonly number[], axis: number): number => (source[stack + axis] ?? 0) * width;
  const of = (value: number, offset: number, strides: readonly number[]) =>
    pointers.address(
      offsetBy(baseOf(value), offset * width),
      strides.map((s) => s * width),
    );
  const a = of(left.value, left.source.offset, left.source.strides.slice(0, stack));
  const b = of(right.value, right.source.offset, right.source.strides.slice(0, stack));
  const c = of(product.value, 0, rowMajor([...batch, m * n]).slice(0, -1));
  const push = ({ pointer, offset }: typeof a, more: number): void => {
    asm.i32(offset + more);
    if (pointer === undefined) return;
    asm.get(pointer);
    asm.op(op.i32Add);
  };
  const call = (first: number, terms: number, to: () => void): void => {
    for (const size of [m, n, terms]) asm.i32(size);
    push(a, first * strideOf(left.source.strides, 1));
    asm.i32(strideOf(left.source.strides, 0));
    asm.i32(strideOf(left.source.strides, 1));
    push(b, first * strideOf(right.source.strides, 0));
    asm.i32(strideOf(right.source.strides, 0));
    asm.i32(strideOf(right.source.strides, 1));
    to();
    asm.call(functionIndex);
  };
  const { forRange, local, number, add } = arithmetic(asm);
  const addChunkResult = (): void =>
    forRange(number(m * n * width), 16, (at) => {
      const target = add(local(at), () => push(c, 0));
      target();
      target();
      asm.memory("load", 0);
      add(local(at), number(chunkResult))();
      asm.memory("load", 0);
      asm.op(width === 4 ? op.f32x4Add : op.f64x2Add);
      asm.memory("store", 0);
    });
  emitLoopNest(asm, batch, (counters) => {
    pointers.seek(counters);
    call(0, Math.min(k, chunk), () => push(c, 0));
    for (let first = chunk; first < k; first += chunk) {
      call(first, Math.min(chunk, k - first), () => asm.i32(chunkResult));
      addChunkResult();
    }
  });
};

/** Bytes of the result of one chunk, where there are several. */
export const chunkResultBytes = ({ m, k, n, dtype }: Gemm): number => (k > chunk ? sizeOf([m, n]) * widthOf(dtype) : 0);
