/*
 * The name space `safetensors`: arrays by name, with texts about them, as the bytes of a file that PyTorch, JAX, NumPy and
 * others read and write. https://github.com/huggingface/safetensors
 */
import { contiguous, type NDArray } from "../array/array.ts";
import { describe } from "../array/description.ts";
import { view } from "../array/primitive.ts";
import { formatShape, frozen, mostAxes } from "../array/shape.ts";
import { compact } from "../array/view.ts";
import { DecodeError, DomainError, ShapeError } from "../error/error.ts";
import { inQuotes, isRecord } from "../error/plain.ts";
import { decoded } from "../fp/attempt.ts";
import type { Either } from "../fp/fp.ts";
import { bytesOf } from "../input/bytes.ts";
import { optionsOf } from "../input/options.ts";
import { canonical, readElements } from "../npy/element.ts";
import { allocateAlone } from "../scalar/dtype.ts";
import { namedAs } from "../tree/named.ts";
import { byWidth, codes, elementOf } from "./element.ts";
import {
  checkCount,
  checkPlaces,
  countOf,
  headerBytes,
  headerLength,
  headerText,
  lengthBytes,
  longestHeader,
  metadataName,
  mostTexts,
  type Placed,
  readHeader,
} from "./header.ts";
import { type Failure, stringOf } from "./json.ts";

/** What a file holds. */
export interface Contents {
  /** The arrays by the names of the file. `tree.fromNamed` makes a tree of them. */
  readonly arrays: Readonly<Record<string, NDArray>>;
  /** The texts of the file, of whoever wrote it. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface EncodeOptions {
  /** Texts by name, such as a description of the model (none). */
  readonly metadata?: Readonly<Record<string, string>>;
}

const failure: Failure = (what, kind = "malformed", offset) =>
  new DecodeError(kind, `safetensors.decode: ${what}`, offset);

const arrayOf = (tensor: Placed, bytes: Uint8Array, start: number): NDArray => {
  const { name, shape, begin } = tensor;
  if (shape.length > mostAxes)
    throw failure(`the tensor ${inQuotes(name)} has more than ${mostAxes} axes.`, "unsupported");
  const element = elementOf(tensor, failure);
  const elements = readElements(element, countOf(shape), {
    what: `safetensors.decode: the tensor ${inQuotes(name)}`,
    wayOut: "Save floats, in PyTorch by x.double()",
    bytes,
    start: start + begin,
    little: true,
  });
  return contiguous(element.dtype, frozen([...shape]), elements);
};

/**
 * The arrays in the bytes of a safetensors file, by name, and its texts.
 *
 * F64, F32 and BOOL are kept; F16 and BF16 become float32, exactly; integers of any size become int32, if all of them are
 * in its range. The left says what is wrong with other bytes: a file that is truncated or damaged, or one with elements
 * such as F8_E4M3, which have no dtype here. A header has at most 8 MiB, and a file 65,536 tensors.
 *
 * @param bytes - a Uint8Array, such as Node's Buffer; or a buffer, or a DataView
 *
 * @throws DTypeError when it is not given bytes
 * @example
 * import { array, either, pipe, safetensors } from "gradfold";
 * const bytes = safetensors.encode({ layers: [{ w: array([1, 2]) }] }, { metadata: { kind: "line" } });
 * const read = safetensors.decode(bytes);
 * pipe(read, either.map(({ arrays }) => arrays)); // => { _tag: 'Right', right: { 'layers.0.w': float64 [2] [1, 2] } }
 * pipe(read, either.map(({ metadata }) => metadata)); // => { _tag: 'Right', right: { kind: 'line' } }
 * pipe(safetensors.decode(bytes.subarray(9)), either.isLeft); // => true
 */
export const decode = (
  bytes: Uint8Array | ArrayBuffer | SharedArrayBuffer | DataView,
): Either<DecodeError, Contents> => {
  const given = bytesOf("safetensors.decode", bytes);
  return decoded(() => {
    const start = lengthBytes + headerLength(given.subarray(0, lengthBytes), given.length, failure);
    const { metadata, tensors } = readHeader(given.subarray(lengthBytes, start), failure);
    const bytesIn = (tensor: Placed): number => countOf(tensor.shape) * elementOf(tensor, failure).bytes;
    checkPlaces(tensors.values(), bytesIn, given.length - start, failure);
    return {
      arrays: Object.fromEntries(Array.from(tensors, ([name, tensor]) => [name, arrayOf(tensor, given, start)])),
      metadata: Object.fromEntries(Array.from(metadata, ([name, text]) => [name, stringOf(text)])),
    };
  });
};

