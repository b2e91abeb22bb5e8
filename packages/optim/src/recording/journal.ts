import { either, item, type NDArray, toTypedArray, tree } from "@gradfold/core";
import { allocate, bytesPerElement, contiguous, sizeOf } from "@gradfold/core/transform";
import type { Keyframe } from "../trajectory/keyframe.ts";
import { crc32c } from "./checksum.ts";
import { decode, encode } from "./file.ts";
import type { Recording } from "./recording.ts";
import { bytesOfText, type Result, wrong } from "./safetensors.ts";
import { build, leafOf, pathsOf, type Skeleton, skeletonOf } from "./skeleton.ts";

/*
 * A journal is a recording that grows: a head, then records of one size, each with its own checksum. The head holds the
 * recording of the first state, as a safetensors file; a record holds the metrics of up to `every` steps and the state
 * behind them. So the last record tells where a run stood, and nothing before it need be read.
 *
 *     head    "gradfold" | u32 version | u32 every | u32 length | u32 checksum | recording of that length, in zeros to 8
 *     record  u32 checksum | u32 count | f64 first step | every rows of f64 | the state's leaves, in zeros to 8
 *
 * Numbers are little-endian. A head's checksum is over all of it; that of a record goes on from it, so that a record of
 * another journal is none of this one's.
 */

const magic = bytesOfText("gradfold");
const version = 1;
const headBytes = 24;
const recordHead = 16;

/** More rows in a record make it no smaller. */
const mostRows = 2 ** 16;

const padded = (n: number): number => Math.ceil(n / 8) * 8;

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const raw = (x: {
  readonly buffer: ArrayBufferLike;
  readonly byteOffset: number;
  readonly byteLength: number;
}): Uint8Array => new Uint8Array(x.buffer, x.byteOffset, x.byteLength);

/** What all records of a journal have in common. */
export interface Journal {
  /** The recording of the first state. */
  readonly start: Recording;
  /** The most steps in a record. */
  readonly every: number;
  readonly names: readonly string[];
  readonly skeleton: Skeleton;
  /** The paths of the leaves, in their order. */
  readonly paths: readonly string[];
  /** Bytes of the head, after which the records begin. */
  readonly head: number;
  /** Bytes of a record. */
  readonly size: number;
  readonly checksum: number;
}

/** Some steps, and the state behind them. */
export interface Span {
  readonly from: number;
  readonly count: number;
  /** A row of `names` for each step. */
  readonly rows: Float64Array;
  readonly state: unknown;
}

const bytesOf = ({ dtype, shape }: NDArray): number => bytesPerElement[dtype] * sizeOf(shape);

const stateBytes = (state: unknown): number => tree.leaves(state).reduce((sum, leaf) => sum + bytesOf(leaf), 0);

/** How many steps to a record, when nobody says: about a kilobyte of state for each of them. */
export const usualEvery = (state: unknown): number => Math.min(Math.ceil(stateBytes(state) / 1024) || 1, 1024);

const journalOf = (start: Recording, every: number, head: number, checksum: number): Journal => {
  const names = Object.keys(start.metrics);
  const size = recordHead + 8 * every * names.length + padded(stateBytes(start.final));
  const skeleton = skeletonOf(start.final);
  return { start, every, names, skeleton, paths: pathsOf(skeleton), head, size, checksum };
};

const checksumOfHead = (bytes: Uint8Array): number => crc32c(bytes.subarray(headBytes), crc32c(bytes.subarray(0, 20)));

/** The head of the journal of a recording without steps. */
export const beginJournal = (
  start: Recording,
  every: number,
): { readonly journal: Journal; readonly bytes: Uint8Array } => {
  const file = encode(start);
  const bytes = new Uint8Array(headBytes + padded(file.length));
  bytes.set(magic);
  bytes.set(file, headBytes);
  [version, every, file.length].forEach((n, i) => viewOf(bytes).setUint32(8 + 4 * i, n, true));
  const checksum = checksumOfHead(bytes);
  viewOf(bytes).setUint32(20, checksum, true);
  return { journal: journalOf(start, every, bytes.length, checksum), bytes };
};

export const isJournal = (bytes: Uint8Array): boolean => magic.every((byte, i) => bytes[i] === byte);

/** How many bytes at the start of a journal are its head, by the first `headBytes` of them. */
export const headLength = (bytes: Uint8Array): number =>
  bytes.length < headBytes ? headBytes : headBytes + padded(viewOf(bytes).getUint32(16, true));

