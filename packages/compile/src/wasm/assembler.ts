import type { Constant } from "./constant.ts";
import type { ValueType, WasmFunction } from "./encode.ts";
import {
  addLocal,
  type ControlInstructions,
  controlInstructions,
  type FunctionState,
  type LocalInstructions,
  localInstructions,
  type MemoryInstructions,
  memoryInstructions,
  openPiece,
  openState,
  type ValueInstructions,
  valueInstructions,
} from "./function.ts";
import { accessTo, withLocals } from "./locals.ts";

/* The assembler of one function. */

/** Outlined functions: functions of vectors that others call instead of having their instructions inline. */
export interface Outliner {
  /** The number of a function, which is made once for each key and kind; its body leaves a vector on the stack. */
  readonly number: (key: object, kind: string, parameters: number, body: (asm: Assembler) => void) => number;
  /** Whether a function is outlined. */
  readonly isOutlined: (key: object) => boolean;
}

/** A function under construction: instructions are appended in order. */
export interface Assembler extends LocalInstructions, ValueInstructions, MemoryInstructions, ControlInstructions {
  readonly outline: Outliner;
  /** Code whose constants are hoisted in front of it: inside, `hoist` gives the local of a constant. */
  readonly withHoisted: (body: (hoist: (constant: Constant) => number) => void) => void;
  /** About how many bytes the function has at this point. */
  readonly size: () => number;
  /** The parameters that instructions read or write up to this point. */
  readonly parameters: () => readonly number[];
  /** The function, with the listed ones of its parameters only: by default with all. */
  readonly finish: (parameters?: readonly number[]) => WasmFunction;
}

const refuseOutlining: Outliner = {
  number: () => {
    throw new Error("assembler: no function can be outlined of a function that was opened without an outliner");
  },
  isOutlined: () => false,
};

/** Appends a body, and the constants that it hoists, each once, in front of it. */
const hoistIn = (state: FunctionState, body: (hoist: (constant: Constant) => number) => void): void => {
  const front = openPiece(state);
  const hoisted = new Map<string, number>();
  openPiece(state);
  body(({ name, bytes }) => {
    const known = hoisted.get(name);
    if (known !== undefined) return known;
    const local = addLocal(state, "v128");
    hoisted.set(name, local);
    front.push(0xfd, 12, ...bytes, accessTo(1, local));
    state.counted += bytes.length + 3;
    return local;
  });
};

/** Opens a function of parameters of one type. */
export const openFunction = (
  parameters: number,
  of: ValueType = "i32",
  outline: Outliner = refuseOutlining,
): Assembler => {
  const state = openState(parameters);
  return {
    ...localInstructions(state),
    ...valueInstructions(state),
    ...memoryInstructions(state),
    ...controlInstructions(state),
    outline,
    withHoisted: (body) => hoistIn(state, body),
    size: () => state.counted + state.bytes.length,
    parameters: () => [...state.used].toSorted((a, b) => a - b),
    finish: (kept = Array.from({ length: parameters }, (_, i) => i)) => {
      const { locals, bytes } = withLocals(state.pieces, parameters, kept, state.locals);
      return { parameters: kept.length, of, locals, body: bytes };
    },
  };
};
