import { DomainError, type DType } from "@gradfold/core";
import { bytesPerElement, type Store } from "@gradfold/core/transform";
import { crc32c } from "./checksum.ts";
import { bytesOfText, toJson } from "./json.ts";
import { raw } from "./source.ts";

/*
 * Files as the Python package `safetensors` reads and writes them: the length of the header as eight little-endian bytes,
 * the header in JSON, the elements. Beyond the format these files have a last tensor `checksum` over all bytes before
 * it, and their header is canonical: what `JSON.stringify` writes, in ASCII, filled up with spaces. So a header cannot
 * say the same thing twice, and no bit of a file can change unseen. The elements are little-endian, as is every machine
 * that these packages run on.
 */

export interface Described {
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/** An array to be written: its elements, one part after another, in row-major order. */
export interface Column extends Described {
  readonly name: string;
  readonly parts: () => Iterable<Store>;
}

/** A file to be written, one part after another. */
export interface Written {
  readonly length: number;
  readonly parts: () => Iterable<Uint8Array>;
}

export const codes = { float64: "F64", float32: "F32", int32: "I32", bool: "BOOL" } as const;

/** A longer header would cost the memory of whoever reads it. */
export const longestHeader = 2 ** 23;
/** So would more tensors. */
export const mostTensors = 2 ** 16;
export const mostAxesTogether = 2 ** 19;
/** A tensor's rows, begin and end grow with a run; up to terabytes they have 12 digits more than at its beginning. */
const roomToGrow = 3 * 12;

export const checksumName = "checksum";
export const checksumBytes = 4;

const checksumAt = (begin: number): unknown => ({
  dtype: "U8",
  shape: [checksumBytes],
  data_offsets: [begin, begin + checksumBytes],
});

/** How many elements a shape has, also where the product of all sizes but a zero is too large. */
export const countOf = (shape: readonly number[]): number =>
  shape.includes(0) ? 0 : shape.reduce((product, n) => product * n, 1);

export const bytesIn = ({ dtype, shape }: Described): number => countOf(shape) * bytesPerElement[dtype];

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
