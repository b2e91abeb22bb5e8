import { appendSigned, appendUnsigned, unsigned, type ValueType, type WasmFunction } from "./encode.ts";
import { accessTo, mark, withLocals } from "./locals.ts";

/* Instructions, and a function in the making. */

const simd = (code: number): readonly number[] => [0xfd, ...unsigned(code)];

/** Instructions without immediates. */
export const op = {
  return: [0x0f],
  i32Eqz: [0x45],
  i32Add: [0x6a],
  i32Mul: [0x6c],
  i32Sub: [0x6b],
  i32LtU: [0x49],
  i32Eq: [0x46],
  i32Ne: [0x47],
  i32LtS: [0x48],
  i32LeS: [0x4c],
  i32And: [0x71],
  i32Or: [0x72],
  i32Shl: [0x74],
  f64Eq: [0x61],
  f64Ne: [0x62],
  f64Lt: [0x63],
  f64Le: [0x65],
  f64Abs: [0x99],
  f64Neg: [0x9a],
  f64Floor: [0x9c],
  f64Sqrt: [0x9f],
  f64Add: [0xa0],
  f64Sub: [0xa1],
  f64Mul: [0xa2],
  f64Div: [0xa3],
  f64Min: [0xa4],
  f64Max: [0xa5],
  i32WrapI64: [0xa7],
  f32Demote: [0xb6],
  f64ConvertI32: [0xb7],
  f64Promote: [0xbb],
  i32TruncSat: [0xfc, 2],
  i64TruncSat: [0xfc, 6],
  select: [0x1b],
  f32x4Splat: simd(19),
  f64x2Splat: simd(20),
  f64x2ExtractFirst: [...simd(33), 0],
  not: simd(77),
  and: simd(78),
  or: simd(80),
  xor: simd(81),
  bitselect: simd(82),
  anyTrue: simd(83),
  f32x4Demote: simd(94),
  f64x2PromoteLow: simd(95),
  f32x4Eq: simd(65),
  f32x4Ne: simd(66),
  f32x4Lt: simd(67),
  f32x4Le: simd(69),
  f64x2Eq: simd(71),
  f64x2Ne: simd(72),
  f64x2Lt: simd(73),
  f64x2Le: simd(75),
  f32x4Floor: simd(104),
  f64x2Floor: simd(117),
  i32x4Shl: simd(171),
  i32x4ShrU: simd(173),
  i32x4Add: simd(174),
  i64x2Shl: simd(203),
  i64x2ShrU: simd(205),
  i32x4Mul: simd(181),
  i64x2Add: simd(206),
  f32x4Sqrt: simd(227),
  f32x4Add: simd(228),
  f32x4Sub: simd(229),
  f32x4Mul: simd(230),
  f32x4Div: simd(231),
  f32x4Min: simd(232),
  f32x4Max: simd(233),
  f32x4PMin: simd(234),
  f32x4PMax: simd(235),
  f64x2Sqrt: simd(239),
  f64x2Add: simd(240),
  f64x2Sub: simd(241),
  f64x2Mul: simd(242),
  f64x2Div: simd(243),
  f64x2Min: simd(244),
  f64x2Max: simd(245),
  f64x2PMin: simd(246),
  f64x2PMax: simd(247),
  i32x4TruncSat: simd(252),
  f64x2ConvertLow: simd(254),
} as const;

/** Instructions on memory: a code, and whether it names a lane. */
const memoryAccess = {
  load: 0,
  splat4: 9,
  splat8: 10,
  store: 11,
  load4Lane: 86,
  load8Lane: 87,
  store4Lane: 90,
  store8Lane: 91,
} as const;

export type MemoryOp = keyof typeof memoryAccess;

/** The same for one number: a whole number, a float32 or a float64. */
const scalarMemoryOps = {
  loadI32: [0x28, 2],
  storeI32: [0x36, 2],
  loadF32: [0x2a, 2],
  loadF64: [0x2b, 3],
  storeF32: [0x38, 2],
  storeF64: [0x39, 3],
} as const;

/** Sixteen bytes, and a name that no others have. */
export interface Constant {
  readonly name: string;
  readonly bytes: readonly number[];
}

const constantOf = (view: Float32Array | Float64Array | Int32Array | BigUint64Array | Uint8Array): Constant => {
  const bytes = [...new Uint8Array(view.buffer)];
  return { name: bytes.join(), bytes };
};

export const splat32 = (value: number): Constant => constantOf(new Float32Array(4).fill(value));
export const splat64 = (value: number): Constant => constantOf(new Float64Array(2).fill(value));
export const splatInt32 = (value: number): Constant => constantOf(new Int32Array(4).fill(value));
export const splatBits = (value: bigint): Constant => constantOf(new BigUint64Array(2).fill(value));
export const constantOfBytes = (bytes: readonly number[]): Constant => constantOf(Uint8Array.from(bytes));

/** Functions of vectors that others call. */
export interface Aside {
  /** The number of a function, which is made once for each key and kind; its body leaves a vector on the stack. */
  readonly number: (key: object, kind: string, parameters: number, body: (code: Assembler) => void) => number;
  /** Whether something takes so many instructions at so many places that it is called. */
  readonly isCalled: (key: object) => boolean;
}

