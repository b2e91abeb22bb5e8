import { crc32 } from "node:zlib";
import { attempt, DomainError, type Either, either } from "@gradfold/core";
import { optionsOf } from "@gradfold/core/library";
import { beginJournal, mostRows, usualEvery } from "../recording/journal.ts";
import { of, type RecordingOptions } from "../recording/recording.ts";
import { checkRun } from "../trajectory/check.ts";
import { inner, type Trajectory } from "../trajectory/trajectory.ts";
import { byName } from "../value.ts";
import { slice } from "../trajectory/view.ts";
import { fileAt, writeAtomically } from "./disk.ts";
import { attemptFile, FileError } from "./error.ts";
import { nodeFiles } from "./fileSystem.ts";
import { locked } from "./lock.ts";
import { type Recorder, recorderOf } from "./recorder.ts";
import type { FileOptions } from "./save.ts";

export interface RecordOptions extends RecordingOptions, FileOptions {
  /** The most steps from one state in the file to the next (as many as make about a kilobyte of state a step). */
  readonly every?: number;
}

const defaults = { description: {}, fs: nodeFiles, every: undefined };

/** The head of a file that could be read again, or what is wrong with what should be in it. */
const begin = (
  path: string,
  run: Trajectory<unknown, unknown>,
  description: NonNullable<RecordingOptions["description"]>,
  every: number,
): Either<FileError, ReturnType<typeof beginJournal>> => {
  const refused = (cause: Error): FileError =>
    new FileError(`record: ${path}: it could not be read again: ${cause.message}`, "EINVAL", { cause });
  const made = attempt(() => {
    const start = of(slice(run, 0, 1), { description });
    const names = Object.keys(run[inner].rows(0, run.length - 1).columns);
    const metrics = byName(names.map((name) => [name, new Float64Array()]));
    return beginJournal({ ...start, metrics }, every, crc32);
  });
  return either.mapLeft(refused)(made);
};

/**
 * Begins to record a run into a new file, which holds the run so far and grows by `append`. The file can be resumed at any
 * time, also after a crash, and is turned into a safetensors file by `finish`.
 *
 * @param run - so much of the run as there is; every metric that it will have, it has in its first step
 * @throws DomainError when `every` is not a whole number from 1 to 65,536
 * @example
 * import { steps, trajectory } from "gradfold";
 * import { record } from "gradfold/node";
 * const run = trajectory.fold((n: number) => [n * 2, { loss: n }], 1, steps(3));
 * record("/no/such/folder/run", run)._tag; // => 'Left'
 */
export const record = <State, M>(
  path: string,
  run: Trajectory<State, M>,
  options?: RecordOptions,
): Either<FileError, Recorder> => {
  checkRun("record", run, "second");
  const { fs, description, every = usualEvery(run.final) } = optionsOf("record", options, defaults);
  if (!Number.isInteger(every) || every < 1 || every > mostRows)
    throw new DomainError(`record: every must be a whole number from 1 to ${mostRows}, not ${every}.`);
  const begun = either.flatMap(({ journal, bytes }: ReturnType<typeof beginJournal>) =>
    attemptFile("record", path, () => {
      const { path: place } = fileAt(fs, path);
      return locked(fs, place, (lock) => {
        if (fileAt(fs, place).stats !== undefined)
          throw new FileError(`${path} is there already. Resume it, or remove it.`, "EEXIST");
        writeAtomically(fs, place, [bytes]);
        const file = fs.openSync(place, "r+");
        const start = { record: 0, count: 0, rows: 0, steps: 0, state: journal.start.final, slot: undefined };
        return recorderOf({ fs, path: place, file, journal, lock, place: start, mend: undefined });
      });
    }),
  )(begin(path, run, description, every));
  if (either.isLeft(begun)) return begun;
  const recorder = begun.right;
  let appended: Either<FileError, void> | undefined;
  try {
    appended = recorder.append(run);
  } finally {
    if (appended === undefined || either.isLeft(appended)) recorder.close();
  }
  return either.map(() => recorder)(appended);
};
