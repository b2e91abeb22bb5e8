// Whatever is encoded is decoded, to the last bit, or encoding refuses it before it makes a byte.
import { readFileSync } from "node:fs";
import { attempt, array, type Either, either, expandDims, ones, toTypedArray, tree } from "@gradfold/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Recording, recording, steps, trajectory } from "../src/index.ts";
import { load, save } from "../src/node/index.ts";
import { fileOf } from "../src/recording/encode.ts";
import { memoryDisk } from "./memory.ts";

const right = <A>(result: Either<Error, A>): A => {
  if (either.isLeft(result)) throw result.left;
  return result.right;
};

const bits = (state: unknown) =>
  tree.leaves(state).map((x) => [x.dtype, x.shape, Array.from(toTypedArray(x) as Iterable<number>)]);

/** All that a recording holds, in an order of its own where it has one. */
const contents = ({ steps: count, numerics, description, metrics, keyframes, final }: Recording) => ({
  count,
  numerics,
  description: new Map(Object.entries(description)),
  metrics: Object.entries(metrics).map(([name, values]) => [name, Array.from(values)]),
  keyframes: keyframes.map(({ step, state }) => [step, tree.structure(state), bits(state)]),
  final: [tree.structure(final), bits(final)],
});

const anyText = fc.oneof(
  fc.string(),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 8 }).map((codes) => String.fromCharCode(...codes)),
  fc.constantFrom(
    "",
    "__proto__",
    "constructor",
    "toString",
    "__metadata__",
    "checksum",
    "metrics",
    "metrics/",
    "state",
  ),
  fc.constantFrom("10", "9", "-0", "a.b", "[0]", '"', '\\"', "a/b", "\ud800", "\udc00\ud800", "\u0000", "\u007f", "😀"),
  fc.constantFrom("x".repeat(5000), '"'.repeat(500), "é".repeat(500)),
);

const leaf = fc.oneof(
  fc.double(),
  fc.boolean(),
  fc.constantFrom(null, undefined, -0, NaN),
  fc.array(fc.double(), { maxLength: 3 }).map((list) => array(Float64Array.from(list))),
  fc.array(fc.boolean(), { minLength: 1, maxLength: 3 }).map((list) => array(list)),
  fc.float32Array({ maxLength: 3 }).map((list) => array(list)),
  fc.integer().map((n) => array([[n]], { dtype: "int32" })),
);

/** A dictionary of any names, with or without a prototype. */
const byName = <A>(value: fc.Arbitrary<A>, maxLength: number) =>
  fc
    .tuple(fc.uniqueArray(fc.tuple(anyText, value), { maxLength, selector: ([name]) => name }), fc.boolean())
    .map(([entries, isBare]) => {
      const made = Object.fromEntries(entries);
      return isBare ? (Object.create(null, Object.getOwnPropertyDescriptors(made)) as typeof made) : made;
    });

const { state: anyState } = fc.letrec<{ state: unknown }>((tie) => ({
  state: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.array(tie("state"), { maxLength: 3 }),
    fc.sparseArray(tie("state"), { maxLength: 4 }),
    byName(tie("state"), 4),
  ),
}));

const anyRecording = fc.tuple(anyState, fc.nat(4)).chain(([state, count]) =>
  fc.record({
    steps: fc.constant(count),
    numerics: fc.nat(),
    final: fc.constant(state),
    keyframes: fc
      .subarray(Array.from({ length: count }, (_, i) => i + 1))
      .map((list) => [0, ...list].map((step) => ({ step, state }))),
    metrics: byName(
      fc.array(fc.double(), { minLength: count, maxLength: count }).map((list) => Float64Array.from(list)),
      4,
    ),
    description: byName(anyText, 4),
  }),
);

describe("a recording", () => {
  test("of any names, texts and trees comes back", () => {
    fc.assert(
      fc.property(anyRecording, (made) => {
        const bytes = recording.encode(made);
        const read = right(recording.decode(bytes));
        expect(contents(read)).toEqual(contents(made));
        expect(recording.encode(read)).toEqual(bytes);
      }),
      { seed: 6, numRuns: 100 },
    );
  });
  test("keeps the order of its metrics", () => {
    const run = trajectory.fold((n: number) => [n + 1, { loss: n, accuracy: n, "a/b": n }], 0, steps(2));
    const { metrics } = right(recording.decode(recording.encode(recording.of(run))));
    expect(Object.keys(metrics)).toEqual(["loss", "accuracy", "a/b"]);
  });
  test("is read from any kind of bytes", () => {
    const bytes = recording.encode(recording.of(trajectory.fold((n: number) => [n, {}], 1, steps(1))));
    for (const given of [bytes.slice().buffer, Buffer.from(bytes), new DataView(Uint8Array.of(0, ...bytes).buffer, 1)])
      expect(right(recording.decode(given)).final).toBe(1);
    expect(() => recording.decode("x" as never)).toThrow(
      'recording.decode: a Uint8Array is needed, not the string "x".',
    );
  });
});

