/*
 * The program is wrong, and the error says how, in one grammar:
 * `op: what is wrong: the values that clash. Hint.`
 */

/** Sizes or axes that do not fit together. */
export class ShapeError extends Error {
  override readonly name = "ShapeError";
}

/** An operation that is not defined for this element type. */
export class DTypeError extends Error {
  override readonly name = "DTypeError";
}

/** Trees of different structure, or a leaf that is not an array. The message holds the path. */
export class TreeError extends Error {
  override readonly name = "TreeError";
}

/** A value outside the domain of what was asked, such as a negative size. */
export class DomainError extends Error {
  override readonly name = "DomainError";
}

/** A traced value used where it has none: read before it is known, or kept after its transform ended. */
export class TraceError extends Error {
  override readonly name = "TraceError";
}

/** How data from outside fail: they end too soon, break their format, hold what is not supported, or were altered. */
export type DecodeFailure = "truncated" | "malformed" | "unsupported" | "altered";

/**
 * Data from outside that cannot be read: a file, say. Never thrown by what reads them, but the `Left` of its result.
 * `offset` is where reading stopped, in bytes (or characters, of a text) from the start, where that is known.
 */
export class DecodeError extends Error {
  override readonly name = "DecodeError";
  readonly kind: DecodeFailure;
  readonly offset: number | undefined;

  constructor(kind: DecodeFailure, message: string, offset?: number) {
    super(message);
    this.kind = kind;
    this.offset = offset;
  }
}

/** What a wrong program throws. */
export type GradfoldError = ShapeError | DTypeError | TreeError | DomainError | TraceError;
