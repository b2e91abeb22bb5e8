/*
 * Files that were made to hurt: recordings and journals, changed at random and sealed again with checksums that are right, are
 * read, resumed and appended to. Nothing may throw, take more than a second, or more than 64 MB beside its own size.
 *
 *     tsx --conditions=source scripts/hostile.ts [recordings] [journals] [seed]
 */
import { crc32 } from "node:zlib";
import { array, attempt as typedErrors, type Either, either, zeros } from "@gradfold/core";
import { type Recording, recording, steps, trajectory } from "@gradfold/optim";
import { load, record, resume } from "@gradfold/optim/node";
import { memoryDisk } from "../packages/optim/test/memory.ts";
import { crc32c } from "../packages/optim/src/recording/checksum.ts";
import { beginJournal } from "../packages/optim/src/recording/journal.ts";
import { viewOf } from "../packages/optim/src/recording/source.ts";

const [recordings = 1e6, journals = 4e5, seed = 1] = process.argv.slice(2).map(Number);

/** Marsaglia's xorshift: whole numbers below n. */
const numbersFrom = (from: number) => {
  let word = from | 1;
  return (n: number): number => {
    word ^= word << 13;
    word ^= word >>> 17;
    word ^= word << 5;
    return (word >>> 0) % n;
  };
};
const below = numbersFrom(seed * 2654435761);
const oneOf = <A>(list: readonly A[]): A => list[below(list.length)] as A; // the list is not empty

type Metrics = Readonly<Record<string, number>>;
type Model = readonly [start: unknown, step: (state: never) => [unknown, Metrics], every: number];

const models: readonly [Model, ...Model[]] = [
  [1, (n: unknown) => [n, { loss: 1 }], 2],
  [{ w: array([[1, 2]]), b: array([true, false]), n: 0 }, (s: unknown) => [s, { loss: 1, "a b": NaN }], 3],
  [[zeros([0, 3]), null, { "": array(Float32Array.of(1, NaN)) }, []], (s: unknown) => [s, {}], 1],
  [{}, (s: unknown) => [s, { "": 1, __proto__x: NaN }], 4],
];

const runOf = ([start, step]: Model, from: unknown, count: number) =>
  trajectory.fold(step as (state: unknown) => [unknown, Metrics], from ?? start, steps(count));

/** What numbers are most likely to be taken wrongly. */
const extremes = [
  0,
  1,
  -1,
  7,
  255,
  2 ** 16,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  1e8,
  1e15,
  2 ** 53,
  -0.5,
  NaN,
  Infinity,
];

const splice = (bytes: Uint8Array, at: number, remove: number, insert: Uint8Array): Uint8Array =>
  Uint8Array.of(...bytes.subarray(0, at), ...insert, ...bytes.subarray(at + remove));

/** Bytes with something changed. */
const changed = (bytes: Uint8Array): Uint8Array => {
  const at = below(bytes.length + 1);
  const some = bytes.slice(below(bytes.length + 1)).subarray(0, 1 + below(64));
  if (bytes.length === 0) return some;
  switch (below(7)) {
    case 0:
      return bytes.with(at % bytes.length, below(256));
    case 1:
      return bytes.with(at % bytes.length, (bytes[at % bytes.length] ?? 0) ^ (1 << below(8)));
    case 2:
      return splice(bytes, at, 1 + below(16), new Uint8Array());
    case 3:
      return splice(bytes, at, 0, some);
    case 4:
      return splice(bytes, at, some.length, some);
    case 5:
      return splice(bytes, at, 8, new Uint8Array(Float64Array.of(oneOf(extremes)).buffer));
    default:
      return splice(bytes, at, 4, new Uint8Array(Uint32Array.of(oneOf(extremes)).buffer));
  }
};

const marks = [
  '"',
  "\\",
  "{",
  "}",
  "[",
  "]",
  ",",
  ":",
  "[[",
  '{"":',
  "null",
  '\\"array\\",',
  "\\u0000",
  "\\ud800",
  "__proto__",
  " ",
];

