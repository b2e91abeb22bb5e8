import { type Code, type Constant, constantOfBytes, op, splat32, splat64 } from "./code.ts";
import type { Held } from "./lanes.ts";
import type { Unit, Vector } from "./load.ts";
import type { Address } from "./pointer.ts";

/* Rule 1: eight accumulators from -0, as two vectors of float32 or four of float64, folded by halves in the end. */

export const lanes = 8;

/** A sum at work. */
export interface Accumulators {
  readonly node: number;
  readonly width: number;
  readonly locals: readonly number[];
  readonly address: Address;
}

const negativeZeros32 = splat32(-0);
const negativeZeros64 = splat64(-0);
export const negativeZeros = (width: number): Constant => (width === 4 ? negativeZeros32 : negativeZeros64);

export const addition = (width: number): readonly number[] => (width === 4 ? op.f32Add : op.f64Add);

/** All ones in the first `count` elements. */
const firstOnes = (count: number, width: number): Constant =>
  constantOfBytes(Array.from({ length: 16 }, (_, byte) => (byte < count * width ? 255 : 0)));

/** Adds terms, those of a unit that do not count as -0. */
export const emitAccumulate = (
  code: Code,
  held: Held,
  { width, locals }: Accumulators,
  units: readonly Unit[],
  vectorOf: (unit: number) => Vector,
): void => {
  const perVector = 16 / width;
  units.forEach(({ at, count }, u) => {
    vectorOf(u).forEach((term, v) => {
      const valid = Math.min(perVector, count - v * perVector);
      if (valid <= 0) return;
      const accumulator = locals[(at % lanes) / perVector + v] ?? 0;
      code.get(accumulator);
      code.get(term);
      if (valid < perVector) {
        code.get(held(negativeZeros(width)));
        code.get(held(firstOnes(valid, width)));
        code.op(op.bitselect);
      }
      code.op(addition(width));
      code.set(accumulator);
    });
  });
};

/** Folds the accumulators; the sum is then in every element of the local. */
export const emitFold = (code: Code, { width, locals }: Accumulators): number => {
  const addTo = (a: number, push: () => void): void => {
    code.get(a);
    push();
    code.op(addition(width));
    code.set(a);
  };
  let folded = locals;
  while (folded.length > 1) {
    const half = folded.length / 2;
    folded.slice(0, half).forEach((local, j) => addTo(local, () => code.get(folded[j + half] ?? 0)));
    folded = folded.slice(0, half);
  }
  const [only = 0] = folded;
  for (let half = 8 / width; half >= 1; half /= 2)
    addTo(only, () => {
      code.get(only);
      code.get(only);
      code.shuffle(Array.from({ length: 16 }, (_, byte) => (byte + half * width) % 16));
    });
  return only;
};