const isWellFormed = (text: string): boolean => !/\p{Surrogate}/u.test(text);

const checkText = (what: string, text: string): void => {
  if (isWellFormed(text)) return;
  throw new DomainError(
    `safetensors.encode: ${what} ${inQuotes(text)} is no Unicode: half of a surrogate pair is missing.`,
  );
};

const textsOf = (metadata: unknown): readonly (readonly [name: string, text: string])[] => {
  if (!isRecord(metadata))
    throw new DomainError(`safetensors.encode: metadata must be an object of texts, not ${describe(metadata)}.`);
  const entries = Object.entries(metadata);
  if (entries.length > mostTexts)
    throw new DomainError(`safetensors.encode: metadata of ${entries.length} texts have more than ${mostTexts}.`);
  return entries.map(([name, text]) => {
    if (typeof text !== "string")
      throw new DomainError(
        `safetensors.encode: metadata: ${inQuotes(name)} must be a text, not ${describe(text)}. Use String(…) or JSON.stringify(…).`,
      );
    checkText("the text of", name);
    checkText("the text", text);
    return [name, text] as const;
  });
};

const checkArray = (name: string, { shape }: NDArray): void => {
  checkText("the name", name);
  if (name === metadataName) throw new DomainError(`safetensors.encode: ${name} is the format's name for texts.`);
  if (shape.length > mostAxes)
    throw new ShapeError(
      `safetensors.encode: ${inQuotes(name)} has more than ${mostAxes} axes: ${formatShape(shape)}.`,
    );
};

const defaults = { metadata: {} };

/**
 * The bytes of a safetensors file with the leaves of a tree, under the names of `tree.toNamed`: `layers.0.weight`, as
 * PyTorch has them. `tree.fromNamed` makes the tree again of what {@link decode} reads.
 *
 * float64, float32, int32 and bool arrays become F64, F32, I32 and BOOL, bit for bit but for a NaN's payload.
 *
 * @param root - parameters, or any record of arrays
 *
 * @throws TreeError for what is no tree, or when two leaves have one name; DomainError when metadata hold anything but
 * texts, or names and texts take more than 8 MiB; TraceError where elements are not known yet
 * @example
 * import { array, safetensors } from "gradfold";
 * const params = { w: array([[1, 2]]), b: array([0.5]) };
 * safetensors.encode(params, { metadata: { config: JSON.stringify({ inputs: 2 }) } }).length; // => 192
 */
export const encode = (root: unknown, options?: EncodeOptions): Uint8Array => {
  const { metadata } = optionsOf("safetensors.encode", options, defaults);
  const texts = textsOf(metadata);
  const arrays = Array.from(namedAs("safetensors.encode", root), ([name, x]) => {
    checkArray(name, x);
    return { name, shape: x.shape, dtype: x.dtype, data: compact(view(x, "safetensors.encode"), x.dtype) };
  }).toSorted(byWidth);
  checkCount("safetensors.encode", arrays, "Put leaves together.");
  const entries = arrays.map(({ name, shape, dtype, data }) => ({
    name,
    shape,
    dtype: codes[dtype],
    bytes: data.byteLength,
  }));
  const text = headerText(entries, texts);
  if (text.length > longestHeader)
    throw new DomainError(
      `safetensors.encode: names and metadata take ${text.length} bytes; ${longestHeader} are the most.`,
    );
  const head = headerBytes(text);
  const length = entries.reduce((sum, { bytes }) => sum + bytes, head.length);
  const file = new Uint8Array(allocateAlone("bool", length, "safetensors.encode").buffer);
  file.set(head);
  let at = head.length;
  for (const { data } of arrays) {
    file.set(canonical(data), at);
    at += data.byteLength;
  }
  return file;
};
