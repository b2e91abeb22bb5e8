import { inQuotes } from "../error/plain.ts";
import { type Element, elements } from "../npy/element.ts";
import { bytesPerElement, type DType } from "../scalar/dtype.ts";
import type { Failure } from "./json.ts";

/** The upper half of a float32's bits. */
const bfloat16: Element = {
  bytes: 2,
  dtype: "float32",
  fill: (data, view, { start, little }) => {
    const words = new Uint32Array(data.buffer, data.byteOffset, data.length);
    for (let i = 0; i < words.length; i++) words[i] = view.getUint16(start + 2 * i, little) << 16;
  },
};

/** The format's dtypes, by NumPy's kinds. */
const kinds = [
  ["F64", "f8"],
  ["F32", "f4"],
  ["F16", "f2"],
  ["I64", "i8"],
  ["I32", "i4"],
  ["I16", "i2"],
  ["I8", "i1"],
  ["U64", "u8"],
  ["U32", "u4"],
  ["U16", "u2"],
  ["U8", "u1"],
  ["BOOL", "b1"],
] as const;

const known: ReadonlyMap<string, Element> = new Map([
  ["BF16", bfloat16],
  ...kinds.map(([dtype, kind]) => [dtype, elements[kind]] as const),
]);

/** How the elements of a tensor lie. */
export const elementOf = (
  { name, dtype }: { readonly name: string; readonly dtype: string },
  failure: Failure,
): Element => {
  const element = known.get(dtype);
  if (element !== undefined) return element;
  throw failure(
    `the tensor ${inQuotes(name)} is ${inQuotes(dtype)}, which has no dtype here. Save it as float32, in PyTorch by x.float().`,
    "unsupported",
  );
};

/** What this library writes. */
export const codes = { float64: "F64", float32: "F32", int32: "I32", bool: "BOOL" } as const;

/** Tensors of wide elements come first, so that each lies at a multiple of its element's size. */
export const byWidth = (a: { readonly dtype: DType }, b: { readonly dtype: DType }): number =>
  bytesPerElement[b.dtype] - bytesPerElement[a.dtype];
