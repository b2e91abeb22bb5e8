import type { DType } from "@gradfold/core";
import type { LaneOperation, Part, Routine, Step } from "@gradfold/core/transform";
import { widthOf } from "../graph/bytes.ts";
import { type Code, op } from "../wasm/assembler.ts";
import { kindsIn, type StepKind } from "./inference.ts";
import { isSingleVector } from "./promotion.ts";
import { emitDouble } from "./vectorize.ts";

/* A routine as scalar instructions: places are whole numbers of 32 bits, elements are float64. */

/** A stretch of memory that a routine reads or writes. */
interface Buffer {
  readonly dtype: DType;
  readonly address: number;
  /** Scratch for whole numbers holds them as such. */
  readonly holdsPlaces: boolean;
}

/** What a routine is carried out on. */
export interface Job {
  readonly routine: Routine;
  readonly dtype: DType;
  readonly sizes: readonly number[];
  readonly buffers: readonly Buffer[];
  /** Where a refused number is written, behind the number of the routine that refused it. */
  readonly refusal: { readonly address: number; readonly number: number } | undefined;
}

const onPlaces: Partial<Readonly<Record<LaneOperation, readonly number[]>>> = {
  add: op.i32Add,
  sub: op.i32Sub,
  mul: op.i32Mul,
  less: op.i32LessSigned,
  lessEqual: op.i32LessEqualSigned,
  equal: op.i32Equal,
  notEqual: op.i32NotEqual,
};

const onNumbers: Partial<Readonly<Record<LaneOperation, readonly number[]>>> = {
  add: op.scalarAdd,
  sub: op.scalarSub,
  mul: op.scalarMul,
  div: op.scalarDiv,
  sqrt: op.scalarSqrt,
  neg: op.scalarNeg,
  abs: op.scalarAbs,
  floor: op.scalarFloor,
  min: op.scalarMin,
  max: op.scalarMax,
  less: op.scalarLess,
  lessEqual: op.scalarLessEqual,
  equal: op.scalarEqual,
  notEqual: op.scalarNotEqual,
};

const onTruths: Partial<Readonly<Record<LaneOperation, readonly number[]>>> = {
  and: op.i32And,
  or: op.i32Or,
  not: op.i32IsZero,
};

