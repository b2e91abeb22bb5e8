import { DecodeError, type DType, either } from "@gradfold/core";
import { mostAxes, type Store } from "@gradfold/core/library";
import { isCount, stringOf } from "@gradfold/core/files";
import { describe, expect, test } from "vitest";
import { read } from "../src/recording/contents.ts";
import { wrong } from "../src/recording/failure.ts";
import { type Column, write, type Written } from "../src/recording/safetensors.ts";
import { sourceOf } from "../src/recording/source.ts";

/** CRC-32C of each byte alone, bit by bit. */
const sums = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0x82f63b78 : 0);
  return sum;
});

const checksum = (bytes: Iterable<number>): number => {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = (sum >>> 8) ^ (sums[(sum ^ byte) & 0xff] ?? 0);
  return ~sum >>> 0;
};

const littleEndian = (n: number, bytes: number): readonly number[] =>
  Array.from({ length: bytes }, (_, i) => Math.floor(n / 256 ** i) % 256);

/** A file as the format says it is, of any header and elements, with its checksum. */
const fileOf = (header: string, elements: readonly number[], length = header.length): Uint8Array => {
  const bytes = new Uint8Array(8 + header.length + elements.length + 4);
  bytes.set(littleEndian(length, 8));
  bytes.set(new TextEncoder().encode(header), 8);
  bytes.set(elements, 8 + header.length);
  bytes.set(littleEndian(checksum(bytes.subarray(0, -4)), 4), bytes.length - 4);
  return bytes;
};

const filled = (header: string): string => header.padEnd(Math.ceil(header.length / 8) * 8);

const tensor = (name: string, dtype: string, shape: string, begin: number, end: number): string =>
  `,"${name}":{"dtype":"${dtype}","shape":[${shape}],"data_offsets":[${begin},${end}]}`;
const end = (begin: number): string => `${tensor("checksum", "U8", "4", begin, begin + 4)}}`;

const column = (name: string, dtype: DType, shape: readonly number[], ...parts: readonly Store[]): Column => ({
  name,
  dtype,
  shape,
  parts: () => parts,
});

const together = (file: Written): Uint8Array => {
  const bytes = new Uint8Array(file.length);
  let at = 0;
  for (const part of file.parts()) {
    bytes.set(part, at);
    at += part.length;
  }
  expect(at).toBe(file.length);
  return bytes;
};

const written = (columns: readonly Column[], metadata: Readonly<Record<string, string>> = {}): Uint8Array =>
  together(write("test", columns, metadata, false));

const columns = [
  column("truths", "bool", [3], Uint8Array.of(1, 0, 1)),
  column("wide", "float64", [2, 1], Float64Array.of(1), Float64Array.of(-2)),
  column("whole", "int32", [], Int32Array.of(-3)),
  column("none", "float64", [0, 5]),
  column("narrow", "float32", [1], Float32Array.of(0.5)),
];

const header =
  '{"__metadata__":{"a":"b","ü":"\\"\\u0000"},' +
  '"wide":{"dtype":"F64","shape":[2,1],"data_offsets":[0,16]},' +
  '"none":{"dtype":"F64","shape":[0,5],"data_offsets":[16,16]},' +
  '"whole":{"dtype":"I32","shape":[],"data_offsets":[16,20]},' +
  '"narrow":{"dtype":"F32","shape":[1],"data_offsets":[20,24]},' +
  '"truths":{"dtype":"BOOL","shape":[3],"data_offsets":[24,27]},' +
  '"checksum":{"dtype":"U8","shape":[4],"data_offsets":[27,31]}}';

const elements = [
  [0, 0, 0, 0, 0, 0, 0xf0, 0x3f],
  [0, 0, 0, 0, 0, 0, 0, 0xc0],
  [0xfd, 0xff, 0xff, 0xff],
  [0, 0, 0, 0x3f],
  [1, 0, 1],
].flat();

const example = fileOf(filled(header.replace("ü", "\\u00fc")), elements);

