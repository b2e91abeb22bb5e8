// What the Python packages write is read to the last bit, and nothing else does harm.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  array,
  DecodeError,
  either,
  expandDims,
  ones,
  orThrow,
  safetensors,
  slice,
  arange,
  toTypedArray,
  transpose,
  tree,
  zeros,
  add,
  matmul,
  tanh,
  allClose,
} from "../src/index.ts";
import { anyName, anyTree, byName, bytesOf, contents, expectedOf, files, named } from "./files.ts";

const good = files.safetensors.filter(({ refused }) => refused === undefined);
const bad = files.safetensors.filter(({ refused }) => refused !== undefined);

const failure = (bytes: Uint8Array): DecodeError => {
  const result = safetensors.decode(bytes);
  if (either.isRight(result)) throw new Error("decoded");
  expect(result.left).toBeInstanceOf(DecodeError);
  expect(result.left.message).toMatch(/^safetensors\.decode: /);
  expect(result.left.message.length).toBeLessThan(500);
  return result.left;
};

/** A file of any header and elements. */
const fileOf = (header: string, elements: ArrayLike<number> = [], length?: number): Uint8Array => {
  const text = new TextEncoder().encode(header);
  const head = new Uint8Array(new BigUint64Array([BigInt(length ?? text.length)]).buffer);
  const file = new Uint8Array(8 + text.length + elements.length);
  file.set(head);
  file.set(text, 8);
  file.set(elements, 8 + text.length);
  return file;
};

const tensor = (dtype: string, shape: string, begin: number, end: number): string =>
  `{"dtype":"${dtype}","shape":[${shape}],"data_offsets":[${begin},${end}]}`;

const elementsIn = (bytes: Uint8Array, name: string): readonly number[] => {
  const x = orThrow(safetensors.decode(bytes)).arrays[name];
  return x === undefined ? [] : Array.from(toTypedArray(x) as Iterable<number>);
};

const allOf = ({ arrays, metadata }: safetensors.Contents) => ({
  arrays: byName(arrays, contents),
  metadata: new Map(Object.entries(metadata)),
});

