import { type FunctionCode, signed, unsigned, type ValueType } from "./encode.ts";

/* Instructions, and a function in the making. */

const simd = (code: number): readonly number[] => [0xfd, ...unsigned(code)];

/** Instructions without immediates. */
export const op = {
  i32Add: [0x6a],
  i32Mul: [0x6c],
  i32Sub: [0x6b],
  i32Less: [0x49],
  i32Equal: [0x46],
  i32And: [0x71],
  select: [0x1b],
  f32Splat: simd(19),
  f64Splat: simd(20),
  not: simd(77),
  and: simd(78),
  or: simd(80),
  bitselect: simd(82),
  demote: simd(94),
  promoteLow: simd(95),
  f32Equal: simd(65),
  f32NotEqual: simd(66),
  f32Less: simd(67),
  f32LessEqual: simd(69),
  f64Equal: simd(71),
  f64NotEqual: simd(72),
  f64Less: simd(73),
  f64LessEqual: simd(75),
  f32Floor: simd(104),
  f64Floor: simd(117),
  i64ShiftLeft: simd(203),
  i64ShiftRight: simd(205),
  i64Add: simd(206),
  f32Abs: simd(224),
  f32Neg: simd(225),
  f32Sqrt: simd(227),
  f32Add: simd(228),
  f32Sub: simd(229),
  f32Mul: simd(230),
  f32Div: simd(231),
  f32Min: simd(232),
  f32Max: simd(233),
  f64Abs: simd(236),
  f64Neg: simd(237),
  f64Sqrt: simd(239),
  f64Add: simd(240),
  f64Sub: simd(241),
  f64Mul: simd(242),
  f64Div: simd(243),
  f64Min: simd(244),
  f64Max: simd(245),
} as const;

/** Instructions on memory: a code, and whether it names a lane. */
const access = { load: 0, splat4: 9, splat8: 10, store: 11, load4Lane: 86, load8Lane: 87, store4Lane: 90, store8Lane: 91 } as const;

export type Access = keyof typeof access;

/** Sixteen bytes. */
export type Constant = readonly number[];

const bytesOf = (view: Float32Array | Float64Array | BigUint64Array): Constant => [...new Uint8Array(view.buffer)];

export const splat32 = (value: number): Constant => bytesOf(new Float32Array(4).fill(value));
export const splat64 = (value: number): Constant => bytesOf(new Float64Array(2).fill(value));
export const splatBits = (value: bigint): Constant => bytesOf(new BigUint64Array(2).fill(value));

/** A function in the making: instructions are appended in order. */
export interface Code {
  readonly local: (type: ValueType) => number;
  readonly get: (local: number) => void;
  readonly set: (local: number) => void;
  readonly tee: (local: number) => void;
  readonly op: (code: readonly number[]) => void;
  readonly i32: (value: number) => void;
  readonly constant: (bytes: Constant) => void;
  readonly shuffle: (lanes: readonly number[]) => void;
  /** Reads or writes at the address on the stack plus `offset`; a lane access also names the lane. */
  readonly memory: (kind: Access, offset: number, lane?: number) => void;
  /** Copies bytes: target, source and count are on the stack. */
  readonly copy: () => void;
  readonly fill: () => void;
  readonly call: (index: number) => void;
  /** Runs the body, again and again while it leaves a truth on the stack. */
  readonly repeat: (body: () => void) => void;
  /** Runs the body if there is a truth on the stack. */
  readonly when: (body: () => void, otherwise?: () => void) => void;
  /** Code whose constants are set before it runs: inside, `held` gives the local of a constant. */
  readonly holding: (body: (held: (bytes: Constant) => number) => void) => void;
  readonly finish: () => FunctionCode;
}

export const openFunction = (parameters: number): Code => {
  const locals: ValueType[] = [];
  let bytes: number[] = [];
  const put = (...more: readonly number[]): void => {
    for (const byte of more) bytes.push(byte);
  };
  const local = (type: ValueType): number => parameters + locals.push(type) - 1;
  const code: Code = {
    local,
    get: (index) => put(0x20, ...unsigned(index)),
    set: (index) => put(0x21, ...unsigned(index)),
    tee: (index) => put(0x22, ...unsigned(index)),
    op: (instruction) => put(...instruction),
    i32: (value) => put(0x41, ...signed(value)),
    constant: (value) => put(0xfd, 12, ...value),
    shuffle: (lanes) => put(0xfd, 13, ...lanes),
    memory: (kind, offset, lane) =>
      put(0xfd, ...unsigned(access[kind]), 0, ...unsigned(offset), ...(lane === undefined ? [] : [lane])),
    copy: () => put(0xfc, 10, 0, 0),
    fill: () => put(0xfc, 11, 0),
    call: (index) => put(0x10, ...unsigned(index)),
    repeat: (body) => {
      put(0x03, 0x40);
      body();
      put(0x0d, 0, 0x0b);
    },
    when: (body, otherwise) => {
      put(0x04, 0x40);
      body();
      if (otherwise !== undefined) {
        put(0x05);
        otherwise();
      }
      put(0x0b);
    },
    holding: (body) => {
      const before = bytes;
      const constants = new Map<string, { readonly value: Constant; readonly place: number }>();
      bytes = [];
      body((value) => {
        const key = value.join();
        const old = constants.get(key);
        if (old !== undefined) return old.place;
        const place = local("v128");
        constants.set(key, { value, place });
        return place;
      });
      const inner = bytes;
      bytes = before;
      for (const { value, place } of constants.values()) {
        code.constant(value);
        code.set(place);
      }
      for (const byte of inner) bytes.push(byte);
    },
    finish: () => ({ parameters, locals, body: bytes }),
  };
  return code;
};
