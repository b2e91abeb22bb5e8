import { DecodeError, ShapeError } from "../error/error.ts";
import { allocate, type DType, type Store } from "../scalar/dtype.ts";

/** Where elements lie: `what` begins an error, and `wayOut` ends that of an integer which is no int32. */
export interface Place {
  readonly what: string;
  readonly wayOut: string;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly little: boolean;
}

/** How one type of element lies in a file. */
export interface Element {
  readonly bytes: number;
  /** The dtype that holds every value of the type, or those that are checked to fit. */
  readonly dtype: DType;
  /** With its lowest byte first it lies as it does in memory, on every machine that these packages run on. */
  readonly isMemory?: true;
  readonly fill: (data: Store, view: DataView, place: Place) => void;
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

const halves: Element = {
  bytes: 2,
  dtype: "float32",
  fill: (data, view, { start, little }) => {
    for (let i = 0; i < data.length; i++) data[i] = half(view.getUint16(start + 2 * i, little));
  },
};

/** Eight bytes as a number where they are an int32, without a bigint for each. */
const wide = (view: DataView, at: number, little: boolean, isSigned: boolean): number | bigint => {
  const [low, high] = [view.getInt32(little ? at : at + 4, little), view.getInt32(little ? at + 4 : at, little)];
  if (isSigned ? high === low >> 31 : high === 0 && low >= 0) return low;
  return isSigned ? view.getBigInt64(at, little) : view.getBigUint64(at, little);
};

const fitting = (dtype: DType, value: number | bigint, at: number, { what, wayOut }: Place): number => {
  const small = Number(value);
  if (dtype === "bool" && small > 1)
    throw new DecodeError("malformed", `${what}: ${value} at byte ${at} is no bool, which is 0 or 1`, at);
  if (dtype === "int32" && (small | 0) !== small)
    throw new DecodeError("unsupported", `${what}: ${value} at byte ${at} is no int32. ${wayOut}.`, at);
  return small;
};

/** Elements that are read one by one, each looked at whether it fits. */
const each = (
  bytes: number,
  dtype: DType,
  read: (view: DataView, at: number, little: boolean) => number | bigint,
): Element => ({
  bytes,
  dtype,
  fill: (data, view, place) => {
    const { start, little } = place;
    for (let i = 0; i < data.length; i++) {
      const at = start + i * bytes;
      data[i] = fitting(dtype, read(view, at, little), at, place);
    }
  },
});

/** By NumPy's kind and number of bytes. */
export const elements = {
  f8: { ...each(8, "float64", (view, at, little) => view.getFloat64(at, little)), isMemory: true },
  f4: { ...each(4, "float32", (view, at, little) => view.getFloat32(at, little)), isMemory: true },
  f2: halves,
  i8: each(8, "int32", (view, at, little) => wide(view, at, little, true)),
  i4: { ...each(4, "int32", (view, at, little) => view.getInt32(at, little)), isMemory: true },
  i2: each(2, "int32", (view, at, little) => view.getInt16(at, little)),
  i1: each(1, "int32", (view, at) => view.getInt8(at)),
  u8: each(8, "int32", (view, at, little) => wide(view, at, little, false)),
  u4: each(4, "int32", (view, at, little) => view.getUint32(at, little)),
  u2: each(2, "int32", (view, at, little) => view.getUint16(at, little)),
  u1: each(1, "int32", (view, at) => view.getUint8(at)),
  b1: each(1, "bool", (view, at) => view.getUint8(at)),
} as const satisfies Readonly<Record<string, Element>>;

const byKind: ReadonlyMap<string, Element> = new Map(Object.entries(elements));

/** The bytes of elements, in place. */
export const raw = (x: ArrayBufferView): Uint8Array => new Uint8Array(x.buffer, x.byteOffset, x.byteLength);

/** Room for elements: int32 takes more of it than the bytes of a file. */
const roomFor = (dtype: DType, count: number, what: string): Store => {
  try {
    return allocate(dtype, count);
  } catch (e) {
    if (!(e instanceof ShapeError)) throw e;
    throw new DecodeError("unsupported", `${what}: there is no memory for ${count} elements of ${dtype}.`);
  }
};

/** The elements at a place, which must have bytes for all of them. Throws a DecodeError for those that do not fit. */
export const readElements = ({ bytes: size, dtype, isMemory, fill }: Element, count: number, place: Place): Store => {
  const { what, bytes, start, little } = place;
  const data = roomFor(dtype, count, what);
  if (little && isMemory === true) raw(data).set(bytes.subarray(start, start + count * size));
  else fill(data, new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), place);
  return data;
};

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
  const element = byKind.get(kind === "" && /^[<>=|]?\?$/.test(descr) ? "b1" : kind);
  if (element !== undefined) return { ...element, little: order !== ">" };
  const [what, wayOut] = others.get(/[a-zA-Z]/.exec(descr)?.[0] ?? "") ?? ["its elements", `Save numbers: ${asFloats}`];
  throw new DecodeError(
    "unsupported",
    `npy.decode: ${what} (${JSON.stringify(descr.slice(0, 40))}) have no dtype here. ${wayOut}.`,
  );
};

/** What this library writes, lowest byte first. */
export const descrOf: Readonly<Record<DType, string>> = { float64: "<f8", float32: "<f4", int32: "<i4", bool: "|b1" };

const hasNaN = (data: Store): boolean => {
  if (data instanceof Float64Array || data instanceof Float32Array)
    for (let i = 0; i < data.length; i++) if (Number.isNaN(data[i])) return true;
  return false;
};

/** The bytes of elements, with one bit pattern for NaN, which the engine does not promise. */
export const canonical = (data: Store): Uint8Array => {
  if (!hasNaN(data)) return raw(data);
  const words = new Uint32Array(data.slice().buffer);
  const high = data.BYTES_PER_ELEMENT === 8 ? 0x7ff80000 : 0x7fc00000;
  const stride = data.BYTES_PER_ELEMENT / 4;
  data.forEach((value: number, i: number) => {
    if (Number.isNaN(value)) words.set(stride === 2 ? [0, high] : [high], i * stride);
  });
  return raw(words);
};
