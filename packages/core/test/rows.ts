import fc from "fast-check";
import { array, type DType, type NDArray, type Shape, toTypedArray } from "../src/index.ts";
import { sizeOf } from "../src/array/shape.ts";

/* Arrays whose rows are taken, and at which indices. */

const stores = {
  float64: Float64Array,
  float32: Float32Array,
  int32: Int32Array,
  bool: Uint8Array,
} as const;

const dtypes = Object.keys(stores) as readonly (keyof typeof stores)[];

/** The bytes of an array's elements. */
export const bytesOf = (x: NDArray): readonly number[] => [...new Uint8Array(toTypedArray(x).buffer)];

/** Elements of any bits, also those of NaNs that differ in their payloads. */
const elements = (dtype: DType, size: number): fc.Arbitrary<Uint8Array<ArrayBuffer>> => {
  const bytes = stores[dtype].BYTES_PER_ELEMENT * size;
  const byte = dtype === "bool" ? fc.nat({ max: 1 }) : fc.constantFrom(0, 1, 0x40, 0x7f, 0x80, 0xbf, 0xc0, 0xff);
  return fc.array(byte, { minLength: bytes, maxLength: bytes }).map((list) => Uint8Array.from(list));
};

export interface Rows {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly axis: number;
  readonly indices: readonly number[];
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Arrays with rows of no element, of one, of few and of many, and indices from both ends. */
export const rows: fc.Arbitrary<Rows> = fc
  .record({
    dtype: fc.constantFrom(...dtypes),
    before: fc.array(fc.nat({ max: 3 }), { maxLength: 1 }),
    n: fc.integer({ min: 1, max: 5 }),
    after: fc.array(fc.constantFrom(0, 1, 2, 3, 5, 8, 17, 40, 70), { maxLength: 1 }),
  })
  .chain(({ dtype, before, n, after }) => {
    const shape = [...before, n, ...after];
    return fc.record({
      dtype: fc.constant(dtype),
      shape: fc.constant(shape),
      axis: fc.constant(before.length),
      indices: fc.array(fc.integer({ min: -n, max: n - 1 }), { maxLength: 7 }),
      bytes: elements(dtype, sizeOf(shape)),
    });
  });

export const arrayOf = ({ dtype, shape, bytes }: Rows): NDArray => {
  const elements = new stores[dtype](bytes.buffer);
  return array(elements instanceof Uint8Array ? [...elements] : elements, { shape, dtype });
};

export const indicesOf = ({ indices }: Rows): NDArray => array(indices, { dtype: "int32", shape: [indices.length] });

/** The bytes of an element. */
export const widthOf = ({ dtype }: Rows): number => stores[dtype].BYTES_PER_ELEMENT;
