/* Constant vectors. */

/** The sixteen bytes of a vector; constants of equal bytes have equal names. */
export interface Constant {
  readonly name: string;
  readonly bytes: readonly number[];
}

const constantOf = (view: Float32Array | Float64Array | Int32Array | BigUint64Array | Uint8Array): Constant => {
  const bytes = [...new Uint8Array(view.buffer)];
  return { name: bytes.join(), bytes };
};

export const splat32 = (value: number): Constant => constantOf(new Float32Array(4).fill(value));
export const splat64 = (value: number): Constant => constantOf(new Float64Array(2).fill(value));
export const splatInt32 = (value: number): Constant => constantOf(new Int32Array(4).fill(value));
export const splatBits = (value: bigint): Constant => constantOf(new BigUint64Array(2).fill(value));
export const constantOfBytes = (bytes: readonly number[]): Constant => constantOf(Uint8Array.from(bytes));
