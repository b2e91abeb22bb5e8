// What NumPy writes is read to the last bit, and nothing else does harm.
import fc from "fast-check";
import { deflateSync, zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import {
  array,
  DecodeError,
  either,
  expandDims,
  npy,
  npz,
  ones,
  orThrow,
  ShapeError,
  tree,
  zeros,
} from "../src/index.ts";
import { anyTree, byName, bytesOf, contents, expectedOf, files, named } from "./files.ts";

const good = files.npz.filter(({ refused }) => refused === undefined);

const failure = (bytes: Uint8Array, options?: npz.DecodeOptions): DecodeError => {
  const result = npz.decode(bytes, options);
  if (either.isRight(result)) throw new Error("decoded");
  expect(result.left).toBeInstanceOf(DecodeError);
  expect(result.left.message).toMatch(/^npz\.decode: /);
  expect(result.left.message.length).toBeLessThan(500);
  return result.left;
};

/** Where a record of an archive begins, the nth of its kind. */
const placeOf = (bytes: Uint8Array, kind: "file" | "entry" | "end", n = 0): number => {
  const second = { file: 3, entry: 1, end: 5 }[kind];
  const places = Array.from(bytes.keys()).filter(
    (at) => bytes[at] === 0x50 && bytes[at + 1] === 0x4b && bytes[at + 2] === second && bytes[at + 3] === second + 1,
  );
  const place = places[n];
  if (place === undefined) throw new Error(`no ${kind} ${n}`);
  return place;
};

const patched = (bytes: Uint8Array, at: number, value: number, size: 2 | 4): Uint8Array => {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  if (size === 2) view.setUint16(at, value, true);
  else view.setUint32(at, value, true);
  return copy;
};

const x = array([1, 2, 3]);
const stored = npz.encode({ x });
const deflated = npz.encode({ x }, { compress: true });

describe("decode", () => {
  test.each(good)("reads $name as NumPy does", (file) => {
    expect(byName(orThrow(npz.decode(bytesOf(file))), contents)).toEqual(expectedOf(file));
  });

  test("refuses Python objects in the words of npy", () => {
    const { kind, message } = failure(bytesOf(named(files.npz, "objects")));
    expect([kind, message]).toEqual([
      "unsupported",
      expect.stringMatching(/^npz\.decode: "x\.npy": npy\.decode: Python objects .*code/),
    ]);
  });

  test("passes over folders, and refuses other files", () => {
    const entry = npy.encode(x);
    const inFolder = zipSync({ "a/": new Uint8Array(0), "a/x.npy": entry }, { level: 0 });
    expect(byName(orThrow(npz.decode(inFolder)), contents)).toEqual(byName({ "a/x": x }, contents));
    expect(failure(zipSync({ "x.npy": entry, "notes.txt": entry })).message).toBe(
      'npz.decode: the archive holds the file "notes.txt", which is no .npy file.',
    );
    expect(failure(zipSync({ "x.npy": entry.subarray(0, 9) })).message).toMatch(
      /^npz\.decode: "x\.npy": npy\.decode: the file ends/,
    );
  });

  test("unpacks no more than it is told to", () => {
    const bytes = bytesOf(named(good, "what compresses well"));
    const size = 128 + 64 * 64 * 4 + 128 + 2000 * 4;
    expect(either.isRight(npz.decode(bytes, { maxBytes: size }))).toBe(true);
    expect(failure(bytes, { maxBytes: size - 1 })).toMatchObject({
      kind: "unsupported",
      message: `npz.decode: unpacked, the arrays have ${size} bytes, more than ${size - 1}. Give maxBytes to read them.`,
    });
    expect(failure(bytes, { maxBytes: NaN }).message).toContain("more than NaN");
    expect(either.isRight(npz.decode(stored, { maxBytes: 0 }))).toBe(true);
    expect(() => npz.decode(bytes, { maxBytes: "9" as never })).toThrow("npz.decode: maxBytes is a number of bytes");
  });

  test("throws what a wrong program deserves when it is given no bytes", () => {
    expect(() => npz.decode("x" as never)).toThrow('npz.decode: a Uint8Array is needed, not the string "x".');
  });
});

describe("encode", () => {
  test("is undone by decode and fromNamed, whatever the tree", () => {
    fc.assert(
      fc.property(anyTree, fc.boolean(), (root, compress) => {
        const arrays = orThrow(npz.decode(npz.encode(root, { compress })));
        const again = orThrow(tree.fromNamed(arrays, root ?? []));
        expect(tree.structure(again)).toEqual(tree.structure(root ?? []));
        expect(tree.leaves(again).map(contents)).toEqual(tree.leaves(root).map(contents));
      }),
    );
  });

  test("makes the same bytes of the same arrays, and fewer where it compresses", () => {
    const root = { a: zeros([100]), b: [array([true]), 3] };
    expect(npz.encode(root)).toEqual(npz.encode(root));
    expect(npz.encode(root, { compress: true }).length).toBeLessThan(npz.encode(root).length);
    // The day and the hour of a zip archive's files.
    expect(new DataView(stored.buffer).getUint32(10, true)).toBe((1 << 21) | (1 << 16) | (12 << 11));
  });

  test("refuses what could not be read, and says what to do", () => {
    expect(() => npz.encode({ x: expandDims(ones(new Array<number>(64).fill(1)), 0) })).toThrow(ShapeError);
    expect(() => npz.encode({ "\udc00": 1 })).toThrow("is no Unicode");
    expect(() => npz.encode({ ["x".repeat(2 ** 16)]: 1 })).toThrow("are too many. Use safetensors.");
    expect(() => npz.encode(new Array(2 ** 16).fill(0))).toThrow("npz.encode: 65536 arrays");
    expect(() => npz.encode({ "a.b": 1, a: { b: 2 } })).toThrow("npz.encode: two leaves have the name");
    expect(() => npz.encode({}, { compressed: true } as never)).toThrow("Did you mean compress?");
  });
});

describe("An archive that is damaged", () => {
  test("is refused wherever it ends", () => {
    for (const bytes of [stored, deflated, bytesOf(named(good, "np.savez_compressed"))])
      for (let n = 0; n < bytes.length; n++) expect(failure(bytes.subarray(0, n)).kind).toBe("truncated");
    expect(failure(Uint8Array.of(...stored, 0)).kind).toBe("truncated");
  });

  test.each([
    ["stored", stored],
    ["deflated", deflated],
  ])("is a DecodeError or means the same, whichever byte is another: %s", (_, bytes) => {
    const wanted = byName({ x }, contents);
    for (let at = 0; at < bytes.length; at++)
      for (const byte of [0, 1, 2, 8, 0x50, 0x7f, 0x80, 0xff, (bytes[at] ?? 0) ^ 1, (bytes[at] ?? 0) ^ 0x10]) {
        const result = npz.decode(bytes.with(at, byte));
        if (either.isLeft(result)) expect(result.left).toBeInstanceOf(DecodeError);
        // The name has no checksum.
        else expect([...byName(result.right, contents).values()]).toEqual([...wanted.values()]);
      }
  });

  test("is refused where an element is another, by its checksum", () => {
    const at = placeOf(stored, "entry") - 3;
    expect(failure(stored.with(at, 9))).toMatchObject({
      kind: "altered",
      message: 'npz.decode: the file "x.npy" is damaged: its checksum is another one.',
    });
  });

  test("is a DecodeError when its bytes are random", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), (bytes, isFramed) => {
        const result = npz.decode(
          isFramed ? Uint8Array.of(0x50, 0x4b, 3, 4, ...bytes, 0x50, 0x4b, 5, 6, ...new Uint8Array(18)) : bytes,
        );
        if (either.isLeft(result)) expect(result.left).toBeInstanceOf(DecodeError);
      }),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 80 }), (packed) => {
        const file = zipSync({ "x.npy": new Uint8Array(packed.length) }, { level: 0 });
        file.set(packed, placeOf(file, "entry") - packed.length);
        const entry = placeOf(file, "entry");
        expect(failure(patched(file, entry + 10, 8, 2)).kind).toBe("altered");
      }),
      { numRuns: 2000 },
    );
  });
});