describe("A file", () => {
  test("is what the format says, wide types first, with a checksum last", () => {
    expect(written(columns, { a: "b", ü: '"\u0000' })).toEqual(example);
    expect(written([])).toEqual(
      fileOf(filled('{"__metadata__":{},"checksum":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}'), []),
    );
  });

  test("has a header that fills a multiple of eight bytes, and not one more", () => {
    for (let n = 0; n < 9; n++) {
      const bytes = written([], { a: "x".repeat(n) });
      const length = new DataView(bytes.buffer).getUint32(0, true);
      expect(length % 8).toBe(0);
      expect(new TextDecoder().decode(bytes.subarray(8, 8 + length)).trimEnd().length).toBeGreaterThan(length - 8);
    }
  });

  test("has one pattern of bits for NaN, and leaves the elements alone", () => {
    const wide = new Float64Array(
      new BigUint64Array([0xfff8000000000001n, 0x3ff0000000000000n, 0x7ff8000000000002n]).buffer,
    );
    const narrow = new Float32Array(new Uint32Array([0x3f800000, 0xffc00001, 0x7fc00002]).buffer);
    const [before, after] = [[wide, narrow].map((data) => data.slice()), [wide, narrow]];
    const bytes = written([column("w", "float64", [3], wide), column("n", "float32", [3], narrow)]);
    const tail = new DataView(bytes.buffer, bytes.length - 4 - 12 - 24);
    expect([0, 8, 16].map((at) => tail.getBigUint64(at, true))).toEqual([
      0x7ff8000000000000n,
      0x3ff0000000000000n,
      0x7ff8000000000000n,
    ]);
    expect([24, 28, 32].map((at) => tail.getUint32(at, true))).toEqual([0x3f800000, 0x7fc00000, 0x7fc00000]);
    expect(after.map((data) => new Uint8Array(data.buffer))).toEqual(before.map((data) => new Uint8Array(data.buffer)));
  });

  test("gives back its texts and tensors", () => {
    const { metadata, tensors, elements: of } = read(sourceOf(example));
    expect(Array.from(metadata, ([name, text]) => [name, stringOf(text)])).toEqual([
      ["a", "b"],
      ["ü", '"\u0000'],
    ]);
    expect([...tensors].map(([name, { dtype, shape, at }]) => [name, dtype, shape, at])).toEqual([
      ["wide", "float64", [2, 1], 0],
      ["none", "float64", [0, 5], 16],
      ["whole", "int32", [], 16],
      ["narrow", "float32", [1], 20],
      ["truths", "bool", [3], 24],
    ]);
    expect([...tensors.values()].map(of)).toEqual([
      Float64Array.of(1, -2),
      new Float64Array(),
      Int32Array.of(-3),
      Float32Array.of(0.5),
      Uint8Array.of(1, 0, 1),
    ]);
    for (const tensor of tensors.values()) {
      expect(of(tensor).buffer).not.toBe(of(tensor).buffer);
    }
  });

  test("of many pieces is read piece by piece", () => {
    const data = Float64Array.from({ length: 300_000 }, (_, i) => i * i);
    const bytes = written([
      column("x", "float64", [300_000], data.subarray(0, 7), data.subarray(7)),
      column("truths", "bool", [3], Uint8Array.of(1, 0, 1)),
    ]);
    const { length } = bytes;
    const asked: number[] = [];
    const source = sourceOf(bytes);
    const { tensors, elements: of } = read({
      length,
      read: (into, from) => {
        asked.push(into.length);
        source.read(into, from);
      },
    });
    const [x, truths] = [...tensors.values()].map(of);
    expect(x).toEqual(data);
    expect(truths).toEqual(Uint8Array.of(1, 0, 1));
    expect(Math.max(...asked)).toBe(2 ** 20);
    // The checksum and the elements once each, and the header a few times.
    expect(asked.reduce((a, b) => a + b)).toBeLessThan(2 * length + 1000);
  });
});

