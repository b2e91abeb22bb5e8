import { type DecodeError, DomainError, type Either, either } from "@gradfold/core";
import { raw } from "@gradfold/core/files";
import { type Journal, slotCount, trailerBytes } from "../recording/journal.ts";
import type { Recording } from "../recording/recording.ts";
import { decodeJournal } from "../recording/survey.ts";
import { tailWriter } from "../recording/tail.ts";
import { checkRun } from "../trajectory/check.ts";
import { differenceOf } from "../trajectory/difference.ts";
import { firstOf } from "../trajectory/series.ts";
import { inner, type Trajectory } from "../trajectory/trajectory.ts";
import { blockBytes, sourceIn, together, writeAll } from "./disk.ts";
import { attempted, attemptFile, FileError } from "./error.ts";
import type { FileSystem } from "./fileSystem.ts";
import type { Lock } from "./lock.ts";
import { save } from "./save.ts";

/** A file that a run is recorded into as it grows. One process writes to it at a time. */
export interface Recorder {
  /** How many steps were recorded. */
  readonly steps: () => number;
  /**
   * Records a run that begins where the recorded one ends: after a right, what was recorded outlives the process, however it
   * ends. After a left, go on from `steps()`.
   */
  readonly append: <State, M>(run: Trajectory<State, M>) => Either<FileError, void>;
  /** Sees to it that all that was recorded outlives a loss of power. */
  readonly sync: () => Either<FileError, void>;
  /** Syncs, and leaves the file to be resumed. */
  readonly close: () => Either<FileError, void>;
  /**
   * Closes, and puts the whole recording as a safetensors file in the place of the journal. After a left the journal is
   * there, with all that was recorded: resume it.
   */
  readonly finish: () => Either<FileError | DecodeError, Recording>;
}

/** Where a journal stands: the open record, and what is known of it. */
export interface Place {
  readonly record: number;
  /** Steps in the open record, and the checksum of their rows. */
  readonly count: number;
  readonly rows: number;
  readonly steps: number;
  readonly state: unknown;
  /** The slot with the newest state; undefined if that is at the end of a record. */
  readonly slot: number | undefined;
}

/** An open journal. */
export interface Opened {
  readonly fs: FileSystem;
  readonly path: string;
  readonly file: number;
  readonly journal: Journal;
  readonly place: Place;
  readonly lock: Lock;
  /** What is to be written before anything else, where the file is not as it would be at its place. */
  readonly mend: (() => void) | undefined;
}

/** Where the rows of the open record end. */
export const endOf = ({ records, record, row }: Journal, place: Place): number =>
  records + place.record * record + place.count * row;

/** What goes behind the end of the open record, and the place after it. */
interface Addition {
  readonly parts: readonly Uint8Array[];
  readonly place: Place;
}

/** The rows of steps k … end - 1 of a run, one after another. */
const rowsIn = (names: readonly string[], columns: Recording["metrics"], k: number, end: number): Float64Array => {
  // To ask a small array of no buffer for its bytes would make one.
  const rows = new Float64Array(new ArrayBuffer(8 * (end - k) * names.length));
  for (const [j, name] of names.entries()) {
    const column = columns[name];
    for (let i = k; i < end; i++) rows[(i - k) * names.length + j] = column?.[i] ?? NaN;
  }
  return rows;
};

/** The steps of a run as they are written, in pieces that end with a record; the last one may end within. */
function* additionsOf(
  journal: Journal,
  place: Place,
  run: Trajectory<unknown, unknown>,
  columns: Recording["metrics"],
  tailOf: ReturnType<typeof tailWriter>,
): Generator<Addition> {
  const { every, names, record: size, sum } = journal;
  const n = run.length - 1;
  let [parts, k]: [Uint8Array[], number] = [[], 0];
  let { record, count, rows: checksum, steps } = place;
  while (k < n) {
    const end = Math.min(k + every - count, n);
    const rows = raw(rowsIn(names, columns, k, end));
    const state = end === n ? run.final : firstOf(run.states(end));
    [count, steps, k] = [count + end - k, steps + end - k, end];
    checksum = sum(rows, checksum);
    parts.push(rows);
    if (count === every) {
      parts.push(tailOf({ record, from: steps - count, count, rows: checksum }, state).slice());
      [record, count, checksum] = [record + 1, 0, 0];
    }
    const isFull = count === 0 && (parts.length / 2) * size >= blockBytes;
    if (k < n && !isFull) continue;
    yield { parts, place: { record, count, rows: checksum, steps, state, slot: undefined } };
    parts = [];
  }
}

