import type { Lane, Value } from "../scalar/lane.ts";
import type { Block } from "./threefry.ts";

/* A block's 64 bits as one number. */

/** Both words in one. */
export const word = (L: Lane, { high, low }: Block): Value => L.xor(high, low);

/** A word as a whole number from 0 on: its highest bit counts 2^31, not -2^31. */
export const unsigned = (L: Lane, x: Value): Value => L.add(L.xor(x, -(2 ** 31)), 2 ** 31);

/** A whole number below 2^52, of the upper bits of both words. */
const whole52 = (L: Lane, { high, low }: Block): Value =>
  L.add(L.mul(unsigned(L, high), 2 ** 20), L.shiftRight(low, 12));

/** A whole number below 2^23. */
const whole23 = (L: Lane, block: Block): Value => L.shiftRight(word(L, block), 9);

/** A number of [0, 1): a multiple of 2^-52. */
export const unit52 = (L: Lane, block: Block): Value => L.mul(whole52(L, block), 2 ** -52);

/** A number of [0, 1): a multiple of 2^-23. */
export const unit23 = (L: Lane, block: Block): Value => L.mul(whole23(L, block), 2 ** -23);

/** A number of (-1, 1): an odd multiple of 2^-53, so that neither it nor its distance from ±1 is rounded. */
export const symmetric52 = (L: Lane, block: Block): Value => L.sub(L.mul(whole52(L, block), 2 ** -51), 1 - 2 ** -53);

/** A number of (-1, 1): an odd multiple of 2^-24. */
export const symmetric23 = (L: Lane, block: Block): Value => L.sub(L.mul(whole23(L, block), 2 ** -22), 1 - 2 ** -24);
