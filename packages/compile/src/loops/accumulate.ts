import type { Monoid } from "../scalar/monoid.ts";
import { type Code, type Constant, constantOfBytes, op } from "../wasm/assembler.ts";
import type { Held } from "../wasm/local.ts";
import type { Unit, Vector } from "./access.ts";
import type { Address } from "./pointer.ts";

/* Rule 1: eight accumulators from the identity, as two vectors of float32 or four of float64, folded by halves in the end. */

export const lanes = 8;

/** A reduction at work. */
export interface Accumulators {
  readonly node: number;
  readonly monoid: Monoid;
  readonly locals: readonly number[];
  readonly address: Address;
}

/** All ones in the first `count` elements. */
const firstOnes = (count: number, width: number): Constant =>
  constantOfBytes(Array.from({ length: 16 }, (_, byte) => (byte < count * width ? 255 : 0)));

/** Joins the terms of a unit, those that do not count as the identity. */
export const emitAccumulate = (
  code: Code,
  held: Held,
  { monoid, locals }: Accumulators,
  { at, count }: Unit,
  terms: Vector,
): void => {
  const { width, identity, join } = monoid;
  const perVector = 16 / width;
  terms.forEach((term, v) => {
    const valid = Math.min(perVector, count - v * perVector);
    if (valid <= 0) return;
    const accumulator = locals[(at % lanes) / perVector + v] ?? 0;
    code.get(accumulator);
    code.get(term);
    if (valid < perVector) {
      code.get(held(identity));
      code.get(held(firstOnes(valid, width)));
      code.op(op.bitselect);
    }
    join(code, held);
    code.set(accumulator);
  });
};

/** Folds the accumulators; the result is then in every element of the local. */
export const emitFold = (code: Code, held: Held, { monoid, locals }: Accumulators): number => {
  const { width, join, settle } = monoid;
  const joinTo = (a: number, push: () => void): void => {
    code.get(a);
    push();
    join(code, held);
    code.set(a);
  };
  let folded = locals;
  while (folded.length > 1) {
    const half = folded.length / 2;
    folded.slice(0, half).forEach((local, j) => joinTo(local, () => code.get(folded[j + half] ?? 0)));
    folded = folded.slice(0, half);
  }
  const [only = 0] = folded;
  for (let half = 8 / width; half >= 1; half /= 2)
    joinTo(only, () => {
      code.get(only);
      code.get(only);
      code.shuffle(Array.from({ length: 16 }, (_, byte) => (byte + half * width) % 16));
    });
  settle(code, held, only);
  return only;
};
