import { sizeOf } from "@gradfold/core/transform";
import { bytesOf, widthOf } from "../graph/bytes.ts";
import { type ControlDefinition, type Value, valueAt } from "../graph/graph.ts";
import { emitSplat, emitStoreLane, type Vector } from "../loops/access.ts";
import { addressIn, fewBytes, type Inner } from "../memory/plan.ts";
import { type Assembler, op } from "../wasm/assembler.ts";
import { arithmetic, type Expression } from "../wasm/expression.ts";

/*
 * Control flow as instructions. Each program inside is a function with buffers of its own. One that computes scalars
 * only is inlined, and carried scalars stay in locals: a store and a load would lengthen the chain from iteration to
 * iteration.
 */

/** Control flow, and where its operands and results are. */
export interface ControlContext {
  readonly definition: ControlDefinition;
  /** The programs inside, in order. */
  readonly inner: readonly Inner[];
  /** The addresses of operands and results. */
  readonly operands: readonly number[];
  readonly results: readonly number[];
  /** Whether a program is inlined, rather than called. */
  readonly isInline: (program: number) => boolean;
  /** Emits a program; gives the scalars that it computes in locals, if it is inlined. */
  readonly run: (program: number, how?: RunOptions) => KnownScalars;
}

type KnownScalars = ReadonlyMap<number, Vector>;

interface RunOptions {
  /** Inputs that are known already. */
  readonly known?: KnownScalars;
  /** The addresses of the inputs that move. */
  readonly relocated?: readonly Expression[];
  /** Whether an inlined program stores a scalar to memory; by default it stores all. */
  readonly isInMemory?: (value: number) => boolean;
}

const emitCopy = (asm: Assembler, bytes: number, to: Expression, from: Expression): void => {
  if (bytes <= fewBytes) {
    for (let at = 0; at < bytes; at += 16) emitCopyVector(asm, to, from, at);
    return;
  }
  emitCopyLong(asm, bytes, to, from);
};

/** The same, but writes no byte behind the last: the row there may be written already. */
const emitCopyExactly = (asm: Assembler, bytes: number, to: Expression, from: Expression): void => {
  if (bytes > fewBytes) return emitCopyLong(asm, bytes, to, from);
  let at = 0;
  for (; at + 16 <= bytes; at += 16) emitCopyVector(asm, to, from, at);
  for (const [width, load, store] of [[8, "loadF64", "storeF64"] as const, [4, "loadF32", "storeF32"] as const]) {
    if (at + width > bytes) continue;
    to();
    from();
    asm.scalar(load, at);
    asm.scalar(store, at);
    at += width;
  }
};

const emitCopyVector = (asm: Assembler, to: Expression, from: Expression, at: number): void => {
  to();
  from();
  asm.memory("load", at);
  asm.memory("store", at);
};

const emitCopyLong = (asm: Assembler, bytes: number, to: Expression, from: Expression): void => {
  to();
  from();
  asm.i32(bytes);
  asm.copy();
};

/** One program inside: the bytes of its inputs, and of its outputs and where they are. */
const programAt = ({ inner }: ControlContext, program: number) => {
  const it = inner[program];
  if (it === undefined) throw new Error(`control: no program ${program}`);
  const { plan, schedule } = it;
  const { graph } = schedule;
  return {
    valueOf: (i: number): Value => valueAt(graph, i),
    bytesIn: (i: number): number => bytesOf(valueAt(graph, i)),
    inputAt: addressIn(plan, graph),
    relocated: plan.relocated,
    outputs: graph.outputs.map((id) => ({
      id,
      bytes: bytesOf(valueAt(graph, id)),
      address: addressIn(plan, graph)(id),
    })),
  };
};

const addressAt = (addresses: readonly number[], index: number): number => {
  const address = addresses[index];
  if (address === undefined) throw new Error(`control: no address of value ${index}`);
  return address;
};

/** Copies the first carry to the results' buffers, where the carry stays. */
const emitStart = (asm: Assembler, context: ControlContext, closed: number, carried: number): void => {
  const { number } = arithmetic(asm);
  const { bytesIn } = programAt(context, context.inner.length - 1);
  for (let i = 0; i < carried; i++)
    emitCopy(
      asm,
      bytesIn(closed + i),
      number(addressAt(context.results, i)),
      number(addressAt(context.operands, closed + i)),
    );
};

/** The carry of a loop: in the results' buffers, or scalars in locals. */
interface Carries {
  /** The numbers, by the inputs of the programs that they are. */
  readonly known: KnownScalars;
  /** Whether a value that an iteration computes is read from memory. */
  readonly isInMemory: (value: number) => boolean;
  /** Makes the values of an iteration the carry. */
  readonly next: (made: KnownScalars) => void;
  /** Brings the numbers to memory. */
  readonly finish: () => void;
}

