import type { DType } from "@gradfold/core";
import { allocateAlone, mostAxes, type Store } from "@gradfold/core/transform";
import { crc32c } from "./checksum.ts";
import { failure, short } from "./failure.ts";
import { type Quoted, type Reader, readerOf, readTexts } from "./json.ts";
import {
  bytesIn,
  checksumBytes,
  checksumName,
  codes,
  countOf,
  type Described,
  longestHeader,
  mostAxesTogether,
  mostTensors,
} from "./safetensors.ts";
import { bytesAt, raw, type Source } from "./source.ts";

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

const words = (Object.keys(codes) as DType[]).map((dtype) => [dtype, `"${codes[dtype]}"`] as const);

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
  const head = new DataView(bytesAt(source, 0, 8).buffer);
  const end = length - checksumBytes;
  const headerLength = head.getUint32(0, true);
  const start = 8 + headerLength;
  if (head.getUint32(4, true) !== 0 || start > end || headerLength > longestHeader)
    throw failure(
      "the header is longer than the file, or than any. It is truncated, or no safetensors file.",
      "truncated",
    );
  if (new DataView(bytesAt(source, end, checksumBytes).buffer).getUint32(0, true) !== checksumOf(source, end))
    throw failure("the checksum is wrong: the file is damaged, or not one of gradfold's.", "altered");
  const reader = readerOf(bytesAt(source, 8, headerLength), "the header");
  reader.need('{"__metadata__":');
  const metadata = readTexts(reader);
  const tensors = readTensors(reader, length - start);
  reader.need("}");
  reader.end();
  return { metadata, tensors, elements: (tensor) => elementsOf(source, start, tensor) };
};