const made = recording.of(
  trajectory.fold((n: number) => [n + 1, { loss: n }], 0, steps(2)),
  { description: { rule: "n + 1" } },
);

/** So many values by names. */
const many = <A>(count: number, value: A): Readonly<Record<string, A>> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`name_${i}`, value]));

const nested = (levels: number): unknown => {
  let node: unknown = 1;
  for (let i = 0; i < levels; i++) node = [node];
  return node;
};

const of = (state: unknown): Recording => ({
  ...made,
  metrics: {},
  steps: 0,
  final: state,
  keyframes: [{ step: 0, state }],
});

/** A description whose header is about so long. */
const described = (length: number): Recording => ({ ...made, description: { config: "x".repeat(length) } });

/** The longest description that there is room for. */
const longest = (() => {
  const header = new TextDecoder().decode(recording.encode(described(0)).subarray(8)).replace(/}} *[^}]*$/, "}}");
  return 2 ** 23 - header.length;
})();

describe("limits", () => {
  test.each<readonly [string, () => Recording]>([
    ["a description of 3 MB", () => described(3e6)],
    ["the longest header", () => described(longest)],
    ["25,000 metrics", () => ({ ...made, metrics: many(25_000, Float64Array.of(1, 2)) })],
    ["30,000 leaves", () => of(Array.from({ length: 30_000 }, () => 1))],
    ["16,384 texts", () => ({ ...made, description: many(2 ** 14, "text") })],
    ["1,000 levels", () => of(nested(1000))],
    ["64 axes", () => of(ones(new Array<number>(64).fill(1)))],
    ["no leaf and no metric", () => of({ a: [], b: null })],
  ])("%s come back", (_, make) => {
    const given = make();
    const bytes = recording.encode(given);
    const read = right(recording.decode(bytes));
    expect([read.steps, read.numerics, Object.keys(read.metrics)]).toEqual([
      given.steps,
      given.numerics,
      Object.keys(given.metrics),
    ]);
    expect(read.description).toEqual(given.description);
    expect(tree.structure(read.final)).toEqual(tree.structure(given.final));
    expect(Buffer.compare(recording.encode(read), bytes)).toBe(0);
  });
  const frame = (step: number) => ({ step, state: 0 });
  test.each<readonly [string, () => Recording, RegExp]>([
    ["a longer header", () => described(longest + 1), /take 8388609 bytes; 8388608 are the most/],
    [
      "more metrics",
      () => ({ ...made, metrics: many(2 ** 16, Float64Array.of(1, 2)) }),
      /65539 tensors of 65538 axes are more than 65536/,
    ],
    ["more texts", () => ({ ...made, description: many(2 ** 14 + 1, "") }), /16385 texts has more than 16384/],
    ["more levels", () => of(nested(1001)), /more than 1000 levels/],
    ["more places", () => of(new Array(2 ** 16).fill(null)), /65537 leaves and branches has more than 65536/],
    ["more axes", () => of({ w: expandDims(ones(new Array<number>(64).fill(1)), 0) }), /w has 65 axes, more than 64/],
    [
      "a tree that contains itself",
      () => {
        const list: unknown[] = [];
        list.push(list);
        return of(list);
      },
      /contain itself/,
    ],
    ["a state that is no tree", () => of({ w: "x" }), /w is the string "x"/],
    [
      "a text that is a number",
      () => ({ ...made, description: { rate: 0.1 as never } }),
      /"rate" must be a text, not 0\.1\. Use String/,
    ],
    [
      "a description that is a text",
      () => ({ ...made, description: "x" as never }),
      /must be an object of texts, not the string/,
    ],
    [
      "a metric of other length",
      () => ({ ...made, metrics: { loss: Float64Array.of(1) } }),
      /"loss" must have a number for each of 2 steps/,
    ],
    [
      "a metric that is a number",
      () => ({ ...made, metrics: { loss: 1 as never } }),
      /"loss" must have a number for each of 2 steps, not 1/,
    ],
    ["no keyframe", () => ({ ...made, keyframes: [] }), /first keyframe must be that of step 0, not undefined/],
    ["a late keyframe", () => ({ ...made, keyframes: [frame(1)] }), /first keyframe must be that of step 0, not 1/],
    [
      "keyframes out of order",
      () => ({ ...made, keyframes: [frame(0), frame(2), frame(1)] }),
      /must ascend.* one of 1/,
    ],
    ["a keyframe behind the end", () => ({ ...made, keyframes: [frame(0), frame(3)] }), /up to step 2/],
    ["a step that is none", () => ({ ...made, steps: -1 }), /steps must be a whole number/],
    ["numbers of no version", () => ({ ...made, numerics: NaN }), /numerics must be a whole number/],
    ["no recording", () => 5 as never, /a recording is needed, as recording\.of makes it, not 5/],
  ])("%s is refused before the first byte", (_, make, words) => {
    const given = make();
    for (const write of [
      () => recording.encode(given),
      () => fileOf("record", given),
      () =>
        save("/run", given, {
          fs: memoryDisk((change) => {
            throw new Error(`${change.kind} ${change.path}`);
          }).fs,
        }),
    ]) {
      const refused = attempt((): unknown => write());
      expect(either.isLeft(refused) && refused.left.message).toMatch(words);
    }
  });
  test("leave room for the numbers of any run that begins", () => {
    // Beside names, a header has three numbers for each tensor that grow, and the number of steps.
    const start: Recording = { ...of(1), metrics: many(1000, new Float64Array()) };
    const header = (given: Recording) => Number(new DataView(recording.encode(given).buffer).getBigUint64(0, true));
    const grown = { ...start, steps: 2000, metrics: many(1000, new Float64Array(2000)) };
    expect(header(grown)).toBeGreaterThan(header(start) + 1000);
    const room = 2 ** 23 - header(start) - 36 * 1004;
    const full = { description: { config: "x".repeat(room) } };
    fileOf("record", { ...start, ...full });
    expect(either.isRight(recording.decode(recording.encode({ ...grown, ...full })))).toBe(true);
  });
  test("of a description are told where it is given", () => {
    const run = trajectory.fold((n: number) => [n, {}], 1, steps(1));
    expect(() => recording.of(run, { description: { rate: 0.1 as never } })).toThrow(
      'recording.of: description: "rate" must be a text, not 0.1.',
    );
    expect(() => recording.of(run, { descripton: {} } as never)).toThrow("Did you mean description?");
  });
});

