import { crc32 } from "node:zlib";
import { type DecodeError, type Either, either } from "@gradfold/core";
import { optionsOf } from "@gradfold/core/library";
import { bytesOf } from "@gradfold/core/files";
import { decodeFrom } from "../recording/decode.ts";
import { fileOf } from "../recording/encode.ts";
import { isJournal } from "../recording/journal.ts";
import type { Recording } from "../recording/recording.ts";
import type { Result } from "../recording/failure.ts";
import { decodeJournal } from "../recording/survey.ts";
import { fileAt, sourceIn, withFile, writeAtomically } from "./disk.ts";
import { attemptFile, type FileError } from "./error.ts";
import { type FileSystem, nodeFiles } from "./fileSystem.ts";

export interface FileOptions {
  /** The file system (Node's own). */
  readonly fs?: FileSystem;
}

const defaults = { fs: nodeFiles };

/**
 * Writes a recording as a safetensors file, or the bytes of any other file, such as those of `safetensors.encode`: whole or
 * not at all. Whatever happens meanwhile, there is the old file or the new one.
 *
 * @throws what `recording.encode` throws
 * @example
 * import { array, recording, safetensors, steps, trajectory } from "gradfold";
 * import { save } from "gradfold/node";
 * const made = recording.of(trajectory.fold((n: number) => [n * 2, {}], 1, steps(3)));
 * save("/no/such/folder/run.safetensors", made)._tag; // => 'Left'
 * save("/no/such/folder/model.safetensors", safetensors.encode({ w: array([1, 2]) }))._tag; // => 'Left'
 */
export const save = (path: string, made: Recording | Uint8Array, options?: FileOptions): Either<FileError, void> => {
  const { fs } = optionsOf("save", options, defaults);
  const parts = ArrayBuffer.isView(made) ? [bytesOf("save", made)] : fileOf("save", made).parts();
  return attemptFile("save", path, () => writeAtomically(fs, path, parts));
};

/**
 * Reads a recording: one that was saved, or one that is still being made, with all that can be read of it. The steps whose
 * metrics are lost, if a file is damaged, are its `lost`.
 *
 * @example
 * import { load } from "gradfold/node";
 * load("/no/such/file")._tag; // => 'Left'
 */
export const load = (path: string, options?: FileOptions): Either<FileError | DecodeError, Recording> => {
  const { fs } = optionsOf("load", options, defaults);
  return either.flatMap((read: Result<Recording>): Either<FileError | DecodeError, Recording> => read)(
    attemptFile("load", path, () =>
      withFile(fs, fileAt(fs, path).path, "r", (file) => {
        const source = sourceIn(fs, file);
        return isJournal(source, crc32) ? decodeJournal(source, crc32) : decodeFrom(source);
      }),
    ),
  );
};
