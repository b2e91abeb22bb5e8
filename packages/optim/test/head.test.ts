// The head of a journal, which says what all its records have in common.
import { crc32 } from "node:zlib";
import { array, either, ones, zeros } from "@gradfold/core";
import { raw } from "@gradfold/core/files";
import { describe, expect, test } from "vitest";
import { type Recording, recording, steps, trajectory } from "../src/index.ts";
import {
  beginJournal,
  bytesOf,
  formOf,
  hasMagic,
  isJournal,
  type Journal,
  padded,
  readHead,
  usualEvery,
} from "../src/recording/journal.ts";
import { bytesAt, sourceOf, viewOf } from "../src/recording/source.ts";
import { right } from "./recorded.ts";

const first = { w: array([1, 2, 3], { dtype: "float32" }), n: array(1, { dtype: "int32" }), on: array([true]) };

const startOf = (names: readonly string[]): Recording => {
  const metrics = Object.fromEntries(names.map((name) => [name, 0]));
  return { ...recording.of(trajectory.fold((s: typeof first) => [s, metrics], first, steps(0))), metrics: {} };
};

/** A recording without steps that has metrics all the same. */
const start: Recording = { ...startOf([]), metrics: { loss: new Float64Array(), rate: new Float64Array() } };
const file = recording.encode(start);

const littleEndian = (n: number, bytes: number): readonly number[] =>
  Array.from({ length: bytes }, (_, i) => Math.floor(n / 256 ** i) % 256);

interface Prefix {
  readonly version?: number;
  readonly every?: number;
  readonly length?: number;
  readonly checksum?: number;
}

/** The prefix as it is described, with its own checksum. */
const prefixOf = ({ version = 2, every = 3, length = file.length, checksum = crc32(file) }: Prefix = {}) => {
  const bytes = [
    ...Array.from("gradfold", (c) => c.charCodeAt(0)),
    ...littleEndian(version, 4),
    ...littleEndian(every, 4),
    ...new Uint8Array(Float64Array.of(length).buffer),
    ...littleEndian(checksum, 4),
  ];
  return [...bytes, ...littleEndian(crc32(Uint8Array.from(bytes)), 4)];
};

const filled = (bytes: Iterable<number>): readonly number[] => {
  const list = [...bytes];
  return [...list, ...new Array<number>((8 - (list.length % 8)) % 8).fill(0)];
};

const headOf = (prefixes: readonly (readonly number[])[], files: readonly Iterable<number>[]): Uint8Array =>
  Uint8Array.from([...prefixes.flat(), ...files.flatMap(filled)]);

const whole = headOf([prefixOf(), prefixOf()], [file, file]);

const read = (bytes: Uint8Array) => readHead(sourceOf(bytes), crc32);

/** A journal without what cannot be compared. */
const plain = ({ start: begin, form, sum, ...numbers }: Journal) => ({
  ...numbers,
  begin: recording.encode(begin),
  form: [form.bytes, form.paths, form.leaves.map(String)],
  isSummedAlike: sum === crc32,
});

/** What is wrong with a head. */
const refusal = (bytes: Uint8Array): string => {
  const found = read(bytes);
  return either.isLeft(found) ? `${found.left.kind}: ${found.left.message.replace("recording.decode: ", "")}` : "none";
};

const damaged = "altered: the head of the journal is damaged, in both of its copies.";
const broken = "altered: the head of the journal is truncated or damaged.";

describe("A journal begins", () => {
  const { journal, bytes } = beginJournal(start, 3, crc32);

  test("with a prefix and a recording, twice each", () => {
    expect(bytes).toEqual(whole);
    expect(plain(right(read(bytes)))).toEqual(plain(journal));
  });

  test("and has its slots behind them, then its records", () => {
    // Twelve bytes of float32, four of int32 and one truth are 24 in eights; a trailer has 32.
    const tail = 24 + 32;
    expect(journal).toMatchObject({ every: 3, names: ["loss", "rate"], row: 16, tail, record: 3 * 16 + tail });
    expect(journal).toMatchObject({ slots: bytes.length, records: bytes.length + 3 * tail, isHurt: false });
    expect(journal.seed).toBe(viewOf(bytes).getUint32(28, true));
    expect(journal.sum).toBe(crc32);
    expect([journal.form.bytes, journal.form.paths]).toEqual([17, ["n", "on", "w"]]);
    expect(journal.form.leaves).toEqual([first.n, first.on, first.w]);
  });
});

describe("Of what is there twice, one is enough, and it is said:", () => {
  // Of a prefix it is the steps to a record, which may well be 77.
  const other = (bytes: Iterable<number>): Uint8Array => Uint8Array.from(bytes).with(12, 77);

  test.each<readonly [what: string, bytes: Uint8Array, isHurt: boolean]>([
    ["all", whole, false],
    [
      "the second prefix",
      headOf(
        [other(prefixOf()), prefixOf()].map((p) => [...p]),
        [file, file],
      ),
      true,
    ],
    [
      "the first prefix",
      headOf(
        [prefixOf(), other(prefixOf())].map((p) => [...p]),
        [file, file],
      ),
      true,
    ],
    ["the second recording", headOf([prefixOf(), prefixOf()], [other(file), file]), true],
    ["the first recording", headOf([prefixOf(), prefixOf()], [file, other(file)]), true],
    [
      "one of each",
      headOf(
        [other(prefixOf()), prefixOf()].map((p) => [...p]),
        [file, other(file)],
      ),
      true,
    ],
    ["the first recording, at its end", headOf([prefixOf(), prefixOf()], [file]), true],
  ])("%s", (_, bytes, isHurt) => {
    const journal = right(read(bytes));
    expect(journal.isHurt).toBe(isHurt);
    expect(plain({ ...journal, isHurt: false })).toEqual(plain(right(read(whole))));
  });

  test("none is too few", () => {
    expect(refusal(headOf([[...other(prefixOf())], [...other(prefixOf())]], [file, file]))).toBe(damaged);
    expect(refusal(headOf([prefixOf(), prefixOf()], [other(file), other(file)]))).toBe(broken);
    expect(refusal(headOf([prefixOf(), prefixOf()], []))).toBe(broken);
    for (const n of [8, 12, 31, 32 + 31]) expect(refusal(whole.slice(0, n))).toBe(n < 32 ? damaged : broken);
  });
});