const openCarries = (asm: Assembler, context: ControlContext, closed: number, carried: number): Carries => {
  const { number } = arithmetic(asm);
  const { valueOf, outputs } = programAt(context, context.inner.length - 1);
  const isInline = context.inner.every((_, program) => context.isInline(program));
  /** How often each value is given. */
  const given = new Map<number, number>();
  for (const { id } of outputs) given.set(id, (given.get(id) ?? 0) + 1);
  const carries = outputs.slice(0, carried).map(({ id, address, bytes }, i) => ({
    input: closed + i,
    id,
    bytes,
    from: address,
    to: addressAt(context.results, i),
    width: widthOf(valueOf(closed + i).dtype),
    // What else is made of it, as it is, is copied from memory.
    isNumber:
      isInline &&
      sizeOf(valueOf(closed + i).shape) === 1 &&
      (given.get(closed + i) ?? 0) === (id === closed + i ? 1 : 0),
  }));
  const inMemory = new Set(outputs.flatMap(({ id }, i) => (carries[i]?.isNumber === true ? [] : [id])));
  const numberAt = (offset: number, width: number): Vector =>
    emitSplat(asm, { address: { pointer: undefined, offset }, width, stride: 0 });
  const numbers = carries
    .filter(({ isNumber }) => isNumber)
    .map((carry) => ({ ...carry, vector: numberAt(carry.to, carry.width) }));
  return {
    known: new Map(numbers.map(({ input, vector }) => [input, vector])),
    isInMemory: (value) => inMemory.has(value),
    next: (made) => {
      const vectors = numbers.map(({ id, from, width }) => made.get(id) ?? numberAt(from, width));
      for (const { input, id, bytes, from, to, isNumber } of carries)
        if (id !== input && !isNumber) emitCopy(asm, bytes, number(to), number(from));
      // All of them before any: one may become another.
      for (const [local = 0] of vectors) asm.get(local);
      for (const { vector } of numbers.toReversed()) asm.set(vector[0] ?? 0);
    },
    finish: () => {
      for (const { vector, to, width } of numbers)
        emitStoreLane(asm, vector[0] ?? 0, { pointer: undefined, offset: to }, width);
    },
  };
};

type Of<Kind> = Extract<ControlDefinition, { readonly kind: Kind }>;

const emitScan = (asm: Assembler, definition: Of<"scan">, context: ControlContext): void => {
  const { closed, carried, inputs, length, reverse } = definition;
  const { bytesIn, inputAt, outputs, relocated } = programAt(context, 0);
  const { forRange, number, local, add, sub, mul } = arithmetic(asm);
  emitStart(asm, context, closed, carried);
  const { known, isInMemory, next, finish } = openCarries(asm, context, closed, carried);
  forRange(number(length), 1, (turn) => {
    const row = (address: number, bytes: number): Expression => {
      const passed = mul(local(turn), number(bytes));
      return reverse ? sub(number(address + (length - 1) * bytes), passed) : add(number(address), passed);
    };
    const rowOf = (i: number): Expression => row(addressAt(context.operands, i), bytesIn(i));
    for (let i = closed + carried; i < inputs.length; i++)
      if (!relocated.includes(i)) emitCopy(asm, bytesIn(i), number(inputAt(i)), rowOf(i));
    const made = context.run(0, { known, relocated: relocated.map(rowOf), isInMemory });
    // Rows first: they may be carries that are about to be overwritten.
    outputs.forEach(({ bytes, address }, i) => {
      const copyRow = reverse ? emitCopyExactly : emitCopy;
      if (i >= carried) copyRow(asm, bytes, row(addressAt(context.results, i), bytes), number(address));
    });
    next(made);
  });
  finish();
};

/** Pushes whether the bool at an address is true. */
const emitTruth = (asm: Assembler, address: number): void => {
  asm.i32(0);
  asm.scalar("loadF32", address);
  asm.op(op.f64Promote);
  asm.f64(0);
  asm.op(op.f64Ne);
};

const emitWhile = (asm: Assembler, { closed, inputs }: Of<"while">, context: ControlContext): void => {
  const carried = inputs.length - closed;
  const [condition] = programAt(context, 0).outputs;
  emitStart(asm, context, closed, carried);
  const { known, isInMemory, next, finish } = openCarries(asm, context, closed, carried);
  asm.repeatWhile(
    () => {
      context.run(0, { known });
      emitTruth(asm, condition?.address ?? 0);
    },
    () => {
      next(context.run(1, { known, isInMemory }));
    },
  );
  finish();
};

const emitChoice = (asm: Assembler, context: ControlContext): void => {
  const { number } = arithmetic(asm);
  const branch = (program: number) => (): void => {
    context.run(program);
    programAt(context, program).outputs.forEach(({ bytes, address }, i) =>
      emitCopy(asm, bytes, number(addressAt(context.results, i)), number(address)),
    );
  };
  emitTruth(asm, addressAt(context.operands, 0));
  asm.when(branch(0), branch(1));
};

export const emitControl = (asm: Assembler, context: ControlContext): void => {
  const { definition } = context;
  switch (definition.kind) {
    case "scan":
      return emitScan(asm, definition, context);
    case "while":
      return emitWhile(asm, definition, context);
    case "cond":
      return emitChoice(asm, context);
  }
};
