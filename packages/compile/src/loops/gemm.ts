import { block2, rowMajor, sizeOf } from "@gradfold/core/transform";
import { widthOf } from "../graph/bytes.ts";
import type { Product } from "../schedule/kernel.ts";
import { type Code, op } from "../wasm/assembler.ts";
import { arithmetic } from "../wasm/expression.ts";
import { countAlong, further, openPointers, type OriginOf } from "./pointer.ts";

/** As many terms as two levels of rule 2 add one block after another. */
const chunk = block2 * block2;

/** Calls of the product function for a stack of products; more terms than a chunk are added up chunk by chunk. */
export const emitProduct = (
  code: Code,
  product: Product,
  functionIndex: number,
  spare: number,
  originOf: OriginOf,
): void => {
  const { batch, m, k, n, left, right, dtype } = product;
  const width = widthOf(dtype);
  const pointers = openPointers(code);
  const stack = batch.length;
  const strideOf = (source: readonly number[], axis: number): number => (source[stack + axis] ?? 0) * width;
  const of = (value: number, offset: number, strides: readonly number[]) =>
    pointers.address(
      further(originOf(value), offset * width),
      strides.map((s) => s * width),
    );
  const a = of(left.value, left.source.offset, left.source.strides.slice(0, stack));
  const b = of(right.value, right.source.offset, right.source.strides.slice(0, stack));
  const c = of(product.value, 0, rowMajor([...batch, m * n]).slice(0, -1));
  const push = ({ pointer, offset }: typeof a, more: number): void => {
    code.i32(offset + more);
    if (pointer === undefined) return;
    code.get(pointer);
    code.op(op.i32Add);
  };
  const call = (first: number, terms: number, to: () => void): void => {
    for (const size of [m, n, terms]) code.i32(size);
    push(a, first * strideOf(left.source.strides, 1));
    code.i32(strideOf(left.source.strides, 0));
    code.i32(strideOf(left.source.strides, 1));
    push(b, first * strideOf(right.source.strides, 0));
    code.i32(strideOf(right.source.strides, 0));
    code.i32(strideOf(right.source.strides, 1));
    to();
    code.call(functionIndex);
  };
  const { count, local, number, add } = arithmetic(code);
  const addSpare = (): void =>
    count(number(m * n * width), 16, (at) => {
      const target = add(local(at), () => push(c, 0));
      target();
      target();
      code.memory("load", 0);
      add(local(at), number(spare))();
      code.memory("load", 0);
      code.op(width === 4 ? op.f32Add : op.f64Add);
      code.memory("store", 0);
    });
  countAlong(code, batch, (counters) => {
    pointers.place(counters);
    call(0, Math.min(k, chunk), () => push(c, 0));
    for (let first = chunk; first < k; first += chunk) {
      call(first, Math.min(chunk, k - first), () => code.i32(spare));
      addSpare();
    }
  });
};

/** Bytes of the spare result that chunks of terms need. */
export const spareBytes = ({ m, k, n, dtype }: Product): number => (k > chunk ? sizeOf([m, n]) * widthOf(dtype) : 0);
