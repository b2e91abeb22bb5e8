/* The binary form of a WebAssembly module: numbers as LEB128, sections as length-prefixed bytes. */

/** Bytes, or pieces one after another: bytes are copied only once, when the module is complete. */
type Piece = readonly number[] | Uint8Array | readonly Piece[];

const isBytes = (piece: Piece): piece is readonly number[] | Uint8Array => typeof piece[0] !== "object";

const lengthOf = (piece: Piece): number =>
  isBytes(piece) ? piece.length : piece.reduce<number>((sum, part) => sum + lengthOf(part), 0);

/** Writes a piece at an offset, and returns the offset behind it. */
const write = (to: Uint8Array, at: number, piece: Piece): number => {
  if (!isBytes(piece)) return piece.reduce<number>((offset, part) => write(to, offset, part), at);
  to.set(piece, at);
  return at + piece.length;
};

/** Appends an integer from 0 on, seven bits at a time. */
export const appendUnsigned = (bytes: number[], value: number): void => {
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
};

/** Appends a signed 32-bit number, seven bits at a time; from 2^31 on a number is taken modulo 2^32. */
export const appendSigned = (bytes: number[], value: number): void => {
  let rest = value | 0;
  while (rest < -64 || rest > 63) {
    bytes.push((rest & 127) | 128);
    rest >>= 7;
  }
  bytes.push(rest & 127);
};

export const unsigned = (value: number): readonly number[] => {
  const bytes: number[] = [];
  appendUnsigned(bytes, value);
  return bytes;
};

const list = (items: readonly Piece[]): Piece => [unsigned(items.length), ...items];

const sized = (piece: Piece): Piece => [unsigned(lengthOf(piece)), piece];

const section = (id: number, piece: Piece): Piece => [[id], sized(piece)];

const text = (name: string): Piece => sized(Array.from(name, (c) => c.charCodeAt(0)));

export type ValueType = "i32" | "f64" | "v128";

const typeCodes: Readonly<Record<ValueType, number>> = { i32: 0x7f, f64: 0x7c, v128: 0x7b };

/** A function of numbers without results, or one of vectors that gives a vector; its locals have a type each. */
export interface WasmFunction {
  readonly parameters: number;
  readonly of: ValueType;
  readonly locals: readonly ValueType[];
  readonly body: Uint8Array;
}

/** Neighbouring locals of one type are declared together. */
const declarations = (locals: readonly ValueType[]): Piece => {
  const runs: { type: ValueType; count: number }[] = [];
  for (const type of locals) {
    const last = runs.at(-1);
    if (last?.type === type) last.count += 1;
    else runs.push({ type, count: 1 });
  }
  return list(runs.map(({ type, count }) => [...unsigned(count), typeCodes[type]]));
};

/** A module of functions over the memory `m.m`, which its maker imports; the last function is exported as `run`. */
export const encodeModule = (functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> => {
  const types = functions.map(({ parameters, of }): Piece => {
    const all = new Array<number>(parameters).fill(typeCodes[of]);
    return [[0x60], unsigned(parameters), all, of === "v128" ? [1, typeCodes.v128] : [0]];
  });
  const module: Piece = [
    [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    section(1, list(types)),
    section(2, list([[text("m"), text("m"), [0x02, 0x00, 0x00]]])),
    section(3, list(functions.map((_, i) => unsigned(i)))),
    section(7, list([[text("run"), [0x00], unsigned(functions.length - 1)]])),
    section(10, list(functions.map(({ locals, body }) => sized([declarations(locals), body, [0x0b]])))),
  ];
  const bytes = new Uint8Array(lengthOf(module));
  write(bytes, 0, module);
  return bytes;
};
