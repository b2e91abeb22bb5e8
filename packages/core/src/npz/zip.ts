import crc32 from "crc-32";
import { Inflate } from "fflate";
import { DecodeError, type DecodeFailure } from "../error/error.ts";
import { inQuotes } from "../error/plain.ts";
import { utf8 } from "../safetensors/json.ts";

/*
 * A zip archive's directory, and its files: what fflate does not look at, as checksums, sizes before they take memory,
 * names that are there twice. https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */

/** A file of an archive. */
export interface Packed {
  readonly name: string;
  /** How many bytes it has when it is unpacked. */
  readonly size: number;
  readonly bytes: Uint8Array;
  readonly isDeflated: boolean;
  readonly checksum: number;
}

export const failure = (what: string, kind: DecodeFailure = "malformed", offset?: number): DecodeError =>
  new DecodeError(kind, `npz.decode: ${what}`, offset);

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** What begins a record of an archive, and how long it is without its names. */
const records = { file: [0x04034b50, 30], entry: [0x02014b50, 46], end: [0x06054b50, 22] } as const;

/** The record at a place, which is wholly in the bytes. */
const recordAt = (bytes: Uint8Array, at: number, kind: keyof typeof records): DataView => {
  const [signature, length] = records[kind];
  const record = viewOf(bytes.subarray(at, at + length));
  if (record.byteLength === length && record.getUint32(0, true) === signature) return record;
  throw failure(`the archive's directory is damaged: no ${kind} begins at byte ${at}.`, "malformed", at);
};

const longestComment = 2 ** 16;

interface Directory {
  readonly start: number;
  readonly end: number;
  readonly entries: number;
}

/** The directory, which the last record of an archive names. */
const directoryOf = (bytes: Uint8Array): Directory => {
  const [signature, length] = records.end;
  const view = viewOf(bytes);
  const last = bytes.length - length;
  for (let at = last; at >= 0 && at >= last - longestComment; at--) {
    if (view.getUint32(at, true) !== signature || at + length + view.getUint16(at + 20, true) !== bytes.length)
      continue;
    const [disk, entries] = [view.getUint16(at + 4, true), view.getUint16(at + 10, true)];
    const [size, start] = [view.getUint32(at + 12, true), view.getUint32(at + 16, true)];
    if (entries === 0xffff || size === 0xffffffff || start === 0xffffffff)
      throw failure(
        "the archive is a zip64 one, for more than 65,534 arrays or 4 GiB. Save fewer arrays in one file.",
        "unsupported",
        at,
      );
    if (disk !== 0 || start + size !== at)
      throw failure("the archive's directory is not before its end.", "malformed", at);
    return { start, end: at, entries };
  }
  const isStart = bytes.length >= 4 && view.getUint32(0, true) === records.file[0];
  throw isStart || bytes.length < 4
    ? failure(`the archive has no end: its ${bytes.length} bytes are not all of it.`, "truncated", bytes.length)
    : failure("this is no .npz file, which is a zip archive.", "malformed", 0);
};

const nameOf = (bytes: Uint8Array, isUtf8: boolean, at: number): string => {
  const name = utf8(bytes);
  if (name !== undefined && (isUtf8 || !/[^\0-\x7f]/.test(name))) return name;
  throw failure(`the name at byte ${at} is not in UTF-8.`, "unsupported", at);
};

/** Refuses what cannot be read, before it takes any memory. */
const checkEntry = (name: string, flags: number, method: number, packed: number, size: number): void => {
  const what = `the file ${inQuotes(name)}`;
  if ((flags & 1) !== 0) throw failure(`${what} is encrypted. Decrypt the archive first.`, "unsupported");
  if (method !== 0 && method !== 8)
    throw failure(`${what} is compressed by method ${method}; np.savez_compressed uses 8 (deflate).`, "unsupported");
  if (packed === 0xffffffff || size === 0xffffffff)
    throw failure(`${what} has a zip64 size, of 4 GiB or more. Save its parts.`, "unsupported");
  // Deflate's codes of one bit stand for 258 bytes at most, two of them a copy.
  if (method === 0 ? packed !== size : size > 1032 * packed)
    throw failure(`${what} says that ${packed} bytes hold ${size}, which cannot be.`);
};