/** The journal of a head. */
export const readHead = (bytes: Uint8Array): Result<Journal> => {
  if (!isJournal(bytes)) return wrong("no recording that goes on: it is finished, or was none.");
  const length = headLength(bytes);
  if (bytes.length < length) return wrong("the head of the journal is truncated.", "truncated");
  const view = viewOf(bytes);
  const head = bytes.subarray(0, length);
  const [made, every, size] = [8, 12, 16].map((at) => view.getUint32(at, true));
  const checksum = checksumOfHead(head);
  if (view.getUint32(20, true) !== checksum) return wrong("the head of the journal is damaged.", "altered");
  if (made !== version)
    return wrong(`the journal has version ${made}, not ${version}. Read it with another gradfold.`, "unsupported");
  if (every === undefined || every < 1 || every > mostRows) return wrong("the journal's records have no size.");
  return either.flatMap((start: Recording) =>
    start.steps === 0
      ? either.right(journalOf(start, every, length, checksum))
      : wrong("the journal has no beginning."),
  )(decode(head.subarray(headBytes, headBytes + (size ?? 0))));
};

/** Writes a record into bytes of its size. */
export const writeRecord = ({ every, names, checksum }: Journal, span: Span, bytes: Uint8Array): void => {
  const view = viewOf(bytes);
  view.setUint32(4, span.count, true);
  view.setFloat64(8, span.from, true);
  bytes.set(raw(span.rows), recordHead);
  const states = recordHead + 8 * every * names.length;
  bytes.fill(0, recordHead + span.rows.byteLength, states);
  let offset = states;
  for (const leaf of tree.leaves(span.state)) {
    const elements = raw(toTypedArray(leaf));
    bytes.set(elements, offset);
    offset += elements.length;
  }
  bytes.fill(0, offset);
  view.setUint32(0, crc32c(bytes.subarray(4), checksum), true);
};

const leafAt = ({ dtype, shape }: NDArray, bytes: Uint8Array, offset: number): NDArray => {
  const elements = allocate(dtype, sizeOf(shape));
  raw(elements).set(bytes.subarray(offset, offset + elements.byteLength));
  return contiguous(dtype, shape, elements);
};

/** The state in a record, in the form of the first one. */
const stateIn = ({ start, every, names, skeleton, paths }: Journal, bytes: Uint8Array): unknown => {
  let offset = recordHead + 8 * every * names.length;
  const leaves = new Map(
    tree.leaves(start.final).map((like, i) => {
      const leaf = leafAt(like, bytes, offset);
      offset += bytesOf(like);
      return [paths[i] ?? "", leaf];
    }),
  );
  return build(skeleton, (path, kind) => {
    const leaf = leaves.get(path);
    return leaf === undefined || kind === "array" ? leaf : leafOf(leaf, kind, item(leaf));
  });
};

/** What a record holds; undefined if it is none. */
export const readRecord = (journal: Journal, bytes: Uint8Array): Span | undefined => {
  const view = viewOf(bytes);
  if (bytes.length !== journal.size || view.getUint32(0, true) !== crc32c(bytes.subarray(4), journal.checksum))
    return undefined;
  const [count, from] = [view.getUint32(4, true), view.getFloat64(8, true)];
  if (count < 1 || count > journal.every || !Number.isSafeInteger(from) || from < 0) return undefined;
  const rows = new Float64Array(count * journal.names.length);
  raw(rows).set(bytes.subarray(recordHead, recordHead + rows.byteLength));
  return { from, count, rows, state: stateIn(journal, bytes) };
};

/** The records up to the last whole one. Damage before it is none of a crash's. */
const spansIn = (journal: Journal, bytes: Uint8Array): Result<readonly Span[]> => {
  const count = Math.floor((bytes.length - journal.head) / journal.size);
  const records = Array.from({ length: count }, (_, i) => {
    const at = journal.head + i * journal.size;
    return readRecord(journal, bytes.subarray(at, at + journal.size));
  });
  const whole = records.findLastIndex((record) => record !== undefined) + 1;
  const spans: Span[] = [];
  let steps = 0;
  for (const [i, span] of records.slice(0, whole).entries()) {
    if (span === undefined || span.from !== steps) return wrong(`record ${i} of the journal is damaged.`, "altered");
    spans.push(span);
    steps += span.count;
  }
  return either.right(spans);
};

const columnsOf = (names: readonly string[], spans: readonly Span[], steps: number): Recording["metrics"] => {
  const columns = names.map((name) => [name, new Float64Array(steps)] as const);
  for (const { from, count, rows } of spans)
    for (let i = 0; i < count; i++)
      for (const [j, [, column]] of columns.entries()) column[from + i] = rows[i * names.length + j] ?? NaN;
  return Object.fromEntries(columns);
};

/** The recording in the bytes of a journal: all of it but a torn end. */
export const decodeJournal = (bytes: Uint8Array): Result<Recording> => {
  const head = readHead(bytes);
  if (either.isLeft(head)) return head;
  const { start, names } = head.right;
  return either.map((spans: readonly Span[]): Recording => {
    const last = spans.at(-1);
    const steps = last === undefined ? 0 : last.from + last.count;
    const keyframes = spans.map(({ from, count, state }): Keyframe<unknown> => ({ step: from + count, state }));
    return {
      ...start,
      steps,
      metrics: columnsOf(names, spans, steps),
      keyframes: [...start.keyframes, ...keyframes],
      final: last === undefined ? start.final : last.state,
    };
  })(spansIn(head.right, bytes));
};
