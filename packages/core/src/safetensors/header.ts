import { formatShape } from "../array/shape.ts";
import { DomainError } from "../error/error.ts";
import { asciiBytes, type Failure, type Quoted, type Reader, readerOf, short, toJson } from "./json.ts";

/*
 * The header of a safetensors file: its length as eight little-endian bytes, then JSON, which says by name of which dtype
 * and shape a tensor is, and where its elements lie behind the header.
 * https://github.com/huggingface/safetensors#format
 */

/** A tensor in a header. */
export interface Entry {
  readonly name: string;
  /** The format's word for it, such as F32. */
  readonly dtype: string;
  readonly shape: readonly number[];
}

/** A tensor that a header was read to have, with its place behind the header. */
export interface Placed extends Entry {
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  readonly metadata: ReadonlyMap<string, Quoted>;
  /** In the order of the header. */
  readonly tensors: ReadonlyMap<string, Placed>;
  /** Whether it is what `headerText` gives for its contents, if they lie in their order, and fewer than eight spaces. */
  readonly isWritten: boolean;
}

/** A longer header would cost the memory of whoever reads it. */
export const longestHeader = 2 ** 23;
/** So would more tensors. */
const mostTensors = 2 ** 16;
const mostAxesTogether = 2 ** 19;
/** The most texts that a file may have. */
export const mostTexts = 2 ** 14;

export const metadataName = "__metadata__";

/** Bytes before the header. */
export const lengthBytes = 8;

/** How many elements a shape has, also where the product of all sizes but a zero is too large. */
export const countOf = (shape: readonly number[]): number =>
  shape.includes(0) ? 0 : shape.reduce((product, n) => product * n, 1);

