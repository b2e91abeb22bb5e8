import { DomainError, type DType } from "@gradfold/core";
import { bytesPerElement, type Store } from "@gradfold/core/library";
import {
  byWidth,
  canonical,
  checkCount,
  codes,
  countOf,
  headerBytes,
  headerText,
  longestHeader,
} from "@gradfold/core/files";
import { crc32c } from "./checksum.ts";

/*
 * Files as the Python package `safetensors` reads and writes them. Beyond the format these files have a last tensor
 * `checksum` over all bytes before it, and their header is canonical: what `JSON.stringify` writes, in ASCII, filled up
 * with spaces. So a header cannot say the same thing twice, and no bit of a file can change unseen. The elements are
 * little-endian, as is every machine that these packages run on.
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

/** A tensor's rows, begin and end grow with a run; up to terabytes they have 12 digits more than at its beginning. */
const roomToGrow = 3 * 12;

export const checksumBytes = 4;

/** The last tensor of a file. */
export const checksum = { name: "checksum", dtype: "U8", shape: [checksumBytes], bytes: checksumBytes } as const;

export const bytesIn = ({ dtype, shape }: Described): number => countOf(shape) * bytesPerElement[dtype];

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
  checkCount(name, columns, "There are two for each leaf. Put leaves together, or metrics.");
  const sorted = columns.toSorted(byWidth);
  const entries = sorted.map((column) => ({ ...column, dtype: codes[column.dtype], bytes: bytesIn(column) }));
  const text = headerText([...entries, checksum], Object.entries(metadata));
  checkLength(name, text.length + (grows ? roomToGrow * (columns.length + 1) : 0));
  const head = headerBytes(text);
  const parts = function* (): Generator<Uint8Array> {
    let sum = crc32c(head);
    yield head;
    for (const column of sorted)
      for (const part of column.parts()) {
        const bytes = canonical(part);
        sum = crc32c(bytes, sum);
        yield bytes;
      }
    yield new Uint8Array(Uint32Array.of(sum).buffer);
  };
  return { length: entries.reduce((sum, { bytes }) => sum + bytes, head.length + checksumBytes), parts };
};
