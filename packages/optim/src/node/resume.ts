import { crc32 } from "node:zlib";
import { DecodeError, type Either, either, numerics } from "@gradfold/core";
import { optionsOf, typed } from "@gradfold/core/library";
import { isVersion1 } from "../recording/version1.ts";
import { type Journal, readHead, slotCount, trailerBytes } from "../recording/journal.ts";
import type { Lost, Recording } from "../recording/recording.ts";
import { readJournal, survey, type Survey } from "../recording/survey.ts";
import { stateIn, tailWriter } from "../recording/tail.ts";
import { misfit } from "../trajectory/difference.ts";
import { fileAt, sourceIn, writeAll } from "./disk.ts";
import { attemptFile, FileError } from "./error.ts";
import { nodeFiles } from "./fileSystem.ts";
import { locked } from "./lock.ts";
import { endOf, type Opened, type Recorder, recorderOf } from "./recorder.ts";
import type { FileOptions } from "./save.ts";

/** Steps from … to - 1 of which a damaged file lost something. Where it lost a state only, there are none. */
export interface Damage extends Lost {
  /** What is lost, in words. */
  readonly what: string;
}

/** A recording that goes on. */
export interface Resumed<State> {
  /** Records the steps that follow. */
  readonly recorder: Recorder;
  /** How many steps were recorded, and the state behind them. */
  readonly steps: number;
  /** The state to go on from. */
  readonly state: State;
  /** How the run was made, as the recording says. */
  readonly description: Recording["description"];
  /** What of the file is damaged; all else was found whole. */
  readonly damage: readonly Damage[];
}

type Failed = FileError | DecodeError;

/** Why a journal cannot go on in this program, if it cannot. */
const unfit = (start: Recording, like: unknown): string | undefined => {
  if (start.numerics !== numerics)
    return `the numbers are those of version ${start.numerics}, which this program, of ${numerics}, cannot compute. Record its last state, which load reads, anew.`;
  const found = misfit(start.final, like);
  return found && `a recording of another model: ${found.leaf || "the state"}: ${found.reason}.`;
};

const stretch = ({ from, to }: Lost): string => (to - from === 1 ? `step ${from}` : `steps ${from} to ${to - 1}`);

/** What a survey found damaged, in words. */
const damageOf = ({ isHurt }: Journal, { lost, stateless, steps, were }: Survey): readonly Damage[] => [
  ...(isHurt
    ? [{ from: 0, to: 0, what: "One of the two copies of the head is damaged. The other one is whole." }]
    : []),
  ...lost.map(({ from, to }) => ({
    from,
    to,
    what: `The metrics of ${stretch({ from, to })} are lost. Where the run is reopened, they are computed again.`,
  })),
  ...stateless.map((step) => ({
    from: step,
    to: step,
    what: `The state behind ${step} steps is lost. It can be computed again from the one that is kept before it.`,
  })),
  ...(were > steps
    ? [{ from: steps, to: were, what: `No state behind step ${steps} is whole: the run goes on from there.` }]
    : []),
];

/** Where a journal goes on, and what has to be written first. */
const placeOf = (journal: Journal, { last, steps }: Survey): Pick<Opened, "place"> & { readonly short: boolean } => {
  const kept = last?.kept;
  if (last === undefined || kept === undefined) {
    const { final: state } = journal.start;
    return { place: { record: 0, count: 0, rows: 0, steps: 0, state, slot: undefined }, short: false };
  }
  const { slot } = kept;
  const state = stateIn(journal.form, kept.bytes);
  if (slot !== undefined && kept.isWhole && kept.count < journal.every)
    return { place: { record: last.record, count: kept.count, rows: kept.rows, steps, state, slot }, short: false };
  return { place: { record: last.record + 1, count: 0, rows: 0, steps, state, slot }, short: slot !== undefined };
};

/**
 * Makes a file one that ends at a place, and has no state but the one there: what is left of a damaged one, or was not
 * believed, is never read again. A state in a slot whose rows are damaged becomes the end of its record, so that the rows
 * to come are not told from checksums of those.
 */
const mending = (
  { fs, file, journal, place }: Omit<Opened, "mend">,
  { last }: Survey,
  short: boolean,
): (() => void) => {
  const end = endOf(journal, place);
  const kept = short ? last?.kept : undefined;
  const tail =
    kept === undefined || last === undefined
      ? new Uint8Array()
      : tailWriter(journal)({ record: last.record, from: last.from, count: kept.count, rows: kept.rows }, place.state);
  return () => {
    fs.ftruncateSync(file, end);
    writeAll(fs, file, tail, end - tail.length);
    for (let slot = 0; slot < slotCount; slot++)
      if (slot !== place.slot)
        writeAll(fs, file, new Uint8Array(trailerBytes), journal.slots + (slot + 1) * journal.tail - trailerBytes);
  };
};

type Opening = Either<DecodeError, Resumed<unknown>>;

const refuse = (path: string, what: string): Either<DecodeError, never> =>
  either.left(new DecodeError("unsupported", `resume: ${path}: ${what}`));

/**
 * Goes on with a recording that was begun: reads it once, from its first byte to its last, and says what of it is damaged. A
 * record that is damaged takes no other one with it. Nothing is written before more is recorded.
 *
 * @param like - a state of the model that the recording should be of: a leaf that differs is named in the left
 * @example
 * import { resume } from "gradfold/node";
 * resume("/no/such/file", 1)._tag; // => 'Left'
 */
export const resume = typed<
  <State>(path: string, like: State, options?: FileOptions) => Either<Failed, Resumed<State>>
>((path: string, like: unknown, options?: FileOptions): Either<Failed, Resumed<unknown>> => {
  const { fs } = optionsOf("resume", options, { fs: nodeFiles });
  const opened = attemptFile("resume", path, () => {
    const { path: real, stats } = fileAt(fs, path);
    // Whoever opens it by another name sees another lock.
    if ((stats?.nlink ?? 1) > 1)
      throw new FileError(
        `${path} is a file with other names (hard links), by which it may be written too. Copy it.`,
        "EMLINK",
      );
    return locked(fs, real, (lock): Opening => {
      const file = fs.openSync(real, "r+");
      const open = (): Opening => {
        const source = sourceIn(fs, file);
        if (isVersion1(source))
          return refuse(
            path,
            "a journal of version 1 is read by load, and goes on no more. Record its last state anew.",
          );
        const head = readHead(source, crc32);
        if (either.isLeft(head)) return head;
        const journal = head.right;
        const why = unfit(journal.start, like);
        if (why !== undefined) return refuse(path, why);
        const records = readJournal(source, crc32);
        if (either.isLeft(records)) return records;
        const surveyed = survey(records.right, () => undefined);
        // What another process wrote may not be on the disk yet.
        fs.fsyncSync(file);
        const { place, short } = placeOf(journal, surveyed);
        const mend = mending({ fs, path: real, file, journal, lock, place }, surveyed, short);
        const recorder = recorderOf({ fs, path: real, file, journal, lock, place, mend });
        const { steps, state } = place;
        return either.right({
          recorder,
          steps,
          state,
          description: journal.start.description,
          damage: damageOf(journal, surveyed),
        });
      };
      try {
        const done = open();
        if (either.isRight(done)) return done;
        fs.closeSync(file);
        lock.release();
        return done;
      } catch (e) {
        fs.closeSync(file);
        throw e;
      }
    });
  });
  return either.flatMap((found: Opening): Either<Failed, Resumed<unknown>> => found)(opened);
});
