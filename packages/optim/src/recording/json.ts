import type { DecodeError } from "@gradfold/core";
import { failure, short } from "./failure.ts";

/*
 * JSON as recordings have it: what `JSON.stringify` writes, in ASCII, and so one text for one value. It is read by what is
 * expected next, and never as a whole: a text that was made to be large as a value is refused before it is one.
 */

/** JSON in ASCII: a byte for each character. */
export const toJson = (value: unknown): string =>
  JSON.stringify(value).replace(/[^ -~]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);

export const bytesOfText = (text: string): Uint8Array => {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
};

const mostArguments = 4096;

const textOf = (bytes: Uint8Array): string => {
  if (bytes.length <= mostArguments) return String(Reflect.apply(String.fromCharCode, undefined, bytes));
  const parts: string[] = [];
  for (let i = 0; i < bytes.length; i += mostArguments) parts.push(textOf(bytes.subarray(i, i + mostArguments)));
  return parts.join("");
};

const quote = 0x22;
const backslash = 0x5c;
const letters: ReadonlySet<number> = new Set(Array.from('"\\bfnrt', (c) => c.charCodeAt(0)));
/** Characters that have a letter for their escape. */
const lettered: ReadonlySet<number> = new Set(Array.from("\b\f\n\r\t", (c) => c.charCodeAt(0)));

const hexDigit = (byte: number): number =>
  byte >= 0x30 && byte <= 0x39 ? byte - 0x30 : byte >= 0x61 && byte <= 0x66 ? byte - 0x57 : NaN;

/** How many bytes an escape has, if the character behind it is written in no shorter way; else 0. */
const escapeLength = (bytes: Uint8Array, at: number): number => {
  if (letters.has(bytes[at + 1] ?? 0)) return 2;
  if (bytes[at + 1] !== 0x75) return 0;
  let code = 0;
  for (let i = at + 2; i < at + 6; i++) code = 16 * code + hexDigit(bytes[i] ?? 0);
  return code > 0x7e || (code < 0x20 && !lettered.has(code)) ? 6 : 0;
};

/** Where the text ends that begins behind a quote; undefined if it is not as it is written here. */
const textEnd = (bytes: Uint8Array, from: number): number | undefined => {
  for (let at = from; at < bytes.length;) {
    const byte = bytes[at] ?? 0;
    if (byte === quote) return at;
    if (byte < 0x20 || byte > 0x7e) return undefined;
    const length = byte === backslash ? escapeLength(bytes, at) : 1;
    if (length === 0) return undefined;
    at += length;
  }
  return undefined;
};

/** A text as it stands between its quotes. What is long is not made a string before it is known for what. */
export type Quoted = Uint8Array;

const isPlain = (quoted: Quoted): boolean => !quoted.includes(backslash);

export const stringOf = (quoted: Quoted): string => {
  const text = textOf(quoted);
  return isPlain(quoted) ? text : String(JSON.parse(`"${text}"`));
};

/** The bytes of a text that is ASCII, and so has no escapes but of quotes and backslashes. */
const bytesIn = (quoted: Quoted): Uint8Array | undefined => {
  if (isPlain(quoted)) return quoted;
  const bytes = new Uint8Array(quoted.length);
  let length = 0;
  for (let i = 0; i < quoted.length; i++) {
    if (quoted[i] === backslash && quoted[++i] !== quote && quoted[i] !== backslash) return undefined;
    bytes[length++] = quoted[i] ?? 0;
  }
  return bytes.subarray(0, length);
};

/** A place in JSON, which moves on as it is read. Whatever is not as it is written here throws. */
export interface Reader {
  /** Whether this comes next; then it is read. */
  readonly is: (mark: string) => boolean;
  readonly need: (mark: string) => void;
  readonly count: () => number;
  readonly quoted: () => Quoted;
  readonly text: () => string;
  /** What stands between commas up to a mark. */
  readonly list: (close: string, element: () => void) => void;
  /** Up to seven spaces may follow. */
  readonly end: () => void;
}

/** Whether something is what `count` reads. */
export const isCount = (n: unknown): n is number => Number.isSafeInteger(n) && Number(n) >= 0;

export const readerOf = (bytes: Uint8Array, what: string): Reader => {
  let next = 0;
  const refused = (): DecodeError =>
    failure(
      `${what} is not as it is written here, at byte ${next}: ${toJson(textOf(bytes.subarray(next, next + 20)))}.`,
    );
  const is = (mark: string): boolean => {
    for (let i = 0; i < mark.length; i++) if (bytes[next + i] !== mark.charCodeAt(i)) return false;
    next += mark.length;
    return true;
  };
  const need = (mark: string): void => {
    if (!is(mark)) throw refused();
  };
  const quoted = (): Quoted => {
    const start = next + 1;
    const end = bytes[next] === quote ? textEnd(bytes, start) : undefined;
    if (end === undefined) throw refused();
    next = end + 1;
    return bytes.subarray(start, end);
  };
  return {
    is,
    need,
    count: () => {
      const start = next;
      let value = 0;
      for (let digit = hexDigit(bytes[next] ?? 0); digit < 10; digit = hexDigit(bytes[++next] ?? 0))
        value = 10 * value + digit;
      const length = next - start;
      if (length >= 1 && value <= Number.MAX_SAFE_INTEGER && (length === 1 || bytes[start] !== 0x30)) return value;
      next = start;
      throw refused();
    },
    quoted,
    text: () => stringOf(quoted()),
    list: (close, element) => {
      if (is(close)) return;
      do element();
      while (is(","));
      need(close);
    },
    end: () => {
      const spaces = bytes.length - next;
      if (spaces > 7 || !bytes.subarray(next).every((byte) => byte === 0x20)) throw refused();
    },
  };
};

/** The most texts that a recording's description may have. */
export const mostTexts = 2 ** 14;

/** Texts by name. */
export const readTexts = (reader: Reader): ReadonlyMap<string, Quoted> => {
  const texts = new Map<string, Quoted>();
  reader.need("{");
  reader.list("}", () => {
    const name = reader.text();
    reader.need(":");
    if (texts.has(name)) throw failure(`the header says ${short(name)} twice.`);
    if (texts.size === mostTexts) throw failure(`there are more than ${mostTexts} texts.`);
    texts.set(name, reader.quoted());
  });
  return texts;
};

/** Reads a text that is JSON itself. */
export const within = <A>(quoted: Quoted, what: string, read: (reader: Reader) => A): A => {
  const bytes = bytesIn(quoted);
  if (bytes === undefined) throw failure(`${what} is no ASCII.`);
  const reader = readerOf(bytes, what);
  const value = read(reader);
  reader.end();
  return value;
};
