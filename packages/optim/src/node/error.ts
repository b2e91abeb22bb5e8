import { DTypeError, type Either, either } from "@gradfold/core";
import { describe } from "@gradfold/core/library";

/**
 * The file system refused: the disk is full or read-only, a file is not there, or another process records into it. Or
 * there is no file that could be read again.
 */
export class FileError extends Error {
  override readonly name = "FileError";
  /** The system's word for it, such as ENOSPC; ELOCKED for a file with another writer. */
  readonly code: string;

  constructor(message: string, code: string, options?: { readonly cause: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** The code of a system's error; undefined for any other exception. */
export const codeOf = (e: unknown): string | undefined =>
  typeof e === "object" && e !== null && "code" in e && typeof e.code === "string" ? e.code : undefined;

/** Does what may be refused by the system without harm, and tells whether it was done. */
export const attempted = (run: () => void): boolean => {
  try {
    run();
    return true;
  } catch (e) {
    if (codeOf(e) === undefined) throw e;
    return false;
  }
};

/**
 * Runs something that works with files, and turns the system's errors into a left. Any other exception passes.
 *
 * @throws DTypeError for a path that is no text
 */
export const attemptFile = <A>(what: string, path: string, run: () => A): Either<FileError, A> => {
  if (typeof path !== "string") throw new DTypeError(`${what}: a path is needed, not ${describe(path)}.`);
  try {
    return either.right(run());
  } catch (e) {
    const code = codeOf(e);
    if (code === undefined) throw e;
    const message = e instanceof Error ? e.message : code;
    const words = e instanceof FileError ? message : `${path}: ${message}`;
    return either.left(new FileError(`${what}: ${words}`, code, { cause: e }));
  }
};