describe("decode", () => {
  test.each(good)("reads $name as Python does", (file) => {
    const { arrays, metadata } = allOf(orThrow(safetensors.decode(bytesOf(file))));
    expect(arrays).toEqual(expectedOf(file));
    expect(metadata).toEqual(new Map(Object.entries(file.metadata ?? {})));
  });

  test.each(bad)("refuses $name, with the name of the array and what to do", (file) => {
    const { kind, message } = failure(bytesOf(file));
    expect([kind, message]).toEqual([file.refused, expect.stringMatching(/the tensor "x".*Save/)]);
  });

  test("says which integer is no int32, and where", () => {
    const file = bytesOf(named(bad, "I64"));
    expect(failure(file).message).toBe(
      `safetensors.decode: the tensor "x": 2147483648 at byte ${file.length - 8} is no int32. Save floats, in PyTorch by x.double().`,
    );
    const wide = (dtype: string, bits: bigint) =>
      fileOf(`{"x":${tensor(dtype, "", 0, 8)}}`, new Uint8Array(BigUint64Array.of(bits).buffer));
    for (const bits of [2n ** 31n, 2n ** 32n, 2n ** 53n + 1n, 2n ** 63n, 2n ** 64n - 1n]) {
      expect(failure(wide("U64", bits)).message).toContain(`${bits} at byte`);
      if (bits !== 2n ** 64n - 1n)
        expect(failure(wide("I64", bits)).message).toContain(`${BigInt.asIntN(64, bits)} at byte`);
    }
    expect(elementsIn(wide("I64", 2n ** 64n - 1n), "x")).toEqual([-1]);
  });

  test("reads every F16 and every BF16", () => {
    const bits = Uint16Array.from({ length: 2 ** 16 }, (_, i) => i);
    const read = (dtype: string) =>
      Float32Array.from(
        elementsIn(fileOf(`{"x":${tensor(dtype, "65536", 0, 2 ** 17)}}`, new Uint8Array(bits.buffer)), "x"),
      );
    const value = (word: number, exponentBits: number): number => {
      const fractionBits = 15 - exponentBits;
      const bias = 2 ** (exponentBits - 1) - 1;
      const exponent = (word >> fractionBits) % 2 ** exponentBits;
      const fraction = (word % 2 ** fractionBits) / 2 ** fractionBits;
      const size =
        exponent === 2 * bias + 1
          ? fraction === 0
            ? Infinity
            : NaN
          : exponent === 0
            ? fraction * 2 ** (1 - bias)
            : (1 + fraction) * 2 ** (exponent - bias);
      return word < 2 ** 15 ? size : -size;
    };
    expect(read("F16")).toEqual(Float32Array.from(bits, (word) => value(word, 5)));
    expect(read("BF16")).toEqual(Float32Array.from(bits, (word) => value(word, 8)));
  });

  test("copies the bytes, wherever they lie in a larger buffer", () => {
    const bytes = safetensors.encode({ x: array([1, 2]) });
    const larger = new Uint8Array(bytes.length + 6);
    larger.set(bytes, 3);
    const { arrays } = orThrow(safetensors.decode(larger.subarray(3, -3)));
    larger.fill(9);
    expect(byName(arrays, contents)).toEqual(byName({ x: array([1, 2]) }, contents));
  });

  test.each([
    [
      "spaces and line breaks",
      `{ "x" : {\n"dtype" : "F32" ,\t"shape":[ 1 ] , "data_offsets" : [ 0 , 4 ] } , "__metadata__" : { } } \n`,
    ],
    ["another order", `{"x":{"data_offsets":[0,4],"shape":[1],"dtype":"F32"}}`],
    ["escapes that need not be", `{"\\u0078":{"\\u0064type":"F\\u00332","shape":[1],"data_offsets":[0,4]}}`],
    ["no texts, written as null", `{"__metadata__":null,"x":${tensor("F32", "1", 0, 4)}}`],
  ])("takes a header with %s", (_, header) => {
    const { arrays } = orThrow(safetensors.decode(fileOf(header, [0, 0, 0x80, 0x3f])));
    expect(byName(arrays, contents)).toEqual(new Map([["x", { dtype: "float32", shape: [1], elements: [1] }]]));
  });

  test("takes tensors that lie anywhere, in any order of the header", () => {
    const header = `{"a":${tensor("F64", "1", 3, 11)},"e":${tensor("F32", "0,9007199254740991", 1, 1)},"b":${tensor("U8", "1", 0, 1)},"c":${tensor("I16", "", 1, 3)}}`;
    for (const space of ["", " ", "  "]) {
      const file = fileOf(header + space, [7, 1, 1, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f]);
      const read = orThrow(safetensors.decode(file)).arrays;
      expect(byName(read, ({ shape }) => shape)).toEqual(
        new Map([
          ["a", [1]],
          ["e", [0, 9007199254740991]],
          ["b", [1]],
          ["c", []],
        ]),
      );
      expect(["a", "b", "c"].map((name) => elementsIn(file, name))).toEqual([[1], [7], [257]]);
    }
  });

  test("throws what a wrong program deserves when it is given no bytes", () => {
    expect(() => safetensors.decode("x" as never)).toThrow(
      'safetensors.decode: a Uint8Array is needed, not the string "x".',
    );
  });
});

describe("A model of PyTorch's", () => {
  test("predicts what it predicted there", () => {
    const { arrays } = orThrow(safetensors.decode(bytesOf(named(good, "a PyTorch model"))));
    const linear = (inputs: number, outputs: number) => ({
      weight: zeros([outputs, inputs], { dtype: "float32" }),
      bias: zeros([outputs], { dtype: "float32" }),
    });
    const like = { 0: linear(3, 4), 2: linear(4, 2) };
    const params = orThrow(tree.fromNamed(arrays, like));
    const read = ({ elements, shape }: { elements: readonly unknown[]; shape: readonly number[] }) =>
      array(Float32Array.from(elements as number[]), { shape });
    const hidden = tanh(
      add(matmul(read(files.prediction.inputs) as never, transpose(params[0].weight)), params[0].bias),
    );
    const outputs = add(matmul(hidden as never, transpose(params[2].weight)), params[2].bias);
    expect(allClose(outputs as never, read(files.prediction.outputs) as never, { rtol: 1e-6, atol: 1e-6 })).toBe(true);
  });
});

