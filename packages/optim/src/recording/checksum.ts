import crc from "crc-32/crc32c.js";

/** Engines count up to 2^31 with whole numbers, and beyond with others. */
const piece = 2 ** 30;

/**
 * CRC-32C (Castagnoli; RFC 3720, appendix B.4): any single error of up to 32 bits in a row is found, any other with a
 * chance of all but one in four thousand million.
 *
 * @param seed - the checksum of what came before
 */
export const crc32c = (bytes: Uint8Array, seed = 0): number => {
  let sum = seed;
  for (let at = 0; at < bytes.length; at += piece) sum = crc.buf(bytes.subarray(at, at + piece), sum);
  return sum >>> 0;
};
