import type { Lane, Term, Value } from "../scalar/lane.ts";

/** 64 random bits, as two 32-bit words. */
export interface Block {
  readonly high: Value;
  readonly low: Value;
}

const parity = 0x1bd11bda;
const rotations = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
] as const;

/**
 * Threefry-2x32 with 20 rounds: a block cipher that turns a key and a counter, two words each, into 64 random bits.
 *
 * J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 */
export const threefry = (L: Lane, k0: Value, k1: Value, c0: Term, c1: Term): Block => {
  const keys = [k0, k1, L.xor(L.xor(k0, k1), parity)] as const;
  let high = L.wrappingAdd(c0, k0);
  let low = L.wrappingAdd(c1, k1);
  for (const group of [0, 1, 2, 3, 4] as const) {
    for (const places of rotations[group % 2 === 0 ? 0 : 1]) {
      high = L.wrappingAdd(high, low);
      low = L.xor(L.rotate(low, places), high);
    }
    high = L.wrappingAdd(high, keys[(group + 1) % 3] ?? 0);
    low = L.wrappingAdd(low, L.wrappingAdd(keys[(group + 2) % 3] ?? 0, group + 1));
  }
  return { high, low };
};