/** A header with something changed: a number, a piece, a mark, or one many times. */
const reworded = (header: string): string => {
  const at = below(header.length + 1);
  const [head, tail] = [header.slice(0, at), header.slice(at)];
  const piece = header.slice(below(header.length)).slice(0, 1 + below(80));
  switch (below(6)) {
    case 0:
      return head + tail.replace(/\d+/, String(oneOf(extremes)));
    case 1:
      return head + tail.replace(/\d+/, (digits) => String(Number(digits) + oneOf([1, -1, 8, -8])));
    case 2:
      return head + piece + tail;
    case 3:
      return head + oneOf(marks).repeat(oneOf([1, 1, 2, 9, 999])) + tail;
    case 4:
      return head + tail.slice(1 + below(9));
    default:
      return (
        head +
        tail.replace(
          /"(F64|F32|I32|BOOL|number|array|metrics|state)/,
          `"${oneOf(["F64", "BOOL", "U8", "array", "number", "boolean", "state", "metrics"])}`,
        )
      );
  }
};

const times = <A>(count: number, value: A, change: (value: A) => A): A =>
  count === 0 ? value : times(count - 1, change(value), change);

/** A recording of another header or other elements, with the checksum that belongs to it. */
const resealed = (file: Uint8Array): Uint8Array => {
  const end = 8 + viewOf(file).getUint32(0, true);
  const header = Buffer.from(file.subarray(8, end)).toString("latin1").trimEnd();
  const [words, bits] = oneOf([
    [1, 0],
    [2, 0],
    [0, 1],
    [0, 2],
    [1, 1],
    [5, 5],
  ] as const);
  const text = times(words, header, reworded);
  const data = times(bits, file.slice(end, -4), changed);
  const line = Buffer.from(text.padEnd(below(20) === 0 ? 0 : Math.ceil(text.length / 8) * 8), "latin1");
  const sealed = new Uint8Array(8 + line.length + data.length + 4);
  viewOf(sealed).setUint32(0, below(50) === 0 ? below(2 ** 32) : line.length, true);
  sealed.set(line, 8);
  sealed.set(data, 8 + line.length);
  viewOf(sealed).setUint32(sealed.length - 4, crc32c(sealed.subarray(0, -4)), true);
  return sealed;
};

/** A journal on a disk, and what it is made of. */
const journalOf = (model: Model) => {
  const disk = memoryDisk();
  const run = runOf(model, undefined, 2 + below(9));
  const recorder = record("/run", run, { every: model[2], fs: disk.fs, description: { rule: "any" } });
  if (either.isLeft(recorder)) throw recorder.left;
  recorder.right.close();
  const { journal } = beginJournal(recording.of(trajectory.slice(run, 0, 1)), model[2], crc32);
  return { bytes: disk.files.get("/run")?.bytes ?? new Uint8Array(), journal };
};

/** The end of a tail: the checksum of its state, and its own. */
const sealTail = (tail: Uint8Array, rows: Uint8Array, journalSeed: number): void => {
  const end = tail.length - 32;
  const view = viewOf(tail);
  if (below(4) === 0) view.setFloat64(end + 8 * below(2), oneOf(extremes), true);
  if (below(4) === 0) view.setUint32(end + 16, oneOf(extremes), true);
  view.setUint32(end + 20, crc32(rows.subarray(0, view.getUint32(end + 16, true) * 8)), true);
  view.setUint32(end + 24, crc32(tail.subarray(0, end)), true);
  view.setUint32(end + 28, crc32(tail.subarray(end, -4), journalSeed), true);
};