describe("encode", () => {
  test("is undone by decode and fromNamed, whatever the tree and its texts", () => {
    const texts = fc
      .uniqueArray(fc.tuple(anyName, anyName), { maxLength: 3, selector: ([name]) => name })
      .map((entries) => Object.fromEntries(entries));
    fc.assert(
      fc.property(anyTree, texts, (root, metadata) => {
        fc.pre(!Object.hasOwn(tree.toNamed(root), "__metadata__"));
        const read = orThrow(safetensors.decode(safetensors.encode(root, { metadata })));
        const again = orThrow(tree.fromNamed(read.arrays, root ?? []));
        expect(tree.structure(again)).toEqual(tree.structure(root ?? []));
        expect(tree.leaves(again).map(contents)).toEqual(tree.leaves(root).map(contents));
        expect(new Map(Object.entries(read.metadata))).toEqual(new Map(Object.entries(metadata)));
      }),
    );
  });

  test("writes views and constants, wide elements first, from a multiple of eight on", () => {
    const root = {
      a: array([true]),
      b: transpose(
        array([
          [1, 2],
          [3, 4],
        ]),
      ),
      c: slice(arange(6), [[null, null, -2]]),
      d: ones([2, 2], { dtype: "float32" }),
      e: zeros([0, 2]),
    };
    const bytes = safetensors.encode(root);
    const length = new DataView(bytes.buffer).getUint32(0, true);
    expect(length % 8).toBe(0);
    expect(new TextDecoder().decode(bytes.subarray(8, 8 + length)).trimEnd()).toBe(
      `{"__metadata__":{},"b":${tensor("F64", "2,2", 0, 32)},"c":${tensor("F64", "3", 32, 56)},"e":${tensor("F64", "0,2", 56, 56)},` +
        `"d":${tensor("F32", "2,2", 56, 72)},"a":${tensor("BOOL", "1", 72, 73)}}`,
    );
    expect(byName(orThrow(safetensors.decode(bytes)).arrays, contents)).toEqual(byName(root, contents));
  });

  test("writes a NaN with one pattern of bits", () => {
    const odd = new Float64Array(new BigUint64Array([0xfff8000000000123n]).buffer);
    expect(safetensors.encode(array(odd))).toEqual(safetensors.encode(array([NaN])));
  });

  test("refuses what could not be read, and says what to do", () => {
    const many = expandDims(ones(new Array<number>(64).fill(1)), 0);
    const refused: readonly (readonly [unknown, unknown, string])[] = [
      [{ x: many }, {}, 'safetensors.encode: "x" has more than 64 axes'],
      [{ __metadata__: 1 }, {}, "safetensors.encode: __metadata__ is the format's name for texts."],
      [{ "\ud800": 1 }, {}, "is no Unicode"],
      [{}, { "\ud800": "" }, "is no Unicode"],
      [{}, { a: "\udc00" }, "is no Unicode"],
      [{}, { a: 1 }, 'metadata: "a" must be a text, not 1. Use String(…) or JSON.stringify(…).'],
      [{}, [], "metadata must be an object of texts, not a list of 0."],
      [{}, { a: "x".repeat(2 ** 23) }, "names and metadata take 8388633 bytes; 8388608 are the most."],
      [{}, Object.fromEntries(Array.from({ length: 2 ** 14 + 1 }, (_, i) => [i, ""])), "have more than 16384"],
      [new Array(2 ** 16 + 1).fill(0), {}, "65537 tensors of 0 axes are more than 65536"],
      [{ "a.b": 1, a: { b: 2 } }, {}, "safetensors.encode: two leaves have the name"],
    ];
    for (const [root, metadata, words] of refused)
      expect(() => safetensors.encode(root, { metadata: metadata as never })).toThrow(words);
    expect(() => safetensors.encode({}, { meta: {} } as never)).toThrow("Did you mean metadata?");
  });
});

