import { mostAxes, type Shape } from "../array/shape.ts";
import { DecodeError } from "../error/error.ts";

/** What the header of a `.npy` file says of the array behind it. */
export interface Header {
  /** The element type in NumPy's notation: byte order, kind and bytes, such as `<f8`. */
  readonly descr: string;
  /** The first axis varies fastest in the file. */
  readonly fortranOrder: boolean;
  readonly shape: Shape;
}

const magic: readonly number[] = [0x93, ...Array.from("NUMPY", (c) => c.charCodeAt(0))];

/** Elements start at a multiple of this, so that they can be mapped into memory. */
const alignment = 64;

/** The magic bytes, version 1.0, the header's length, and the header: a Python literal, padded with spaces. */
export const headerBytes = ({ descr, fortranOrder, shape }: Header): Uint8Array => {
  const sizes = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const text = `{'descr': '${descr}', 'fortran_order': ${fortranOrder ? "True" : "False"}, 'shape': ${sizes}, }`;
  const start = magic.length + 4;
  const length = Math.ceil((start + text.length + 1) / alignment) * alignment - start;
  const line = `${text.padEnd(length - 1)}\n`;
  return Uint8Array.from([...magic, 1, 0, length % 256, length >> 8, ...Array.from(line, (c) => c.charCodeAt(0))]);
};

const malformed = (what: string, at: number): DecodeError => new DecodeError("malformed", `npy.decode: ${what}`, at);

const truncated = (what: string, at: number): DecodeError => new DecodeError("truncated", `npy.decode: ${what}`, at);

interface Token {
  readonly kind: "text" | "number" | "word" | "mark" | "end";
  readonly value: string;
  readonly at: number;
}

