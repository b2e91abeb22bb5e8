import { env } from "node:process";
import { crc32 } from "node:zlib";
import { DecodeError, type Either, either } from "@gradfold/core";
import { expect, test } from "vitest";
import { type Recording, recording, steps, trajectory } from "../src/index.ts";
import { crc32c } from "../src/recording/checksum.ts";
import { sourceOf } from "../src/recording/source.ts";
import { decodeJournal } from "../src/recording/survey.ts";
import { record } from "../src/node/index.ts";
import { memoryDisk } from "./memory.ts";

/** More of them with `MUTATIONS=1000000`. */
const mutations = Number(env["MUTATIONS"] ?? 6000);

/** What the bytes of a small file may cost. */
const mostMemory = 16 * 2 ** 20;

const run = trajectory.fold(
  ({ n, on }: { readonly n: number; readonly on: boolean }) => [{ n: n * 2, on: !on }, { loss: n }],
  { n: 1, on: false },
  steps(5),
);
const file = recording.encode(recording.of(run, { description: { a: "b" } }));

const journal = ((): Uint8Array => {
  const { fs, files } = memoryDisk();
  const recorder = record("/f", run, { fs, every: 2 });
  if (either.isRight(recorder)) recorder.right.close();
  return files.get("/f")?.bytes ?? new Uint8Array();
})();

/** Random numbers of a seed, by xorshift. */
const randomOf = (seed: number): ((n: number) => number) => {
  let x = seed;
  return (n) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % n;
  };
};

const telling = '0123456789{}[],:"';

/** Some bytes changed, removed, repeated or put in; those that mean something in JSON more often. */
const mutated = (bytes: Uint8Array, next: (n: number) => number): Uint8Array => {
  const list = [...bytes];
  for (let edits = 1 + next(4); edits > 0; edits--) {
    const at = next(list.length);
    const byte = next(3) === 0 ? next(256) : telling.charCodeAt(next(telling.length));
    const kind = next(8);
    if (kind < 5) list[at] = byte;
    else if (kind === 5) list.splice(at, 1 + next(16));
    else if (kind === 6) list.splice(at, 0, byte);
    else list.splice(at, 0, ...list.slice(at, at + next(64)));
  }
  return Uint8Array.from(list);
};

const resealed = (bytes: Uint8Array): Uint8Array => {
  if (bytes.length > 4) new DataView(bytes.buffer).setUint32(bytes.length - 4, crc32c(bytes.subarray(0, -4)), true);
  return bytes;
};

const isFile = (bytes: Uint8Array, other: Uint8Array): boolean =>
  bytes.length === other.length && bytes.every((byte, i) => byte === other[i]);

const states = Array.from(run.states(0));

/** Decodes as many mutations as asked for, and gives what was taken for a recording. */
const accepted = (
  bytes: Uint8Array,
  decode: (bytes: Uint8Array) => Either<DecodeError, Recording>,
  change: (bytes: Uint8Array) => Uint8Array,
): readonly Recording[] => {
  const next = randomOf(2463534242);
  const found: Recording[] = [];
  let most = 0;
  for (let i = 0; i < mutations / 3; i++) {
    const changed = change(mutated(bytes, next));
    if (isFile(changed, bytes)) continue;
    const before = process.memoryUsage();
    const result = decode(changed);
    const after = process.memoryUsage();
    most = Math.max(most, after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers);
    if (either.isRight(result)) found.push(result.right);
    else if (!(result.left instanceof DecodeError)) throw result.left;
  }
  expect(most).toBeLessThan(mostMemory);
  return found;
};

const long = 3_600_000;

test("A changed recording is refused", { timeout: long }, () => {
  expect(accepted(file, recording.decode, (bytes) => bytes)).toEqual([]);
});

test("A changed recording whose checksum was made right is refused, or a recording", { timeout: long }, () => {
  for (const made of accepted(file, recording.decode, resealed)) {
    const again = recording.decode(recording.encode(made));
    expect(either.isRight(again)).toBe(true);
  }
});

test("A changed journal is refused, or gives what is left of it and says what is lost", { timeout: long }, () => {
  for (const made of accepted(
    journal,
    (bytes) => decodeJournal(sourceOf(bytes), crc32),
    (bytes) => bytes,
  )) {
    const { lost = [] } = made;
    expect(made.final).toEqual(states[made.steps]);
    expect(Array.from(made.metrics["loss"] ?? [])).toEqual(
      Array.from(run.metrics.loss.slice(0, made.steps), (loss: number, k: number) =>
        lost.some(({ from, to }) => from <= k && k < to) ? NaN : loss,
      ),
    );
  }
});
