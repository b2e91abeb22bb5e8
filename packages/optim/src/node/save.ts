import { type DecodeError, type Either, either } from "@gradfold/core";
import { decode, encode } from "../recording/file.ts";
import { decodeJournal, isJournal } from "../recording/journal.ts";
import type { Recording } from "../recording/recording.ts";
import { readAll, writeAtomically } from "./disk.ts";
import { attemptFile, type FileError } from "./error.ts";
import { type FileSystem, nodeFiles } from "./fileSystem.ts";

export interface FileOptions {
  /** The file system (Node's own). */
  readonly fs?: FileSystem;
}

/**
 * Writes a recording as a safetensors file, whole or not at all: whatever happens meanwhile, there is the old file or the
 * new one.
 *
 * @example
 * import { recording, steps, trajectory } from "@gradfold/optim";
 * import { save } from "@gradfold/optim/node";
 * const made = recording.of(trajectory.fold((n: number) => [n * 2, {}], 1, steps(3)));
 * save("/no/such/folder/run.safetensors", made)._tag; // => 'Left'
 */
export const save = (path: string, made: Recording, options: FileOptions = {}): Either<FileError, void> => {
  const bytes = encode(made);
  return attemptFile("save", path, () => writeAtomically(options.fs ?? nodeFiles, path, bytes));
};

/**
 * Reads a recording: one that was saved, or one that is still being made, up to its last whole record.
 *
 * @example
 * import { load } from "@gradfold/optim/node";
 * load("/no/such/file")._tag; // => 'Left'
 */
export const load = (path: string, options: FileOptions = {}): Either<FileError | DecodeError, Recording> =>
  either.flatMap((bytes: Uint8Array): Either<FileError | DecodeError, Recording> =>
    isJournal(bytes) ? decodeJournal(bytes) : decode(bytes),
  )(attemptFile("load", path, () => readAll(options.fs ?? nodeFiles, path)));
