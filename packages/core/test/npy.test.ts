// The files of the fixture were written by NumPy 2.4, and the elements beside them are what it reads.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  arange,
  array,
  DecodeError,
  either,
  expandDims,
  type NDArray,
  npy,
  ones,
  orThrow,
  reshape,
  slice,
  toNested,
  toTypedArray,
  transpose,
  zeros,
} from "../src/index.ts";

interface File {
  readonly name: string;
  readonly base64: string;
  readonly dtype?: string;
  readonly shape?: readonly number[];
  readonly elements?: readonly (number | string | boolean)[];
  readonly refused?: string;
}

const files = JSON.parse(readFileSync(new URL("./fixtures/npy.json", import.meta.url), "utf8")) as readonly File[];
const bytesOf = ({ base64 }: File): Uint8Array => new Uint8Array(Buffer.from(base64, "base64"));
const good = files.filter(({ refused }) => refused === undefined);
const bad = files.filter(({ refused }) => refused !== undefined);

/** A file of another header, of NumPy's form, with some bytes behind it. */
const fileOf = (header: string, data: Uint8Array = new Uint8Array(0), version = 1): Uint8Array => {
  const line = Buffer.from(`${header}\n`, "latin1");
  const length =
    version === 1 ? [line.length & 255, line.length >> 8] : [line.length & 255, (line.length >> 8) & 255, 0, 0];
  return new Uint8Array([0x93, ...Buffer.from("NUMPY"), version, 0, ...length, ...line, ...data]);
};

const failure = (bytes: Uint8Array): DecodeError => {
  const result = npy.decode(bytes);
  if (either.isRight(result)) throw new Error(`decoded: ${toNested(result.right).toString()}`);
  expect(result.left).toBeInstanceOf(DecodeError);
  expect(result.left.message).toMatch(/^npy\.decode: /);
  return result.left;
};

describe("decode", () => {
  test.each(good)("reads $name as NumPy does", (file) => {
    const x = orThrow(npy.decode(bytesOf(file)));
    expect([x.dtype, x.shape]).toEqual([file.dtype, file.shape]);
    expect(Array.from(toTypedArray(x))).toEqual(file.elements?.map(Number));
  });
  test.each(bad)("refuses $name, and tells what to do", (file) => {
    expect([failure(bytesOf(file)).kind, failure(bytesOf(file)).message.includes("Save")]).toEqual([
      file.refused,
      true,
    ]);
  });
  test("copies the bytes, wherever they lie in a larger buffer", () => {
    const bytes = npy.encode(array([1, 2]));
    const larger = new Uint8Array(bytes.length + 6);
    larger.set(bytes, 3);
    const x = orThrow(npy.decode(larger.subarray(3, -3)));
    larger.fill(9);
    expect(toNested(x)).toEqual([1, 2]);
  });
  test("takes the keys in any order, as Python 2 wrote them too", () => {
    const data = new Uint8Array(8);
    const x = orThrow(npy.decode(fileOf("{'shape': (2L, 1L), 'fortran_order': False, 'descr': '<f4'}", data)));
    expect(x.shape).toEqual([2, 1]);
  });
  test("throws what a wrong program deserves when it is given no bytes", () => {
    expect(() => npy.decode("x" as never)).toThrow("npy.decode: a Uint8Array is needed, not string.");
  });
});

describe("encode", () => {
  const arrays: readonly (readonly [string, NDArray])[] = [
    ["a scalar", array(1.5)],
    ["special numbers", array([NaN, -0, Infinity, 5e-324])],
    ["float32", array([0.1, NaN], { dtype: "float32" })],
    ["integers", array([[1, -2]], { dtype: "int32" })],
    ["truths", array([true, false])],
    ["a repeated one", ones([2, 3])],
    ["an empty one", zeros([0, 3])],
    ["a transposed view", transpose(reshape(arange(6), [2, 3]))],
    ["a reversed view", slice(arange(6), [[null, null, -2]])],
    ["many axes", ones(new Array<number>(64).fill(1))],
  ];
  test.each(arrays)("is undone by decode: %s", (_, x) => {
    const again = orThrow(npy.decode(npy.encode(x)));
    expect([again.dtype, again.shape]).toEqual([x.dtype, x.shape]);
    expect(toTypedArray(again)).toEqual(toTypedArray(x));
  });
  test.each(good.filter(({ name }) => ["<f8 special", "|b1", "scalar", "empty", "matrix", "<i4"].includes(name)))(
    "writes $name byte for byte as NumPy does",
    (file) => {
      const bytes = bytesOf(file);
      const again = npy.encode(orThrow(npy.decode(bytes)));
      // NumPy leaves room for more rows; the dictionary and the elements are the same.
      const dictionary = (of: Uint8Array): string => Buffer.from(of).toString("latin1").slice(10).split("}")[0] ?? "";
      expect(dictionary(again)).toBe(dictionary(bytes));
      expect(again.length % 8).toBe(bytes.length % 8);
      expect(again.slice(again.length - (file.elements?.length ?? 0))).toEqual(
        bytes.slice(bytes.length - (file.elements?.length ?? 0)),
      );
    },
  );
  test("writes a NaN with one pattern of bits", () => {
    const odd = new Float64Array(new BigUint64Array([0xfff8000000000123n]).buffer);
    expect(npy.encode(array(odd))).toEqual(npy.encode(array([NaN])));
  });
  test("refuses more axes than NumPy has", () => {
    expect(() => npy.encode(expandDims(ones(new Array<number>(64).fill(1)), 0))).toThrow(
      "npy.encode: NumPy has at most 64 axes",
    );
  });
});

