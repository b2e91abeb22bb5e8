import { DecodeError } from "../error/error.ts";
import { type DType, type Store } from "../scalar/dtype.ts";

/** How one type of element lies in a file. */
export interface Element {
  readonly bytes: number;
  /** The dtype that holds every value of the type, or those that are checked to fit. */
  readonly dtype: DType;
  readonly read: (view: DataView, at: number, little: boolean) => number;
}

/** A half-precision number: its bits moved to their places in a float32. Below 2^-14 it counts in steps of 2^-24. */
const half = (bits: number): number => {
  const exponent = (bits >> 10) & 31;
  const sign = bits >> 15 === 0 ? 1 : -1;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return (sign * fraction) / 2 ** 24;
  return (sign * (1024 + fraction) * (1 << exponent)) / 2 ** 25;
};

const integer = (value: number | bigint, at: number): number => {
  const small = Number(value);
  if ((small | 0) === small) return small;
  throw new DecodeError(
    "unsupported",
    `npy.decode: ${value} at byte ${at} is no int32. Save floats: np.save(file, x.astype("float64")).`,
    at,
  );
};

const truth = (value: number, at: number): number => {
  if (value === 0 || value === 1) return value;
  throw new DecodeError("malformed", `npy.decode: ${value} at byte ${at} is no bool, which is 0 or 1`, at);
};

/** By NumPy's kind and number of bytes. */
const elements: ReadonlyMap<string, Element> = new Map<string, Element>([
  ["f8", { bytes: 8, dtype: "float64", read: (view, at, little) => view.getFloat64(at, little) }],
  ["f4", { bytes: 4, dtype: "float32", read: (view, at, little) => view.getFloat32(at, little) }],
  ["f2", { bytes: 2, dtype: "float32", read: (view, at, little) => half(view.getUint16(at, little)) }],
  ["i8", { bytes: 8, dtype: "int32", read: (view, at, little) => integer(view.getBigInt64(at, little), at) }],
  ["i4", { bytes: 4, dtype: "int32", read: (view, at, little) => view.getInt32(at, little) }],
  ["i2", { bytes: 2, dtype: "int32", read: (view, at, little) => view.getInt16(at, little) }],
  ["i1", { bytes: 1, dtype: "int32", read: (view, at) => view.getInt8(at) }],
  ["u8", { bytes: 8, dtype: "int32", read: (view, at, little) => integer(view.getBigUint64(at, little), at) }],
  ["u4", { bytes: 4, dtype: "int32", read: (view, at, little) => integer(view.getUint32(at, little), at) }],
  ["u2", { bytes: 2, dtype: "int32", read: (view, at, little) => view.getUint16(at, little) }],
  ["u1", { bytes: 1, dtype: "int32", read: (view, at) => view.getUint8(at) }],
  ["b1", { bytes: 1, dtype: "bool", read: (view, at) => truth(view.getUint8(at), at) }],
]);

const asFloats = 'np.save(file, x.astype("float64"))';

/** What NumPy has and this library has not, by NumPy's letter for it, and the way out. */
const others: ReadonlyMap<string, readonly [what: string, wayOut: string]> = new Map([
  ["c", ["complex numbers", "Save their parts, each on its own: np.save(file, x.real), np.save(other, x.imag)"]],
  ["f", ["floats of this size", `Save numbers: ${asFloats}`]],
  ["S", ["bytes", `Save numbers: ${asFloats}`]],
  ["a", ["bytes", `Save numbers: ${asFloats}`]],
  ["U", ["text", `Save numbers: ${asFloats}`]],
  ["O", ["Python objects", `They would be code. Save numbers: ${asFloats}`]],
  ["M", ["dates", 'Save numbers: np.save(file, x.astype("int64").astype("float64"))']],
  ["m", ["durations", 'Save numbers: np.save(file, x.astype("int64").astype("float64"))']],
  ["V", ["raw bytes, such as records or bfloat16,", 'Save numbers: np.save(file, x.astype("float32"))']],
]);

/** How the elements of NumPy's `descr` lie, and whether their lowest byte comes first. */
export const elementOf = (descr: string): Element & { readonly little: boolean } => {
  // A single byte has no order, whatever is written; for others the order of the machine is that of all machines here.
  const [, order = "", kind = ""] = /^([<>=|]?)([a-zA-Z]\d+)$/.exec(descr) ?? [];
  const element = elements.get(kind === "" && /^[<>=|]?\?$/.test(descr) ? "b1" : kind);
  if (element !== undefined) return { ...element, little: order !== ">" };
  const [what, wayOut] = others.get(/[a-zA-Z]/.exec(descr)?.[0] ?? "") ?? ["its elements", `Save numbers: ${asFloats}`];
  throw new DecodeError(
    "unsupported",
    `npy.decode: ${what} (${JSON.stringify(descr.slice(0, 40))}) have no dtype here. ${wayOut}.`,
  );
};

/** What this library writes, lowest byte first. */
export const descrOf: Readonly<Record<DType, string>> = { float64: "<f8", float32: "<f4", int32: "<i4", bool: "|b1" };

/** Writes elements one after another. A NaN is written with the same bits always. */
export const writeElements = (view: DataView, start: number, data: Store): void => {
  const size = data.BYTES_PER_ELEMENT;
  for (const [i, value] of data.entries()) {
    const at = start + i * size;
    if (data instanceof Float64Array) {
      view.setFloat64(at, value, true);
      if (Number.isNaN(value)) view.setBigUint64(at, 0x7ff8n << 48n, true);
    } else if (data instanceof Float32Array) {
      view.setFloat32(at, value, true);
      if (Number.isNaN(value)) view.setUint32(at, 0x7fc00000, true);
    } else if (data instanceof Int32Array) view.setInt32(at, value, true);
    else view.setUint8(at, value);
  }
};