describe("A hostile archive", () => {
  const entry = placeOf(stored, "entry");
  const end = placeOf(stored, "end");
  const size = npy.encode(x).length;
  test.each<readonly [string, Uint8Array, string]>([
    ["is encrypted", patched(stored, entry + 8, 1, 2), 'the file "x.npy" is encrypted'],
    ["is compressed by LZMA", patched(stored, entry + 10, 14, 2), "is compressed by method 14"],
    ["has a size of zip64", patched(stored, entry + 24, 0xffffffff, 4), "has a zip64 size"],
    ["has a directory of zip64", patched(stored, end + 16, 0xffffffff, 4), "is a zip64 one"],
    ["has as many files as zip64", patched(stored, end + 10, 0xffff, 2), "is a zip64 one"],
    ["is one of several disks", patched(stored, end + 4, 1, 2), "directory is not before its end"],
    ["has a directory elsewhere", patched(stored, end + 16, 1, 4), "directory is not before its end"],
    ["has fewer files than entries", patched(stored, end + 10, 0, 2), "shorter than it says"],
    ["has more files than entries", patched(stored, end + 10, 2, 2), "no entry begins at byte"],
    ["has a name beyond the directory", patched(stored, entry + 28, 60_000, 2), "longer than it says"],
    ["has a file that is none", patched(stored, entry + 42, 1, 4), "no file begins at byte 1"],
    ["has a file beyond the end", patched(stored, entry + 42, 1e9, 4), "no file begins at byte 1000000000"],
    ["has a file in the directory", patched(stored, 28, 1, 2), "goes on into the directory"],
    ["says that a stored file has another size", patched(stored, entry + 24, size - 1, 4), "which cannot be"],
    [
      "says that few bytes hold many",
      patched(patched(stored, entry + 24, 4e9, 4), entry + 10, 8, 2),
      "which cannot be",
    ],
    ["has a name in no UTF-8", stored.with(entry + 46, 0xff), "is not in UTF-8"],
  ])("that %s is refused", (_, bytes, words) => {
    expect(failure(bytes).message).toContain(words);
  });

  test("that has a name twice is refused", () => {
    const two = npz.encode({ x, y: x });
    const twice = two.with(placeOf(two, "entry", 1) + 46, "x".charCodeAt(0));
    expect(failure(twice).message).toBe('npz.decode: the file "x.npy" is there twice.');
  });

  test("whose files overlap is refused before it is unpacked", () => {
    const two = npz.encode({ x, y: x });
    const second = placeOf(two, "entry", 1);
    expect(either.isRight(npz.decode(patched(two, second + 42, 0, 4)))).toBe(true);
    const many = npz.encode(Object.fromEntries(Array.from({ length: 9 }, (_, i) => [i, i])));
    const grown = Array.from({ length: 9 }).reduce<Uint8Array>((bytes, _entry, i) => {
      const at = placeOf(many, "entry", i);
      return patched(patched(bytes, at + 20, 300, 4), at + 24, 300, 4);
    }, many);
    expect(failure(grown).message).toContain("overlap");
  });

  test("that inflates to more or less than it says stops there", () => {
    const packed = deflateSync(new Uint8Array(1e6));
    const file = zipSync({ "x.npy": packed }, { level: 0 });
    const at = placeOf(file, "entry");
    for (const said of [100, 1e6 - 1, 1e6 + 1]) {
      const bytes = patched(patched(file, at + 10, 8, 2), at + 24, said, 4);
      expect(failure(bytes)).toMatchObject({
        kind: "altered",
        message: `npz.decode: the file "x.npy" is damaged: it does not inflate to ${said} bytes.`,
      });
    }
  });
});
