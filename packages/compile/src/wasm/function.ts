import { appendSigned, appendUnsigned, type ValueType } from "./encode.ts";
import type { Constant } from "./constant.ts";
import { accessTo, mark } from "./locals.ts";
import { type MemoryOp, memoryOps, type ScalarMemoryOp, scalarMemoryOps } from "./opcode.ts";

/* The state of a function under construction, and the instructions that append to it. */

export interface FunctionState {
  readonly parameters: number;
  /** The types of the locals behind the parameters. */
  readonly locals: ValueType[];
  /** The parameters that instructions read or write. */
  readonly used: Set<number>;
  /** Instructions in pieces that follow one another, since hoisted constants are added to a piece before the last. */
  readonly pieces: number[][];
  /** The last piece, to which instructions are appended. */
  bytes: number[];
  /** The bytes of all pieces but the last, and one more for each access to a local, which takes two bytes. */
  counted: number;
}

/** Begins a new piece. */
export const openPiece = (state: FunctionState): number[] => {
  state.counted += state.bytes.length;
  state.bytes = [];
  state.pieces.push(state.bytes);
  return state.bytes;
};

export const openState = (parameters: number): FunctionState => {
  const state = { parameters, locals: [], used: new Set<number>(), pieces: [], bytes: [], counted: 0 };
  openPiece(state);
  return state;
};

const append = ({ bytes }: FunctionState, more: readonly number[]): void => {
  for (let i = 0; i < more.length; i++) bytes.push(more[i] ?? 0);
};

export const addLocal = ({ parameters, locals }: FunctionState, type: ValueType): number =>
  parameters + locals.push(type) - 1;

/** Instructions on locals. */
export interface LocalInstructions {
  /** A new local. */
  readonly local: (type: ValueType) => number;
  readonly get: (local: number) => void;
  readonly set: (local: number) => void;
  readonly tee: (local: number) => void;
}

export const localInstructions = (state: FunctionState): LocalInstructions => {
  const access =
    (kind: 0 | 1 | 2) =>
    (local: number): void => {
      if (local < state.parameters) state.used.add(local);
      state.bytes.push(accessTo(kind, local));
      state.counted += 1;
    };
  return { local: (type) => addLocal(state, type), get: access(0), set: access(1), tee: access(2) };
};

/** Instructions without effects but on the stack. */
export interface ValueInstructions {
  /** Appends an instruction without immediates. */
  readonly op: (opcode: readonly number[]) => void;
  readonly i32: (value: number) => void;
  readonly f64: (value: number) => void;
  readonly constant: (bytes: Constant) => void;
  readonly shuffle: (lanes: readonly number[]) => void;
}

export const valueInstructions = (state: FunctionState): ValueInstructions => ({
  op: (opcode) => append(state, opcode),
  i32: (value) => {
    state.bytes.push(0x41);
    appendSigned(state.bytes, value);
  },
  f64: (value) => {
    state.bytes.push(0x44);
    append(state, [...new Uint8Array(new Float64Array([value]).buffer)]);
  },
  constant: (value) => {
    state.bytes.push(0xfd, 12);
    append(state, value.bytes);
  },
  shuffle: (lanes) => {
    state.bytes.push(0xfd, 13);
    append(state, lanes);
  },
});

/** Instructions on memory. */
export interface MemoryInstructions {
  /** Loads or stores at the address on the stack plus `offset`; an access to one lane also names the lane. */
  readonly memory: (kind: MemoryOp, offset: number, lane?: number) => void;
  /** Loads or stores one number, at the address on the stack plus `offset`. */
  readonly scalar: (kind: ScalarMemoryOp, offset: number) => void;
  /** Fills bytes: target, value and count are on the stack. */
  readonly fill: () => void;
  /** Copies bytes: target, source and count are on the stack. */
  readonly copy: () => void;
}

export const memoryInstructions = (state: FunctionState): MemoryInstructions => ({
  memory: (kind, offset, lane) => {
    state.bytes.push(0xfd, memoryOps[kind], 0);
    appendUnsigned(state.bytes, offset);
    if (lane !== undefined) state.bytes.push(lane);
  },
  scalar: (kind, offset) => {
    append(state, scalarMemoryOps[kind]);
    appendUnsigned(state.bytes, offset);
  },
  fill: () => append(state, [0xfc, 11, 0]),
  copy: () => append(state, [0xfc, 10, 0, 0]),
});

/** Calls and blocks. */
export interface ControlInstructions {
  readonly call: (index: number) => void;
  /** Runs the body, and repeats it while it leaves a nonzero number on the stack. */
  readonly repeat: (body: () => void) => void;
  /** Runs the body while the test leaves a nonzero number on the stack. */
  readonly repeatWhile: (test: () => void, body: () => void) => void;
  /** Runs the body if a nonzero number is on the stack, else the other one. */
  readonly when: (body: () => void, otherwise?: () => void) => void;
}

export const controlInstructions = (state: FunctionState): ControlInstructions => ({
  call: (index) => {
    state.bytes.push(0x10);
    appendUnsigned(state.bytes, index);
  },
  repeat: (body) => {
    state.bytes.push(mark.loop);
    body();
    state.bytes.push(0x0d, 0, mark.end);
  },
  repeatWhile: (test, body) => {
    state.bytes.push(mark.loop);
    test();
    state.bytes.push(mark.if);
    body();
    state.bytes.push(0x0c, 1, mark.end, mark.end);
  },
  when: (body, otherwise) => {
    state.bytes.push(mark.if);
    body();
    if (otherwise !== undefined) {
      state.bytes.push(mark.else);
      otherwise();
    }
    state.bytes.push(mark.end);
  },
});
