// Recordings and files are for runs, recordings and paths: anything else is said to be none, by the name that was called.
import { either } from "@gradfold/core";
import { expect, test } from "vitest";
import { recording, steps, trajectory } from "../src/index.ts";
import { load, record, resume, save } from "../src/node/index.ts";
import { memoryDisk } from "./memory.ts";

type Anything = (...args: readonly unknown[]) => unknown;

const odd: readonly unknown[] = [
  undefined,
  null,
  NaN,
  true,
  {},
  [],
  new Map(),
  () => 1,
  Promise.resolve(1),
  Symbol("s"),
  5n,
];

const run = trajectory.fold((n: number) => [n + 1, { loss: n }], 0, steps(3));
const recorder = (): unknown => {
  const begun = record("/f", run, { fs: memoryDisk().fs });
  return either.isRight(begun) ? begun.right.append : begun.left;
};

const doors: readonly (readonly [string, string, Anything])[] = [
  ["recording.of", "of a run", (x) => (recording.of as Anything)(x)],
  ["recording.encode", "of a recording", (x) => (recording.encode as Anything)(x)],
  ["recording.decode", "of bytes", (x) => (recording.decode as Anything)(x)],
  ["record", "of a run", (x) => (record as Anything)("/f", x)],
  ["record", "of a path", (x) => (record as Anything)(x, run)],
  ["append", "of a run", (x) => (recorder() as Anything)(x)],
  ["save", "of a recording", (x) => (save as Anything)("/f", x)],
  ["save", "of a path", (x) => (save as Anything)(x, recording.of(run))],
  ["load", "of a path", (x) => (load as Anything)(x)],
  ["resume", "of a path", (x) => (resume as Anything)(x, 1)],
];

test.each(doors)("%s refuses what is none %s", (name, _, call) => {
  for (const x of odd) {
    let thrown: unknown = "nothing";
    try {
      call(x);
    } catch (e) {
      thrown = e;
    }
    expect(String(thrown)).toMatch(new RegExp(`^(DTypeError|DomainError): ${name}: .* not `));
  }
});
