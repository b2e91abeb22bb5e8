import { either, type NDArray, tree } from "@gradfold/core";
import { bytesPerElement, sizeOf } from "@gradfold/core/library";
import { asciiBytes } from "@gradfold/core/files";
import { decode } from "./decode.ts";
import { encode } from "./encode.ts";
import { type Result, wrong } from "./failure.ts";
import type { Recording } from "./recording.ts";
import { pathsOf, type Skeleton, skeletonOf } from "./skeleton.ts";
import { bytesAt, type Source, viewOf } from "./source.ts";

/*
 * A journal is a recording that grows: a head, places for the state of the open record, and records of one size.
 *
 *     head     prefix, the same again, the recording of the first state in zeros to 8, the same again
 *     prefix   "gradfold" | u32 version | u32 every | f64 bytes of the recording | u32 its checksum | u32 of this prefix
 *     slots    three tails
 *     record   every rows of f64 | tail
 *     tail     the state's leaves in zeros to 8 | trailer
 *     trailer  f64 record | f64 first step | u32 count | u32 checksum of the rows | u32 of the state | u32 of this trailer
 *
 * The rows of a record are written as they come, its tail when it is full. Until then the tail goes to the slots in turn, so
 * that no write touches the newest state, nor the newest that was synced: whatever cuts a write off, the one before it is
 * whole. A trailer stands behind its state, and its checksum goes on from that of the head, so that it is the last to
 * be written, and none of another journal's.
 */

const magic = asciiBytes("gradfold");
const version = 2;
const prefixBytes = 32;
export const trailerBytes = 32;

/** One holds the newest state, one the newest that was synced, one is written to. */
export const slotCount = 3;

/** More rows in a record make it no smaller. */
export const mostRows = 2 ** 16;

/** A checksum of some bytes that go on from others with the checksum `seed`. */
export type Checksum = (bytes: Uint8Array, seed?: number) => number;

export const padded = (n: number): number => Math.ceil(n / 8) * 8;

/** What all states of a journal have in common. */
export interface Form {
  /** The first state. */
  readonly like: unknown;
  readonly skeleton: Skeleton;
  readonly structure: tree.Structure;
  readonly leaves: readonly NDArray[];
  /** The paths of the leaves by which `build` asks for them, in their order. */
  readonly paths: readonly string[];
  /** Bytes of the leaves. */
  readonly bytes: number;
}

/** What all records of a journal have in common. */
export interface Journal {
  /** The recording of the first state. */
  readonly start: Recording;
  /** The most steps in a record. */
  readonly every: number;
  readonly names: readonly string[];
  readonly form: Form;
  /** Where the slots begin, and the records. */
  readonly slots: number;
  readonly records: number;
  /** Bytes of a row, of a tail and of a record. */
  readonly row: number;
  readonly tail: number;
  readonly record: number;
  readonly sum: Checksum;
  /** The checksum from which those of trailers go on. */
  readonly seed: number;
  /** Whether a part of the head is damaged, of which there is another one. */
  readonly isHurt: boolean;
}

export const bytesOf = ({ dtype, shape }: NDArray): number => bytesPerElement[dtype] * sizeOf(shape);

const stateBytes = (state: unknown): number => tree.leaves(state).reduce((sum, leaf) => sum + bytesOf(leaf), 0);

/** How many steps to a record, when nobody says: about a kilobyte of state for each of them. */
export const usualEvery = (state: unknown): number => Math.min(Math.ceil(stateBytes(state) / 1024) || 1, 1024);

export const formOf = (like: unknown): Form => {
  const skeleton = skeletonOf(like);
  const { structure, leaves } = tree.flatten(like);
  return { like, skeleton, structure, leaves, paths: pathsOf(skeleton), bytes: stateBytes(like) };
};

interface Prefix {
  readonly every: number;
  readonly length: number;
  readonly checksum: number;
  readonly seed: number;
}

type Head = Prefix & Pick<Journal, "sum" | "isHurt">;

