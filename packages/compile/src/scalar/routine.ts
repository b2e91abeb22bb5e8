import type { DType } from "@gradfold/core";
import type { LaneOperation, Part, Routine, Step } from "@gradfold/core/transform";
import { widthOf } from "../graph/bytes.ts";
import { type Assembler, op } from "../wasm/assembler.ts";
import { inferKinds, type ValueKind } from "./inference.ts";
import { isSingleVector } from "./promotion.ts";
import { emitDouble } from "./vectorize.ts";

/* Routines as scalar code: indices are i32, elements f64. */

/** A buffer that a routine reads or writes. */
interface Buffer {
  readonly dtype: DType;
  readonly address: number;
  /** Whether the elements are stored as i32, as in scratch of dtype int32. */
  readonly holdsIndices: boolean;
}

/** A routine with its buffers. */
export interface RoutineCall {
  readonly routine: Routine;
  readonly dtype: DType;
  readonly sizes: readonly number[];
  readonly buffers: readonly Buffer[];
  /** Where a refusal is recorded: the routine's number at `address`, and the refused value 8 bytes further. */
  readonly refusal: { readonly address: number; readonly number: number } | undefined;
}

const i32Instructions: Partial<Readonly<Record<LaneOperation, readonly number[]>>> = {
  add: op.i32Add,
  sub: op.i32Sub,
  mul: op.i32Mul,
  less: op.i32LtS,
  lessEqual: op.i32LeS,
  equal: op.i32Eq,
  notEqual: op.i32Ne,
};

