// The files of the fixture were written by NumPy, safetensors and PyTorch, and the elements beside them are what they read.
import fc from "fast-check";
import { array, type NDArray, toTypedArray } from "../src/index.ts";
import fixtures from "./fixtures/files.json" with { type: "json" };

export interface Expected {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly elements: readonly (number | string)[];
}

export interface File {
  readonly name: string;
  readonly base64: string;
  /** By name, as pairs: bundlers take a name of __proto__ for something else. */
  readonly arrays?: readonly (readonly [name: string, Expected])[];
  readonly metadata?: Readonly<Record<string, string>>;
  readonly refused?: string;
}

export const files: {
  readonly safetensors: readonly File[];
  readonly npz: readonly File[];
  readonly prediction: Readonly<Record<"inputs" | "outputs", Expected>>;
} = fixtures as never; // each file has some of the fields

export const bytesOf = ({ base64 }: File): Uint8Array => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));

export const named = (list: readonly File[], name: string): File => {
  const found = list.find((file) => file.name === name);
  if (found === undefined) throw new Error(`no file ${name}`);
  return found;
};

/** What an array is, with signs of zero and NaN. */
export const contents = (x: NDArray): Expected => ({
  dtype: x.dtype,
  shape: x.shape,
  elements: Array.from(toTypedArray(x) as Iterable<number>),
});

const expected = ({ dtype, shape, elements }: Expected): Expected => ({
  dtype,
  shape,
  elements: elements.map(Number),
});

export const expectedOf = ({ arrays = [] }: File): ReadonlyMap<string, Expected> =>
  new Map(arrays.map(([name, x]) => [name, expected(x)]));

export const byName = <A, B>(record: Readonly<Record<string, A>>, of: (value: A) => B): ReadonlyMap<string, B> =>
  new Map(Object.entries(record).map(([name, value]) => [name, of(value)]));

/** Names that a file may have, and programs may take for something else. */
export const anyName = fc.oneof(
  fc.string({ unit: "binary" }).filter((name) => !/\p{Surrogate}/u.test(name)),
  fc.constantFrom(
    "",
    "__proto__",
    "constructor",
    "toString",
    "0",
    "10",
    "01",
    "-0",
    "a/b",
    "😀",
    "é".repeat(300),
    "length",
  ),
);

/** Keys of trees: names without dots, so that no two leaves have one name. */
const anyKey = anyName.map((name) => name.replaceAll(".", "_"));

export const anyArray = fc.oneof(
  fc.array(fc.double(), { maxLength: 3 }).map((list) => array(Float64Array.from(list))),
  fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }).map((list) => array(list)),
  fc.float32Array({ maxLength: 3 }).map((list) => array(list)),
  fc.integer().map((n) => array([[n]], { dtype: "int32" })),
  fc.double().map((x) => array(x)),
);

export const { tree: anyTree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    anyArray,
    fc.double(),
    fc.boolean(),
    fc.constantFrom(null, undefined, [], {}),
    fc.array(tie("tree"), { maxLength: 3 }),
    fc
      .uniqueArray(fc.tuple(anyKey, tie("tree")), { maxLength: 4, selector: ([key]) => key })
      .map((entries) => Object.fromEntries(entries)),
  ),
}));
