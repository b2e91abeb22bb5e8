import { DecodeError, type DecodeFailure, type DType, type Either, either } from "@gradfold/core";
import { allocate, bytesPerElement, isRecord, sizeOf, type Store } from "@gradfold/core/transform";
import { crc32c } from "./checksum.ts";

/*
 * Files as the Python package `safetensors` reads and writes them: the length of the header as eight little-endian bytes,
 * the header in JSON, the elements. Beyond the format these files have a last tensor `checksum` over all bytes before
 * it, and their header is canonical: what `JSON.stringify` writes, in ASCII, filled up with spaces. So a header cannot
 * say the same thing twice, and no bit of a file can change unseen. The elements are little-endian, as is every machine
 * that these packages run on.
 */

/** An array in a file: its elements are in row-major order. */
export interface Tensor {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: Store;
}

/** What a file holds. */
export interface Contents {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

const codes = { float64: "F64", float32: "F32", int32: "I32", bool: "BOOL" } as const;

const dtypeOf = (code: unknown): DType | undefined =>
  (Object.keys(codes) as DType[]).find((dtype) => codes[dtype] === code);

/** A header longer than this describes nothing that a run could have. */
const longestHeader = 2 ** 21;

const checksumName = "checksum";
const checksumBytes = 4;

const checksumAt = (begin: number): unknown => ({
  dtype: "U8",
  shape: [checksumBytes],
  data_offsets: [begin, begin + checksumBytes],
});

/** JSON in ASCII: a byte for each character. */
const toJson = (value: unknown): string =>
  JSON.stringify(value).replace(/[^ -~]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);

const padded = (text: string): string => text.padEnd(Math.ceil(text.length / 8) * 8);

export const bytesOfText = (text: string): Uint8Array => {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
};

const textOf = (bytes: Uint8Array): string => {
  const parts: string[] = [];
  for (let i = 0; i < bytes.length; i += 4096) parts.push(String.fromCharCode(...bytes.subarray(i, i + 4096)));
  return parts.join("");
};

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
const byWidth = (a: Tensor, b: Tensor): number =>
  bytesPerElement[b.dtype] - bytesPerElement[a.dtype] || (a.name < b.name ? -1 : 1);

/** A file of some tensors, each with a name of its own, and texts. */
export const write = (tensors: readonly Tensor[], metadata: Contents["metadata"]): Uint8Array => {
  const sorted = tensors.toSorted(byWidth);
  const header: Record<string, unknown> = { __metadata__: metadata };
  let size = 0;
  for (const { name, dtype, shape, data } of sorted) {
    header[name] = { dtype: codes[dtype], shape, data_offsets: [size, (size += data.byteLength)] };
  }
  header[checksumName] = checksumAt(size);
  const text = bytesOfText(padded(toJson(header)));
  const file = new Uint8Array(8 + text.length + size + checksumBytes);
  new DataView(file.buffer).setUint32(0, text.length, true);
  file.set(text, 8);
  let offset = 8 + text.length;
  for (const { data } of sorted) {
    file.set(canonical(data), offset);
    offset += data.byteLength;
  }
  new DataView(file.buffer).setUint32(offset, crc32c(file.subarray(0, offset)), true);
  return file;
};

export type Result<A> = Either<DecodeError, A>;

export const wrong = (what: string, kind: DecodeFailure = "malformed"): Either<DecodeError, never> =>
  either.left(new DecodeError(kind, `recording.decode: ${what}`));

/** The value of a text, if the text is what `toJson` makes of it. */
export const parse = (text: string): Result<unknown> => {
  try {
    const value: unknown = JSON.parse(text);
    if (toJson(value) === text) return either.right(value);
    return wrong("the header says something twice, or not as it is written here.");
  } catch {
    // Not JSON, or nested so deeply that the engine refuses it.
    return wrong("the header is no JSON.");
  }
};

export const stringify = toJson;

export const isCount = (n: unknown): n is number => Number.isSafeInteger(n) && Number(n) >= 0;

const isTexts = (x: unknown): x is Contents["metadata"] =>
  isRecord(x) && Object.values(x).every((text) => typeof text === "string");

/** The tensor that a header describes, if it begins where the one before it ended. */
const tensorOf = (name: string, entry: unknown, begin: number, data: Uint8Array): Tensor | undefined => {
  if (!isRecord(entry)) return undefined;
  const { shape, data_offsets: offsets } = entry;
  const dtype = dtypeOf(entry["dtype"]);
  if (dtype === undefined || !Array.isArray(shape) || !shape.every(isCount) || shape.length > 32) return undefined;
  if (!Array.isArray(offsets) || offsets.length !== 2 || offsets[0] !== begin) return undefined;
  const end: unknown = offsets[1];
  if (!isCount(end) || end > data.length || end - begin !== sizeOf(shape) * bytesPerElement[dtype]) return undefined;
  const elements = allocate(dtype, sizeOf(shape));
  raw(elements).set(data.subarray(begin, end));
  const isValid = dtype !== "bool" || elements.every((bit: number) => bit <= 1);
  return isValid ? { name, dtype, shape, data: elements } : undefined;
};

/** The contents of a file, in buffers of their own. */
export const read = (file: Uint8Array): Result<Contents> => {
  if (file.length < 8 + checksumBytes) return wrong(`${file.length} bytes are too few.`, "truncated");
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const headerLength = view.getUint32(0, true);
  const end = file.length - checksumBytes;
  if (view.getUint32(4, true) !== 0 || headerLength > end - 8 || headerLength > longestHeader)
    return wrong(
      "the header is longer than the file, or than any. It is truncated, or no safetensors file.",
      "truncated",
    );
  if (view.getUint32(end, true) !== crc32c(file.subarray(0, end)))
    return wrong("the checksum is wrong: the file is damaged, or not one of gradfold's.", "altered");
  const text = textOf(file.subarray(8, 8 + headerLength));
  const header = parse(text.trimEnd());
  if (either.isLeft(header)) return header;
  if (padded(text.trimEnd()) !== text || !isRecord(header.right))
    return wrong("the header is not as it is written here.");
  const { __metadata__: metadata, ...entries } = header.right;
  if (!isTexts(metadata)) return wrong("the header has no metadata of texts.");
  return tensorsOf(entries, file.subarray(8 + headerLength), metadata);
};

const tensorsOf = (
  entries: Readonly<Record<string, unknown>>,
  data: Uint8Array,
  metadata: Contents["metadata"],
): Result<Contents> => {
  const tensors = new Map<string, Tensor>();
  let begin = 0;
  const { [checksumName]: checksum, ...others } = entries;
  for (const [name, entry] of Object.entries(others)) {
    const tensor = tensorOf(name, entry, begin, data.subarray(0, -checksumBytes));
    if (tensor === undefined) return wrong(`the tensor ${name} is not where, or not what, the header says.`);
    tensors.set(name, tensor);
    begin += tensor.data.byteLength;
  }
  const isWhole = begin === data.length - checksumBytes && toJson(checksum ?? null) === toJson(checksumAt(begin));
  return isWhole ? either.right({ metadata, tensors }) : wrong("the tensors do not fill the file.");
};
