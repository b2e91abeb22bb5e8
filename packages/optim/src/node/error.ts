import { type Either, either } from "@gradfold/core";

/** The file system refused: the disk is full or read-only, a file is not there, or another process records into it. */
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
  e instanceof Error && "code" in e && typeof e.code === "string" ? e.code : undefined;

/** Runs something that works with files, and turns the system's errors into a left. Any other exception passes. */
export const attemptFile = <A>(what: string, path: string, run: () => A): Either<FileError, A> => {
  try {
    return either.right(run());
  } catch (e) {
    if (e instanceof FileError) return either.left(e);
    const code = codeOf(e);
    if (code === undefined) throw e;
    const message = e instanceof Error ? e.message : code;
    return either.left(new FileError(`${what}: ${path}: ${message}`, code, { cause: e }));
  }
};
