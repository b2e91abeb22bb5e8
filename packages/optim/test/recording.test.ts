import {
  add,
  array,
  DecodeError,
  type Either,
  either,
  mean,
  mul,
  type NDArray,
  numerics,
  option,
  random,
  square,
  sub,
  toTypedArray,
  tree,
  zeros,
} from "@gradfold/core";
import { valueAndGrad } from "@gradfold/autodiff";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { recording, sgd, type Step, steps, trainState, trainStep, trajectory } from "../src/index.ts";
import { crc32c } from "../src/recording/checksum.ts";

const bits = (state: unknown) => tree.leaves(state).map(toTypedArray);

const right = <A>(result: Either<DecodeError, A>): A => {
  if (either.isLeft(result)) throw result.left;
  return result.right;
};
const complaint = (result: Either<DecodeError, unknown>): string => {
  if (either.isRight(result)) return "none";
  expect(result.left).toBeInstanceOf(DecodeError);
  return result.left.message;
};

interface Model {
  readonly w: NDArray<[2, 3]>;
  readonly b: NDArray<[3]>;
}
const target = array([
  [1, 2, 3],
  [4, 5, 6],
]);
const loss = ({ w, b }: Model, scale: NDArray<[]>) => add(mean(square(sub(mul(w, scale), target))), mean(square(b)));
const optimizer = sgd(0.1, { momentum: 0.9 });
const step = trainStep(valueAndGrad(loss), optimizer);
const model = { w: random.uniform(random.key(2), [2, 3]), b: random.uniform(random.key(1), [3], { dtype: "float32" }) };
const start = trainState(model, optimizer, random.key(7));
const inputs = steps(20, array(1.5));
const run = trajectory.fold(step, start, inputs, { budget: 12_000 });
const made = recording.of(run, { description: { optimizer: "sgd", "learning rate": "0.1", ü: "😀\u0000\\" } });
const bytes = recording.encode(made);