/** Texts by name. */
export const readTexts = (reader: Reader, failure: Failure): ReadonlyMap<string, Quoted> => {
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

const readSizes = (reader: Reader, name: string, most: number, failure: Failure): readonly number[] => {
  const sizes: number[] = [];
  reader.need("[");
  reader.list("]", () => {
    if (sizes.length === most) throw failure(`the tensor ${short(name)} has more than ${most} sizes.`);
    sizes.push(reader.count());
  });
  return sizes;
};

const fields = ["dtype", "shape", "data_offsets"] as const;

const fieldOf = (reader: Reader): string => {
  if (reader.is('"dtype"')) return "dtype";
  if (reader.is('"shape"')) return "shape";
  return reader.is('"data_offsets"') ? "data_offsets" : reader.text();
};

/** The dtype, shape and place of a tensor, in any order, each once; `isWritten` if it is the usual one. */
const readEntry = (reader: Reader, name: string, failure: Failure): Placed & { readonly isWritten: boolean } => {
  let [dtype, shape, offsets]: [string?, (readonly number[])?, (readonly number[])?] = [];
  let [place, isWritten] = [0, true];
  reader.need("{");
  reader.list("}", () => {
    const field = fieldOf(reader);
    isWritten &&= field === fields[place++];
    reader.need(":");
    if (field === "dtype" && dtype === undefined) dtype = reader.text();
    else if (field === "shape" && shape === undefined) shape = readSizes(reader, name, mostAxesTogether, failure);
    else if (field === "data_offsets" && offsets === undefined) offsets = readSizes(reader, name, 2, failure);
    else throw failure(`the tensor ${short(name)} has ${toJson(short(field))}, which is unknown or there twice.`);
  });
  const [begin, end] = offsets ?? [];
  if (dtype === undefined || shape === undefined || begin === undefined || end === undefined)
    throw failure(`the tensor ${short(name)} lacks one of ${fields.join(", ")}.`);
  return { name, dtype, shape, begin, end, isWritten };
};

/** The length of a header that the first eight bytes of a file announce. */
export const headerLength = (head: Uint8Array, fileLength: number, failure: Failure): number => {
  if (head.length < lengthBytes) throw failure(`${fileLength} bytes are too few.`, "truncated", fileLength);
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const length = view.getUint32(0, true);
  if (view.getUint32(4, true) === 0 && length <= longestHeader && lengthBytes + length <= fileLength) return length;
  throw failure(
    `the header is longer than the file, or than any (${longestHeader} bytes). It is truncated, or no safetensors file.`,
    "truncated",
    0,
  );
};

/** What a header says. Nothing that it says of places is looked at yet. */
export const readHeader = (bytes: Uint8Array, failure: Failure): Header => {
  const reader = readerOf(bytes, "the header", failure, lengthBytes);
  let metadata: ReadonlyMap<string, Quoted> | undefined;
  let [axes, isWritten] = [0, true];
  const tensors = new Map<string, Placed>();
  reader.need("{");
  reader.list("}", () => {
    const name = reader.text();
    reader.need(":");
    if (tensors.has(name) || (name === metadataName && metadata !== undefined))
      throw failure(`the header says ${short(name)} twice.`);
    if (name === metadataName) {
      isWritten &&= tensors.size === 0;
      const isNull = reader.is("null");
      isWritten &&= !isNull;
      metadata = isNull ? new Map() : readTexts(reader, failure);
      return;
    }
    const tensor = readEntry(reader, name, failure);
    isWritten &&= tensor.isWritten;
    axes += tensor.shape.length;
    // A recording has its checksum too.
    if (tensors.size > mostTensors || axes > mostAxesTogether + 1)
      throw failure(`there are more than ${mostTensors} tensors, or ${mostAxesTogether} axes.`);
    tensors.set(name, tensor);
  });
  const hasFewSpaces = reader.end() < 8;
  isWritten &&= hasFewSpaces && metadata !== undefined && reader.isWritten();
  return { metadata: metadata ?? new Map(), tensors, isWritten };
};

/** Throws unless tensors fill the bytes behind a header, one after another: without holes, and without overlaps. */
export const checkPlaces = (
  tensors: Iterable<Placed>,
  bytesOf: (tensor: Placed) => number,
  length: number,
  failure: Failure,
): void => {
  let at = 0;
  for (const tensor of Array.from(tensors).toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    const { name, dtype, shape, begin, end } = tensor;
    const bytes = bytesOf(tensor);
    const place = `data_offsets [${begin}, ${end}]`;
    if (end - begin !== bytes)
      throw failure(
        `the tensor ${short(name)}: ${dtype} ${formatShape(shape).slice(0, 99)} needs ${bytes} bytes, not ${place}.`,
      );
    if (begin !== at)
      throw failure(`the tensor ${short(name)}: ${place} ${begin < at ? "overlap others" : "leave a hole"} at ${at}.`);
    if (end > length)
      throw failure(`the tensor ${short(name)} ends at byte ${end} of ${length} behind the header.`, "truncated");
    at = end;
  }
  if (at !== length) throw failure(`the tensors fill ${at} bytes of ${length} behind the header.`);
};

/** Throws where there are more tensors, or axes in all of them, than any reader takes; the hint says what to do. */
export const checkCount = (name: string, entries: readonly Pick<Entry, "shape">[], hint: string): void => {
  const axes = entries.reduce((sum, { shape }) => sum + shape.length, 0);
  if (entries.length <= mostTensors && axes <= mostAxesTogether) return;
  throw new DomainError(
    `${name}: ${entries.length} tensors of ${axes} axes are more than ${mostTensors}, or than ${mostAxesTogether} axes. ${hint}`,
  );
};

/** The header of tensors, which lie one after another, and texts, in ASCII. It is not filled up yet. */
export const headerText = (
  tensors: readonly (Entry & { readonly bytes: number })[],
  metadata: readonly (readonly [name: string, text: string])[],
): string => {
  let at = 0;
  const texts = metadata.map(([name, text]) => `${toJson(name)}:${toJson(text)}`);
  const entries = tensors.map(({ name, dtype, shape, bytes }) => {
    const offsets = `${at},${(at += bytes)}`;
    return `,${toJson(name)}:{"dtype":${toJson(dtype)},"shape":[${shape.join()}],"data_offsets":[${offsets}]}`;
  });
  return `{"${metadataName}":{${texts.join()}}${entries.join("")}}`;
};

/** A header with its length before it, filled up by spaces so that the elements begin at a multiple of eight. */
export const headerBytes = (text: string): Uint8Array => {
  const length = Math.ceil(text.length / 8) * 8;
  const bytes = asciiBytes(`${"\0".repeat(lengthBytes)}${text.padEnd(length)}`);
  new DataView(bytes.buffer).setUint32(0, length, true);
  return bytes;
};
