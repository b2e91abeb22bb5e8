import { type Quoted, type Reader, readerOf, toJson } from "@gradfold/core/files";
import { failure } from "./failure.ts";

/*
 * JSON as recordings have it: what `JSON.stringify` writes, in ASCII, and so one text for one value. Whatever was read is
 * written again to see whether it is.
 */

const quote = 0x22;
const backslash = 0x5c;

/** The bytes of a text that is ASCII, and so has no escapes but of quotes and backslashes. */
const bytesIn = (quoted: Quoted): Uint8Array | undefined => {
  if (!quoted.includes(backslash)) return quoted;
  const bytes = new Uint8Array(quoted.length);
  let length = 0;
  for (let i = 0; i < quoted.length; i++) {
    if (quoted[i] === backslash && quoted[++i] !== quote && quoted[i] !== backslash) return undefined;
    bytes[length++] = quoted[i] ?? 0;
  }
  return bytes.subarray(0, length);
};

/** Reads a text that is JSON itself; `written` is the value of which it is the text. */
export const within = <A>(
  quoted: Quoted,
  what: string,
  read: (reader: Reader) => A,
  written: (value: A) => unknown,
): A => {
  const bytes = bytesIn(quoted);
  if (bytes === undefined) throw failure(`${what} is no ASCII.`);
  const reader = readerOf(bytes, what, failure);
  const value = read(reader);
  reader.end();
  const text = toJson(written(value));
  if (text.length === bytes.length && bytes.every((byte, i) => byte === text.charCodeAt(i))) return value;
  throw failure(`${what} is not as it is written here.`);
};