describe("Damage is found:", () => {
  const failing = (bytes: Uint8Array) => () => {
    const { tensors, elements: of } = read(sourceOf(bytes));
    for (const tensor of tensors.values()) of(tensor);
  };

  const messageOf = (bytes: Uint8Array): string => {
    try {
      read(sourceOf(bytes));
    } catch (e) {
      return e instanceof DecodeError ? `${e.kind}: ${e.message.replace("recording.decode: ", "")}` : String(e);
    }
    return "none";
  };
  const isLong =
    "truncated: the header is longer than the file, or than any (8388608 bytes). It is truncated, or no safetensors file.";
  const isAltered = "altered: the checksum is wrong: the file is damaged, or not one of gradfold's.";

  test("a bit that changed, wherever", () => {
    const found = (from: number, to: number): ReadonlySet<string> => {
      const messages = new Set<string>();
      for (let at = from; at < to; at++)
        for (let bit = 0; bit < 8; bit++) messages.add(messageOf(example.with(at, (example[at] ?? 0) ^ (1 << bit))));
      return messages;
    };
    expect(found(0, 8)).toEqual(new Set([isAltered, isLong]));
    expect(found(8, example.length)).toEqual(new Set([isAltered]));
  });

  test("an end that is missing", () => {
    const least = 8 + new DataView(example.buffer).getUint32(0, true) + 4;
    const wanted = (n: number): string =>
      n < 12 ? `truncated: ${n} bytes are too few.` : n < least ? isLong : isAltered;
    const lengths = Array.from({ length: example.length }, (_, n) => n);
    expect(lengths.map((n) => messageOf(example.subarray(0, n)))).toEqual(lengths.map(wanted));
  });

  const start = '{"__metadata__":{}';
  const axes = (n: number): string => new Array(n).fill("1").join(",");
  const unfilled = "the last tensor is no checksum.";
  const otherwise = "the header is not as it is written here";
  const broken = "the header is not as the format says";
  const needs = (name: string, what: string, bytes: number | string, place: string): string =>
    `the tensor ${name}: ${what} needs ${bytes} bytes, not data_offsets ${place}.`;
  const noDType = (name: string): string => `the tensor ${name} is of no dtype here.`;
  const reordered = (text: string): string =>
    text.replace(/"dtype":"(\w+)","shape":(\[[^\]]*\])/, '"shape":$2,"dtype":"$1"');

  test.each<readonly [text: string, bytes: number, message: string]>([
    [start + tensor("x", "F16", "1", 0, 2) + end(2), 2, noDType("x")],
    [start + tensor("x", "", "1", 0, 2) + end(2), 2, noDType("x")],
    [start + tensor("x", "U8", "2", 0, 2) + end(2), 2, noDType("x")],
    [start + tensor("x", "F64", "1", 1, 9) + end(9), 9, "the tensor x: data_offsets [1, 9] leave a hole at 0."],
    [start + tensor("x", "F64", "1", 0, 16) + end(16), 16, needs("x", "F64 [1]", 8, "[0, 16]")],
    [start + tensor("x", "F64", "2", 0, 8) + end(8), 8, needs("x", "F64 [2]", 16, "[0, 8]")],
    [
      start + tensor("x", "BOOL", "100", 0, 100) + end(100),
      8,
      "the tensor x ends at byte 100 of 12 behind the header.",
    ],
    [
      start + tensor("x", "BOOL", "9007199254740991,9007199254740991", 0, 1) + end(1),
      1,
      needs("x", "BOOL [9007199254740991, 9007199254740991]", (2 ** 53 - 1) ** 2, "[0, 1]"),
    ],
    [
      start + tensor("x", "BOOL", "1", 0, 1) + tensor("y", "BOOL", "1", 0, 1) + end(2),
      2,
      "the tensor y: data_offsets [0, 1] overlap others at 1.",
    ],
    [
      start + tensor("x", "BOOL", "1", 0, 1) + tensor("y", "BOOL", "1", 2, 3) + end(3),
      3,
      "the tensor y: data_offsets [2, 3] leave a hole at 1.",
    ],
    [start + tensor("y", "BOOL", "1", 1, 2) + tensor("x", "BOOL", "1", 0, 1) + end(2), 2, otherwise],
    [start + tensor("x".repeat(61), "F16", "1", 0, 2) + end(2), 2, noDType(`${"x".repeat(60)}…`)],
    [start + tensor("x", "BOOL", "1", 0, 1) + tensor("x", "BOOL", "1", 1, 2) + end(2), 2, "the header says x twice."],
    [
      start + tensor("x", "BOOL", axes(mostAxes + 2), 0, 1) + end(1),
      1,
      `the tensor x has more than ${mostAxes + 1} axes.`,
    ],
    [`${start}}`, 0, unfilled],
    [`${start}${tensor("x", "BOOL", "1", 0, 1)}}`, 1, unfilled],
    [start + end(0), 1, "the tensors fill 4 bytes of 5 behind the header."],
    [start + end(1), 1, "the tensor checksum: data_offsets [1, 5] leave a hole at 0."],
    [start + end(1), 0, "the tensor checksum: data_offsets [1, 5] leave a hole at 0."],
    [`${start}${tensor("checksum", "I8", "4", 0, 4)}}`, 0, unfilled],
    [`${start}${tensor("checksum", "BOOL", "4", 0, 4)}}`, 0, unfilled],
    [`${start}${tensor("checksum", "U8", "2,2", 0, 4)}}`, 0, unfilled],
    [`${start}${tensor("checksum", "U8", "4,1", 0, 4)}}`, 0, unfilled],
    [`${start}${tensor("checksum", "U8", "", 0, 4)}}`, 0, unfilled],
    [`${start}${tensor("checksum", "U8", "5", 0, 5)}}`, 1, unfilled],
    [`${start}${tensor("checksum", "U8", "4", 0, 5)}}`, 1, needs("checksum", "U8 [4]", 4, "[0, 5]")],
    [start + end(0).slice(0, -1) + tensor("x", "BOOL", "1", 4, 5) + "}", 1, unfilled],
    [start + end(0).slice(0, -1) + tensor("x", "BOOL", "0", 0, 0) + "}", 0, unfilled],
    [start + end(0) + "}", 0, broken],
    [start + end(0) + " ".repeat(8), 0, otherwise],
    [start + end(0) + "\n", 0, otherwise],
    [start.replace(":{", ": {") + end(0), 0, otherwise],
    ['{"__metadata__":{"a":"\\u0062"}' + end(0), 0, otherwise],
    ['{"__metadata__":{"a":"\u007f"}' + end(0), 0, otherwise],
    ['{"__metadata__":{"a":"b","a":"c"}' + end(0), 0, "the header says a twice."],
    ['{"__metadata__":{"a":1}' + end(0), 0, broken],
    ["{" + end(0).slice(1), 0, otherwise],
    [`{${end(0).slice(1, -1)},"__metadata__":{}}`, 0, otherwise],
    [start + tensor("x", "BOOL", "01", 0, 1) + end(1), 1, broken],
    [start + tensor("x", "BOOL", "-1", 0, 1) + end(1), 1, broken],
    [start + tensor("x", "BOOL", "2", 0, 2).replace(",2]", ",2,2]") + end(2), 2, "the tensor x has more than 2 sizes."],
    [start + reordered(tensor("x", "BOOL", "2", 0, 2)) + end(2), 2, otherwise],
    [start + tensor("x", "BOOL", "2", 0, 2).replace('"shape"', '"form"') + end(2), 2, 'the tensor x has "form"'],
    [start + tensor("x", "BOOL", "2", 0, 2).replace('"dtype"', '"type"') + end(2), 2, 'the tensor x has "type"'],
    [
      start + tensor("x", "BOOL", "2", 0, 2).replace("data_offsets", "offsets") + end(2),
      2,
      'the tensor x has "offsets"',
    ],
  ])("the header %s before %d bytes", (text, bytes, message) => {
    expect(failing(fileOf(text, new Array<number>(bytes).fill(0)))).toThrow(`recording.decode: ${message}`);
  });

  test("what is as good as those is read", () => {
    for (const text of [
      start + end(0),
      `${start}${end(0)}${" ".repeat(7)}`,
      start + tensor("x", "F64", "0", 0, 0) + end(0),
    ])
      expect(failing(fileOf(text, []))).not.toThrow();
    expect(failing(fileOf(start + tensor("x", "BOOL", axes(mostAxes + 1), 0, 1) + end(1), [1]))).not.toThrow();
    expect(failing(fileOf(start + tensor("x", "BOOL", "9007199254740991,0", 0, 0) + end(0), []))).not.toThrow();
  });

  test("a length of the header beyond the file, and one of more than four bytes", () => {
    const text = start + end(0);
    expect(failing(fileOf(text, [], text.length + 1))).toThrow(
      "the header is longer than the file, or than any (8388608 bytes).",
    );
    expect(failing(fileOf(text, [], text.length + 2 ** 32))).toThrow(
      "the header is longer than the file, or than any (8388608 bytes).",
    );
    expect(failing(fileOf(text, [], text.length - 1))).toThrow(broken);
    const long = 2 ** 23 + 8;
    const bytes = new Uint8Array(8 + long + 4);
    bytes.set(littleEndian(long, 8));
    new DataView(bytes.buffer).setUint32(8 + long, checksum(bytes.subarray(0, 8 + long)), true);
    expect(failing(bytes)).toThrow("the header is longer than the file, or than any (8388608 bytes).");
  });

  test("a truth that is neither true nor false", () => {
    const text = start + tensor("x", "BOOL", "3", 0, 3) + end(3);
    expect(failing(fileOf(text, [0, 1, 1]))).not.toThrow();
    expect(failing(fileOf(text, [0, 2, 1]))).toThrow("a truth is neither true nor false.");
    expect(failing(fileOf(start + tensor("x", "I32", "1", 0, 4) + end(4), [2, 2, 2, 2]))).not.toThrow();
  });
});

