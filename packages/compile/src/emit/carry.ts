import { sizeOf } from "@gradfold/core/library";
import { widthOf } from "../graph/bytes.ts";
import { emitSplat, emitStoreLane, type Vector } from "../loops/access.ts";
import type { Assembler } from "../wasm/assembler.ts";
import { emitCopy } from "../wasm/copy.ts";
import { arithmetic } from "../wasm/expression.ts";
import { addressAt, type ControlContext, type KnownScalars, programAt } from "./context.ts";

/*
 * The carry of a loop. An array is in the buffer of the loop's result, where the next one is made in place if it can be.
 * A scalar is in a local if the programs inside are inline: a store and a load would lengthen the chain from iteration to
 * iteration.
 */

/** A value of the carry. */
interface Carried {
  /** The input that it is, of each program inside. */
  readonly input: number;
  /** The value of the body that is the next one. */
  readonly id: number;
  readonly bytes: number;
  readonly width: number;
  /** The address of the next one, which may be made in place. */
  readonly from: number;
  /** The address of the loop's result. */
  readonly to: number;
  /** Whether it is in a local. */
  readonly isScalar: boolean;
}

interface CarriedScalar extends Carried {
  readonly vector: Vector;
}

export interface Carry {
  /** The scalars, by the inputs of the programs that they are. */
  readonly known: KnownScalars;
  /** Whether a value that an iteration computes is read from memory. */
  readonly isInMemory: (value: number) => boolean;
  /** Makes the values of an iteration the carry. */
  readonly next: (made: KnownScalars) => void;
  /** Stores the scalars to memory. */
  readonly finish: () => void;
}

/** The local of a scalar, which is the same for all vectors of a packet. */
const localOf = ([local]: Vector): number => {
  if (local === undefined) throw new Error("control: a scalar has no local");
  return local;
};

/** Copies the first carry to the buffers of the loop's results. */
const emitStart = (asm: Assembler, context: ControlContext, carried: readonly Carried[]): void => {
  const { number } = arithmetic(asm);
  for (const { input, bytes, to } of carried)
    emitCopy(asm, bytes, number(to), number(addressAt(context.operands, input)));
};

const carriedIn = (context: ControlContext, closed: number, count: number): readonly Carried[] => {
  const { valueOf, bytesIn, outputs } = programAt(context, context.inner.length - 1);
  const isInline = context.inner.every((_, program) => context.isInline(program));
  const timesGiven = new Map<number, number>();
  for (const { id } of outputs) timesGiven.set(id, (timesGiven.get(id) ?? 0) + 1);
  return outputs.slice(0, count).map(({ id, address }, i) => {
    const input = closed + i;
    const { shape, dtype } = valueOf(input);
    // Another output that is this input, as it is, is copied from memory.
    const isOnlyCarried = (timesGiven.get(input) ?? 0) === (id === input ? 1 : 0);
    return {
      input,
      id,
      bytes: bytesIn(input),
      width: widthOf(dtype),
      from: address,
      to: addressAt(context.results, i),
      isScalar: isInline && sizeOf(shape) === 1 && isOnlyCarried,
    };
  });
};

const emitLoadScalar = (asm: Assembler, offset: number, width: number): Vector =>
  emitSplat(asm, { address: { pointer: undefined, offset }, width, stride: 0 });

const emitNext = (
  asm: Assembler,
  carried: readonly Carried[],
  scalars: readonly CarriedScalar[],
  made: KnownScalars,
): void => {
  const { number } = arithmetic(asm);
  const vectors = scalars.map(({ id, from, width }) => made.get(id) ?? emitLoadScalar(asm, from, width));
  for (const { input, id, bytes, from, to, isScalar } of carried)
    if (id !== input && from !== to && !isScalar) emitCopy(asm, bytes, number(to), number(from));
  // All are read before one is written, since one may become another.
  for (const vector of vectors) asm.get(localOf(vector));
  for (const { vector } of scalars.toReversed()) asm.set(localOf(vector));
};

/** Opens the carry of a loop: `count` values, whose inputs follow `closed` closed-over ones. */
export const openCarry = (asm: Assembler, context: ControlContext, closed: number, count: number): Carry => {
  const carried = carriedIn(context, closed, count);
  emitStart(asm, context, carried);
  const { outputs } = programAt(context, context.inner.length - 1);
  const inMemory = new Set(outputs.flatMap(({ id }, i) => (carried[i]?.isScalar === true ? [] : [id])));
  const scalars = carried
    .filter(({ isScalar }) => isScalar)
    .map((each): CarriedScalar => ({ ...each, vector: emitLoadScalar(asm, each.to, each.width) }));
  return {
    known: new Map(scalars.map(({ input, vector }) => [input, vector])),
    isInMemory: (value) => inMemory.has(value),
    next: (made) => emitNext(asm, carried, scalars, made),
    finish: () => {
      for (const { vector, to, width } of scalars)
        emitStoreLane(asm, localOf(vector), { pointer: undefined, offset: to }, width);
    },
  };
};
