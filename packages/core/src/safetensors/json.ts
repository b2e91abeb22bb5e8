import type { DecodeFailure, DecodeError } from "../error/error.ts";

/*
 * JSON, read by what is expected next and never as a whole: a text that was made to be large as a value is refused before
 * it is one.
 */

/** JSON in ASCII: a byte for each character. */
export const toJson = (value: unknown): string => {
  if (typeof value === "string" && /^[ !#-[\]-~]*$/.test(value)) return `"${value}"`;
  return JSON.stringify(value).replace(/[^ -~]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
};

/** The bytes of a text in ASCII. */
export const asciiBytes = (text: string): Uint8Array => {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
};

const mostArguments = 4096;

const charactersOf = (bytes: Uint8Array): string => {
  if (bytes.length <= mostArguments) return String(Reflect.apply(String.fromCharCode, undefined, bytes));
  const parts: string[] = [];
  for (let i = 0; i < bytes.length; i += mostArguments) parts.push(charactersOf(bytes.subarray(i, i + mostArguments)));
  return parts.join("");
};

const utf8Piece = (bytes: Uint8Array): string => {
  const characters = charactersOf(bytes);
  if (!/[^\0-\x7f]/.test(characters)) return characters;
  const escaped = characters.replace(/[%\x80-\xff]/g, (c) => `%${c.charCodeAt(0).toString(16).padStart(2, "0")}`);
  return decodeURIComponent(escaped);
};

/** Where a piece of a text ends that begins at a place: not within a character. */
const pieceEnd = (bytes: Uint8Array, from: number): number => {
  let end = Math.min(from + mostArguments, bytes.length);
  while (end > from && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return end > from ? end : from + mostArguments;
};

/** The text of bytes in UTF-8 (RFC 3629), piece by piece; undefined if they are none. */
export const utf8 = (bytes: Uint8Array): string | undefined => {
  const parts: string[] = [];
  try {
    for (let at = 0; at < bytes.length;) {
      const end = pieceEnd(bytes, at);
      parts.push(utf8Piece(bytes.subarray(at, end)));
      at = end;
    }
  } catch {
    return undefined;
  }
  return parts.join("");
};

/** So much of a name that an error can hold it. */
export const short = (name: string): string => (name.length > 60 ? `${name.slice(0, 60)}…` : name);

/** Makes the error of a file, which says whose it is. */
export type Failure = (what: string, kind?: DecodeFailure, offset?: number) => DecodeError;

const quote = 0x22;
const backslash = 0x5c;
const letters: ReadonlySet<number> = new Set(Array.from('"\\/bfnrt', (c) => c.charCodeAt(0)));
const isSpace = (byte = 0): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

const isDigit = (byte = 0): boolean => byte >= 0x30 && byte <= 0x39;
const isHexDigit = (byte = 0): boolean => isDigit(byte) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);

const escapeLength = (bytes: Uint8Array, at: number): number => {
  if (letters.has(bytes[at + 1] ?? 0)) return 2;
  const isCode = bytes[at + 1] === 0x75 && [2, 3, 4, 5].every((i) => isHexDigit(bytes[at + i]));
  return isCode ? 6 : 0;
};

/** Where the text ends that begins behind a quote; undefined if it does not. */
const textEnd = (bytes: Uint8Array, from: number): number | undefined => {
  for (let at = from; at < bytes.length;) {
    const byte = bytes[at] ?? 0;
    if (byte === quote) return at;
    if (byte < 0x20) return undefined;
    const length = byte === backslash ? escapeLength(bytes, at) : 1;
    if (length === 0) return undefined;
    at += length;
  }
  return undefined;
};

/** Where a text of ASCII without escapes ends that begins behind a quote; undefined for any other. */
const plainEnd = (bytes: Uint8Array, from: number): number | undefined => {
  let at = from;
  for (let byte = bytes[at] ?? 0; byte >= 0x20 && byte < 0x7f && byte !== backslash; byte = bytes[++at] ?? 0)
    if (byte === quote) return at;
  return undefined;
};

/** A text as it stands between its quotes. What is long is not made a string before it is known for what. */
export type Quoted = Uint8Array;

const unquoted = (quoted: Quoted): string | undefined => {
  const text = utf8(quoted);
  return text === undefined || !quoted.includes(backslash) ? text : String(JSON.parse(`"${text}"`));
};

/** The text of what a reader gave, which looked at it. */
export const stringOf = (quoted: Quoted): string => unquoted(quoted) ?? "";

/** Whether a text that was read is what `toJson` writes for it; piece by piece, since it may be long. */
const isWritten = (quoted: Quoted): boolean => {
  for (let at = 0; at < quoted.length;) {
    let end = at;
    while (end < quoted.length && end < at + mostArguments)
      end += quoted[end] !== backslash ? 1 : quoted[end + 1] === 0x75 ? 6 : 2;
    const piece = quoted.subarray(at, end);
    if (toJson(stringOf(piece)) !== `"${charactersOf(piece)}"`) return false;
    at = end;
  }
  return true;
};

/** A place in JSON, which moves on as it is read. Whatever else comes than what is asked for throws. */
export interface Reader {
  /** Whether this comes next, with spaces before any part of it; then it is read. */
  readonly is: (mark: string) => boolean;
  readonly need: (mark: string) => void;
  readonly count: () => number;
  readonly quoted: () => Quoted;
  readonly text: () => string;
  /** What stands between commas up to a mark. */
  readonly list: (close: string, element: () => void) => void;
  /** Nothing but spaces may follow, of which the number is told. */
  readonly end: () => number;
  /** Whether all is as `toJson` writes it: spaces are at the end only, and escapes where they are needed. */
  readonly isWritten: () => boolean;
}

/** Whether something is what `count` reads. */
export const isCount = (n: unknown): n is number => Number.isSafeInteger(n) && Number(n) >= 0;

/** Reads JSON (RFC 8259) in UTF-8; `what` it is begins an error. */
export const readerOf = (bytes: Uint8Array, what: string, failure: Failure, offset = 0): Reader => {
  let next = 0;
  let isAsWritten = true;
  const refused = (): DecodeError => {
    const found = toJson(charactersOf(bytes.subarray(next, next + 20)));
    return failure(`${what} is not as the format says, at byte ${next}: ${found}.`, "malformed", offset + next);
  };
  const skip = (): void => {
    while (isSpace(bytes[next])) {
      next += 1;
      isAsWritten = false;
    }
  };
  const is = (mark: string): boolean => {
    const start = next;
    skip();
    for (let i = 0; i < mark.length; i++, next++)
      if (bytes[next] !== mark.charCodeAt(i)) {
        next = start;
        return false;
      }
    return true;
  };
  const need = (mark: string): void => {
    if (is(mark)) return;
    skip();
    throw refused();
  };
  const quoted = (): Quoted => {
    skip();
    const start = next + 1;
    const end = bytes[next] === quote ? textEnd(bytes, start) : undefined;
    const found = bytes.subarray(start, end ?? start);
    if (end === undefined || (found.some((byte) => byte > 0x7e) && utf8(found) === undefined)) throw refused();
    next = end + 1;
    isAsWritten &&= isWritten(found);
    return found;
  };
  const text = (): string => {
    skip();
    const start = next + 1;
    const end = bytes[next] === quote ? plainEnd(bytes, start) : undefined;
    if (end === undefined) return stringOf(quoted());
    next = end + 1;
    return charactersOf(bytes.subarray(start, end));
  };
  const count = (): number => {
    skip();
    const start = next;
    let value = 0;
    while (isDigit(bytes[next])) value = 10 * value + ((bytes[next++] ?? 0) - 0x30);
    const length = next - start;
    if (length >= 1 && value <= Number.MAX_SAFE_INTEGER && (length === 1 || bytes[start] !== 0x30)) return value;
    next = start;
    throw refused();
  };
  return {
    is,
    need,
    count,
    quoted,
    text,
    list: (close, element) => {
      if (is(close)) return;
      do element();
      while (is(","));
      need(close);
    },
    end: () => {
      const start = next;
      for (; isSpace(bytes[next]); next++) isAsWritten &&= bytes[next] === 0x20;
      if (next < bytes.length) throw refused();
      return next - start;
    },
    isWritten: () => isAsWritten,
  };
};
