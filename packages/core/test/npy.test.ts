// The files of the fixture were written by NumPy 2.4, and the elements beside them are what it reads.
import { readFileSync } from "node:fs";
import { createContext, runInContext } from "node:vm";
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
    expect(() => npy.decode("x" as never)).toThrow('npy.decode: a Uint8Array is needed, not the string "x".');
  });
});

describe("a header of another program's hand", () => {
  const numbers = new Uint8Array(Float64Array.of(1, 2, 3).buffer);
  const small = Uint8Array.of(1, 2, 3);
  const header = (descr: string, shape = "(3,)"): string =>
    `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`;
  const read = (file: Uint8Array) => toNested(orThrow(npy.decode(file)));

  test.each(["<u1", ">u1", "=u1", "|u1", "u1", "<i1", "|i1"])("may give single bytes any order: %s", (descr) => {
    expect(read(fileOf(header(descr), small))).toEqual([1, 2, 3]);
  });
  test.each(["<b1", "|b1", ">b1", "?", "|?"])("may write truths as %s", (descr) => {
    expect(read(fileOf(header(descr), Uint8Array.of(1, 0, 1)))).toEqual([true, false, true]);
  });
  test.each(["<f8", "=f8", "|f8", "f8"])("may leave the order to the machine: %s", (descr) => {
    expect(read(fileOf(header(descr), numbers))).toEqual([1, 2, 3]);
  });
  test.each([
    ["double quotes", '{"descr": "<f8", "fortran_order": False, "shape": (3,)}'],
    ["spaces, tabs and line breaks", " { 'shape' :\t( 3 , ) ,\r\n'fortran_order' : False , 'descr':'<f8' }  "],
    ["no comma in a shape of one size", header("<f8", "(3)")],
    ["no spaces", "{'descr':'<f8','fortran_order':False,'shape':(3,)}"],
  ])("may have %s", (_, text) => {
    for (const version of [1, 2, 3]) expect(read(fileOf(text, numbers, version))).toEqual([1, 2, 3]);
  });
  test("may lack the line break", () => {
    const text = header("<f8");
    const file = fileOf(text.slice(0, -1), numbers).with(10 + text.length - 1, 0x7d);
    expect(read(file)).toEqual([1, 2, 3]);
  });
  test.each([
    ["<c16", /complex numbers .* np\.save\(file, x\.real\)/],
    ["<f16", /floats of this size .*astype\("float64"\)/],
    ["<U5", /text \("<U5"\) have no dtype here\. Save numbers/],
    ["|S5", /bytes/],
    ["|O", /Python objects .* code/],
    ["<M8[ns]", /dates .*astype\("int64"\)/],
    ["<m8[D]", /durations/],
    ["<V2", /bfloat16.*astype\("float32"\)/],
  ])("of %s is refused with the way out", (descr, words) => {
    expect(failure(fileOf(header(descr), small)).message).toMatch(words);
  });
  test.each(["[('a', '<f8'), ('ü', '<i4')]", "('<f8', (3,))"])(
    "of records is refused with the way out: %s",
    (descr) => {
      for (const version of [1, 3])
        expect(
          failure(fileOf(`{'descr': ${descr}, 'fortran_order': False, 'shape': (3,)}`, numbers, version)).message,
        ).toContain('Save each field on its own: np.save(file, x["name"])');
    },
  );
  test("of integers that are no int32 is refused: nothing is rounded", () => {
    for (const [descr, bits] of [
      ["<i8", 2n ** 53n + 1n],
      ["<u8", 2n ** 64n - 1n],
      ["<i8", -(2n ** 31n) - 1n],
      ["<u4", 2n ** 31n],
    ] as const)
      expect(
        failure(fileOf(header(descr, "()"), new Uint8Array(BigUint64Array.of(bits).buffer).slice(0, Number(descr[2]))))
          .message,
      ).toMatch(/is no int32\. Save floats: np\.save/);
  });
});

describe("bytes", () => {
  const file = npy.encode(array([1, 2, 3]));
  const foreign = (code: string): unknown => runInContext(code, createContext({ bytes: [...file] }));
  test.each<readonly [string, () => Parameters<typeof npy.decode>[0]]>([
    ["an ArrayBuffer", () => file.slice().buffer],
    ["a SharedArrayBuffer", () => shared().buffer],
    ["a view on one", () => shared()],
    ["a DataView", () => new DataView(Uint8Array.of(9, ...file, 9).buffer, 1, file.length)],
    ["Node's Buffer", () => Buffer.from(file)],
    ["another realm's", () => foreign("Uint8Array.from(bytes)") as Uint8Array],
    ["another realm's buffer", () => foreign("Uint8Array.from(bytes).buffer") as ArrayBuffer],
  ])("may be %s", (_, bytes) => {
    expect(toNested(orThrow(npy.decode(bytes())))).toEqual([1, 2, 3]);
  });
  const shared = (): Uint8Array => {
    const view = new Uint8Array(new SharedArrayBuffer(file.length));
    view.set(file);
    return view;
  };
  test.each([
    [[0x50, 0x4b, 3, 4], /is no \.npy file, but a zip archive, such as \.npz\. Read it by npz\.decode\./],
    [[0x1f, 0x8b, 8], /compressed by gzip/],
    [[0x80, 4, 0x95], /pickle/],
    [[0x89, 0x48, 0x44, 0x46], /HDF5/],
  ])("of another format are called what they are: %j", (start, words) => {
    expect(failure(Uint8Array.from(start))).toMatchObject({
      kind: "unsupported",
      message: expect.stringMatching(words) as string,
    });
  });
  test("of no kind are refused by what they are", () => {
    for (const [x, what] of [
      [[1, 2], "a list of 2"],
      [Float64Array.of(1), "a Float64Array"],
      [{ [Symbol.toStringTag]: "ArrayBuffer", byteLength: 3 }, "an object"],
      [{ length: 3 }, "an object"],
      [null, "null"],
    ] as const)
      expect(() => npy.decode(x as never)).toThrow(`npy.decode: a Uint8Array is needed, not ${what}.`);
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
    // Where a flipped bit makes another true header: < is > or = then, and | is <, version 2 is 3, and beside a size of 0 any size will do.
    expect(accepted.filter((c) => !"<>|0123456789\x02\x03".includes(c))).toEqual([]);
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
    ["an element of another size", header("()", "'<f3'"), "unsupported"],
    ["an element that objects inherit", header("()", "'constructor'"), "unsupported"],
    ["a long element", header("()", `'${"x".repeat(50_000)}'`), "unsupported"],
    ["a size in another element", header("()", "'<f8[2]'"), "unsupported"],
  ])("is refused: %s", (_, text, kind) => {
    const error = failure(fileOf(text));
    expect(error.kind).toBe(kind);
    expect(error.message.length).toBeLessThan(2000);
  });
  test("of more bytes than there are is refused", () => {
    const bytes = npy.encode(array(1)).with(6, 2);
    expect(failure(bytes.with(8, 255).with(9, 255).with(10, 255).with(11, 255)).message).toContain("4294967295 bytes");
  });
  test("longer than any that describes numbers is refused before it is read", () => {
    const start = Uint8Array.of(0x93, ...Buffer.from("NUMPY"), 2, 0, 0, 0, 2, 0);
    const file = new Uint8Array(2 ** 17 + 12).fill(0x20);
    file.set(start);
    expect(failure(file)).toMatchObject({ kind: "unsupported", offset: 8 });
    expect(failure(file).message).toContain("a header of 131072 bytes is more than 65536");
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
