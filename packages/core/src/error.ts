import { checkFunction, describe } from "./description.ts";
import { isLeft, isRight, left, right } from "./either.ts";
import type { Either } from "./fp.ts";
import { isRecord } from "./plain.ts";

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

const isGradfoldError = (e: unknown): e is GradfoldError =>
  e instanceof ShapeError ||
  e instanceof DTypeError ||
  e instanceof TreeError ||
  e instanceof DomainError ||
  e instanceof TraceError;

/**
 * Runs `f` and turns a thrown gradfold error into a `Left`; any other exception passes through.
 *
 * @throws DTypeError when `f` is no function
 * @example
 * import { attempt, matmul, array } from "@gradfold/core";
 * attempt(() => matmul(array([1, 2]) as never, array([1, 2, 3])))._tag; // => "Left"
 */
export const attempt = <A>(f: () => A): Either<GradfoldError, A> => {
  checkFunction("attempt", f);
  try {
    return right(f());
  } catch (e) {
    if (isGradfoldError(e)) return left(e);
    throw e;
  }
};

/**
 * The value of a `Right`; throws the error of a `Left`. The way back from {@link attempt}.
 *
 * @throws the error of a `Left`; DTypeError for what is no Either
 * @example
 * import { attempt, item, orThrow } from "@gradfold/core";
 * orThrow(attempt(() => item(5))); // => 5
 */
export const orThrow = <A>(result: Either<Error, A>): A => {
  if (!isRecord(result) || !(isRight(result) || isLeft(result)))
    throw new DTypeError(`orThrow: an Either is needed, such as attempt gives, not ${describe(result)}.`);
  if (isRight(result)) return result.right;
  throw result.left;
};

/** Runs a reader of outside data, whose complaints are DecodeErrors: the value, or the complaint. */
export const decoded = <A>(read: () => A): Either<DecodeError, A> => {
  try {
    return right(read());
  } catch (e) {
    if (e instanceof DecodeError) return left(e);
    throw e;
  }
};
