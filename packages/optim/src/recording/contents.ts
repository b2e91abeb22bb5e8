import type { DType } from "@gradfold/core";
import { allocateAlone, formatShape, mostAxes, type Store } from "@gradfold/core/library";
import {
  checkPlaces,
  codes,
  countOf,
  headerLength,
  lengthBytes,
  type Placed,
  type Quoted,
  raw,
  readHeader,
  short,
} from "@gradfold/core/files";
import { crc32c } from "./checksum.ts";
import { failure } from "./failure.ts";
import { bytesIn, checksum, checksumBytes, type Described } from "./safetensors.ts";
import { bytesAt, type Source, viewOf } from "./source.ts";

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

const dtypes: ReadonlyMap<string, DType> = new Map(
  (Object.keys(codes) as DType[]).map((dtype) => [codes[dtype], dtype]),
);

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

/** A tensor of a header as an array, which has an axis more where it is the rows of one. */
const arrayOf = ({ name, dtype: code, shape, begin }: Placed): Tensor => {
  const dtype = dtypes.get(code);
  if (dtype === undefined) throw failure(`the tensor ${short(name)} is of no dtype here.`);
  if (shape.length > mostAxes + 1) throw failure(`the tensor ${short(name)} has more than ${mostAxes + 1} axes.`);
  return { dtype, shape, at: begin };
};

/** Takes the checksum away, which is the last of the tensors. */
const withoutChecksum = (tensors: ReadonlyMap<string, Placed>): readonly Placed[] => {
  const list = [...tensors.values()];
  const last = list.at(-1);
  if (last?.name === checksum.name && last.dtype === checksum.dtype && formatShape(last.shape) === `[${checksumBytes}]`)
    return list.slice(0, -1);
  throw failure("the last tensor is no checksum.");
};

/** Throws unless a header is what is written for its contents, which lie in their order. */
const checkCanonical = (isWritten: boolean, tensors: Iterable<Placed>): void => {
  let at = 0;
  for (const { begin, end } of tensors) {
    if (!isWritten || begin !== at) throw failure("the header is not as it is written here.");
    at = end;
  }
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
  if (length < lengthBytes + checksumBytes) throw failure(`${length} bytes are too few.`, "truncated");
  const end = length - checksumBytes;
  const header = bytesAt(source, lengthBytes, headerLength(bytesAt(source, 0, lengthBytes), end, failure));
  const start = lengthBytes + header.length;
  if (viewOf(bytesAt(source, end, checksumBytes)).getUint32(0, true) !== checksumOf(source, end))
    throw failure("the checksum is wrong: the file is damaged, or not one of gradfold's.", "altered");
  const { metadata, tensors: placed, isWritten } = readHeader(header, failure);
  const list = withoutChecksum(placed);
  const tensors = new Map(list.map((tensor) => [tensor.name, arrayOf(tensor)]));
  const bytesOf = ({ name }: Placed): number => {
    const tensor = tensors.get(name);
    return tensor === undefined ? checksumBytes : bytesIn(tensor);
  };
  checkPlaces(placed.values(), bytesOf, length - start, failure);
  checkCanonical(isWritten, placed.values());
  return { metadata, tensors, elements: (tensor) => elementsOf(source, start, tensor) };
};