describe("a file of an earlier version", () => {
  const folder = new URL("fixtures/", import.meta.url);
  test.each(["version1.safetensors", "version1.journal"])("is read: %s", (name) => {
    const disk = memoryDisk();
    disk.files.set("/run", { bytes: new Uint8Array(readFileSync(new URL(name, folder))) });
    const read = right(load("/run", { fs: disk.fs }));
    expect([read.steps, read.numerics]).toEqual([7, 1]);
    expect(read.description).toEqual({ rule: "n + 1", "learning rate": "0.1", ü: "😀\u0000\\\ud800", "": "" });
    const steps = [0, 1, 2, 3, 4, 5, 6];
    expect(new Map(Object.entries(read.metrics).map(([metric, values]) => [metric, Array.from(values)]))).toEqual(
      new Map([
        ["9", steps.map((n) => -n)],
        ["10", steps],
        ["accuracy", steps.map((n) => 1 - n)],
        ["loss", steps.map((n) => n / 3)],
        ['we"ird/ü', steps.map(() => NaN)],
      ]),
    );
    for (const { step, state } of [...read.keyframes, { step: 7, state: read.final }]) {
      expect(tree.flatten(state).paths).toEqual([
        "[0]",
        "[1]",
        "[4].10",
        "[4].9",
        "[4].ü",
        "__proto_",
        "__proto__x",
        "a.b",
        "n",
      ]);
      const { n, "a.b": x } = state as { readonly n: number; readonly "a.b": never };
      expect([n, Array.from(toTypedArray(x))]).toEqual([step, [step + 1, step + 2, step + 3, NaN]]);
    }
  });
});