export const recorderOf = ({ fs, path, file, journal, lock, ...opened }: Opened): Recorder => {
  const tailOf = tailWriter(journal);
  let { place, mend } = opened;
  let synced = { slot: place.slot, end: endOf(journal, place) };
  let [isOpen, isChanged, isDoubtful] = [true, false, false];
  const slotAt = (slot: number): number => journal.slots + slot * journal.tail;

  /** The state of a place within a record, into a slot that nobody needs. */
  const writeSlot = ({ record, count, rows, steps, state }: Place, slot: number): void =>
    writeAll(fs, file, tailOf({ record, from: steps - count, count, rows }, state), slotAt(slot));
  /** There are more slots than these two may be. */
  const freeSlot = (): number => {
    let slot = 0;
    while (slot === place.slot || slot === synced.slot) slot++;
    return slot;
  };
  /** Takes away what a write that failed may have left. */
  const restore = (): void => {
    fs.ftruncateSync(file, endOf(journal, place));
    writeAll(fs, file, new Uint8Array(trailerBytes), slotAt(freeSlot() + 1) - trailerBytes);
  };
  const take = ({ parts, place: next }: Addition): void => {
    mend?.();
    [mend, isChanged] = [restore, true];
    const slot = next.count === 0 ? undefined : freeSlot();
    writeAll(fs, file, together(parts), endOf(journal, place));
    if (slot !== undefined) writeSlot(next, slot);
    place = { ...next, slot };
    mend = undefined;
  };
  const append = (run: Trajectory<unknown, unknown>): void => {
    const { columns } = run[inner].rows(0, run.length - 1);
    const { names, start } = journal;
    const unknown = Object.keys(columns).find((name) => run.length > 1 && !Object.hasOwn(start.metrics, name));
    if (unknown !== undefined)
      throw new DomainError(`record: the metric ${unknown} is none of those that the file has: ${names.join(", ")}.`);
    const found = differenceOf(firstOf(run.states(0)), place.state);
    if (found !== undefined)
      throw new DomainError(
        `record: the run does not begin where the recorded one ends, in ${found.leaf || "the state"}.`,
      );
    if (run.length > 1) lock.confirm(file, false);
    for (const addition of additionsOf(journal, place, run, columns, tailOf)) take(addition);
  };
  /** Writes again what is there: a system that could not write it once may have taken it for written. */
  const rewrite = (from: number, to: number): void => {
    const source = sourceIn(fs, file);
    for (let at = from; at < to; at += blockBytes) {
      const bytes = new Uint8Array(Math.min(blockBytes, to - at));
      source.read(bytes, at);
      writeAll(fs, file, bytes, at);
    }
  };
  const flush = (): void => {
    const end = endOf(journal, place);
    if (isDoubtful) {
      if (place.slot !== undefined) rewrite(slotAt(place.slot), slotAt(place.slot + 1));
      rewrite(synced.end, end);
    }
    isDoubtful = true;
    fs.fsyncSync(file);
    isDoubtful = false;
    synced = { slot: place.slot, end };
  };
  const sync = (): void => {
    lock.confirm(file, true);
    flush();
  };
  /** Makes the file one that does not tell in which pieces it was written: the newest state is in the first two slots. */
  const settle = (): void => {
    if (!isChanged) return;
    mend?.();
    for (const slot of [0, 1]) if (place.count > 0 && slot !== place.slot) writeSlot(place, slot);
    flush();
    for (let slot = place.count === 0 ? 0 : 2; slot < slotCount; slot++)
      writeAll(fs, file, new Uint8Array(journal.tail), slotAt(slot));
    flush();
  };
  const guarded = <A>(work: () => A): Either<FileError, A> => {
    if (!isOpen) throw new DomainError(`record: the recorder of ${path} is closed.`);
    return attemptFile("record", path, work);
  };
  /** What was to be written is written, so that nothing is lost with an error here. */
  const leave = (): void => {
    isOpen = false;
    attempted(() => fs.closeSync(file));
    lock.release();
  };
  const finish = (): Either<FileError | DecodeError, Recording> => {
    if (isChanged) mend?.();
    sync();
    return either.flatMap((whole: Recording): Either<FileError, Recording> => {
      if (whole.steps !== place.steps)
        throw new FileError(`${path} gives back ${whole.steps} of ${place.steps} steps.`, "EIO");
      return either.map(() => whole)(save(path, whole, { fs }));
    })(decodeJournal(sourceIn(fs, file), journal.sum));
  };
  const last = <A>(work: () => A): Either<FileError, A> => {
    const done = guarded(work);
    leave();
    return done;
  };
  return {
    steps: () => place.steps,
    append: (run) => {
      checkRun("append", run);
      return guarded(() => append(run));
    },
    sync: () => guarded(sync),
    close: () =>
      last(() => {
        sync();
        settle();
      }),
    finish: () =>
      either.flatMap(
        (made: Either<FileError | DecodeError, Recording>): Either<FileError | DecodeError, Recording> => made,
      )(last(finish)),
  };
};
