import { type DecodeError, DomainError, type Either, either } from "@gradfold/core";
import { type Journal, writeRecord } from "../recording/journal.ts";
import type { Recording } from "../recording/recording.ts";
import { differenceOf } from "../trajectory/difference.ts";
import type { Trajectory } from "../trajectory/trajectory.ts";
import { writeAll } from "./disk.ts";
import { attemptFile, type FileError } from "./error.ts";
import type { FileSystem } from "./fileSystem.ts";
import { load, save } from "./save.ts";

/** A file that a run is recorded into as it grows. One process writes to it at a time. */
export interface Recorder {
  /** How many steps were recorded, those that wait to be written among them. */
  readonly steps: () => number;
  /** Records a run that begins where the recorded one ends. After a left, go on from `steps()`. */
  readonly append: <State, M>(run: Trajectory<State, M>) => Either<FileError, void>;
  /** Sees to it that all that was recorded outlives a loss of power. */
  readonly sync: () => Either<FileError, void>;
  /** Syncs, and leaves the file to be resumed. */
  readonly close: () => Either<FileError, void>;
  /** Closes, and puts the whole recording as a safetensors file in the place of the journal. */
  readonly finish: () => Either<FileError | DecodeError, Recording>;
}

/** An open journal, and where it stands. */
export interface Opened {
  readonly fs: FileSystem;
  readonly path: string;
  readonly file: number;
  readonly journal: Journal;
  /** Where the next record goes. */
  readonly end: number;
  readonly steps: number;
  readonly state: unknown;
  readonly unlock: () => void;
}

/** Records wait until there are about so many bytes of them, or for `sync`. */
const bufferBytes = 2 ** 16;

export const recorderOf = (opened: Opened): Recorder => {
  const { fs, path, file, journal, unlock } = opened;
  const { size, every, names } = journal;
  const buffer = new Uint8Array(Math.max(Math.floor(bufferBytes / size), 1) * size);
  const rows = new Float64Array(every * names.length);
  let { end, steps, state } = opened;
  let [filled, waiting, isOpen] = [0, 0, true];

  const flush = (): void => {
    writeAll(fs, file, buffer.subarray(0, filled), end);
    end += filled;
    filled = 0;
  };
  /** What is written may be refused; then nothing is taken, so that it can be tried again. */
  const makeRoom = (): void => {
    if (filled === buffer.length) flush();
  };
  const seal = (): void => {
    const span = { from: steps - waiting, count: waiting, rows: rows.subarray(0, waiting * names.length), state };
    writeRecord(journal, span, buffer.subarray(filled, filled + size));
    filled += size;
    waiting = 0;
  };
  const take = (columns: Recording["metrics"], row: number, next: unknown): void => {
    makeRoom();
    for (const [j, name] of names.entries()) rows[waiting * names.length + j] = columns[name]?.[row] ?? NaN;
    state = next;
    steps++;
    if (++waiting === every) seal();
  };
  const append = (run: Trajectory<unknown, unknown>): void => {
    const { columns } = run.rows(0, run.length - 1);
    const unknown = Object.keys(columns).find((name) => run.length > 1 && !names.includes(name));
    if (unknown !== undefined)
      throw new DomainError(`record: the metric ${unknown} is none of those that the file has: ${names.join(", ")}.`);
    let row = -1;
    for (const next of run.states(0)) {
      const found = row < 0 ? differenceOf(next, state) : undefined;
      if (found !== undefined)
        throw new DomainError(
          `record: the run does not begin where the recorded one ends, in ${found.leaf || "the state"}.`,
        );
      if (row >= 0) take(columns, row, next);
      row++;
    }
  };
  const sync = (): void => {
    makeRoom();
    if (waiting > 0) seal();
    flush();
    fs.fsyncSync(file);
  };
  const leave = (last: () => void): void => {
    try {
      sync();
    } finally {
      isOpen = false;
      try {
        fs.closeSync(file);
        last();
      } finally {
        unlock();
      }
    }
  };
  const guarded = <A>(work: () => A): Either<FileError, A> => {
    if (!isOpen) throw new DomainError(`record: the recorder of ${path} is closed.`);
    return attemptFile("record", path, work);
  };
  return {
    steps: () => steps,
    append: (run) => guarded(() => append(run)),
    sync: () => guarded(sync),
    close: () => guarded(() => leave(() => undefined)),
    finish: () => {
      let made: Either<FileError | DecodeError, Recording> | undefined;
      const done = guarded(() =>
        leave(() => {
          made = either.flatMap((whole: Recording): Either<FileError, Recording> =>
            either.map(() => whole)(save(path, whole, { fs })),
          )(load(path, { fs }));
        }),
      );
      return either.isLeft(done) || made === undefined ? (done as Either<FileError, never>) : made;
    },
  };
};
