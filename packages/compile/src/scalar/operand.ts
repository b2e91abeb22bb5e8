import type { Part, Routine } from "@gradfold/core/compiler";
import type { Assembler } from "../wasm/assembler.ts";
import { op } from "../wasm/opcode.ts";
import { inferKinds, type ValueKind, type ValueKindOf } from "./inference.ts";

/* The values of a routine in locals: indices and booleans are i32, elements f64. */

/** A routine under construction: the kinds of its values, and the locals that hold them. */
export interface RoutineState {
  readonly asm: Assembler;
  readonly kindOf: ValueKindOf;
  /** The kind of a value or a variable, by its number. */
  readonly kindAt: (id: number) => ValueKind;
  /** The local of a value or a variable, which is new when it is first asked for. */
  readonly localOf: (id: number) => number;
}

export const openRoutine = (
  asm: Assembler,
  routine: Routine,
  holdsIndices: (buffer: number) => boolean,
): RoutineState => {
  const kindOf = inferKinds(routine, holdsIndices);
  const kindAt = (id: number): ValueKind => kindOf({ kind: "step", id });
  const locals = new Map<number, number>();
  const localOf = (id: number): number => {
    const local = locals.get(id) ?? asm.local(kindAt(id) === "float" ? "f64" : "i32");
    locals.set(id, local);
    return local;
  };
  return { asm, kindOf, kindAt, localOf };
};

/** Pops the number on the stack into the local of a value. */
export const pop = ({ asm, localOf }: RoutineState, id: number): void => asm.set(localOf(id));

/** Pushes a value: as a kind of number, or as the kind that it has. */
export const push = ({ asm, kindOf, localOf }: RoutineState, part: Part, as: ValueKind = kindOf(part)): void => {
  const kind = kindOf(part);
  if (part.kind === "constant") return as === "float" ? asm.f64(part.value) : asm.i32(part.value);
  asm.get(localOf(part.id));
  if (as === "float" && kind !== "float") asm.op(op.f64ConvertI32);
  if (as === "index" && kind === "float") asm.op(op.i32TruncSat);
};