describe("Bytes that are damaged", () => {
  const small = safetensors.encode([array([1.5]), array([[true, false]])], { metadata: { k: "v" } });

  test("are refused wherever a file ends", () => {
    for (const bytes of [small, bytesOf(named(good, "PyTorch's dtypes"))]) {
      for (let n = 0; n < bytes.length; n++) expect(failure(bytes.slice(0, n)).kind).toBe("truncated");
      expect(failure(Uint8Array.of(...bytes, 0)).kind).toBe("malformed");
    }
  });

  test("are a DecodeError or a file that says so, whichever byte is another", () => {
    const start = 8 + new DataView(small.buffer).getUint32(0, true);
    for (let at = 0; at < small.length; at++)
      for (let byte = 0; byte < 256; byte++) {
        const result = safetensors.decode(small.with(at, byte));
        if (either.isLeft(result)) expect(result.left).toBeInstanceOf(DecodeError);
        // Another name, another text or another number is another file. There are two arrays in all of them.
        else if (at < start) expect(Object.values(result.right.arrays).length).toBe(2);
      }
  });

  test("are a DecodeError when they are random", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.boolean(), (bytes, isFramed) => {
        const file = isFramed
          ? Uint8Array.of(...new Uint8Array(new BigUint64Array([BigInt(bytes.length)]).buffer), ...bytes)
          : bytes;
        const result = safetensors.decode(file);
        if (either.isLeft(result)) expect(result.left).toBeInstanceOf(DecodeError);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("A hostile header", () => {
  const x = (dtype: string, shape: string, begin: number, end: number): string =>
    `{"x":${tensor(dtype, shape, begin, end)}}`;
  test.each<readonly [string, string, number, string]>([
    ["a hole at the start", x("U8", "1", 1, 2), 2, "data_offsets [1, 2] leave a hole at 0"],
    ["a hole between", `{"x":${tensor("U8", "1", 0, 1)},"y":${tensor("U8", "1", 2, 3)}}`, 3, "leave a hole at 1"],
    ["an overlap", `{"x":${tensor("U8", "2", 0, 2)},"y":${tensor("U8", "2", 1, 3)}}`, 3, "overlap others at 2"],
    [
      "the same place twice",
      `{"x":${tensor("U8", "1", 0, 1)},"y":${tensor("U8", "1", 0, 1)}}`,
      1,
      "overlap others at 1",
    ],
    ["an end before the begin", x("U8", "0", 1, 0), 1, "needs 0 bytes, not data_offsets [1, 0]"],
    ["too few bytes", x("F32", "2", 0, 7), 7, "F32 [2] needs 8 bytes, not data_offsets [0, 7]"],
    ["more elements than the file", x("F32", "2", 0, 8), 7, "ends at byte 8 of 7"],
    ["elements beyond all memory", x("F64", "1000000000000000", 0, 8e15), 8, "ends at byte 8000000000000000 of 8"],
    [
      "sizes whose product overflows",
      x("U8", new Array(99).fill("9007199254740991").join(), 0, 1),
      1,
      "needs Infinity bytes",
    ],
    ["a size beyond doubles", x("U8", "9007199254740993", 0, 1), 1, "is not as the format says"],
    ["a negative size", x("U8", "-1", 0, 1), 1, "is not as the format says"],
    ["a size with a fraction", x("U8", "1.0", 0, 1), 1, "is not as the format says"],
    ["a size with an exponent", x("U8", "1e0", 0, 1), 1, "is not as the format says"],
    ["a size with leading zeros", x("U8", "01", 0, 1), 1, "is not as the format says"],
    ["axes beyond those of arrays", x("U8", new Array(65).fill("1").join(), 0, 1), 1, "more than 64 axes"],
    ["three offsets", x("U8", "1", 0, 1).replace("0,1]}", "0,1,1]}"), 1, "more than 2 sizes"],
    ["a name twice", `{"x":${tensor("U8", "1", 0, 1)},"x":${tensor("U8", "1", 1, 2)}}`, 2, "says x twice"],
    [
      "a name twice, written otherwise",
      `{"x":${tensor("U8", "1", 0, 1)},"\\u0078":${tensor("U8", "1", 1, 2)}}`,
      2,
      "says x twice",
    ],
    ["texts twice", `{"__metadata__":{},"__metadata__":{}}`, 0, "says __metadata__ twice"],
    ["a text twice", `{"__metadata__":{"a":"","a":""}}`, 0, "says a twice"],
    ["a text that is a number", `{"__metadata__":{"a":1}}`, 0, "is not as the format says, at byte 21: "],
    [
      "a field twice",
      `{"x":{"dtype":"U8","dtype":"U8","shape":[],"data_offsets":[0,1]}}`,
      1,
      'has "dtype", which is unknown or there twice',
    ],
    ["a field that is missing", `{"x":{"dtype":"U8","data_offsets":[0,1]}}`, 1, "lacks one of"],
    [
      "a field that is unknown",
      `{"x":{"dtype":"U8","shape":[],"data_offsets":[0,1],"z":1}}`,
      1,
      'has "z", which is unknown',
    ],
    ["a dtype of objects", x("constructor", "", 0, 1), 1, '"constructor", which has no dtype here'],
    ["a long dtype", x("X".repeat(5000), "", 0, 1), 1, "which has no dtype here"],
    ["brackets without end", "[".repeat(50_000), 0, "is not as the format says"],
    ["braces without end", '{"x":'.repeat(9000), 0, 'has "x", which is unknown'],
    ["texts without end", `{"__metadata__":${'{"x":'.repeat(9000)}`, 0, "is not as the format says"],
    ["a text without end", '{"x', 0, "is not as the format says"],
    ["a control character in a name", '{"a\n":1}', 0, "is not as the format says"],
    ["an escape that is none", '{"\\x":1}', 0, "is not as the format says"],
    ["something behind it", `${x("U8", "1", 0, 1)} 1`, 1, "is not as the format says"],
    ["nothing", "", 0, "is not as the format says"],
    ["a list", "[]", 0, "is not as the format says"],
    ["a truth that is neither", x("BOOL", "2", 0, 2), 2, ""],
  ])("is refused: %s", (_, header, bytes, words) => {
    if (words === "") expect(failure(fileOf(header, [1, 2])).message).toContain("2 at byte");
    else expect(failure(fileOf(header, new Array<number>(bytes).fill(0))).message).toContain(words);
  });

  test("is refused where its text is no UTF-8", () => {
    for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0xf5, 0x80, 0x80, 0x80]]) {
      const header = fileOf(x("U8", "", 0, 1).replace("x", "?".repeat(bytes.length)), [0]);
      header.set(bytes, 8 + 2);
      expect(failure(header).message).toContain("is not as the format says, at byte 1");
    }
  });

  test("longer than the file, or than any, is refused before it is read", () => {
    for (const length of [3, 2 ** 23 + 1, 2 ** 32, 2 ** 40, 2 ** 62])
      expect(failure(fileOf("{}", [], length)).kind).toBe("truncated");
    const long = new Uint8Array(1e8 + 8).fill(0x20);
    long.set(new Uint8Array(new BigUint64Array([BigInt(1e8)]).buffer));
    expect(failure(long).message).toContain("the header is longer than the file, or than any (8388608 bytes)");
  });

  test("of more tensors or axes than any model has is refused", () => {
    const many = (n: number, shape: string) =>
      fileOf(`{${Array.from({ length: n }, (_, i) => `"${i}":${tensor("U8", shape, 0, 0)}`).join()}}`);
    expect(either.isRight(safetensors.decode(many(10, "0")))).toBe(true);
    expect(failure(many(2 ** 16 + 2, "0")).message).toContain("more than 65536 tensors");
    expect(failure(many(2, new Array(2 ** 18 + 1).fill("0").join())).message).toContain("524288 axes");
  });
});
