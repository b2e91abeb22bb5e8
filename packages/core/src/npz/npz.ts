/*
 * The name space `npz`: arrays by name as the bytes of NumPy's `.npz` files, which are zip archives of `.npy` files.
 * https://numpy.org/doc/stable/reference/generated/numpy.savez.html
 */
import { zipSync } from "fflate";
import type { NDArray } from "../array/array.ts";
import { DomainError, DTypeError, type DecodeError } from "../error/error.ts";
import { inQuotes } from "../error/plain.ts";
import { decoded } from "../fp/attempt.ts";
import { isLeft } from "../fp/either.ts";
import type { Either } from "../fp/fp.ts";
import { bytesOf } from "../input/bytes.ts";
import { optionsOf } from "../input/options.ts";
import * as npy from "../npy/npy.ts";
import { namedAs } from "../tree/named.ts";
import { failure, filesIn, type Packed, unpack } from "./zip.ts";

export interface DecodeOptions {
  /** The most bytes that all compressed arrays together may have when they are unpacked (2^30). */
  readonly maxBytes?: number;
}

export interface EncodeOptions {
  /** Whether the arrays are compressed, as by `np.savez_compressed` (false). */
  readonly compress?: boolean;
}

const suffix = ".npy";

const arrayIn = (file: Packed): NDArray => {
  if (!file.name.endsWith(suffix))
    throw failure(`the archive holds the file ${inQuotes(file.name)}, which is no ${suffix} file.`, "unsupported");
  const array = npy.decode(unpack(file));
  if (isLeft(array)) throw failure(`${inQuotes(file.name)}: ${array.left.message}`, array.left.kind);
  return array.right;
};

const defaults = { maxBytes: 2 ** 30 };

/**
 * The arrays in the bytes of a `.npz` file, of `np.savez` or `np.savez_compressed`, by the names that they were saved under.
 *
 * Dtypes are those of `npy.decode`. The left says what is wrong with other bytes, be they truncated, damaged (each array
 * has a checksum), encrypted or an archive of other files. Nothing in a file is ever executed.
 *
 * @param bytes - a Uint8Array, such as Node's Buffer; or a buffer, or a DataView
 *
 * @throws DTypeError when it is not given bytes, or when `maxBytes` is no number
 * @example
 * import { array, either, npz, pipe } from "gradfold";
 * const bytes = npz.encode({ x: array([1, 2]), y: array([true]) });
 * pipe(npz.decode(bytes), either.map(({ x }) => x)); // => { _tag: 'Right', right: float64 [2] [1, 2] }
 */
export const decode = (
  bytes: Uint8Array | ArrayBuffer | SharedArrayBuffer | DataView,
  options?: DecodeOptions,
): Either<DecodeError, Readonly<Record<string, NDArray>>> => {
  const { maxBytes } = optionsOf("npz.decode", options, defaults);
  if (typeof maxBytes !== "number") throw new DTypeError("npz.decode: maxBytes is a number of bytes.");
  const given = bytesOf("npz.decode", bytes);
  return decoded(() => {
    const files = filesIn(given).filter(({ name, size }) => !(name.endsWith("/") && size === 0));
    const size = files.reduce((sum, file) => sum + (file.isDeflated ? file.size : 0), 0);
    if (!(size <= maxBytes))
      throw failure(
        `unpacked, the arrays have ${size} bytes, more than ${maxBytes}. Give maxBytes to read them.`,
        "unsupported",
      );
    return Object.fromEntries(files.map((file) => [file.name.slice(0, -suffix.length), arrayIn(file)]));
  });
};

/** More than these take zip64, which is not written here. */
const mostBytes = 2 ** 32 - 2;
const mostFiles = 2 ** 16 - 2;
const longestName = 2 ** 16 - 1;

const settings = { compress: false };

/**
 * The bytes of a `.npz` file with the leaves of a tree, under the names of `tree.toNamed`, which `np.load` reads.
 *
 * The same arrays make the same bytes, whenever.
 *
 * @param root - a record of arrays, or any tree
 *
 * @throws TreeError for what is no tree, or when two leaves have one name; DomainError for more than 65,534 arrays or 4 GiB;
 * ShapeError when there are more than NumPy's 64 axes; TraceError where the elements are not known yet
 * @example
 * import { array, npz } from "gradfold";
 * npz.encode({ x: array([1, 2]) }).length; // => 252
 */
export const encode = (root: unknown, options?: EncodeOptions): Uint8Array => {
  const { compress } = optionsOf("npz.encode", options, settings);
  const arrays = Array.from(namedAs("npz.encode", root), ([name, x]) => {
    if (/\p{Surrogate}/u.test(name))
      throw new DomainError(
        `npz.encode: the name ${inQuotes(name)} is no Unicode: half of a surrogate pair is missing.`,
      );
    return [`${name}${suffix}`, npy.encode(x)] as const;
  });
  const size = arrays.reduce((sum, [name, { length }]) => sum + length + 8 * name.length + 100, 0);
  if (arrays.length > mostFiles || size > mostBytes || arrays.some(([name]) => 3 * name.length > longestName))
    throw new DomainError(
      `npz.encode: ${arrays.length} arrays of ${size} bytes with their names are too many. Use safetensors.`,
    );
  // Zip keeps a local time from 1980 on: a fixed one.
  return zipSync(Object.fromEntries(arrays), { level: compress ? 6 : 0, mtime: "1980-01-01T12:00:00" });
};
