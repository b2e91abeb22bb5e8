import { checkFunction, describe } from "../array/description.ts";
import {
  DecodeError,
  DomainError,
  DTypeError,
  type GradfoldError,
  ShapeError,
  TraceError,
  TreeError,
} from "../error/error.ts";
import { isRecord } from "../error/plain.ts";
import { isLeft, isRight, left, right } from "./either.ts";
import type { Either } from "./fp.ts";

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
 * import { array, attempt, matmul } from "gradfold";
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
 * import { attempt, item, orThrow } from "gradfold";
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
