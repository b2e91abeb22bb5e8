import { either } from "@gradfold/core";
import { lazy } from "@gradfold/core/library";
import { frameOf, type Keyframe } from "../trajectory/keyframe.ts";
import type { Checksum, Form } from "./journal.ts";
import { isVersion1, readVersion1 } from "./version1.ts";
import { readRecords } from "./records.ts";
import type { Lost, Recording } from "./recording.ts";
import type { Result } from "./failure.ts";
import type { Source } from "./source.ts";
import { byName } from "../value.ts";
import { stateIn } from "./tail.ts";

/* What can be read of a journal of any version, though parts of it may be damaged. */

/** A state, and the number of steps before it in its record. */
interface Kept {
  readonly count: number;
  /** The state's leaves, until the next record is asked for. */
  readonly bytes: Uint8Array;
  /** Which slot it is in, unless it is in the record itself. */
  readonly slot: number | undefined;
  /** The checksum of the rows before it, and whether they are whole. */
  readonly rows: number;
  readonly isWhole: boolean;
}

/** A record of which there is something. */
export interface Found {
  readonly record: number;
  readonly from: number;
  /** The most steps that it says it has. */
  readonly count: number;
  /** Rows of its first steps, as many as are whole, until the next record is asked for. */
  readonly rows: Uint8Array;
  /** Its newest whole state. */
  readonly kept: Kept | undefined;
}

/** What there is to read. */
export interface Records {
  readonly start: Recording;
  readonly every: number;
  readonly names: readonly string[];
  readonly form: Form;
  /** In their order; undefined for one of which nothing can be read. */
  readonly found: () => Iterable<Found | undefined>;
}

export const readJournal = (source: Source, sum: Checksum): Result<Records> =>
  isVersion1(source) ? readVersion1(source) : readRecords(source, sum);

/** A list of more stretches would be no news; the last one then takes in what lies between. */
const mostStretches = 1024;

/** Adjoining stretches are one. */
const add = (stretches: Lost[], from: number, to: number): void => {
  const last = stretches.at(-1);
  if (from >= to) return;
  if (last !== undefined && (last.to === from || stretches.length === mostStretches))
    stretches[stretches.length - 1] = { from: last.from, to };
  else stretches.push({ from, to });
};

/** What a walk over the records of a journal told. */
export interface Survey {
  /** The last record with a whole state. */
  readonly last: Found | undefined;
  /** The steps up to that state, and those that there once were: more, if the states behind them are lost. */
  readonly steps: number;
  readonly were: number;
  /** Steps whose metrics are lost. */
  readonly lost: readonly Lost[];
  /** Steps behind which there was a state, which is lost. */
  readonly stateless: readonly number[];
}

/** Walks over a journal once, and shows each record to `visit`. */
export const survey = ({ every, names, form, found: records }: Records, visit: (found: Found) => unknown): Survey => {
  const lost: Lost[] = [];
  const stateless: number[] = [];
  const held = new Uint8Array(form.bytes);
  let [next, steps, unread]: [number, number, number] = [0, 0, 0];
  let last: Found | undefined;
  for (const found of records()) {
    unread++;
    if (found === undefined) continue;
    const { from, count, rows, kept } = found;
    visit(found);
    add(lost, next, from);
    add(lost, from + (names.length === 0 ? count : rows.length / (8 * names.length)), from + count);
    [next, unread] = [from + count, 0];
    if (kept?.count !== count) stateless.push(next);
    if (kept === undefined) continue;
    steps = from + kept.count;
    held.set(kept.bytes);
    last = { ...found, kept: { ...kept, bytes: held } };
  }
  return {
    last,
    steps,
    were: next + unread * every,
    lost: lost.flatMap(({ from, to }) => (from < steps ? [{ from, to: Math.min(to, steps) }] : [])),
    stateless: stateless.filter((step) => step < steps),
  };
};

/** The recording in a journal, of all that can be read of it: a walk measures it, a second one fills what is measured. */
const recordingIn = (records: Records): Recording => {
  const { start, names, form } = records;
  const at: number[] = [];
  const { last, steps, lost } = survey(records, ({ from, kept }) => kept !== undefined && at.push(from + kept.count));
  const columns = names.map((name) => [name, new Float64Array(steps).fill(NaN)] as const);
  const states = new Uint8Array(at.length * form.bytes);
  let filled = 0;
  survey(records, ({ from, rows, kept }) => {
    const values = new Float64Array(rows.slice().buffer);
    for (const [j, [, column]] of columns.entries())
      for (let i = 0; i * names.length < values.length; i++) column[from + i] = values[i * names.length + j] ?? NaN;
    if (kept === undefined || filled === at.length) return;
    states.set(kept.bytes, filled * form.bytes);
    filled++;
  });
  const stateAt = (i: number): unknown => stateIn(form, states.subarray(i * form.bytes));
  // There may be millions, of which each takes more memory than its bytes.
  const keyframes = lazy(() => [...start.keyframes, ...at.map((step, i) => frameOf(step, () => stateAt(i)))]);
  return {
    ...start,
    steps,
    metrics: byName(columns),
    get keyframes(): readonly Keyframe<unknown>[] {
      return keyframes();
    },
    final: last === undefined ? start.final : stateAt(at.length - 1),
    ...(lost.length > 0 ? { lost } : {}),
  };
};

export const decodeJournal = (source: Source, sum: Checksum): Result<Recording> =>
  either.map(recordingIn)(readJournal(source, sum));
