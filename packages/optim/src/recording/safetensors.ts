import { type DecodeError, type DecodeFailure, DomainError, type DType, type Either, either } from "@gradfold/core";
import { allocateAlone, bytesPerElement, mostAxes, type Store } from "@gradfold/core/transform";
import { crc32c } from "./checksum.ts";
import { bytesOfText, failure, type Quoted, type Reader, readerOf, readTexts, short, toJson } from "./json.ts";

/*
 * Files as the Python package `safetensors` reads and writes them: the length of the header as eight little-endian bytes,
 * the header in JSON, the elements. Beyond the format these files have a last tensor `checksum` over all bytes before
 * it, and their header is canonical: what `JSON.stringify` writes, in ASCII, filled up with spaces. So a header cannot
 * say the same thing twice, and no bit of a file can change unseen. The elements are little-endian, as is every machine
 * that these packages run on.
 */

export { bytesOfText };

interface Described {
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/** An array to be written: its elements, one part after another, in row-major order. */
export interface Column extends Described {
  readonly name: string;
  readonly parts: () => Iterable<Store>;
}

/** An array in a file, and where its bytes begin. */
export interface Tensor extends Described {
  readonly at: number;
}

/** What a file holds. The elements are read when they are asked for, into a buffer of their own. */
export interface Contents {
  readonly metadata: ReadonlyMap<string, Quoted>;
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly elements: (tensor: Tensor) => Store;
}

/** Bytes that are read piece by piece: those of a file, say. */
export interface Source {
  readonly length: number;
  /** Fills `into` with the bytes from a position on. */
  readonly read: (into: Uint8Array, at: number) => void;
}

/** A file to be written, one part after another. */
export interface Written {
  readonly length: number;
  readonly parts: () => Iterable<Uint8Array>;
}

const codes = { float64: "F64", float32: "F32", int32: "I32", bool: "BOOL" } as const;

const words = (Object.keys(codes) as DType[]).map((dtype) => [dtype, `"${codes[dtype]}"`] as const);

/** A longer header would cost the memory of whoever reads it. */
const longestHeader = 2 ** 23;
/** So would more tensors. */
const mostTensors = 2 ** 16;
const mostAxesTogether = 2 ** 19;
/** A tensor's rows, begin and end grow with a run; up to terabytes they have 12 digits more than at its beginning. */
const roomToGrow = 3 * 12;

const checksumName = "checksum";
const checksumBytes = 4;

const checksumAt = (begin: number): unknown => ({
  dtype: "U8",
  shape: [checksumBytes],
  data_offsets: [begin, begin + checksumBytes],
});

/** How many elements a shape has, also where the product of all sizes but a zero is too large. */
const countOf = (shape: readonly number[]): number =>
  shape.includes(0) ? 0 : shape.reduce((product, n) => product * n, 1);

const bytesIn = ({ dtype, shape }: Described): number => countOf(shape) * bytesPerElement[dtype];

const raw = (data: Store): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** Elements with one bit pattern for NaN, which the engine does not promise. */
const canonical = (data: Store): Uint8Array => {
  if (data.every((value: number) => !Number.isNaN(value))) return raw(data);
  const words = new Uint32Array(data.slice().buffer);
  const high = data.BYTES_PER_ELEMENT === 8 ? 0x7ff80000 : 0x7fc00000;
  const stride = data.BYTES_PER_ELEMENT / 4;
  data.forEach((value: number, i: number) => {
    if (Number.isNaN(value)) words.set(stride === 2 ? [0, high] : [high], i * stride);
  });
  return new Uint8Array(words.buffer);
};

/** Elements of wide types first, so that each lies at a multiple of its size. */
const byWidth = (a: Column, b: Column): number => bytesPerElement[b.dtype] - bytesPerElement[a.dtype];

const checkCount = (name: string, columns: readonly Column[]): void => {
  const axes = columns.reduce((sum, { shape }) => sum + shape.length, 0);
  if (columns.length <= mostTensors && axes <= mostAxesTogether) return;
  throw new DomainError(
    `${name}: ${columns.length} tensors of ${axes} axes are more than ${mostTensors}, or than ${mostAxesTogether} axes. ` +
      "There are two for each leaf. Put leaves together, or metrics.",
  );
};

const checkLength = (name: string, length: number): void => {
  if (length <= longestHeader) return;
  throw new DomainError(
    `${name}: names, description and form of the state take ${length} bytes; ${longestHeader} are the most. ` +
      "Use shorter names, or keep the description elsewhere.",
  );
};

/**
 * A file of some tensors, each with a name of its own, and texts. What `grows` is refused unless it could be read with any
 * number of rows.
 */
export const write = (
  name: string,
  columns: readonly Column[],
  metadata: Readonly<Record<string, string>>,
  grows: boolean,
): Written => {
  checkCount(name, columns);
  const sorted = columns.toSorted(byWidth);
  let size = 0;
  const entries = sorted.map((column) => {
    const { dtype, shape } = column;
    return [column.name, { dtype: codes[dtype], shape, data_offsets: [size, (size += bytesIn(column))] }] as const;
  });
  const header = toJson(
    Object.fromEntries<unknown>([["__metadata__", metadata], ...entries, [checksumName, checksumAt(size)]]),
  );
  checkLength(name, header.length + (grows ? roomToGrow * (columns.length + 1) : 0));
  const text = bytesOfText(header.padEnd(Math.ceil(header.length / 8) * 8));
  const parts = function* (): Generator<Uint8Array> {
    let sum = 0;
    const summed = (bytes: Uint8Array): Uint8Array => {
      sum = crc32c(bytes, sum);
      return bytes;
    };
    yield summed(new Uint8Array(BigUint64Array.of(BigInt(text.length)).buffer));
    yield summed(text);
    for (const column of sorted) for (const part of column.parts()) yield summed(canonical(part));
    yield new Uint8Array(Uint32Array.of(sum).buffer);
  };
  return { length: 8 + text.length + size + checksumBytes, parts };
};

export type Result<A> = Either<DecodeError, A>;

export const wrong = (what: string, kind?: DecodeFailure): Either<DecodeError, never> =>
  either.left(failure(what, kind));

export const isCount = (n: unknown): n is number => Number.isSafeInteger(n) && Number(n) >= 0;

/** The bytes of memory, read piece by piece. */
export const sourceOf = (bytes: Uint8Array): Source => ({
  length: bytes.length,
  read: (into, at) => into.set(bytes.subarray(at, at + into.length)),
});

const readPart = (source: Source, at: number, length: number): Uint8Array => {
  const bytes = new Uint8Array(length);
  source.read(bytes, at);
  return bytes;
};

const pieceBytes = 2 ** 20;

const checksumOf = (source: Source, end: number): number => {
  const piece = new Uint8Array(Math.min(pieceBytes, end));
  let sum = 0;
  for (let at = 0; at < end; at += piece.length) {
    const part = piece.subarray(0, Math.min(piece.length, end - at));
    source.read(part, at);
    sum = crc32c(part, sum);
  }
  return sum;
};

interface Entry {
  readonly name: string;
  /** Undefined for the checksum's. */
  readonly dtype: DType | undefined;
  readonly shape: readonly number[];
  readonly offsets: readonly [begin: number, end: number];
}

const readEntry = (reader: Reader): Entry => {
  const name = reader.text();
  reader.need(':{"dtype":');
  const dtype = words.find(([, word]) => reader.is(word))?.[0];
  if (dtype === undefined && !reader.is('"U8"')) throw failure(`the tensor ${short(name)} is of no dtype here.`);
  reader.need(',"shape":[');
  const shape: number[] = [];
  reader.list("]", () => {
    shape.push(reader.count());
    // The rows of an array have an axis more than it.
    if (shape.length > mostAxes + 1) throw failure(`the tensor ${short(name)} has more than ${mostAxes + 1} axes.`);
  });
  reader.need(',"data_offsets":[');
  const begin = reader.count();
  reader.need(",");
  const end = reader.count();
  reader.need("]}");
  return { name, dtype, shape, offsets: [begin, end] };
};

/** The tensors that a header lists, which fill the bytes behind it one after another, the checksum last. */
const readTensors = (reader: Reader, length: number): ReadonlyMap<string, Tensor> => {
  const tensors = new Map<string, Tensor>();
  let [at, axes] = [0, 0];
  while (reader.is(",")) {
    const { name, dtype, shape, offsets } = readEntry(reader);
    const [begin, end] = offsets;
    if (name === checksumName) {
      const isLast =
        dtype === undefined && shape.length === 1 && shape[0] === checksumBytes && begin === at && end === length;
      if (!isLast || end - begin !== checksumBytes) break;
      return tensors;
    }
    if (dtype === undefined || begin !== at || end > length || end - begin !== bytesIn({ dtype, shape }))
      throw failure(`the tensor ${short(name)} is not where, or not what, the header says.`);
    if (tensors.has(name)) throw failure(`the header says ${short(name)} twice.`);
    axes += shape.length;
    if (tensors.size === mostTensors || axes > mostAxesTogether)
      throw failure(`there are more than ${mostTensors} tensors, or ${mostAxesTogether} axes.`);
    tensors.set(name, { dtype, shape, at });
    at = end;
  }
  throw failure("the tensors do not fill the file.");
};

/** The elements of a tensor, in a buffer of their own. */
const elementsOf = (source: Source, start: number, { dtype, shape, at }: Tensor): Store => {
  const elements = allocateAlone(dtype, countOf(shape), "recording.decode");
  const bytes = raw(elements);
  for (let done = 0; done < bytes.length; done += pieceBytes)
    source.read(bytes.subarray(done, done + pieceBytes), start + at + done);
  if (dtype === "bool" && !elements.every((bit: number) => bit <= 1))
    throw failure("a truth is neither true nor false.");
  return elements;
};

/** The contents of a file. Throws a DecodeError. */
export const read = (source: Source): Contents => {
  const { length } = source;
  if (length < 8 + checksumBytes) throw failure(`${length} bytes are too few.`, "truncated");
  const head = new DataView(readPart(source, 0, 8).buffer);
  const end = length - checksumBytes;
  const headerLength = head.getUint32(0, true);
  const start = 8 + headerLength;
  if (head.getUint32(4, true) !== 0 || start > end || headerLength > longestHeader)
    throw failure(
      "the header is longer than the file, or than any. It is truncated, or no safetensors file.",
      "truncated",
    );
  if (new DataView(readPart(source, end, checksumBytes).buffer).getUint32(0, true) !== checksumOf(source, end))
    throw failure("the checksum is wrong: the file is damaged, or not one of gradfold's.", "altered");
  const reader = readerOf(readPart(source, 8, headerLength), "the header");
  reader.need('{"__metadata__":');
  const metadata = readTexts(reader);
  const tensors = readTensors(reader, length - start);
  reader.need("}");
  reader.end();
  return { metadata, tensors, elements: (tensor) => elementsOf(source, start, tensor) };
};