describe("a recording", () => {
  test("comes back from its bytes as it was, to the last bit", () => {
    const read = right(recording.decode(bytes));
    expect({
      ...read,
      final: bits(read.final),
      keyframes: read.keyframes.map(({ step, state }) => [step, bits(state)]),
    }).toEqual({
      ...made,
      final: bits(made.final),
      keyframes: made.keyframes.map(({ step, state }) => [step, bits(state)]),
    });
    expect(tree.flatten(read.final).paths).toEqual(tree.flatten(made.final).paths);
    expect(tree.leaves(read.final).map(({ dtype, shape }) => [dtype, shape])).toEqual(
      tree.leaves(made.final).map(({ dtype, shape }) => [dtype, shape]),
    );
    expect(recording.encode(read)).toEqual(bytes);
  });
  test("of any tree comes back as that tree", () => {
    const leaf = fc.oneof(
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.constant(undefined),
      fc.array(fc.double()).map((list) => array(Float64Array.from(list))),
      fc.array(fc.boolean(), { minLength: 1 }).map((list) => array(list)),
      fc.float32Array().map((list) => array(list)),
      fc.integer().map((n) => array([[n]], { dtype: "int32" })),
    );
    const { node } = fc.letrec<{ node: unknown; leaf: unknown }>((tie) => ({
      leaf,
      node: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc.array(tie("node"), { maxLength: 3 }),
        fc.dictionary(
          fc.oneof(fc.string(), fc.constantFrom("__proto__", "10", "9", "a.b", "[0]", "constructor")),
          tie("node"),
          {
            maxKeys: 4,
          },
        ),
      ),
    }));
    fc.assert(
      fc.property(node, (state) => {
        const one = trajectory.fold((s: unknown) => [s, {}], state, steps(0));
        const { final } = right(recording.decode(recording.encode(recording.of(one))));
        expect(tree.flatten(final).structure).toEqual(tree.flatten(state).structure);
        expect(bits(final)).toEqual(bits(state));
        expect(tree.leaves(final).map(({ dtype, shape }) => [dtype, shape])).toEqual(
          tree.leaves(state).map(({ dtype, shape }) => [dtype, shape]),
        );
      }),
      { seed: 2, numRuns: 200 },
    );
  });
  test("of plain numbers gives plain numbers", () => {
    const numbers = trajectory.fold(
      ({ n }: { n: number; on: boolean }) => [{ n: n * 2, on: n > 2 }, {}],
      { n: 1, on: false },
      steps(3),
    );
    const read = right(recording.decode(recording.encode(recording.of(numbers))));
    expect([read.final, read.keyframes[1]?.state]).toEqual([
      { n: 8, on: true },
      { n: 2, on: false },
    ]);
  });
  test("has one NaN", () => {
    const words = new Uint32Array([7, 0xfff80000 + 3, 1, 0x7ff00000]);
    const odd = array(new Float64Array(words.buffer));
    const encoded = (x: NDArray) =>
      recording.encode(
        recording.of(trajectory.fold((s: unknown) => [s, {}], { x, y: array(new Float32Array([NaN])) }, steps(0))),
      );
    expect(encoded(odd)).toEqual(encoded(array([NaN, NaN])));
  });
  test("is a safetensors file: eight bytes of length, a header in JSON, elements one behind the other", () => {
    const view = new DataView(bytes.buffer);
    const length = Number(view.getBigUint64(0, true));
    expect(length % 8).toBe(0);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Record<
      string,
      { dtype: string; shape: number[]; data_offsets: [number, number] }
    >;
    const { __metadata__: metadata, ...tensors } = header;
    expect(Object.values(metadata ?? {}).every((text) => typeof text === "string")).toBe(true);
    expect(Object.keys(tensors).slice(0, 4)).toEqual([
      "keyframe_steps",
      "keyframes/optimizer[0].trace.w",
      "keyframes/optimizer[1].count",
      "keyframes/params.w",
    ]);
    const sizes: Readonly<Record<string, number>> = { F64: 8, F32: 4, I32: 4, BOOL: 1, U8: 1 };
    let end = 0;
    for (const { dtype, shape, data_offsets: offsets } of Object.values(tensors)) {
      expect(offsets).toEqual([end, end + shape.reduce((product, n) => product * n, sizes[dtype] ?? NaN)]);
      end = offsets[1];
    }
    expect(8 + length + end).toBe(bytes.length);
    const at = 8 + length + (tensors["state/params.b"]?.data_offsets[0] ?? NaN);
    expect(view.getFloat32(at, true)).toBe(toTypedArray(run.final.params.b)[0]);
  });
  test("of states of different forms is refused", () => {
    const shrink = trajectory.fold((n: number) => [n, {}], 0, steps(1));
    const wild = { ...recording.of(shrink), final: { n: 0 } };
    expect(() => recording.encode(wild)).toThrow(
      "recording.encode: the state of step 0 has another form than the last one",
    );
  });
});

