import { DTypeError, ShapeError } from "../error/error.ts";
import { inQuotes, isErrorOf, kindOf } from "../error/plain.ts";

/** The type of an array's elements. A plain JavaScript number is a float64. */
export type DType = "float64" | "float32" | "int32" | "bool";

/** Where elements live. A bool is a byte that holds 0 or 1. */
export type Store = Float64Array | Float32Array | Int32Array | Uint8Array;

/** More bytes than this are not even asked for: some systems promise what they have not. */
const mostBytes = 2 ** 40;

const tooMany = (dtype: DType, size: number, name: string): ShapeError =>
  new ShapeError(
    `${name}: ${size} elements of ${dtype} need ${size * bytesPerElement[dtype]} bytes, more than there are. Use smaller sizes.`,
  );

/** Refuses sizes beyond all memory, also for what keeps one element: whatever is done with all of them would not end. */
export const checkRoom = (dtype: DType, size: number, name: string): void => {
  if (size * 8 > mostBytes) throw tooMany(dtype, size, name);
};

/** A buffer of zeros of its own; where there is no memory for it, an error that says how much it would be. */
export const allocateAlone = (dtype: DType, size: number, name = "array"): Store => {
  checkRoom(dtype, size, name);
  try {
    return zerosIn(dtype, size);
  } catch (e) {
    throw isErrorOf(e, "RangeError") ? tooMany(dtype, size, name) : e;
  }
};

/** Zeros for an array that nobody else writes to. Small ones share a buffer: see docs/decisions/small-arrays-share.md. */
export const allocate = (dtype: DType, size: number, name?: string): Store => {
  const bytes = size * bytesPerElement[dtype];
  return bytes > inObject && bytes <= mostShared ? part(dtype, size, bytes) : allocateAlone(dtype, size, name);
};

/** Bytes to an element of a buffer. */
export const bytesPerElement: Readonly<Record<DType, number>> = { float64: 8, float32: 4, int32: 4, bool: 1 };

/** V8 keeps so many bytes in the object of a typed array. */
const inObject = 64;
/** More bytes have a buffer of their own. */
export const mostShared = 2048;
/** At least so many arrays share a buffer, and less than twice as many. */
const sharing = 8;

/** Gives parts of buffers, each for arrays of about one size, until they are used up, then those of others. */
const openBuffers = (): ((dtype: DType, size: number, bytes: number) => Store) => {
  const open: { buffer: ArrayBuffer; used: number }[] = [];
  return (dtype, size, bytes) => {
    const most = 32 - Math.clz32(bytes - 1);
    const shared = (open[most] ??= { buffer: new ArrayBuffer(0), used: 0 });
    if (shared.used + bytes > shared.buffer.byteLength) {
      shared.buffer = new ArrayBuffer(sharing * 2 ** most);
      shared.used = 0;
    }
    const { buffer, used } = shared;
    shared.used = Math.ceil((used + bytes) / 8) * 8;
    switch (dtype) {
      case "float64":
        return new Float64Array(buffer, used, size);
      case "float32":
        return new Float32Array(buffer, used, size);
      case "int32":
        return new Int32Array(buffer, used, size);
      case "bool":
        return new Uint8Array(buffer, used, size);
    }
  };
};

const part = openBuffers();

const zerosIn = (dtype: DType, size: number): Store => {
  switch (dtype) {
    case "float64":
      return new Float64Array(size);
    case "float32":
      return new Float32Array(size);
    case "int32":
      return new Int32Array(size);
    case "bool":
      return new Uint8Array(size);
  }
};

/** A number for each dtype, to find what was made for it. */
export const dtypeCodes: Readonly<Record<DType, number>> = { float64: 0, float32: 1, int32: 2, bool: 3 };

/** Whether numbers of a dtype have fractions, and so derivatives. */
export const isFloat = (dtype: DType): boolean => dtype === "float64" || dtype === "float32";

export const isDType = (dtype: unknown): dtype is DType =>
  dtype === "float64" || dtype === "float32" || dtype === "int32" || dtype === "bool";

export const checkDType = (name: string, dtype: DType): DType => {
  if (isDType(dtype)) return dtype;
  const given = typeof dtype === "string" ? inQuotes(dtype) : `of kind ${kindOf(dtype)}`;
  throw new DTypeError(`${name}: a dtype is "float64", "float32", "int32" or "bool", not ${given}.`);
};

/** The dtype in which two arrays meet: the wider float, else the float, else the integer. */
export const promote = (a: DType, b: DType): DType => {
  if (a === b) return a;
  if (a === "float64" || b === "float64") return "float64";
  if (a === "float32" || b === "float32") return "float32";
  return "int32";
};

/** The dtype in which a function of real numbers is computed. */
export const floating = (dtype: DType): DType => (isFloat(dtype) ? dtype : "float64");

/** The dtype of arithmetic: a bool counts as an integer. */
export const arithmetic = (dtype: DType): DType => (dtype === "bool" ? "int32" : dtype);