/** One token after spaces: a string in either quotes, a number (of Python 2, with an L), a word, a mark, or the end. */
const token =
  /[ \t\r\n]*(?:(['"])(?<text>[^'"\\]*)\1|(?<number>0|[1-9]\d*)L?|(?<word>True|False)|(?<mark>[{}():,[\]])|$)/y;

const kinds = ["text", "number", "word", "mark"] as const;

const tokensOf = (header: string, offset: number): readonly Token[] => {
  const tokens: Token[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < header.length) {
    const at = token.lastIndex;
    const found = token.exec(header)?.groups;
    if (found === undefined)
      throw malformed(`the header is no Python literal at ${JSON.stringify(header.slice(at, at + 8))}`, offset + at);
    const kind = kinds.find((name) => found[name] !== undefined);
    if (kind !== undefined) tokens.push({ kind, value: found[kind] ?? "", at: offset + at });
  }
  return tokens;
};

/** Reads the dictionary of a header: its three keys once each, in any order, and nothing else. */
const dictionary = (tokens: readonly Token[], end: number): Header => {
  let next = 0;
  const peek = (): Token => tokens[next] ?? { kind: "end", value: "", at: end };
  const take = (kind: Token["kind"], what: string): Token => {
    const found = peek();
    if (found.kind !== kind) throw malformed(`the header lacks ${what} where ${found.value || "its end"} is`, found.at);
    next += 1;
    return found;
  };
  const isMark = (value: string): boolean => peek().kind === "mark" && peek().value === value;
  const mark = (value: string): void => {
    if (!isMark(value)) throw malformed(`the header lacks ${value} where ${peek().value || "its end"} is`, peek().at);
    next += 1;
  };
  /** What stands between commas up to a mark; a comma may stand behind the last one. */
  const list = (close: string, element: () => void): void => {
    while (!isMark(close)) {
      element();
      if (!isMark(close)) mark(",");
    }
    mark(close);
  };
  const sizes = (): Shape => {
    const shape: number[] = [];
    mark("(");
    list(")", () => {
      const { value, at } = take("number", "a size");
      if (!Number.isSafeInteger(Number(value))) throw malformed(`the header has a size of ${value.slice(0, 40)}`, at);
      shape.push(Number(value));
    });
    return shape;
  };
  const element = (): string => {
    if (isMark("[") || isMark("("))
      throw new DecodeError(
        "unsupported",
        'npy.decode: records have no dtype here. Save each field on its own: np.save(file, x["name"]).',
        peek().at,
      );
    return take("text", "the element type").value;
  };

  const found: { descr?: string; fortranOrder?: boolean; shape?: Shape } = {};
  mark("{");
  list("}", () => {
    const key = take("text", "a key");
    mark(":");
    if (key.value === "descr" && found.descr === undefined) found.descr = element();
    else if (key.value === "fortran_order" && found.fortranOrder === undefined)
      found.fortranOrder = take("word", "True or False").value === "True";
    else if (key.value === "shape" && found.shape === undefined) found.shape = sizes();
    else throw malformed(`the header has the key ${key.value.slice(0, 40)}, which is unknown or there twice`, key.at);
  });
  if (peek().kind !== "end") throw malformed(`the header goes on with ${peek().value} behind its end`, peek().at);
  const { descr, fortranOrder, shape } = found;
  if (descr === undefined || fortranOrder === undefined || shape === undefined)
    throw malformed("the header lacks one of descr, fortran_order and shape", end);
  return { descr, fortranOrder, shape };
};

/** A longer header describes no array of numbers. NumPy itself refuses more than 10,000 bytes. */
const longestHeader = 2 ** 16;

/** What else bytes may be, by how they start, and the way out. */
const formats: readonly (readonly [magic: readonly number[], what: string])[] = [
  [[0x50, 0x4b], "a zip archive, such as .npz. Read it by npz.decode"],
  [[0x1f, 0x8b], "compressed by gzip. Decompress it first"],
  [[0x89, 0x48, 0x44, 0x46], "an HDF5 file. Save its arrays by np.save"],
  [[0x80, 0x02], "a Python pickle, which is code. Save its arrays by np.save"],
  [[0x80, 0x03], "a Python pickle, which is code. Save its arrays by np.save"],
  [[0x80, 0x04], "a Python pickle, which is code. Save its arrays by np.save"],
  [[0x80, 0x05], "a Python pickle, which is code. Save its arrays by np.save"],
];

const checkMagic = (bytes: Uint8Array): void => {
  const other = formats.find(([start]) => start.every((byte, i) => bytes[i] === byte));
  if (other !== undefined)
    throw new DecodeError("unsupported", `npy.decode: this is no .npy file, but ${other[1]}.`, 0);
  for (const [i, byte] of magic.entries()) {
    if (i >= bytes.length) throw truncated(`${bytes.length} bytes are too few for a .npy file`, bytes.length);
    if (bytes[i] !== byte) throw malformed("this is no .npy file: it does not start with \\x93NUMPY", i);
  }
};

/** The header of a file, and where its elements start. */
export const readHeader = (bytes: Uint8Array): Header & { readonly start: number } => {
  checkMagic(bytes);
  const [major, minor] = bytes.subarray(6, 8);
  if (major === undefined || minor === undefined) throw truncated("the file ends before its version", bytes.length);
  if (major < 1 || major > 3 || minor !== 0)
    throw new DecodeError("unsupported", `npy.decode: version ${major}.${minor} is not one of 1.0, 2.0 and 3.0`, 6);
  // The length has two bytes in version 1, four later on; the lowest comes first.
  const start = major === 1 ? 10 : 12;
  if (bytes.length < start) throw truncated("the file ends before its header", bytes.length);
  const length = bytes.subarray(8, start).reduceRight((sum, byte) => sum * 256 + byte, 0);
  if (length > bytes.length - start)
    throw truncated(`a header of ${length} bytes is announced, but ${bytes.length - start} follow`, bytes.length);
  if (length > longestHeader)
    throw new DecodeError(
      "unsupported",
      `npy.decode: a header of ${length} bytes is more than ${longestHeader}, and describes no array of numbers`,
      8,
    );
  const header = bytes.subarray(start, start + length);
  const stray = header.findIndex((byte) => byte < 0x20 && ![0x09, 0x0a, 0x0d].includes(byte));
  if (stray >= 0) throw malformed(`the header holds the byte ${header[stray]}, which is no text`, start + stray);
  const text = Array.from(header, (byte) => String.fromCharCode(byte)).join("");
  const found = dictionary(tokensOf(text, start), start + length);
  if (found.shape.length > mostAxes)
    throw new DecodeError("unsupported", `npy.decode: ${found.shape.length} axes are more than ${mostAxes}`, start);
  return { ...found, start: start + length };
};