test.each<readonly [prefix: Prefix, refusal: string]>([
  [{ every: 0 }, damaged],
  [{ every: 2 ** 16 + 1 }, damaged],
  [{ every: 1 }, "none"],
  [{ every: 2 ** 16 }, "none"],
  [{ length: -1 }, damaged],
  [{ length: 0 }, broken],
  [{ length: 0.5 }, damaged],
  [{ length: NaN }, damaged],
  [{ length: Infinity }, damaged],
  [{ length: 2 ** 53 }, damaged],
  [{ length: file.length + 8 }, broken],
  [{ length: 2 ** 52 }, broken],
  [{ checksum: 1 }, broken],
  [{ version: 0 }, damaged],
  [{ version: 1 }, damaged],
  [{ version: 3 }, "unsupported: the journal has version 3, newer than 2. Read it with a newer gradfold."],
  [{ version: 255 }, "unsupported: the journal has version 255, newer than 2. Read it with a newer gradfold."],
  [{ version: 256 }, damaged],
])("a head with the prefix %j: %s", (prefix, wanted) => {
  expect(refusal(headOf([prefixOf(prefix), prefixOf(prefix)], [file, file]))).toBe(wanted);
});

test("A head that is too short to be one says nothing of newer versions", () => {
  const newer = headOf([prefixOf({ version: 3 }), prefixOf({ version: 3 })], []);
  expect(refusal(newer)).toContain("newer than 2");
  expect(refusal(newer.slice(0, 63))).toBe(damaged);
});

test("A journal begins with a recording without steps, and with one that can be read", () => {
  const stepped = recording.encode(recording.of(trajectory.fold((n: number) => [n, {}], 1, steps(1))));
  const of = (bytes: Uint8Array): Uint8Array => {
    const prefix = prefixOf({ length: bytes.length, checksum: crc32(bytes) });
    return headOf([prefix, prefix], [bytes, bytes]);
  };
  expect(refusal(of(stepped))).toBe("malformed: the journal has no beginning.");
  expect(refusal(of(Uint8Array.of(1, 2, 3)))).toBe("truncated: 3 bytes are too few.");
  expect(refusal(of(file))).toBe("none");
});

test("A journal is told from other files by either of its prefixes", () => {
  const isOne = (bytes: Uint8Array) => isJournal(sourceOf(bytes), crc32);
  expect([whole, whole.with(0, 0), whole.with(40, 0), whole.slice(0, 8)].map(isOne)).toEqual([true, true, true, true]);
  expect([file, whole.with(0, 0).with(40, 9), whole.slice(0, 7), new Uint8Array()].some(isOne)).toBe(false);
  expect([whole, whole.with(7, 0), whole.slice(0, 7)].map(hasMagic)).toEqual([true, false, false]);
  const none = "malformed: no recording that goes on: it is finished, or was none.";
  for (const bytes of [file, new Uint8Array(), whole.slice(0, 7)]) expect(refusal(bytes)).toBe(none);
});

test("The usual record has a step for each kilobyte of state, and 1024 at most", () => {
  const every = (bytes: number) => usualEvery([zeros([bytes], { dtype: "bool" })]);
  expect([0, 1, 1024, 1025, 2048, 2049].map(every)).toEqual([1, 1, 1, 2, 2, 3]);
  expect([2 ** 20 - 1024, 2 ** 20 - 1023, 2 ** 20, 2 ** 20 + 1, 2 ** 21].map(every)).toEqual([
    1023, 1024, 1024, 1024, 1024,
  ]);
  expect(usualEvery({})).toBe(1);
  expect(usualEvery({ a: zeros([100]), b: zeros([100]) })).toBe(2);
});

test("The bytes of arrays, and parts of bytes, are what they are", () => {
  expect((["float64", "float32", "int32", "bool"] as const).map((dtype) => bytesOf(ones([2, 3], { dtype })))).toEqual([
    48, 24, 24, 6,
  ]);
  expect(formOf({ a: 1, b: [ones([3])] }).bytes).toBe(32);
  expect([0, 1, 7, 8, 9].map(padded)).toEqual([0, 8, 8, 8, 16]);
  const bytes = Uint8Array.of(9, 1, 2, 3, 4, 5);
  expect(viewOf(bytes.subarray(1)).getUint16(0, true)).toBe(0x201);
  expect(viewOf(bytes.subarray(1, 3)).byteLength).toBe(2);
  expect(raw(new Uint16Array(bytes.buffer, 2, 1))).toEqual(Uint8Array.of(2, 3));
  expect(bytesAt(sourceOf(bytes), 1, 3)).toEqual(Uint8Array.of(1, 2, 3));
  expect(bytesAt(sourceOf(bytes), 4, 3)).toEqual(Uint8Array.of(4, 5));
  expect(bytesAt(sourceOf(bytes), 7, 3)).toEqual(new Uint8Array());
});
