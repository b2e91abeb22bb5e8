/**
 * Threefry-2x32 with 20 rounds: a block cipher that turns a key and a counter into 64 random bits.
 *
 * J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 */
export type Words = readonly [high: number, low: number];

const parity = 0x1bd11bda;
const rotations = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
] as const;

const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by));

/** The block of a counter, as two signed 32-bit words. */
export const threefry = ([k0, k1]: Words, [c0, c1]: Words): Words => {
  const keys = [k0, k1, k0 ^ k1 ^ parity];
  let x0 = (c0 + k0) | 0;
  let x1 = (c1 + k1) | 0;
  for (let group = 0; group < 5; group++) {
    for (const by of rotations[group % 2 === 0 ? 0 : 1]) {
      x0 = (x0 + x1) | 0;
      x1 = rotate(x1, by) ^ x0;
    }
    x0 = (x0 + (keys[(group + 1) % 3] ?? 0)) | 0;
    x1 = (x1 + (keys[(group + 2) % 3] ?? 0) + group + 1) | 0;
  }
  return [x0, x1];
};

/** The high and low words of a whole number up to 2^53. */
export const wordsOf = (n: number): Words => [Math.floor(n / 2 ** 32) | 0, n | 0];