const journalOf = (start: Recording, { every, length, sum, seed, isHurt }: Head): Journal => {
  const names = Object.keys(start.metrics);
  const form = formOf(start.final);
  const [row, tail, slots] = [8 * names.length, padded(form.bytes) + trailerBytes, 2 * (prefixBytes + padded(length))];
  const [records, record] = [slots + slotCount * tail, every * row + tail];
  return { start, every, names, form, slots, records, row, tail, record, sum, seed, isHurt };
};

/**
 * The journal of a recording without steps, and its head.
 *
 * @throws what `encode` throws
 */
export const beginJournal = (
  start: Recording,
  every: number,
  sum: Checksum,
): { readonly journal: Journal; readonly bytes: Uint8Array } => {
  const file = encode(start);
  const prefix = new Uint8Array(prefixBytes);
  const view = viewOf(prefix);
  const checksum = sum(file);
  prefix.set(magic);
  view.setUint32(8, version, true);
  view.setUint32(12, every, true);
  view.setFloat64(16, file.length, true);
  view.setUint32(24, checksum, true);
  const seed = sum(prefix.subarray(0, 28));
  view.setUint32(28, seed, true);
  const bytes = new Uint8Array(2 * (prefixBytes + padded(file.length)));
  for (const copy of [0, 1]) {
    bytes.set(prefix, copy * prefixBytes);
    bytes.set(file, 2 * prefixBytes + copy * padded(file.length));
  }
  const head = { every, length: file.length, checksum, seed, sum, isHurt: false };
  return { journal: journalOf(start, head), bytes };
};

export const hasMagic = (bytes: Uint8Array): boolean => magic.every((byte, i) => bytes[i] === byte);

const prefixIn = (bytes: Uint8Array, sum: Checksum): Prefix | undefined => {
  if (bytes.length < prefixBytes || !hasMagic(bytes)) return undefined;
  const view = viewOf(bytes);
  const [made, every, length] = [view.getUint32(8, true), view.getUint32(12, true), view.getFloat64(16, true)];
  const [checksum, seed] = [view.getUint32(24, true), view.getUint32(28, true)];
  if (made !== version || sum(bytes.subarray(0, 28)) !== seed) return undefined;
  return every >= 1 && every <= mostRows && Number.isSafeInteger(length) && length >= 0
    ? { every, length, checksum, seed }
    : undefined;
};

/** The two prefixes of a journal of this version; undefined where they are none. */
const prefixesOf = (source: Source, sum: Checksum): readonly (Prefix | undefined)[] =>
  [0, 1].map((copy) => prefixIn(bytesAt(source, copy * prefixBytes, prefixBytes), sum));

/** Whether it is a journal, of any version. */
export const isJournal = (source: Source, sum: Checksum): boolean =>
  hasMagic(bytesAt(source, 0, magic.length)) || prefixesOf(source, sum).some((prefix) => prefix !== undefined);

const noHead = (source: Source): Result<never> => {
  const bytes = bytesAt(source, 0, prefixBytes);
  if (!hasMagic(bytes)) return wrong("no recording that goes on: it is finished, or was none.");
  const made = bytes.length < 12 ? version : viewOf(bytes).getUint32(8, true);
  return source.length >= 2 * prefixBytes && made > version && made < 256
    ? wrong(`the journal has version ${made}, newer than ${version}. Read it with a newer gradfold.`, "unsupported")
    : wrong("the head of the journal is damaged, in both of its copies.", "altered");
};

/** The journal of a head: of what is there twice, one is enough. */
export const readHead = (source: Source, sum: Checksum): Result<Journal> => {
  const prefixes = prefixesOf(source, sum);
  const prefix = prefixes.find((one) => one !== undefined);
  if (prefix === undefined) return noHead(source);
  const { length, checksum } = prefix;
  const copies = [0, 1].map((copy) => bytesAt(source, 2 * prefixBytes + copy * padded(length), length));
  const whole = copies.filter((bytes) => bytes.length === length && sum(bytes) === checksum);
  const [file] = whole;
  if (file === undefined) return wrong("the head of the journal is truncated or damaged.", "altered");
  const isHurt = whole.length < 2 || prefixes.includes(undefined);
  return either.flatMap((start: Recording) =>
    start.steps === 0
      ? either.right(journalOf(start, { ...prefix, sum, isHurt }))
      : wrong("the journal has no beginning."),
  )(decode(file));
};