/** A function in the making: instructions are appended in order. */
export interface Assembler {
  readonly local: (type: ValueType) => number;
  readonly get: (local: number) => void;
  readonly set: (local: number) => void;
  readonly tee: (local: number) => void;
  readonly op: (code: readonly number[]) => void;
  readonly i32: (value: number) => void;
  readonly f64: (value: number) => void;
  readonly constant: (bytes: Constant) => void;
  readonly shuffle: (lanes: readonly number[]) => void;
  /** Reads or writes at the address on the stack plus `offset`; a lane access also names the lane. */
  readonly memory: (kind: MemoryOp, offset: number, lane?: number) => void;
  /** Reads or writes one number, at the address on the stack plus `offset`. */
  readonly scalar: (kind: keyof typeof scalarMemoryOps, offset: number) => void;
  /** Fills bytes: target, value and count are on the stack. */
  readonly fill: () => void;
  /** Copies bytes: target, source and count are on the stack. */
  readonly copy: () => void;
  readonly call: (index: number) => void;
  readonly outline: Aside;
  /** Runs the body, and repeats it while it leaves a nonzero number on the stack. */
  readonly repeat: (body: () => void) => void;
  /** Runs the body while the test leaves a nonzero number on the stack. */
  readonly repeatWhile: (test: () => void, body: () => void) => void;
  /** Runs the body if a nonzero number is on the stack, else the other one. */
  readonly when: (body: () => void, otherwise?: () => void) => void;
  /** Code whose constants are hoisted in front of it: inside, `hoist` gives the local of a constant. */
  readonly withHoisted: (body: (hoist: (bytes: Constant) => number) => void) => void;
  /** About how many bytes there are so far. */
  readonly size: () => number;
  /** The parameters that are used so far. */
  readonly parameters: () => readonly number[];
  /** The function, with these of its parameters only. */
  readonly finish: (parameters?: readonly number[]) => WasmFunction;
}

const refuseOutlining: Aside = {
  number: () => {
    throw new Error("code: no function aside can be made here");
  },
  isCalled: () => false,
};

export const openFunction = (
  parameters: number,
  of: ValueType = "i32",
  outline: Aside = refuseOutlining,
): Assembler => {
  const locals: ValueType[] = [];
  const used = new Set<number>();
  // Instructions are appended to the last piece; the bytes of those before are counted, and one more for each access.
  const pieces: number[][] = [];
  let bytes: number[] = [];
  let before = 0;
  const openPiece = (): number[] => {
    before += bytes.length;
    bytes = [];
    pieces.push(bytes);
    return bytes;
  };
  const append = (more: readonly number[]): void => {
    for (let i = 0; i < more.length; i++) bytes.push(more[i] ?? 0);
  };
  const local = (type: ValueType): number => parameters + locals.push(type) - 1;
  const memoryOps =
    (kind: 0 | 1 | 2) =>
    (index: number): void => {
      if (index < parameters) used.add(index);
      bytes.push(accessTo(kind, index));
      before += 1;
    };
  openPiece();
  const code: Assembler = {
    local,
    get: memoryOps(0),
    set: memoryOps(1),
    tee: memoryOps(2),
    op: append,
    i32: (value) => {
      bytes.push(0x41);
      appendSigned(bytes, value);
    },
    f64: (value) => {
      bytes.push(0x44);
      append([...new Uint8Array(new Float64Array([value]).buffer)]);
    },
    constant: (value) => {
      bytes.push(0xfd, 12);
      append(value.bytes);
    },
    shuffle: (lanes) => {
      bytes.push(0xfd, 13);
      append(lanes);
    },
    memory: (kind, offset, lane) => {
      bytes.push(0xfd, memoryAccess[kind], 0);
      appendUnsigned(bytes, offset);
      if (lane !== undefined) bytes.push(lane);
    },
    scalar: (kind, offset) => {
      append(scalarMemoryOps[kind]);
      appendUnsigned(bytes, offset);
    },
    fill: () => append([0xfc, 11, 0]),
    copy: () => append([0xfc, 10, 0, 0]),
    call: (index) => {
      bytes.push(0x10);
      appendUnsigned(bytes, index);
    },
    outline,
    repeat: (body) => {
      bytes.push(mark.loop);
      body();
      bytes.push(0x0d, 0, mark.end);
    },
    repeatWhile: (test, body) => {
      bytes.push(mark.loop);
      test();
      bytes.push(mark.if);
      body();
      bytes.push(0x0c, 1, mark.end, mark.end);
    },
    when: (body, otherwise) => {
      bytes.push(mark.if);
      body();
      if (otherwise !== undefined) {
        bytes.push(mark.else);
        otherwise();
      }
      bytes.push(mark.end);
    },
    withHoisted: (body) => {
      const first = openPiece();
      const constants = new Map<string, number>();
      openPiece();
      body((value) => {
        const old = constants.get(value.name);
        if (old !== undefined) return old;
        const hoistedLocal = local("v128");
        constants.set(value.name, hoistedLocal);
        first.push(0xfd, 12, ...value.bytes, accessTo(1, hoistedLocal));
        before += value.bytes.length + 3;
        return hoistedLocal;
      });
    },
    size: () => before + bytes.length,
    parameters: () => [...used].toSorted((a, b) => a - b),
    finish: (kept = Array.from({ length: parameters }, (_, i) => i)) => {
      const body = withLocals(pieces, parameters, kept, locals);
      return { parameters: kept.length, of, locals: body.locals, body: body.bytes };
    },
  };
  return code;
};
