/** Bytes that are read piece by piece: those of a file, say. */
export interface Source {
  readonly length: number;
  /** Fills `into` with the bytes from a position on. */
  readonly read: (into: Uint8Array, at: number) => void;
}

/** The bytes of memory, read piece by piece. */
export const sourceOf = (bytes: Uint8Array): Source => ({
  length: bytes.length,
  read: (into, at) => into.set(bytes.subarray(at, at + into.length)),
});

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The bytes of a source from a position on, as many as there are. */
export const bytesAt = (source: Source, at: number, length: number): Uint8Array => {
  const bytes = new Uint8Array(Math.max(Math.min(length, source.length - at), 0));
  source.read(bytes, at);
  return bytes;
};