describe("bytes that are damaged", () => {
  test.each(good)("are refused wherever $name is cut", (file) => {
    const bytes = bytesOf(file);
    for (let n = 0; n < bytes.length; n++) expect(failure(bytes.slice(0, n)).kind).toBe("truncated");
    expect(failure(new Uint8Array([...bytes, 0])).kind).toBe("malformed");
  });
  test.each(good)("are refused whichever bit of the header of $name is flipped", (file) => {
    const bytes = bytesOf(file);
    const end = bytes.indexOf(0x0a, 12) + 1;
    const accepted: string[] = [];
    for (let bit = 0; bit < 8 * end; bit++) {
      const flipped = bytes.with(bit >> 3, (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7)));
      if (either.isRight(npy.decode(flipped))) accepted.push(String.fromCharCode(bytes[bit >> 3] ?? 0));
      else failure(flipped);
    }
    // Where a flipped bit makes another true header: < is > then, version 2 is 3, and beside a size of 0 any size will do.
    expect(accepted.filter((c) => !"<>0123456789\x02\x03".includes(c))).toEqual([]);
  });
  test("are refused whatever replaces a byte of the header", () => {
    const bytes = npy.encode(array([[1, 2, 3]]));
    for (let at = 0; at < 128; at++)
      for (const byte of [0, 0x0a, 0x20, 0x27, 0x28, 0x2c, 0x39, 0x7b, 0x7d, 0x80, 0xff]) {
        const result = npy.decode(bytes.with(at, byte));
        if (either.isLeft(result)) expect(result.left).toBeInstanceOf(DecodeError);
      }
  });
});

describe("a hostile header", () => {
  const header = (shape: string, descr = "'<f8'"): string =>
    `{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}, }`;
  test.each([
    ["a billion elements in few bytes", header("(1000000000,)"), "truncated"],
    ["sizes whose product overflows", header("(4294967296, 4294967296, 4294967296)"), "truncated"],
    ["sizes whose product is infinite", header(`(${"9007199254740991, ".repeat(60)})`), "truncated"],
    ["a size beyond doubles", header("(9007199254740993,)"), "malformed"],
    ["a size of a thousand digits", header(`(${"9".repeat(1000)},)`), "malformed"],
    ["a negative size", header("(-1,)"), "malformed"],
    ["a size that is no integer", header("(1.5,)"), "malformed"],
    ["a size with leading zeros", header("(007,)"), "malformed"],
    ["too many axes", header(`(${"0, ".repeat(65)})`), "unsupported"],
    ["code for a size", header("(__import__('os').getpid(),)"), "malformed"],
    ["code instead of the dictionary", "__import__('os').system('true')", "malformed"],
    ["a key twice", "{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (), }", "malformed"],
    ["an unknown key", "{'descr': '<f8', 'fortran_order': False, 'shape': (), 'x': ()}", "malformed"],
    ["a key of objects", "{'__proto__': '<f8', 'fortran_order': False, 'shape': (), }", "malformed"],
    ["a key missing", "{'descr': '<f8', 'shape': (), }", "malformed"],
    ["no dictionary", "()", "malformed"],
    ["nothing", "", "malformed"],
    ["brackets without end", "(".repeat(60_000), "malformed"],
    ["a string without end", "{'descr", "malformed"],
    ["an escape in a string", header("()", String.raw`'\x3cf8'`), "malformed"],
    ["two commas", header("(1,,)"), "malformed"],
    ["a number for True", "{'descr': '<f8', 'fortran_order': 1, 'shape': (), }", "malformed"],
    ["something behind the dictionary", `${header("()")} 1`, "malformed"],
    ["an element without its order", header("()", "'f8'"), "unsupported"],
    ["an element of another size", header("()", "'<f3'"), "unsupported"],
    ["an element that objects inherit", header("()", "'constructor'"), "unsupported"],
    ["a long element", header("()", `'${"x".repeat(50_000)}'`), "unsupported"],
    ["a bool with an order", header("()", "'<b1'"), "unsupported"],
  ])("is refused: %s", (_, text, kind) => {
    const error = failure(fileOf(text));
    expect(error.kind).toBe(kind);
    expect(error.message.length).toBeLessThan(2000);
  });
  test("of more bytes than there are is refused", () => {
    const bytes = npy.encode(array(1)).with(6, 2);
    expect(failure(bytes.with(8, 255).with(9, 255).with(10, 255).with(11, 255)).message).toContain("4294967295 bytes");
  });
  test("of another version is refused", () => {
    for (const [at, value] of [
      [6, 0],
      [6, 4],
      [7, 1],
    ] as const)
      expect(failure(npy.encode(array(1)).with(at, value)).kind).toBe("unsupported");
  });
  test("hides no byte that is not a truth", () => {
    expect(failure(npy.encode(array(true)).with(128, 2))).toMatchObject({ kind: "malformed", offset: 128 });
  });
});
