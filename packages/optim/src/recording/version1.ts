import { either } from "@gradfold/core";
import { crc32c } from "./checksum.ts";
import { decode } from "./decode.ts";
import { type Result, wrong } from "./failure.ts";
import { formOf, hasMagic, mostRows, padded } from "./journal.ts";
import type { Recording } from "./recording.ts";
import { bytesAt, type Source, viewOf } from "./source.ts";
import type { Found, Records } from "./survey.ts";

/*
 * Journals of version 1, which are read, but no longer written.
 *
 *     head    "gradfold" | u32 version | u32 every | u32 length | u32 checksum | recording of that length, in zeros to 8
 *     record  u32 checksum | u32 count | f64 first step | every rows of f64 | the state's leaves, in zeros to 8
 */

const version = 1;
const headBytes = 24;
const recordHead = 16;

export const isVersion1 = (source: Source): boolean => {
  const bytes = bytesAt(source, 0, headBytes);
  return bytes.length === headBytes && hasMagic(bytes) && viewOf(bytes).getUint32(8, true) === version;
};

/** The record in some bytes; undefined if it is none. */
const foundIn = (
  { every, names, form }: Omit<Records, "found">,
  seed: number,
  record: number,
  bytes: Uint8Array,
): Found | undefined => {
  const view = viewOf(bytes);
  if (view.getUint32(0, true) !== crc32c(bytes.subarray(4), seed)) return undefined;
  const [count, from] = [view.getUint32(4, true), view.getFloat64(8, true)];
  if (count < 1 || count > every || !Number.isSafeInteger(from) || from < 0 || from > record * every) return undefined;
  const states = recordHead + 8 * every * names.length;
  const rows = bytes.subarray(recordHead, recordHead + 8 * count * names.length);
  const state = bytes.subarray(states, states + form.bytes);
  return { record, from, count, rows, kept: { count, bytes: state, slot: undefined, rows: 0, isWhole: true } };
};

function* recordsIn(
  records: Omit<Records, "found">,
  seed: number,
  source: Source,
  head: number,
): Generator<Found | undefined> {
  const { every, names, form } = records;
  const size = recordHead + 8 * every * names.length + padded(form.bytes);
  const count = Math.floor((source.length - head) / size);
  const bytes = new Uint8Array(count > 0 ? size : 0);
  let next = 0;
  for (let i = 0; i < count; i++) {
    source.read(bytes, head + i * size);
    const found = foundIn(records, seed, i, bytes);
    const isNext = found !== undefined && found.from >= next;
    yield isNext ? found : undefined;
    if (isNext) next = found.from + found.count;
  }
}

export const readVersion1 = (source: Source): Result<Records> => {
  const view = viewOf(bytesAt(source, 0, headBytes));
  const [every, length, checksum] = [12, 16, 20].map((at) => view.getUint32(at, true));
  const head = headBytes + padded(length ?? 0);
  if (source.length < head) return wrong("the head of the journal is truncated.", "truncated");
  const bytes = bytesAt(source, 0, head);
  const seed = crc32c(bytes.subarray(headBytes), crc32c(bytes.subarray(0, 20)));
  if (seed !== checksum) return wrong("the head of the journal is damaged.", "altered");
  if (every === undefined || every < 1 || every > mostRows) return wrong("the journal's records have no size.");
  return either.flatMap((start: Recording): Result<Records> => {
    if (start.steps !== 0) return wrong("the journal has no beginning.");
    const records = { start, every, names: Object.keys(start.metrics), form: formOf(start.final) };
    return either.right({ ...records, found: () => recordsIn(records, seed, source, head) });
  })(decode(bytes.subarray(headBytes, headBytes + (length ?? 0))));
};