/** The bytes of a file as they are in the archive, before the directory. */
const bytesAt = (bytes: Uint8Array, at: number, length: number, limit: number, name: string): Uint8Array => {
  const head = recordAt(bytes, at, "file");
  const start = at + head.byteLength + head.getUint16(26, true) + head.getUint16(28, true);
  if (start + length <= limit) return bytes.subarray(start, start + length);
  throw failure(`the file ${inQuotes(name)} goes on into the directory.`, "malformed", at);
};

/** The files of an archive; nothing is unpacked yet. */
export const filesIn = (bytes: Uint8Array): readonly Packed[] => {
  const { start, end, entries } = directoryOf(bytes);
  const files = new Map<string, Packed>();
  let [at, used] = [start, 0];
  for (let i = 0; i < entries; i++) {
    const entry = recordAt(bytes.subarray(0, end), at, "entry");
    const [flags, method, checksum] = [entry.getUint16(8, true), entry.getUint16(10, true), entry.getUint32(16, true)];
    const [packed, size, offset] = [20, 24, 42].map((place) => entry.getUint32(place, true)) as [
      number,
      number,
      number,
    ];
    const [nameLength, extra, comment] = [28, 30, 32].map((place) => entry.getUint16(place, true)) as [
      number,
      number,
      number,
    ];
    const from = at + entry.byteLength;
    at = from + nameLength + extra + comment;
    if (at > end) throw failure("the archive's directory is longer than it says.", "malformed", from);
    const name = nameOf(bytes.subarray(from, from + nameLength), (flags & 0x800) !== 0, from);
    checkEntry(name, flags, method, packed, size);
    if (files.has(name)) throw failure(`the file ${inQuotes(name)} is there twice.`, "malformed", from);
    used += packed;
    if (used > start) throw failure("the archive's files overlap.", "malformed", from);
    files.set(name, {
      name,
      size,
      bytes: bytesAt(bytes, offset, packed, start, name),
      isDeflated: method === 8,
      checksum,
    });
  }
  if (at !== end) throw failure("the archive's directory is shorter than it says.", "malformed", at);
  return [...files.values()];
};

/** So much is given to be inflated at once: what it may become is at most a thousand times as large. */
const pieceBytes = 2 ** 15;

const roomFor = (name: string, size: number): Uint8Array => {
  try {
    return new Uint8Array(size);
  } catch {
    throw failure(`there is no memory for the ${size} bytes of the file ${inQuotes(name)}.`, "unsupported");
  }
};

const inflated = ({ name, bytes, size }: Packed): Uint8Array => {
  const wrong = failure(`the file ${inQuotes(name)} is damaged: it does not inflate to ${size} bytes.`, "altered");
  const out = roomFor(name, size);
  let done = 0;
  const stream = new Inflate((piece) => {
    if (done + piece.length > size) throw wrong;
    out.set(piece, done);
    done += piece.length;
  });
  try {
    for (let at = 0; at < bytes.length; at += pieceBytes)
      stream.push(bytes.subarray(at, at + pieceBytes), at + pieceBytes >= bytes.length);
  } catch {
    throw wrong; // whatever damaged bytes make of the decompressor
  }
  if (done !== size) throw wrong;
  return out;
};

/** A file as it was before it was packed. Throws a DecodeError where its checksum is another one. */
export const unpack = (file: Packed): Uint8Array => {
  const bytes = file.isDeflated ? inflated(file) : file.bytes;
  if (crc32.buf(bytes) >>> 0 === file.checksum) return bytes;
  throw failure(`the file ${inQuotes(file.name)} is damaged: its checksum is another one.`, "altered");
};
