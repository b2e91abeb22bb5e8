import { DecodeError, DomainError, type Either, either, numerics } from "@gradfold/core";
import { typed } from "@gradfold/core/transform";
import { beginJournal, headLength, type Journal, readHead, readRecord, usualEvery } from "../recording/journal.ts";
import { of, type Recording, type RecordingOptions } from "../recording/recording.ts";
import { misfit } from "../trajectory/difference.ts";
import type { Trajectory } from "../trajectory/trajectory.ts";
import { slice } from "../trajectory/view.ts";
import { readUpTo, withFile, writeAtomically } from "./disk.ts";
import { attemptFile, codeOf, FileError } from "./error.ts";
import { type FileSystem, nodeFiles } from "./fileSystem.ts";
import { takeLock } from "./lock.ts";
import { type Recorder, recorderOf } from "./recorder.ts";
import type { FileOptions } from "./save.ts";

export interface RecordOptions extends RecordingOptions, FileOptions {
  /** The most steps from one state in the file to the next (as many as make about a kilobyte of state a step). */
  readonly every?: number;
}

/** Something done as the only writer of a file: who fails gives the lock back. */
const locked = <A>(fs: FileSystem, path: string, work: (unlock: () => void) => A): A => {
  const unlock = takeLock(fs, path);
  try {
    return work(unlock);
  } catch (e) {
    unlock();
    throw e;
  }
};

const checkNew = (fs: FileSystem, path: string): void => {
  try {
    withFile(fs, path, "r", () => undefined);
  } catch (e) {
    if (codeOf(e) === "ENOENT") return;
    throw e;
  }
  throw new FileError(`record: ${path} is there already. Resume it, or remove it.`, "EEXIST");
};

const mostSteps = 2 ** 16;

/**
 * Begins to record a run into a new file, which holds the run so far and grows by `append`. The file can be resumed at any
 * time, also after a crash, and is turned into a safetensors file by `finish`.
 *
 * @param run - so much of the run as there is; every metric that it will have, it has in its first step
 * @throws DomainError when `every` is not a whole number from 1 to 65,536
 * @example
 * import { steps, trajectory } from "@gradfold/optim";
 * import { record } from "@gradfold/optim/node";
 * const run = trajectory.fold((n: number) => [n * 2, { loss: n }], 1, steps(3));
 * record("/no/such/folder/run", run)._tag; // => 'Left'
 */
export const record = <State, M>(
  path: string,
  run: Trajectory<State, M>,
  options: RecordOptions = {},
): Either<FileError, Recorder> => {
  const { fs: files = nodeFiles, every = usualEvery(run.final) } = options;
  if (!Number.isInteger(every) || every < 1 || every > mostSteps)
    throw new DomainError(`record: every must be a whole number from 1 to ${mostSteps}, not ${every}.`);
  const start = of(slice(run, 0, 1), options);
  const names = Object.keys(run.rows(0, run.length - 1).columns);
  const metrics = Object.fromEntries(names.map((name) => [name, new Float64Array()]));
  const { journal, bytes } = beginJournal({ ...start, metrics }, every);
  const begun = attemptFile("record", path, () =>
    locked(files, path, (unlock) => {
      checkNew(files, path);
      writeAtomically(files, path, bytes);
      const file = files.openSync(path, "r+");
      return recorderOf({ fs: files, path, file, journal, end: bytes.length, steps: 0, state: start.final, unlock });
    }),
  );
  if (either.isLeft(begun)) return begun;
  const recorder = begun.right;
  const appended = recorder.append(run);
  if (either.isRight(appended)) return begun;
  recorder.close();
  return appended;
};

/** A recording that goes on. */
export interface Resumed<State> {
  readonly recorder: Recorder;
  /** How many steps were recorded, and the state behind them. */
  readonly steps: number;
  readonly state: State;
  readonly description: Recording["description"];
}

type Failed = FileError | DecodeError;

interface Resume {
  <State>(path: string, like: State, options?: FileOptions): Either<Failed, Resumed<State>>;
}

/** The head of a file, of which no more is read than there is. */
const headOf = (fs: FileSystem, file: number, size: number): Either<DecodeError, Journal> => {
  const length = headLength(readUpTo(fs, file, 24, 0));
  return readHead(readUpTo(fs, file, Math.min(length, size), 0));
};

/** The last whole record, looked for from the end. */
const lastOf = (fs: FileSystem, file: number, journal: Journal, size: number) => {
  for (let i = Math.floor((size - journal.head) / journal.size) - 1; i >= 0; i--) {
    const at = journal.head + i * journal.size;
    const span = readRecord(journal, readUpTo(fs, file, journal.size, at));
    if (span !== undefined) return { end: at + journal.size, steps: span.from + span.count, state: span.state };
  }
  return { end: journal.head, steps: 0, state: journal.start.final };
};

const refuse = (path: string, what: string): Either<DecodeError, never> =>
  either.left(new DecodeError("unsupported", `resume: ${path}: ${what}`));

/** Why a journal cannot go on in this program, if it cannot. */
const unfit = ({ start }: Journal, like: unknown): string | undefined => {
  if (start.numerics !== numerics)
    return `the numbers are those of version ${start.numerics}, which this program, of ${numerics}, cannot compute.`;
  const found = misfit(start.final, like);
  return found && `a recording of another model: ${found.leaf || "the state"}: ${found.reason}.`;
};

/**
 * Goes on with a recording that was begun: reads its head and its last whole record, and cuts off what a crash left
 * behind that.
 *
 * @param like - a state of the model that the recording should be of: a leaf that differs is named in the left
 * @example
 * import { resume } from "@gradfold/optim/node";
 * resume("/no/such/file", 1)._tag; // => 'Left'
 */
export const resume = typed<Resume>(
  (path: string, like: unknown, options: FileOptions = {}): Either<Failed, Resumed<unknown>> => {
    const files = options.fs ?? nodeFiles;
    const open = (unlock: () => void): Either<DecodeError, Resumed<unknown>> => {
      const file = files.openSync(path, "r+");
      const leave = (result: Either<DecodeError, never>): Either<DecodeError, never> => {
        files.closeSync(file);
        unlock();
        return result;
      };
      try {
        const { size } = files.fstatSync(file);
        const head = headOf(files, file, size);
        if (either.isLeft(head)) return leave(head);
        const journal = head.right;
        const why = unfit(journal, like);
        if (why !== undefined) return leave(refuse(path, why));
        const last = lastOf(files, file, journal, size);
        if (size > last.end) files.ftruncateSync(file, last.end);
        const recorder = recorderOf({ fs: files, path, file, journal, ...last, unlock });
        return either.right({ recorder, steps: last.steps, state: last.state, description: journal.start.description });
      } catch (e) {
        files.closeSync(file);
        throw e;
      }
    };
    return either.flatMap((opened: Either<DecodeError, Resumed<unknown>>): Either<Failed, Resumed<unknown>> => opened)(
      attemptFile("resume", path, () => locked(files, path, open)),
    );
  },
);
