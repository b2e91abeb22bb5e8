import { appendSigned, appendUnsigned, type FunctionCode, unsigned, type ValueType } from "./encode.ts";
import { accessTo, mark, withLocals } from "./locals.ts";

/* Instructions, and a function in the making. */

const simd = (code: number): readonly number[] => [0xfd, ...unsigned(code)];

/** Instructions without immediates. */
export const op = {
  return: [0x0f],
  i32IsZero: [0x45],
  i32Add: [0x6a],
  i32Mul: [0x6c],
  i32Sub: [0x6b],
  i32Less: [0x49],
  i32Equal: [0x46],
  i32NotEqual: [0x47],
  i32LessSigned: [0x48],
  i32LessEqualSigned: [0x4c],
  i32And: [0x71],
  i32Or: [0x72],
  placeShiftLeft: [0x74],
  scalarEqual: [0x61],
  scalarNotEqual: [0x62],
  scalarLess: [0x63],
  scalarLessEqual: [0x65],
  scalarAbs: [0x99],
  scalarNeg: [0x9a],
  scalarFloor: [0x9c],
  scalarSqrt: [0x9f],
  scalarAdd: [0xa0],
  scalarSub: [0xa1],
  scalarMul: [0xa2],
  scalarDiv: [0xa3],
  scalarMin: [0xa4],
  scalarMax: [0xa5],
  placeOfLong: [0xa7],
  scalarDemote: [0xb6],
  scalarOfPlace: [0xb7],
  scalarPromote: [0xbb],
  placeOfScalar: [0xfc, 2],
  longOfScalar: [0xfc, 6],
  select: [0x1b],
  f32Splat: simd(19),
  f64Splat: simd(20),
  f64First: [...simd(33), 0],
  not: simd(77),
  and: simd(78),
  or: simd(80),
  xor: simd(81),
  bitselect: simd(82),
  anyTrue: simd(83),
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
  i32ShiftLeft: simd(171),
  i32ShiftRight: simd(173),
  i32x4Add: simd(174),
  i64ShiftLeft: simd(203),
  i64ShiftRight: simd(205),
  i32x4Mul: simd(181),
  i64Add: simd(206),
  f32Sqrt: simd(227),
  f32Add: simd(228),
  f32Sub: simd(229),
  f32Mul: simd(230),
  f32Div: simd(231),
  f32Min: simd(232),
  f32Max: simd(233),
  f32PMin: simd(234),
  f32PMax: simd(235),
  f64Sqrt: simd(239),
  f64Add: simd(240),
  f64Sub: simd(241),
  f64Mul: simd(242),
  f64Div: simd(243),
  f64Min: simd(244),
  f64Max: simd(245),
  f64PMin: simd(246),
  f64PMax: simd(247),
  toWords: simd(252),
  fromWords: simd(254),
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

export type Access = keyof typeof memoryAccess;

/** The same for one number: a whole number, a float32 or a float64. */
const scalarAccess = {
  loadPlace: [0x28, 2],
  storePlace: [0x36, 2],
  load4: [0x2a, 2],
  load8: [0x2b, 3],
  store4: [0x38, 2],
  store8: [0x39, 3],
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
export const splatWords = (value: number): Constant => constantOf(new Int32Array(4).fill(value));
export const splatBits = (value: bigint): Constant => constantOf(new BigUint64Array(2).fill(value));
export const constantOfBytes = (bytes: readonly number[]): Constant => constantOf(Uint8Array.from(bytes));

/** Functions of vectors that others call. */
export interface Aside {
  /** The number of a function, which is made once for each key and kind; its body leaves a vector on the stack. */
  readonly number: (key: object, kind: string, parameters: number, body: (code: Code) => void) => number;
  /** Whether something takes so many instructions at so many places that it is called. */
  readonly isCalled: (key: object) => boolean;
}

/** A function in the making: instructions are appended in order. */
export interface Code {
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
  readonly memory: (kind: Access, offset: number, lane?: number) => void;
  /** Reads or writes one number, at the address on the stack plus `offset`. */
  readonly scalar: (kind: keyof typeof scalarAccess, offset: number) => void;
  /** Fills bytes: target, value and count are on the stack. */
  readonly fill: () => void;
  /** Copies bytes: target, source and count are on the stack. */
  readonly copy: () => void;
  readonly call: (index: number) => void;
  readonly aside: Aside;
  /** Runs the body, again and again while it leaves a truth on the stack. */
  readonly repeat: (body: () => void) => void;
  /** Runs the body as long as the test leaves a truth on the stack. */
  readonly repeatWhile: (test: () => void, body: () => void) => void;
  /** Runs the body if there is a truth on the stack. */
  readonly when: (body: () => void, otherwise?: () => void) => void;
  /** Code whose constants are set before it runs: inside, `held` gives the local of a constant. */
  readonly holding: (body: (held: (bytes: Constant) => number) => void) => void;
  /** About how many bytes there are so far. */
  readonly size: () => number;
  /** The parameters that are used so far. */
  readonly parameters: () => readonly number[];
  /** The function, with these of its parameters only. */
  readonly finish: (parameters?: readonly number[]) => FunctionCode;
}

const noFunctions: Aside = {
  number: () => {
    throw new Error("code: no function aside can be made here");
  },
  isCalled: () => false,
};

export const openFunction = (parameters: number, of: ValueType = "i32", aside: Aside = noFunctions): Code => {
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
  const access =
    (kind: 0 | 1 | 2) =>
    (index: number): void => {
      if (index < parameters) used.add(index);
      bytes.push(accessTo(kind, index));
      before += 1;
    };
  openPiece();
  const code: Code = {
    local,
    get: access(0),
    set: access(1),
    tee: access(2),
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
      append(scalarAccess[kind]);
      appendUnsigned(bytes, offset);
    },
    fill: () => append([0xfc, 11, 0]),
    copy: () => append([0xfc, 10, 0, 0]),
    call: (index) => {
      bytes.push(0x10);
      appendUnsigned(bytes, index);
    },
    aside,
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
    holding: (body) => {
      const first = openPiece();
      const constants = new Map<string, number>();
      openPiece();
      body((value) => {
        const old = constants.get(value.name);
        if (old !== undefined) return old;
        const place = local("v128");
        constants.set(value.name, place);
        first.push(0xfd, 12, ...value.bytes, accessTo(1, place));
        before += value.bytes.length + 3;
        return place;
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
