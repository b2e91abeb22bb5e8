import type { LaneOperation, Part, Step } from "@gradfold/core/compiler";
import { op } from "../wasm/opcode.ts";
import type { ValueKind } from "./inference.ts";
import { type Int32Operation, isInt32Operation } from "./int32.ts";
import { pop, push, type RoutineState } from "./operand.ts";
import { emitDouble } from "./vectorize.ts";

/* The operations of a routine on one number each. */

type Instructions = Partial<Readonly<Record<LaneOperation, readonly number[]>>>;

const i32Instructions: Instructions = {
  add: op.i32Add,
  sub: op.i32Sub,
  mul: op.i32Mul,
  less: op.i32LtS,
  lessEqual: op.i32LeS,
  equal: op.i32Eq,
  notEqual: op.i32Ne,
};

const f64Instructions: Instructions = {
  add: op.f64Add,
  sub: op.f64Sub,
  mul: op.f64Mul,
  div: op.f64Div,
  sqrt: op.f64Sqrt,
  neg: op.f64Neg,
  abs: op.f64Abs,
  floor: op.f64Floor,
  min: op.f64Min,
  max: op.f64Max,
  less: op.f64Lt,
  lessEqual: op.f64Le,
  equal: op.f64Eq,
  notEqual: op.f64Ne,
};

/** On 32-bit words, whatever the operands are. */
const wordInstructions: Readonly<Record<Int32Operation, readonly number[]>> = {
  wrappingAdd: op.i32Add,
  xor: op.i32Xor,
  rotate: op.i32Rotl,
  shiftRight: op.i32ShrU,
};

const booleanInstructions: Instructions = {
  and: op.i32And,
  or: op.i32Or,
  not: op.i32Eqz,
};

/** Pushes x if a < b, else y. */
const pushIfLess = (state: RoutineState, [a, b]: readonly [Part, Part], x: Part, y: Part, as: ValueKind): void => {
  for (const part of [x, y, a, b]) push(state, part, as);
  state.asm.op(as === "index" ? op.i32LtS : op.f64Lt);
  state.asm.op(op.select);
};

const pushSelected = (state: RoutineState, condition: Part, yes: Part, no: Part, as: ValueKind): void => {
  push(state, yes, as);
  push(state, no, as);
  push(state, condition);
  state.asm.op(op.select);
};

/** An operation without an instruction of its own, as it is emitted for vectors. */
const pushDouble = (state: RoutineState, operation: LaneOperation, parts: readonly Part[]): void =>
  emitDouble(
    state.asm,
    operation,
    parts.map((part) => (part.kind === "constant" ? part.value : () => push(state, part, "float"))),
  );

/** Pushes the result of an operation of which all operands are indices or booleans ("index"), or not ("float"). */
const pushResult = (
  state: RoutineState,
  { id, operation, parts }: Extract<Step, { kind: "apply" }>,
  as: "index" | "float",
): void => {
  const [x, y, z] = parts;
  const ofBooleans = booleanInstructions[operation];
  const instruction = ofBooleans ?? (as === "index" ? i32Instructions : f64Instructions)[operation];
  if (operation === "truth" && x) push(state, x);
  else if (operation === "select" && x && y && z) pushSelected(state, x, y, z, state.kindAt(id));
  else if (instruction !== undefined) {
    for (const part of parts) push(state, part, ofBooleans === undefined ? as : undefined);
    state.asm.op(instruction);
  } else if ((operation === "min" || operation === "pmin") && x && y) pushIfLess(state, [y, x], y, x, as);
  else if ((operation === "max" || operation === "pmax") && x && y) pushIfLess(state, [x, y], y, x, as);
  else pushDouble(state, operation, parts);
};

/** Emits one operation of a routine. */
export const emitOperation = (state: RoutineState, step: Extract<Step, { kind: "apply" }>): void => {
  if (isInt32Operation(step.operation)) {
    for (const part of step.parts) push(state, part, "index");
    state.asm.op(wordInstructions[step.operation]);
    return pop(state, step.id);
  }
  const isFloat = state.kindAt(step.id) === "float" || step.parts.some((part) => state.kindOf(part) === "float");
  pushResult(state, step, isFloat ? "float" : "index");
  pop(state, step.id);
};
