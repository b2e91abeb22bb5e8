import type { Monoid } from "../scalar/monoid.ts";
import type { Assembler } from "../wasm/assembler.ts";
import { type Constant, constantOfBytes } from "../wasm/constant.ts";
import { op } from "../wasm/opcode.ts";
import type { Expression } from "../wasm/expression.ts";
import type { Hoist } from "../wasm/local.ts";
import { type Packet, type Vector, vectorBytes } from "./access.ts";
import type { Address } from "./pointer.ts";

/*
 * Reduction in lanes: eight accumulators, as two vectors of float32 or four of float64, combined by halves in the end.
 */

export const lanes = 8;

/** A reduction, its accumulators, and the address of its result. */
export interface Accumulators {
  readonly monoid: Monoid;
  readonly locals: readonly number[];
  readonly address: Address;
}

/** All ones in the first `count` elements. */
const firstOnes = (count: number, width: number): Constant =>
  constantOfBytes(Array.from({ length: vectorBytes }, (_, byte) => (byte < count * width ? 255 : 0)));

/** Sets accumulators to the identity. */
export const emitIdentity = (asm: Assembler, hoist: Hoist, { identity }: Monoid, locals: readonly number[]): void => {
  for (const local of locals) {
    asm.get(hoist(identity));
    asm.set(local);
  }
};

/** Joins a vector to an accumulator. */
export const emitJoin = (asm: Assembler, hoist: Hoist, monoid: Monoid, local: number, vector: Expression): void => {
  asm.get(local);
  vector();
  monoid.join(asm, hoist);
  asm.set(local);
};

/** Adds the terms of a packet to the accumulators; points outside of the axis count as the identity. */
export const emitAccumulate = (
  asm: Assembler,
  hoist: Hoist,
  { monoid, locals }: Accumulators,
  { at, count }: Packet,
  terms: Vector,
): void => {
  const { width, identity } = monoid;
  const perVector = vectorBytes / width;
  terms.forEach((term, v) => {
    const valid = Math.min(perVector, count - v * perVector);
    if (valid <= 0) return;
    emitJoin(asm, hoist, monoid, locals[(at % lanes) / perVector + v] ?? 0, () => {
      asm.get(term);
      if (valid === perVector) return;
      asm.get(hoist(identity));
      asm.get(hoist(firstOnes(valid, width)));
      asm.op(op.bitselect);
    });
  });
};

/** The horizontal reduction of the accumulators; the result is then in every lane of the local. */
export const emitHorizontal = (asm: Assembler, hoist: Hoist, { monoid, locals }: Accumulators): number => {
  let left = locals;
  while (left.length > 1) {
    const half = left.length / 2;
    const upper = left.slice(half);
    left = left.slice(0, half);
    left.forEach((local, j) => emitJoin(asm, hoist, monoid, local, () => asm.get(upper[j] ?? 0)));
  }
  const [result = 0] = left;
  for (let half = vectorBytes / 2; half >= monoid.width; half /= 2)
    emitJoin(asm, hoist, monoid, result, () => {
      asm.get(result);
      asm.get(result);
      asm.shuffle(Array.from({ length: vectorBytes }, (_, byte) => (byte + half) % vectorBytes));
    });
  monoid.settle(asm, hoist, result);
  return result;
};