/** A journal whose head or tails hold something else, sealed again. */
const resealedJournal = ({ bytes, journal }: ReturnType<typeof journalOf>): Uint8Array => {
  const kind = below(4);
  if (kind === 0) return times(1 + below(3), bytes, changed);
  const head = bytes.slice(0, 32);
  const length = viewOf(head).getFloat64(16, true);
  const file = kind === 1 ? resealed(bytes.slice(64, 64 + length)) : bytes.slice(64, 64 + length);
  const size = Math.ceil(file.length / 8) * 8;
  const view = viewOf(head);
  if (kind === 2) view.setUint32(12, oneOf(extremes), true);
  view.setFloat64(16, kind === 2 && below(2) === 0 ? oneOf(extremes) : file.length, true);
  view.setUint32(24, crc32(file), true);
  const seal = crc32(head.subarray(0, 28));
  view.setUint32(28, seal, true);
  const slots = 64 + 2 * Math.ceil(length / 8) * 8;
  const rest = kind === 3 ? times(1 + below(4), bytes.slice(slots), changed) : bytes.slice(slots);
  const { tail, record: whole } = journal;
  for (const [at, from] of [
    ...[0, 1, 2].map((slot) => [slot * tail, 3 * tail] as const),
    ...Array.from(
      { length: Math.floor((rest.length - 3 * tail) / whole) },
      (_, i) => [3 * tail + (i + 1) * whole - tail, 3 * tail + i * whole] as const,
    ),
  ])
    if (at >= 0 && at + tail <= rest.length) sealTail(rest.subarray(at, at + tail), rest.subarray(from), seal);
  const sealed = new Uint8Array(64 + 2 * size + rest.length);
  sealed.set(head);
  sealed.set(head, 32);
  sealed.set(file, 64);
  sealed.set(file, 64 + size);
  sealed.set(rest, 64 + 2 * size);
  return sealed;
};

/** Everything that is lazy is asked for. */
const look = (read: Recording): number => read.keyframes.map(({ state }) => state).length;

const tried = { right: 0, left: 0, slowest: 0, most: 0 };
const used = (): number => {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

/** Does something with a file, and measures it. */
const attempt = (name: string, bytes: Uint8Array, work: () => boolean): void => {
  const [before, start] = [used(), process.cpuUsage()];
  try {
    tried[work() ? "right" : "left"]++;
  } catch (e) {
    console.error(
      `${name}: threw ${e instanceof Error ? e.stack : String(e)}\n${Buffer.from(bytes).toString("base64")}`,
    );
    process.exitCode = 1;
  }
  // The processor's time: others may be at work.
  const { user, system } = process.cpuUsage(start);
  const [took, more] = [(user + system) / 1000, used() - before - bytes.length];
  tried.slowest = Math.max(tried.slowest, took);
  tried.most = Math.max(tried.most, more);
  if (took < 1000 && more < 64e6) return;
  console.error(
    `${name}: ${Math.round(took)} ms, ${Math.round(more / 1e6)} MB\n${Buffer.from(bytes).toString("base64")}`,
  );
  process.exitCode = 1;
};

const report = (name: string): void => {
  const { right, left, slowest, most } = tried;
  console.log(
    `${name}: ${right} right, ${left} left; slowest ${slowest.toFixed(1)} ms, most ${(most / 1e6).toFixed(1)} MB`,
  );
  Object.assign(tried, { right: 0, left: 0, slowest: 0, most: 0 });
};

const samples = models.map((model) =>
  recording.encode(recording.of(runOf(model, undefined, 3), { description: { rule: "any", 'ü"': "\u0000" } })),
);
for (let i = 0; i < recordings; i++) {
  const file = resealed(oneOf(samples));
  attempt("recording", file, () => either.isRight(either.map(look)(recording.decode(file))));
}
report("recordings");

const whole = Array.from({ length: 40 }, (_, i) => {
  const model = models[i % models.length] ?? models[0];
  return { model, ...journalOf(model) };
});
for (let i = 0; i < journals; i++) {
  const { model, ...made } = oneOf(whole);
  const file = resealedJournal(made);
  const disk = memoryDisk();
  disk.files.set("/run", { bytes: file });
  attempt("load", file, () => either.isRight(either.map(look)(load("/run", { fs: disk.fs }))));
  attempt("resume", file, () => {
    const resumed = resume("/run", model[0], { fs: disk.fs });
    if (either.isLeft(resumed)) return false;
    const { recorder, state } = resumed.right;
    // That a file has other metrics than the program is the program's error.
    const appended = typedErrors(() => recorder.append(runOf(model, state, 1 + below(5))));
    const ended: Either<Error, unknown> = below(2) === 0 ? recorder.close() : recorder.finish();
    return either.isRight(appended) && either.isRight(appended.right) && either.isRight(ended);
  });
}
report("journals");
