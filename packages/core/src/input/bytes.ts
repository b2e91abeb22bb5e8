import { describe } from "../array/description.ts";
import { DTypeError } from "../error/error.ts";
import { kindOf } from "../error/plain.ts";

const kinds: ReadonlySet<string> = new Set(["Uint8Array", "Uint8ClampedArray", "DataView"]);

/** A buffer's bytes. Only a buffer, of whatever realm, can be looked at through a DataView. */
const bufferBytes = (x: unknown): Uint8Array | undefined => {
  try {
    return new Uint8Array(new DataView(x as ArrayBuffer).buffer);
  } catch {
    return undefined;
  }
};

const viewBytes = (x: ArrayBufferView): Uint8Array | undefined => {
  try {
    return new Uint8Array(x.buffer, x.byteOffset, x.byteLength);
  } catch {
    return undefined; // its buffer was sent to another thread
  }
};

/** The bytes of what holds bytes, in place: a Uint8Array, Node's Buffer, a DataView or a buffer, of any realm. */
export const bytesOf = (name: string, x: unknown): Uint8Array => {
  if (x instanceof Uint8Array) return x;
  const isView = ArrayBuffer.isView(x);
  const bytes = !isView ? bufferBytes(x) : kinds.has(kindOf(x)) ? viewBytes(x) : undefined;
  if (bytes !== undefined) return bytes;
  throw new DTypeError(`${name}: a Uint8Array is needed, not ${describe(x)}.`);
};
