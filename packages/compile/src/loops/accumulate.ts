import type { Monoid } from "../scalar/monoid.ts";
import { type Assembler, type Constant, constantOfBytes, op } from "../wasm/assembler.ts";
import type { Hoist } from "../wasm/local.ts";
import type { Packet, Vector } from "./access.ts";
import type { Address } from "./pointer.ts";

/*
 * Reduction in lanes: eight accumulators, as two vectors of float32 or four of float64, combined by halves in the end.
 */

export const lanes = 8;

/** A reduction and its accumulators. */
export interface Accumulators {
  readonly node: number;
  readonly monoid: Monoid;
  readonly locals: readonly number[];
  readonly address: Address;
}

/** All ones in the first `count` elements. */
const firstOnes = (count: number, width: number): Constant =>
  constantOfBytes(Array.from({ length: 16 }, (_, byte) => (byte < count * width ? 255 : 0)));

/** Adds the terms of a packet to the accumulators; points outside of the axis count as the identity. */
export const emitAccumulate = (
  asm: Assembler,
  hoist: Hoist,
  { monoid, locals }: Accumulators,
  { at, count }: Packet,
  terms: Vector,
): void => {
  const { width, identity, join } = monoid;
  const perVector = 16 / width;
  terms.forEach((term, v) => {
    const valid = Math.min(perVector, count - v * perVector);
    if (valid <= 0) return;
    const accumulator = locals[(at % lanes) / perVector + v] ?? 0;
    asm.get(accumulator);
    asm.get(term);
    if (valid < perVector) {
      asm.get(hoist(identity));
      asm.get(hoist(firstOnes(valid, width)));
      asm.op(op.bitselect);
    }
    join(asm, hoist);
    asm.set(accumulator);
  });
};

/** The horizontal reduction of the accumulators; the result is then in every lane of the local. */
export const emitHorizontal = (asm: Assembler, hoist: Hoist, { monoid, locals }: Accumulators): number => {
  const { width, join, settle } = monoid;
  const joinTo = (a: number, push: () => void): void => {
    asm.get(a);
    push();
    join(asm, hoist);
    asm.set(a);
  };
  let folded = locals;
  while (folded.length > 1) {
    const half = folded.length / 2;
    folded.slice(0, half).forEach((local, j) => joinTo(local, () => asm.get(folded[j + half] ?? 0)));
    folded = folded.slice(0, half);
  }
  const [only = 0] = folded;
  for (let half = 8 / width; half >= 1; half /= 2)
    joinTo(only, () => {
      asm.get(only);
      asm.get(only);
      asm.shuffle(Array.from({ length: 16 }, (_, byte) => (byte + half * width) % 16));
    });
  settle(asm, hoist, only);
  return only;
};
