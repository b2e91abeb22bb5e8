import { either } from "@gradfold/core";
import { type Checksum, type Journal, readHead, slotCount, trailerBytes } from "./journal.ts";
import type { Result } from "./failure.ts";
import { bytesAt, type Source } from "./source.ts";
import type { Found, Records } from "./survey.ts";
import { type Trailer, trailerIn } from "./tail.ts";

/* The records at their places, and the tails in the slots that belong to them. */

/** The tail of a record, wherever it is. */
interface Tail extends Trailer {
  readonly slot: number | undefined;
  readonly bytes: Uint8Array;
}

const tailIn = (journal: Journal, bytes: Uint8Array, slot: number | undefined): readonly Tail[] => {
  const trailer = trailerIn(journal, bytes);
  return trailer === undefined ? [] : [{ ...trailer, slot, bytes: bytes.subarray(0, -trailerBytes) }];
};

interface Slots {
  readonly tails: readonly Tail[];
  /** Whether a trailer in one of them was one before. */
  readonly isHurt: boolean;
}

const slotsIn = (journal: Journal, source: Source): Slots => {
  const bytes = Array.from({ length: slotCount }, (_, slot) =>
    bytesAt(source, journal.slots + slot * journal.tail, journal.tail),
  ).filter(({ length }) => length === journal.tail);
  const tails = bytes.flatMap((one, slot) => tailIn(journal, one, slot));
  const used = bytes.filter((one) => one.subarray(-trailerBytes).some((byte) => byte !== 0));
  return { tails, isHurt: used.length > tails.length };
};

/** What the tails of a record and its rows agree on. */
const foundBy = ({ sum, row, form }: Journal, tails: readonly Tail[], rows: Uint8Array): Found | undefined => {
  const [first] = tails;
  if (first === undefined) return undefined;
  const { record, from } = first;
  const judged = tails
    .filter((tail) => tail.from === from)
    .toSorted((a, b) => b.count - a.count)
    .map((tail) => {
      const taken = rows.subarray(0, tail.count * row);
      return { ...tail, isWhole: taken.length === tail.count * row && sum(taken) === tail.rows };
    });
  const whole = judged.find(({ isWhole }) => isWhole)?.count ?? 0;
  const kept = judged.find(({ bytes, state }) => sum(bytes) === state);
  return {
    record,
    from,
    count: judged[0]?.count ?? 0,
    rows: rows.subarray(0, whole * row),
    kept: kept && { ...kept, bytes: kept.bytes.subarray(0, form.bytes) },
  };
};

/** The number of bytes that are read at a time, unless a record has more. */
const blockBytes = 2 ** 20;

/** The records at the places that a file has, the last of which may be cut off. */
function* placesIn(journal: Journal, source: Source, { tails: slots, isHurt }: Slots): Generator<Found | undefined> {
  const { records, record: size, tail } = journal;
  const most = Math.max(Math.floor(blockBytes / size), 1) * size;
  const block = new Uint8Array(Math.max(Math.min(most, source.length - records), 0));
  let record = 0;
  for (let at = records; at < source.length; at += most) {
    const bytes = block.subarray(0, Math.min(most, source.length - at));
    source.read(bytes, at);
    for (let start = 0; start < bytes.length; start += size) {
      const one = bytes.subarray(start, start + size);
      const isWhole = one.length === size;
      const own = isWhole ? tailIn(journal, one.subarray(-tail), undefined) : [];
      const tails = [...own, ...slots].filter((found) => found.record === record);
      const found = foundBy(journal, tails, one.subarray(0, size - tail));
      if (isWhole || found !== undefined) yield found;
      // Rows whose tail cannot be read.
      else if (isHurt && one.length > 0) yield undefined;
      record++;
    }
  }
}

/** More numbers than these were never lost, but never there. */
const mostLost = 2 ** 22;

function* recordsIn(journal: Journal, source: Source): Generator<Found | undefined> {
  const slots = slotsIn(journal, source);
  let next = 0;
  const follows = ({ record, from }: Found): boolean =>
    from >= next && from <= record * journal.every && (from - next) * (journal.row + 8) <= 8 * mostLost;
  const checked = function* (found: Found | undefined): Generator<Found | undefined> {
    const isNext = found !== undefined && follows(found);
    yield isNext ? found : undefined;
    if (isNext) next = found.from + found.count;
  };
  for (const found of placesIn(journal, source, slots)) yield* checked(found);
  // A file may have been cut off before the place of the open record.
  const places = Math.ceil(Math.max(source.length - journal.records, 0) / journal.record);
  const near = slots.tails.filter(
    ({ record }) => record >= places && (record - places) * journal.record <= 8 * mostLost,
  );
  const last = near.reduce((most, { record }) => Math.max(most, record), 0);
  const behind = foundBy(
    journal,
    near.filter(({ record }) => record === last),
    new Uint8Array(),
  );
  if (behind !== undefined) yield* checked(behind);
}

export const readRecords = (source: Source, sum: Checksum): Result<Records> =>
  either.map((journal: Journal): Records & { readonly journal: Journal } => ({
    ...journal,
    journal,
    found: () => recordsIn(journal, source),
  }))(readHead(source, sum));