const f64Instructions: Partial<Readonly<Record<LaneOperation, readonly number[]>>> = {
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

const booleanInstructions: Partial<Readonly<Record<LaneOperation, readonly number[]>>> = {
  and: op.i32And,
  or: op.i32Or,
  not: op.i32Eqz,
};

export const emitRoutine = (asm: Assembler, { routine, dtype, sizes, buffers, refusal }: RoutineCall): void => {
  const bufferAt = (index: number): Buffer => {
    const buffer = buffers[index];
    if (buffer === undefined) throw new Error(`routine: no buffer ${index}`);
    return buffer;
  };
  const kindOf = inferKinds(routine, (index) => bufferAt(index).holdsIndices);
  const locals = new Map<number, number>();
  const localFor = (id: number, kind: ValueKind): number => {
    const local = locals.get(id) ?? asm.local(kind === "float" ? "f64" : "i32");
    locals.set(id, local);
    return local;
  };
  const kindOfStep = (id: number): ValueKind => kindOf({ kind: "step", id });
  const give = (id: number): void => asm.set(localFor(id, kindOfStep(id)));

  /** Puts a part on the stack as it is, or as what is asked for. */
  const push = (part: Part, as: ValueKind = kindOf(part)): void => {
    const kind = kindOf(part);
    if (part.kind === "constant") return as === "float" ? asm.f64(part.value) : asm.i32(part.value);
    asm.get(localFor(part.id, kind));
    if (as === "float" && kind !== "float") asm.op(op.f64ConvertI32);
    if (as === "index" && kind === "float") asm.op(op.i32TruncSat);
  };
  const pushOffset = (at: Part, width: number): void => {
    push(at, "index");
    asm.i32(width === 4 ? 2 : 3);
    asm.op(op.i32Shl);
  };
  /** Wraps an integer of less than 64 bits to int32. */
  const wrap = (): void => {
    asm.op(op.i64TruncSat);
    asm.op(op.i32WrapI64);
    asm.op(op.f64ConvertI32);
  };
  const load = (index: number, at: Part): void => {
    const { dtype: of, address, holdsIndices } = bufferAt(index);
    if (holdsIndices) {
      pushOffset(at, 4);
      return asm.scalar("loadI32", address);
    }
    pushOffset(at, widthOf(of));
    asm.scalar(isSingleVector(of) ? "loadF32" : "loadF64", address);
    if (isSingleVector(of)) asm.op(op.f64Promote);
  };
  const store = (index: number, at: Part, value: Part): void => {
    const { dtype: of, address, holdsIndices } = bufferAt(index);
    if (holdsIndices) {
      pushOffset(at, 4);
      push(value, "index");
      return asm.scalar("storeI32", address);
    }
    pushOffset(at, widthOf(of));
    push(value, "float");
    if (of === "int32" && kindOf(value) === "float") wrap();
    if (isSingleVector(of)) asm.op(op.f32Demote);
    asm.scalar(isSingleVector(of) ? "storeF32" : "storeF64", address);
  };
  const round = (): void => {
    if (dtype === "int32") wrap();
    if (dtype !== "float32") return;
    asm.op(op.f32Demote);
    asm.op(op.f64Promote);
  };
  /** x if x < y holds for the two, or the other way round. */
  const pushLesser = (x: Part, y: Part, less: readonly [Part, Part], as: ValueKind): void => {
    push(x, as);
    push(y, as);
    less.forEach((part) => push(part, as));
    asm.op(as === "index" ? op.i32LtS : op.f64Lt);
    asm.op(op.select);
  };
  const apply = (id: number, operation: LaneOperation, parts: readonly Part[]): void => {
    const [x, y, z] = parts;
    const truth = booleanInstructions[operation];
    const isInteger = kindOfStep(id) !== "float" && parts.every((part) => kindOf(part) !== "float");
    const as = isInteger ? "index" : "float";
    const instruction = (as === "index" ? i32Instructions : f64Instructions)[operation];
    if (truth !== undefined) {
      parts.forEach((part) => push(part));
      asm.op(truth);
    } else if (operation === "truth" && x) push(x);
    else if (operation === "select" && x && y && z) {
      const kind = kindOfStep(id);
      push(y, kind);
      push(z, kind);
      push(x);
      asm.op(op.select);
    } else if (instruction !== undefined) {
      parts.forEach((part) => push(part, as));
      asm.op(instruction);
    } else if ((operation === "min" || operation === "pmin") && x && y) pushLesser(y, x, [y, x], as);
    else if ((operation === "max" || operation === "pmax") && x && y) pushLesser(y, x, [x, y], as);
    else
      emitDouble(
        asm,
        operation,
        parts.map((part) => (part.kind === "constant" ? part.value : () => push(part, "float"))),
      );
    give(id);
  };
  const emit = (step: Step): void => {
    switch (step.kind) {
      case "size":
        asm.i32(sizes[step.index] ?? 0);
        return give(step.id);
      case "load":
        load(step.buffer, step.at);
        return give(step.id);
      case "store":
        return store(step.buffer, step.at, step.value);
      case "apply":
        return apply(step.id, step.operation, step.parts);
      case "round":
        push(step.value, "float");
        round();
        return give(step.id);
      case "place":
        push(step.value, "index");
        return give(step.id);
      case "declare":
      case "set":
        push(step.value, kindOfStep(step.variable));
        return give(step.variable);
      case "get":
        asm.get(localFor(step.variable, kindOfStep(step.variable)));
        return give(step.id);
      case "loop": {
        const counter = localFor(step.id, "index");
        const isBelow = (): void => {
          asm.get(counter);
          push(step.to, "index");
          asm.op(op.i32LtS);
        };
        push(step.from, "index");
        asm.set(counter);
        isBelow();
        return asm.when(() =>
          asm.repeat(() => {
            step.body.forEach(emit);
            asm.get(counter);
            asm.i32(1);
            asm.op(op.i32Add);
            asm.set(counter);
            isBelow();
          }),
        );
      }
      case "while":
        return asm.repeatWhile(
          () => {
            step.test.forEach(emit);
            push(step.condition);
          },
          () => step.body.forEach(emit),
        );
      case "when":
        push(step.condition);
        return asm.when(() => step.body.forEach(emit));
      case "refuse":
        if (refusal === undefined) return undefined;
        push(step.condition);
        return asm.when(() => {
          asm.i32(0);
          asm.f64(refusal.number);
          asm.scalar("storeF64", refusal.address);
          asm.i32(0);
          push(step.value, "float");
          asm.scalar("storeF64", refusal.address + 8);
          asm.op(op.return);
        });
    }
  };
  routine.forEach(emit);
};
