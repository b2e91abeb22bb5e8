import { DecodeError, type DecodeFailure, type Either, either } from "@gradfold/core";

/** What is wrong with a recording. */
export const failure = (what: string, kind: DecodeFailure = "malformed"): DecodeError =>
  new DecodeError(kind, `recording.decode: ${what}`);

export type Result<A> = Either<DecodeError, A>;

export const wrong = (what: string, kind?: DecodeFailure): Either<DecodeError, never> =>
  either.left(failure(what, kind));