describe("What could not be read is refused before a byte is made:", () => {
  const of = (count: number) => Array.from({ length: count }, (_, i) => column(`x${i}`, "bool", [0]));

  const more = (n: number, axes: number) =>
    `test: ${n} tensors of ${axes} axes are more than 65536, or than 524288 axes.`;
  const headed = (n: number, shape: string) => {
    const names = Array.from(
      { length: n },
      (_, i) => `,"${i}":{"dtype":"BOOL","shape":[${shape}],"data_offsets":[0,0]}`,
    );
    return fileOf(`{"__metadata__":{}${names.join("")}${end(0)}`, []);
  };

  test("too many tensors", () => {
    expect(() => write("test", of(2 ** 16 + 1), {}, false)).toThrow(more(65_537, 65_537));
    expect(() => write("test", of(2 ** 16), {}, false)).not.toThrow();
    expect(read(sourceOf(headed(2 ** 16, "0"))).tensors.size).toBe(2 ** 16);
    expect(() => read(sourceOf(headed(2 ** 16 + 1, "0")))).toThrow(
      "there are more than 65536 tensors, or 524288 axes.",
    );
  });

  test("too many axes", () => {
    const wide = (n: number) => of(n).map((each) => ({ ...each, shape: new Array<number>(64).fill(0) }));
    const shape = new Array(64).fill("0").join(",");
    expect(() => write("test", wide(2 ** 13 + 1), {}, false)).toThrow(more(8193, 524_352));
    expect(() => write("test", wide(2 ** 13), {}, false)).not.toThrow();
    expect(read(sourceOf(headed(2 ** 13, shape))).tensors.size).toBe(2 ** 13);
    expect(() => read(sourceOf(headed(2 ** 13 + 1, shape)))).toThrow(
      "there are more than 65536 tensors, or 524288 axes.",
    );
  });

  test.each([
    [0, false],
    [0, true],
    [3, true],
  ])("too long a header, with %d tensors, growing: %j", (count, grows) => {
    const room = grows ? 36 * (count + 1) : 0;
    const length = new DataView(written(of(count), { a: "" }).buffer).getUint32(0, true);
    const most = 2 ** 23 - room - length;
    const long = (n: number) => ({ a: "x".repeat(n) });
    expect(() => write("test", of(count), long(most), grows)).not.toThrow();
    expect(() => write("test", of(count), long(most + 8), grows)).toThrow(
      /^test: names.* take \d+ bytes; 8388608 are the most/,
    );
  });
});

test("A count is a whole number from 0 on that a double holds", () => {
  expect([0, 1, 2 ** 53 - 1].map(isCount)).toEqual([true, true, true]);
  expect([-1, 0.5, 2 ** 53, NaN, Infinity, "1", 1n, null, undefined].some(isCount)).toBe(false);
});

test("What is wrong is a DecodeError on the left, malformed unless it is something else", () => {
  for (const kind of ["malformed", "altered"] as const)
    expect(wrong("something.", kind === "malformed" ? undefined : kind)).toEqual(
      either.left(new DecodeError(kind, "recording.decode: something.")),
    );
});
