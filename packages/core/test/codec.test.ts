// Whatever is written can be read, to the last bit, or writing refuses it.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  array,
  type DType,
  type Either,
  either,
  expandDims,
  flip,
  fromJSON,
  type NDArray,
  npy,
  ones,
  orThrow,
  random,
  reshape,
  ShapeError,
  toTypedArray,
  transpose,
  tree,
  zeros,
} from "../src/index.ts";

/** A value by its name: some that codecs stumble on, or any. */
const element: Readonly<Record<DType, fc.Arbitrary<number | boolean>>> = {
  float64: fc.oneof(fc.constantFrom(-0, NaN, Infinity, -Infinity, 5e-324, 2 ** 53 + 2), fc.double()),
  float32: fc.oneof(fc.constantFrom(-0, NaN, Infinity, 2 ** -149), fc.float()),
  int32: fc.integer(),
  bool: fc.boolean(),
};

const shape = fc.oneof(
  fc.array(fc.nat(4), { maxLength: 4 }),
  fc.constantFrom([], [0], [0, 3], [3, 0, 2 ** 31], new Array<number>(64).fill(1)),
);

/** Arrays of any dtype and shape, in the order of their rows or as views. */
const arrays: fc.Arbitrary<NDArray> = fc
  .tuple(fc.constantFrom<DType>("float64", "float32", "int32", "bool"), shape)
  .chain(([dtype, sizes]) => {
    const size = sizes.includes(0) ? 0 : sizes.reduce((product, n) => product * n, 1);
    return fc
      .tuple(
        fc.array(element[dtype], { minLength: size, maxLength: size }),
        fc.constantFrom("rows", "turned", "flipped"),
      )
      .map(([values, layout]) => {
        const rows = reshape(array(values, { dtype }), sizes);
        return layout === "rows" ? rows : layout === "turned" ? transpose(rows) : flip(rows);
      });
  });

const bits = (x: NDArray) => [x.dtype, [...x.shape], Array.from(toTypedArray(x) as Iterable<number>)];

type Read = Either<Error, NDArray>;

const codecs: readonly (readonly [string, (x: NDArray) => () => Read])[] = [
  [
    "npy",
    (x) => {
      const bytes = npy.encode(x);
      return () => npy.decode(bytes);
    },
  ],
  [
    "JSON",
    (x) => {
      const text = JSON.stringify(x);
      return () => fromJSON(JSON.parse(text));
    },
  ],
  [
    "the JSON of a tree",
    (x) => {
      const text = JSON.stringify({ "": [x, null] });
      const like = { "": [zeros([...x.shape], { dtype: x.dtype }), null] as const };
      return () => either.map((read: typeof like) => read[""][0])(tree.fromJSON(JSON.parse(text), like));
    },
  ],
];

describe.each(codecs)("%s", (_, encode) => {
  test("gives every array back", () => {
    fc.assert(
      fc.property(arrays, (x) => {
        expect(bits(orThrow(encode(x)()))).toEqual(bits(x));
      }),
      { seed: 3, numRuns: 400 },
    );
  });
  test("gives back as many axes as it takes, and refuses more as it writes", () => {
    const most = ones(new Array<number>(64).fill(1));
    expect(bits(orThrow(encode(most)()))).toEqual(bits(most));
    expect(() => encode(expandDims(most, 0))).toThrow(ShapeError);
  });
});

test("sizes whose product is no number are none of an array", () => {
  expect(() => zeros([...new Array<number>(30).fill(2 ** 52), 0])).toThrow(ShapeError);
});

test("a key comes back from its words, and from JSON", () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (seed) => {
      const key = random.key(seed);
      expect(bits(random.wrap(random.keyData(key)))).toEqual(bits(key));
      expect(bits(random.wrap(orThrow(tree.fromJSON(JSON.parse(JSON.stringify({ key })), { key })).key))).toEqual(
        bits(key),
      );
    }),
    { seed: 5 },
  );
});

test("keys of a tree are any texts", () => {
  const names = ["", "__proto__", "constructor", "toString", "a.b", '"', "\ud800", "10", "9", "[0]", "é\u0000"];
  const like = Object.fromEntries(names.map((name, i) => [name, i]));
  const again = orThrow(tree.fromJSON(JSON.parse(JSON.stringify(like)), like));
  expect(Object.entries(again)).toEqual(Object.entries(like));
  expect(Object.getPrototypeOf(again)).toBe(Object.prototype);
});