export const emitRoutine = (code: Code, { routine, dtype, sizes, buffers, refusal }: Job): void => {
  const bufferAt = (index: number): Buffer => {
    const buffer = buffers[index];
    if (buffer === undefined) throw new Error(`routine: no buffer ${index}`);
    return buffer;
  };
  const kindOf = kindsIn(routine, (index) => bufferAt(index).holdsPlaces);
  const locals = new Map<number, number>();
  const localFor = (id: number, kind: StepKind): number => {
    const local = locals.get(id) ?? code.local(kind === "number" ? "f64" : "i32");
    locals.set(id, local);
    return local;
  };
  const kindOfStep = (id: number): StepKind => kindOf({ kind: "step", id });
  const give = (id: number): void => code.set(localFor(id, kindOfStep(id)));

  /** Puts a part on the stack as it is, or as what is asked for. */
  const push = (part: Part, as: StepKind = kindOf(part)): void => {
    const kind = kindOf(part);
    if (part.kind === "constant") return as === "number" ? code.f64(part.value) : code.i32(part.value);
    code.get(localFor(part.id, kind));
    if (as === "number" && kind !== "number") code.op(op.scalarOfPlace);
    if (as === "place" && kind === "number") code.op(op.placeOfScalar);
  };
  const pushPlace = (at: Part, width: number): void => {
    push(at, "place");
    code.i32(width === 4 ? 2 : 3);
    code.op(op.placeShiftLeft);
  };
  /** Whole numbers, of less than 64 bits, modulo 2^32. */
  const wrap = (): void => {
    code.op(op.longOfScalar);
    code.op(op.placeOfLong);
    code.op(op.scalarOfPlace);
  };
  const load = (index: number, at: Part): void => {
    const { dtype: of, address, holdsPlaces } = bufferAt(index);
    if (holdsPlaces) {
      pushPlace(at, 4);
      return code.scalar("loadPlace", address);
    }
    pushPlace(at, widthOf(of));
    code.scalar(isSingleVector(of) ? "load4" : "load8", address);
    if (isSingleVector(of)) code.op(op.scalarPromote);
  };
  const store = (index: number, at: Part, value: Part): void => {
    const { dtype: of, address, holdsPlaces } = bufferAt(index);
    if (holdsPlaces) {
      pushPlace(at, 4);
      push(value, "place");
      return code.scalar("storePlace", address);
    }
    pushPlace(at, widthOf(of));
    push(value, "number");
    if (of === "int32" && kindOf(value) === "number") wrap();
    if (isSingleVector(of)) code.op(op.scalarDemote);
    code.scalar(isSingleVector(of) ? "store4" : "store8", address);
  };
  const round = (): void => {
    if (dtype === "int32") wrap();
    if (dtype !== "float32") return;
    code.op(op.scalarDemote);
    code.op(op.scalarPromote);
  };
  /** x if x < y holds for the two, or the other way round. */
  const pushLesser = (x: Part, y: Part, less: readonly [Part, Part], as: StepKind): void => {
    push(x, as);
    push(y, as);
    less.forEach((part) => push(part, as));
    code.op(as === "place" ? op.i32LessSigned : op.scalarLess);
    code.op(op.select);
  };
  const apply = (id: number, operation: LaneOperation, parts: readonly Part[]): void => {
    const [x, y, z] = parts;
    const truth = onTruths[operation];
    const isWhole = kindOfStep(id) !== "number" && parts.every((part) => kindOf(part) !== "number");
    const as = isWhole ? "place" : "number";
    const instruction = (as === "place" ? onPlaces : onNumbers)[operation];
    if (truth !== undefined) {
      parts.forEach((part) => push(part));
      code.op(truth);
    } else if (operation === "truth" && x) push(x);
    else if (operation === "select" && x && y && z) {
      const kind = kindOfStep(id);
      push(y, kind);
      push(z, kind);
      push(x);
      code.op(op.select);
    } else if (instruction !== undefined) {
      parts.forEach((part) => push(part, as));
      code.op(instruction);
    } else if ((operation === "min" || operation === "pmin") && x && y) pushLesser(y, x, [y, x], as);
    else if ((operation === "max" || operation === "pmax") && x && y) pushLesser(y, x, [x, y], as);
    else
      emitDouble(
        code,
        operation,
        parts.map((part) => (part.kind === "constant" ? part.value : () => push(part, "number"))),
      );
    give(id);
  };
  const emit = (step: Step): void => {
    switch (step.kind) {
      case "size":
        code.i32(sizes[step.index] ?? 0);
        return give(step.id);
      case "load":
        load(step.buffer, step.at);
        return give(step.id);
      case "store":
        return store(step.buffer, step.at, step.value);
      case "apply":
        return apply(step.id, step.operation, step.parts);
      case "round":
        push(step.value, "number");
        round();
        return give(step.id);
      case "place":
        push(step.value, "place");
        return give(step.id);
      case "declare":
      case "set":
        push(step.value, kindOfStep(step.variable));
        return give(step.variable);
      case "get":
        code.get(localFor(step.variable, kindOfStep(step.variable)));
        return give(step.id);
      case "loop": {
        const counter = localFor(step.id, "place");
        const isBelow = (): void => {
          code.get(counter);
          push(step.to, "place");
          code.op(op.i32LessSigned);
        };
        push(step.from, "place");
        code.set(counter);
        isBelow();
        return code.when(() =>
          code.repeat(() => {
            step.body.forEach(emit);
            code.get(counter);
            code.i32(1);
            code.op(op.i32Add);
            code.set(counter);
            isBelow();
          }),
        );
      }
      case "while":
        return code.repeatWhile(
          () => {
            step.test.forEach(emit);
            push(step.condition);
          },
          () => step.body.forEach(emit),
        );
      case "when":
        push(step.condition);
        return code.when(() => step.body.forEach(emit));
      case "refuse":
        if (refusal === undefined) return undefined;
        push(step.condition);
        return code.when(() => {
          code.i32(0);
          code.f64(refusal.number);
          code.scalar("store8", refusal.address);
          code.i32(0);
          push(step.value, "number");
          code.scalar("store8", refusal.address + 8);
          code.op(op.return);
        });
    }
  };
  routine.forEach(emit);
};