describe("a reopened run", () => {
  const read = right(recording.decode(bytes));
  const reopened = right(trajectory.reopen(read, step, inputs, { like: start }));

  test("is the run that was recorded", () => {
    expect(trajectory.diff(reopened, run)).toEqual(option.none);
    expect([reopened.metrics, reopened.outcome, reopened.length]).toEqual([run.metrics, run.outcome, run.length]);
    expect(trajectory.verify(reopened)).toEqual({ kind: "verified" });
  });
  test("goes on, and forks, as that run does", () => {
    const more = steps(30, array(2));
    expect(trajectory.diff(trajectory.extend(reopened, more), trajectory.extend(run, more))).toEqual(option.none);
    const other = trainStep(valueAndGrad(loss), sgd(0.01, { momentum: 0.9 }));
    expect(trajectory.diff(trajectory.fork(reopened, 7, other, more), trajectory.fork(run, 7, other, more))).toEqual(
      option.none,
    );
  });
  test("of a checkpoint starts there", () => {
    const checkpoint = recording.of(trajectory.slice(run, 20));
    const again = right(trajectory.reopen(right(recording.decode(recording.encode(checkpoint))), step, inputs));
    const more = steps(3, array(2));
    expect(bits(trajectory.extend(again, more).final)).toEqual(bits(trajectory.extend(run, more).final));
  });
  test.each(["all", "ends"] as const)(
    "is refused to a step of other bits, which is told at once, checking %s",
    (check) => {
      const other = trainStep(valueAndGrad(loss), sgd(0.1000001, { momentum: 0.9 }));
      expect(complaint(trajectory.reopen(read, other, inputs, { check }))).toBe(
        "trajectory.reopen: the step gives other bits: state 1 differs in metrics.loss, other elements.",
      );
      const gentle: typeof step = (state, batch) => {
        const [next, metrics] = step(state, batch);
        return [next, { loss: add(metrics.loss, 1e-9) }];
      };
      expect(complaint(trajectory.reopen(read, gentle, inputs, { check }))).toContain(
        "state 0 differs in metrics.loss",
      );
    },
  );
  test("is refused when the recording was changed, in any one bit of any kept state, and the checksum with it", () => {
    for (const { step: at } of read.keyframes) {
      const keyframes = read.keyframes.map((frame) => {
        if (frame.step !== at) return frame;
        const state = frame.state as typeof start;
        const words = new Uint32Array(toTypedArray(state.params.w).buffer);
        words[0] = (words[0] ?? 0) ^ 1;
        const w = array(new Float64Array(words.buffer), { shape: [2, 3] });
        return { step: at, state: { ...state, params: { ...state.params, w } } };
      });
      const changed = right(recording.decode(recording.encode({ ...read, keyframes })));
      expect(complaint(trajectory.reopen(changed, step, inputs))).toContain("gives other bits");
    }
  });
  test("needs a model of the same leaves, and names the one that differs", () => {
    const wide = trainState({ w: zeros([2, 4]), b: model.b }, optimizer, random.key(7));
    const untyped = step as Step<unknown, NDArray<[]>, { readonly loss: NDArray<[]> }>;
    expect(complaint(trajectory.reopen(read, untyped, inputs, { like: wide }))).toBe(
      "trajectory.reopen: a recording of another model: optimizer[0].trace.w: float64 [2, 3] is not float64 [2, 4].",
    );
    const scalar = trainState(zeros([2]), optimizer);
    expect(complaint(trajectory.reopen(read, untyped, inputs, { like: scalar }))).toContain(
      "key: only one has this leaf",
    );
    const narrow = trainStep(
      valueAndGrad(({ w }: Model) => mean(square(sub(w, zeros([2, 4]) as never)))),
      optimizer,
    );
    expect(complaint(trajectory.reopen(read, narrow as unknown as typeof step, inputs))).toMatch(
      /the step does not take these states: sub: /,
    );
  });
  test("needs the numbers that it was made with, and inputs for all its steps", () => {
    expect(complaint(trajectory.reopen({ ...read, numerics: numerics + 1 }, step, inputs))).toBe(
      `trajectory.reopen: the numbers are those of version ${numerics + 1}, which this program, of ${numerics}, cannot compute.`,
    );
    expect(complaint(trajectory.reopen(read, step, steps(19, array(1.5))))).toBe(
      "trajectory.reopen: the recording has 20 steps, but there are inputs for 19.",
    );
    expect(complaint(trajectory.reopen({ ...read, keyframes: [] }, step, inputs))).toContain("no state to begin with");
  });
});

/** A small file, for mutations. */
const small = recording.encode(
  recording.of(
    trajectory.fold((n: number) => [n * 2, { loss: n }], 1, steps(3)),
    { description: { a: "b" } },
  ),
);

