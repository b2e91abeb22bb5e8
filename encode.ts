/* The binary form of a WebAssembly module: numbers as LEB128, sections as length-prefixed bytes. */

export type Bytes = readonly number[];

/** A whole number from 0 on, seven bits at a time. */
export const unsigned = (value: number): number[] => {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  return [...bytes, rest];
};

/** A signed 32-bit number, seven bits at a time; from 2^31 on a number is taken modulo 2^32. */
export const signed = (value: number): number[] => {
  const bytes: number[] = [];
  let rest = value | 0;
  while (rest < -64 || rest > 63) {
    bytes.push((rest & 127) | 128);
    rest >>= 7;
  }
  return [...bytes, rest & 127];
};

const text = (name: string): number[] => [...unsigned(name.length), ...Array.from(name, (c) => c.charCodeAt(0))];

const concatenated = (parts: readonly Bytes[]): number[] => {
  const all: number[] = [];
  for (const part of parts) for (const byte of part) all.push(byte);
  return all;
};

const list = (items: readonly Bytes[]): number[] => [...unsigned(items.length), ...concatenated(items)];

const section = (id: number, body: Bytes): number[] => concatenated([[id], unsigned(body.length), body]);

export type ValueType = "i32" | "v128";

const typeCodes: Readonly<Record<ValueType, number>> = { i32: 0x7f, v128: 0x7b };

/** A function without results: its parameters are numbers, its locals have a type each. */
export interface FunctionCode {
  readonly parameters: number;
  readonly locals: readonly ValueType[];
  readonly body: Bytes;
}

/** Neighbouring locals of one type are declared together. */
const declarations = (locals: readonly ValueType[]): number[] => {
  const runs: { type: ValueType; count: number }[] = [];
  for (const type of locals) {
    const last = runs.at(-1);
    if (last?.type === type) last.count += 1;
    else runs.push({ type, count: 1 });
  }
  return list(runs.map(({ type, count }) => [...unsigned(count), typeCodes[type]]));
};

const functionBody = ({ locals, body }: FunctionCode): number[] => {
  const code = concatenated([declarations(locals), body, [0x0b]]);
  return concatenated([unsigned(code.length), code]);
};

/** A module of functions over the memory `m.m`, which its maker imports; the last function is exported as `run`. */
export const encodeModule = (functions: readonly FunctionCode[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(
    concatenated([
      [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
      section(1, list(functions.map(({ parameters }) => [
        0x60,
        ...list(Array.from({ length: parameters }, () => [typeCodes.i32])),
        ...list([]),
      ]))),
      section(2, list([[...text("m"), ...text("m"), 0x02, 0x00, 0x00]])),
      section(3, list(functions.map((_, i) => unsigned(i)))),
      section(7, list([[...text("run"), 0x00, ...unsigned(functions.length - 1)]])),
      section(10, list(functions.map(functionBody))),
    ]),
  );
