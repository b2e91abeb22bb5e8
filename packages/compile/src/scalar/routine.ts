import type { DType } from "@gradfold/core";
import type { Bulk, Part, Routine, Step } from "@gradfold/core/compiler";
import { widthOf } from "../graph/bytes.ts";
import type { Assembler } from "../wasm/assembler.ts";
import { emitCopyExactly } from "../wasm/copy.ts";
import { arithmetic, type Expression } from "../wasm/expression.ts";
import { op } from "../wasm/opcode.ts";
import { openRoutine, pop, push, type RoutineState } from "./operand.ts";
import { emitOperation } from "./operation.ts";
import { isSingleVector } from "./promotion.ts";
import { emitSums } from "./sums.ts";
import { integerShift } from "./wrap.ts";

/* Routines as scalar code. */

/** A buffer that a routine reads or writes. */
interface Buffer {
  readonly dtype: DType;
  readonly address: number;
  /** Whether the elements are stored as i32, as in scratch of dtype int32. */
  readonly holdsIndices: boolean;
}

/** The address where a refusal is recorded: the routine's number, and the refused value 8 bytes further. */
interface Refusal {
  readonly address: number;
  readonly number: number;
}

/** A routine with its buffers. */
export interface RoutineCall {
  readonly routine: Routine;
  readonly dtype: DType;
  readonly sizes: readonly number[];
  readonly buffers: readonly Buffer[];
  /** Undefined if the routine refuses no value. */
  readonly refusal: Refusal | undefined;
}

/** A routine under construction, and its buffers. */
interface State extends RoutineState, RoutineCall {}

type Of<Kind> = Extract<Step, { readonly kind: Kind }>;

const bufferAt = ({ buffers }: Pick<RoutineCall, "buffers">, index: number): Buffer => {
  const buffer = buffers[index];
  if (buffer === undefined) throw new Error(`routine: no buffer ${index}`);
  return buffer;
};

const sizeAt = ({ sizes }: State, index: number): number => {
  const size = sizes[index];
  if (size === undefined) throw new Error(`routine: no size ${index}`);
  return size;
};

const elementBytes = ({ dtype, holdsIndices }: Buffer): number => (holdsIndices ? 4 : widthOf(dtype));

/** Pushes the offset in bytes of an element. */
const pushOffset = (state: State, at: Part, width: number): void => {
  push(state, at, "index");
  state.asm.i32(width === 4 ? 2 : 3);
  state.asm.op(op.i32Shl);
};

/** Wraps an integer of less than 64 bits to int32. */
const wrap = (asm: Assembler): void => {
  asm.op(op.i64TruncSat);
  asm.op(op.i32WrapI64);
  asm.op(op.f64ConvertI32);
};

/** Elements that a step takes or gives in bulk: where they start, as an address in a local. */
const startOf = (state: State, { buffer, at }: Bulk["from"]): Expression => {
  const taken = bufferAt(state, buffer);
  const { local, add, number, variable } = arithmetic(state.asm);
  const pushAt = (): void => pushOffset(state, at, elementBytes(taken));
  return local(variable(add(pushAt, number(taken.address))));
};

const emitBulk = (state: State, { kind, from, to, size }: Bulk): void => {
  const { asm, dtype } = state;
  const [given, taking] = [bufferAt(state, from.buffer), bufferAt(state, to.buffer)];
  if (given.dtype !== taking.dtype || given.holdsIndices !== taking.holdsIndices)
    throw new Error(`routine: buffers ${from.buffer} and ${to.buffer} hold elements of two kinds`);
  const bytes = sizeAt(state, size) * elementBytes(taking);
  const [source, target] = [startOf(state, from), startOf(state, to)];
  if (kind === "copy") emitCopyExactly(asm, bytes, target, source);
  else emitSums(asm, dtype, bytes, target, source);
};

/** Pushes an int32 as an index: its low bits, where a sum with 1.5 2^52 has them. */
const pushPlace = (state: State, value: Part): void => {
  const { asm, kindOf } = state;
  push(state, value);
  if (kindOf(value) !== "float") return;
  asm.f64(integerShift);
  for (const each of [op.f64Add, op.i64ReinterpretF64, op.i32WrapI64]) asm.op(each);
};

const pushLoaded = (state: State, { buffer, at }: Of<"load">): void => {
  const loaded = bufferAt(state, buffer);
  const { dtype, address, holdsIndices } = loaded;
  pushOffset(state, at, elementBytes(loaded));
  if (holdsIndices) return state.asm.scalar("loadI32", address);
  state.asm.scalar(isSingleVector(dtype) ? "loadF32" : "loadF64", address);
  if (isSingleVector(dtype)) state.asm.op(op.f64Promote);
};