/** The file with another header, and a checksum that is right. */
const sealed = (header: string, data?: Uint8Array): Uint8Array => {
  const length = Number(new DataView(small.buffer).getBigUint64(0, true));
  const text = new TextEncoder().encode(header.padEnd(Math.ceil(header.length / 8) * 8));
  const rest = data ?? small.subarray(8 + length, -4);
  const file = new Uint8Array(8 + text.length + rest.length + 4);
  new DataView(file.buffer).setUint32(0, text.length, true);
  file.set(text, 8);
  file.set(rest, 8 + text.length);
  new DataView(file.buffer).setUint32(file.length - 4, crc32c(file.subarray(0, -4)), true);
  return file;
};
const header = new TextDecoder()
  .decode(small.subarray(8, 8 + Number(new DataView(small.buffer).getBigUint64(0, true))))
  .trimEnd();

describe("decoding", () => {
  test("refuses every truncation, and anything behind the end", () => {
    for (let n = 0; n < small.length; n++) expect(complaint(recording.decode(small.subarray(0, n)))).not.toBe("none");
    expect(complaint(recording.decode(Uint8Array.of(...small, 0)))).not.toBe("none");
  });
  test("refuses every flipped bit", () => {
    for (let i = 0; i < 8 * small.length; i++) {
      const flipped = small.slice();
      flipped[i >>> 3] = (flipped[i >>> 3] ?? 0) ^ (1 << (i & 7));
      expect(either.isLeft(recording.decode(flipped))).toBe(true);
    }
  });
  test("refuses random bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1024 }), (file) => {
        expect(either.isLeft(recording.decode(file))).toBe(true);
      }),
      { seed: 4, numRuns: 1000 },
    );
  });
  test("takes its own header, resealed", () => {
    expect(either.isRight(recording.decode(sealed(header)))).toBe(true);
    expect(sealed(header)).toEqual(small);
  });
  test.each<readonly [string, (header: string) => string, RegExp]>([
    ["a newer version", (h) => h.replace('"version":"1"', '"version":"2"'), /version 2, newer than 1\. Read it with/],
    ["no version", (h) => h.replace('"version":"1",', ""), /lacks a version/],
    ["another format", (h) => h.replace('"gradfold"', '"pt"'), /no recording of gradfold's/],
    ["no metadata", (h) => h.replace("__metadata__", "metadata"), /tensor metadata has "format", which/],
    [
      "metadata that is no text",
      (h) => h.replace('"version":"1"', '"version":1'),
      /header is not as the format says, at byte \d+: "1,/,
    ],
    [
      "duplicate names",
      (h) =>
        h.replace(
          /"metrics\/loss":{[^}]*}/,
          (entry) => `${entry},${entry.replace('[3],"data_offsets":[64,88]', '[0],"data_offsets":[88,88]')}`,
        ),
      /says metrics\/loss twice/,
    ],
    ["duplicate metadata", (h) => h.replace('"version":"1"', '"version":"1","version":"1"'), /says version twice/],
    ["spaces", (h) => h.replace(",", ", "), /not as it is written here/],
    ["a tensor __proto__", (h) => h.replace('"metrics/loss"', '"__proto__"'), /no recording has/],
    ["a metric __proto__", (h) => h.replace("metrics/loss", "metrics/__proto__"), /none/],
    [
      "__proto__ for metadata",
      (h) => h.replace('"__metadata__"', '"__proto__"'),
      /tensor __proto__ has "format", which/,
    ],
    [
      "overlapping tensors",
      (h) => h.replace(/"data_offsets":\[32,/, '"data_offsets":[24,'),
      /needs 32 bytes, not data_offsets \[24, 64\]/,
    ],
    [
      "a gap between tensors",
      (h) => h.replace(/"data_offsets":\[32,/, '"data_offsets":[40,'),
      /needs 32 bytes, not data_offsets \[40, 64\]/,
    ],
    [
      "a larger shape than the bytes",
      (h) => h.replace('"shape":[4]', '"shape":[4000000000]'),
      /needs 32000000000 bytes, not data_offsets \[0, 32\]/,
    ],
    [
      "a shape that overflows",
      (h) => h.replace('"shape":[4]', '"shape":[9007199254740991,9007199254740991]'),
      /needs 6\.4\d+e\+32 bytes/,
    ],
    ["a negative size", (h) => h.replace('"shape":[4]', '"shape":[-4]'), /not as the format says/],
    ["a fractional size", (h) => h.replace('"shape":[4]', '"shape":[0.5,8]'), /not as the format says/],
    ["a dtype that is none", (h) => h.replace('"F64"', '"F63"'), /keyframe_steps is of no dtype here/],
    ["a dtype of the prototype", (h) => h.replace('"F64"', '"constructor"'), /of no dtype here/],
    ["no list of sizes", (h) => h.replace('"shape":[4]', '"shape":4'), /not as the format says/],
    [
      "more steps than rows",
      (h) => h.replace('"steps":"3"', '"steps":"1000000000000"'),
      /not one number for each of 1000000000000/,
    ],
    ["fewer steps than keyframes", (h) => h.replace('"steps":"3"', '"steps":"2"'), /keyframes are not those of a run/],
    ["steps that are no number", (h) => h.replace('"steps":"3"', '"steps":"-3"'), /lacks a version, a number of steps/],
    ["a state that is no tree", (h) => h.replace('\\"number\\"', '\\"function\\"'), /form of the state is not as/],
    ["a state of another form", (h) => h.replace('\\"number\\"', '[\\"number\\"]'), /lacks its leaf \[0\]/],
    [
      "a state with a kind of its prototype",
      (h) => h.replace('\\"number\\"', '\\"toString\\"'),
      /form of the state is not as/,
    ],
    ["a state that is one number, in a list", (h) => h.replace('\\"number\\"', '\\"boolean\\"'), /lacks its leaf/],
    ["a description that is none", (h) => h.replace('{\\"a\\":\\"b\\"}', "[]"), /description is not as/],
    ["a header that is no record", () => "[]", /not as the format says/],
    ["a header that is no JSON", (h) => h.slice(0, -1), /not as the format says/],
    ["a header of nothing", () => "", /not as the format says/],
    ["a checksum elsewhere", (h) => h.replace('"U8"', '"I8"'), /last tensor is no checksum/],
    ["a deep header", () => "[".repeat(100_000) + "]".repeat(100_000), /not as the format says/],
  ])("judges %s", (_, edit, words) => {
    expect(edit(header)).not.toBe(header);
    expect(complaint(recording.decode(sealed(edit(header))))).toMatch(words);
  });
  test("refuses a deep state", () => {
    const deep = `${"[".repeat(2000)}\\"number\\"${"]".repeat(2000)}`;
    expect(complaint(recording.decode(sealed(header.replace('\\"number\\"', deep))))).toMatch(/more than 1000 levels/);
  });
  test("refuses a header longer than the file or any header", () => {
    const huge = small.slice();
    for (const words of [
      [0xffffffff, 0],
      [0, 1],
      [small.length - 11, 0],
      [2 ** 31, 0],
    ]) {
      new DataView(huge.buffer).setUint32(0, words[0] ?? 0, true);
      new DataView(huge.buffer).setUint32(4, words[1] ?? 0, true);
      expect(complaint(recording.decode(huge))).toMatch(/header is longer/);
    }
  });
  test("refuses a truth that is neither true nor false, keyframes out of order, and a keyframe before the first", () => {
    const of = (state: unknown) =>
      recording.encode(recording.of(trajectory.fold((s: unknown) => [s, {}], state, steps(2))));
    const reseal = (file: Uint8Array, at: number, byte: number) => {
      file[at] = byte;
      new DataView(file.buffer).setUint32(file.length - 4, crc32c(file.subarray(0, -4)), true);
      return complaint(recording.decode(file));
    };
    const truths = of(array([true, false]));
    expect(reseal(truths, truths.length - 5, 2)).toMatch(/neither true nor false/);
    const numbers = of(1);
    const data = 8 + Number(new DataView(numbers.buffer).getBigUint64(0, true));
    expect(reseal(numbers.slice(), data + 7, 0x3f)).toMatch(/keyframes are not/); // step 0 is a small number instead
    expect(reseal(numbers.slice(), data + 14, 0x10)).toMatch(/keyframes are not/); // step 2 before step 1
  });
});