const emitStore = (state: State, { buffer, at, value }: Of<"store">): void => {
  const stored = bufferAt(state, buffer);
  const { dtype, address, holdsIndices } = stored;
  pushOffset(state, at, elementBytes(stored));
  push(state, value, holdsIndices ? "index" : "float");
  if (holdsIndices) return state.asm.scalar("storeI32", address);
  if (dtype === "int32" && state.kindOf(value) === "float") wrap(state.asm);
  if (isSingleVector(dtype)) state.asm.op(op.f32Demote);
  state.asm.scalar(isSingleVector(dtype) ? "storeF32" : "storeF64", address);
};

/** Pushes a value as an element of the routine's dtype has it. */
const pushRounded = (state: State, { value }: Of<"round">): void => {
  const { asm, dtype } = state;
  push(state, value, "float");
  if (dtype === "int32") wrap(asm);
  if (dtype !== "float32") return;
  asm.op(op.f32Demote);
  asm.op(op.f64Promote);
};

/** Pushes half of the bits of a float64. */
const pushWord = (state: State, { value, half }: Of<"word">): void => {
  push(state, value, "float");
  state.asm.op(op.f64x2Splat);
  state.asm.op(half === "high" ? op.i32x4ExtractSecond : op.i32x4ExtractFirst);
};

const emitLoop = (state: State, { id, from, to, body }: Of<"loop">): void => {
  const { asm } = state;
  const counter = state.localOf(id);
  const pushIsBelow = (): void => {
    asm.get(counter);
    push(state, to, "index");
    asm.op(op.i32LtS);
  };
  push(state, from, "index");
  asm.set(counter);
  pushIsBelow();
  asm.when(() =>
    asm.repeat(() => {
      emitSteps(state, body);
      asm.get(counter);
      asm.i32(1);
      asm.op(op.i32Add);
      asm.set(counter);
      pushIsBelow();
    }),
  );
};

const emitWhile = (state: State, { test, condition, body }: Of<"while">): void =>
  state.asm.repeatWhile(
    () => {
      emitSteps(state, test);
      push(state, condition);
    },
    () => emitSteps(state, body),
  );

/** Records a refusal where the condition holds, and returns. */
const emitRefusal = (state: State, { condition, value }: Of<"refuse">): void => {
  const { asm, refusal } = state;
  if (refusal === undefined) return;
  push(state, condition);
  asm.when(() => {
    asm.i32(0);
    asm.f64(refusal.number);
    asm.scalar("storeF64", refusal.address);
    asm.i32(0);
    push(state, value, "float");
    asm.scalar("storeF64", refusal.address + 8);
    asm.op(op.return);
  });
};

/** Steps that leave one number on the stack. */
const pushStep = (state: State, step: Of<"size" | "load" | "round" | "place" | "word" | "get">): void => {
  switch (step.kind) {
    case "size":
      return state.asm.i32(sizeAt(state, step.index));
    case "load":
      return pushLoaded(state, step);
    case "round":
      return pushRounded(state, step);
    case "place":
      return pushPlace(state, step.value);
    case "word":
      return pushWord(state, step);
    case "get":
      return state.asm.get(state.localOf(step.variable));
  }
};

const emitStep = (state: State, step: Step): void => {
  switch (step.kind) {
    case "apply":
      return emitOperation(state, step);
    case "store":
      return emitStore(state, step);
    case "copy":
    case "accumulate":
      return emitBulk(state, step);
    case "declare":
    case "set":
      push(state, step.value, state.kindAt(step.variable));
      return pop(state, step.variable);
    case "loop":
      return emitLoop(state, step);
    case "while":
      return emitWhile(state, step);
    case "when":
      push(state, step.condition);
      return state.asm.when(() => emitSteps(state, step.body));
    case "refuse":
      return emitRefusal(state, step);
    case "size":
    case "load":
    case "round":
    case "place":
    case "word":
    case "get":
      pushStep(state, step);
      return pop(state, step.id);
  }
};

const emitSteps = (state: State, steps: readonly Step[]): void => {
  for (const step of steps) emitStep(state, step);
};

/** Emits a routine as instructions on its buffers. */
export const emitRoutine = (asm: Assembler, call: RoutineCall): void => {
  const state = openRoutine(asm, call.routine, (index) => bufferAt(call, index).holdsIndices);
  emitSteps({ ...state, ...call }, call.routine);
};
