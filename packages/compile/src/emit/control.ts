import { sizeOf } from "@gradfold/core/transform";
import { bytesOf, widthOf } from "../graph/bytes.ts";
import { type ControlDefinition, type Value, valueAt } from "../graph/graph.ts";
import { emitSplat, emitStoreFirst, type Vector } from "../loops/access.ts";
import { addressIn, fewBytes, type Inner } from "../memory/plan.ts";
import { type Code, op } from "../wasm/assembler.ts";
import { arithmetic, type Expression } from "../wasm/expression.ts";

/*
 * Loops and choices as instructions: each program inside is a function, with memory of its own. One that computes nothing
 * but numbers stands in the loop itself, where numbers that are carried stay in locals: on their way through memory they
 * would be late for the next turn.
 */

/** What is known of a control where it stands. */
export interface Place {
  readonly definition: ControlDefinition;
  /** The programs inside, in order. */
  readonly inner: readonly Inner[];
  /** Where its operands and its results lie. */
  readonly operands: readonly number[];
  readonly results: readonly number[];
  /** Whether a program stands here, rather than in a function. */
  readonly isHere: (program: number) => boolean;
  /** Runs a program; gives the numbers that it made, if it stands here. */
  readonly run: (program: number, how?: Running) => Numbers;
}

type Numbers = ReadonlyMap<number, Vector>;

interface Running {
  /** Inputs that are known already. */
  readonly known?: Numbers;
  /** The addresses of the inputs that move. */
  readonly moving?: readonly Expression[];
  /** Whether a number that the program makes is wanted in memory, if it stands here; all are, if nothing is said. */
  readonly isInMemory?: (value: number) => boolean;
}

const emitCopy = (code: Code, bytes: number, to: Expression, from: Expression): void => {
  if (bytes <= fewBytes) {
    for (let at = 0; at < bytes; at += 16) emitCopyVector(code, to, from, at);
    return;
  }
  emitCopyLong(code, bytes, to, from);
};

/** The same, but writes no byte behind the last: the row there may be written already. */
const emitCopyExactly = (code: Code, bytes: number, to: Expression, from: Expression): void => {
  if (bytes > fewBytes) return emitCopyLong(code, bytes, to, from);
  let at = 0;
  for (; at + 16 <= bytes; at += 16) emitCopyVector(code, to, from, at);
  for (const [width, load, store] of [[8, "load8", "store8"] as const, [4, "load4", "store4"] as const]) {
    if (at + width > bytes) continue;
    to();
    from();
    code.scalar(load, at);
    code.scalar(store, at);
    at += width;
  }
};

const emitCopyVector = (code: Code, to: Expression, from: Expression, at: number): void => {
  to();
  from();
  code.memory("load", at);
  code.memory("store", at);
};

const emitCopyLong = (code: Code, bytes: number, to: Expression, from: Expression): void => {
  to();
  from();
  code.i32(bytes);
  code.copy();
};

/** One program inside: the bytes of its inputs, and of its outputs and where they are. */
const programAt = ({ inner }: Place, program: number) => {
  const it = inner[program];
  if (it === undefined) throw new Error(`control: no program ${program}`);
  const { layout, schedule } = it;
  const { graph } = schedule;
  return {
    valueOf: (i: number): Value => valueAt(graph, i),
    bytesIn: (i: number): number => bytesOf(valueAt(graph, i)),
    inputAt: addressIn(layout, graph),
    moving: layout.moving,
    outputs: graph.outputs.map((id) => ({
      id,
      bytes: bytesOf(valueAt(graph, id)),
      address: addressIn(layout, graph)(id),
    })),
  };
};

const addressAt = (addresses: readonly number[], index: number): number => {
  const address = addresses[index];
  if (address === undefined) throw new Error(`control: no address of value ${index}`);
  return address;
};

/** Puts the first carry where the results are wanted: there it stays. */
const emitStart = (code: Code, place: Place, closed: number, carried: number): void => {
  const { number } = arithmetic(code);
  const { bytesIn } = programAt(place, place.inner.length - 1);
  for (let i = 0; i < carried; i++)
    emitCopy(
      code,
      bytesIn(closed + i),
      number(addressAt(place.results, i)),
      number(addressAt(place.operands, closed + i)),
    );
};

/** What a loop carries from turn to turn: in memory, where the results are wanted, or numbers in locals. */
interface Carries {
  /** The numbers, by the inputs of the programs that they are. */
  readonly known: Numbers;
  /** Whether what a turn makes is read from memory. */
  readonly isInMemory: (value: number) => boolean;
  /** Brings in what a turn made. */
  readonly next: (made: Numbers) => void;
  /** Brings the numbers to memory. */
  readonly finish: () => void;
}

const openCarries = (code: Code, place: Place, closed: number, carried: number): Carries => {
  const { number } = arithmetic(code);
  const { valueOf, outputs } = programAt(place, place.inner.length - 1);
  const isHere = place.inner.every((_, program) => place.isHere(program));
  /** How often each value is given. */
  const given = new Map<number, number>();
  for (const { id } of outputs) given.set(id, (given.get(id) ?? 0) + 1);
  const carries = outputs.slice(0, carried).map(({ id, address, bytes }, i) => ({
    input: closed + i,
    id,
    bytes,
    from: address,
    to: addressAt(place.results, i),
    width: widthOf(valueOf(closed + i).dtype),
    // What else is made of it, as it is, is copied from memory.
    isNumber:
      isHere && sizeOf(valueOf(closed + i).shape) === 1 && (given.get(closed + i) ?? 0) === (id === closed + i ? 1 : 0),
  }));
  const inMemory = new Set(outputs.flatMap(({ id }, i) => (carries[i]?.isNumber === true ? [] : [id])));
  const numberAt = (offset: number, width: number): Vector =>
    emitSplat(code, { address: { pointer: undefined, offset }, width, stride: 0 });
  const numbers = carries
    .filter(({ isNumber }) => isNumber)
    .map((carry) => ({ ...carry, vector: numberAt(carry.to, carry.width) }));
  return {
    known: new Map(numbers.map(({ input, vector }) => [input, vector])),
    isInMemory: (value) => inMemory.has(value),
    next: (made) => {
      const vectors = numbers.map(({ id, from, width }) => made.get(id) ?? numberAt(from, width));
      for (const { input, id, bytes, from, to, isNumber } of carries)
        if (id !== input && !isNumber) emitCopy(code, bytes, number(to), number(from));
      // All of them before any: one may become another.
      for (const [local = 0] of vectors) code.get(local);
      for (const { vector } of numbers.toReversed()) code.set(vector[0] ?? 0);
    },
    finish: () => {
      for (const { vector, to, width } of numbers)
        emitStoreFirst(code, vector[0] ?? 0, { pointer: undefined, offset: to }, width);
    },
  };
};

type Of<Kind> = Extract<ControlDefinition, { readonly kind: Kind }>;

const emitScan = (code: Code, definition: Of<"scan">, place: Place): void => {
  const { closed, carried, inputs, length, reverse } = definition;
  const { bytesIn, inputAt, outputs, moving } = programAt(place, 0);
  const { count, number, local, add, sub, mul } = arithmetic(code);
  emitStart(code, place, closed, carried);
  const { known, isInMemory, next, finish } = openCarries(code, place, closed, carried);
  count(number(length), 1, (turn) => {
    const row = (address: number, bytes: number): Expression => {
      const passed = mul(local(turn), number(bytes));
      return reverse ? sub(number(address + (length - 1) * bytes), passed) : add(number(address), passed);
    };
    const rowOf = (i: number): Expression => row(addressAt(place.operands, i), bytesIn(i));
    for (let i = closed + carried; i < inputs.length; i++)
      if (!moving.includes(i)) emitCopy(code, bytesIn(i), number(inputAt(i)), rowOf(i));
    const made = place.run(0, { known, moving: moving.map(rowOf), isInMemory });
    // Rows first: they may be carries that are about to be overwritten.
    outputs.forEach(({ bytes, address }, i) => {
      const copyRow = reverse ? emitCopyExactly : emitCopy;
      if (i >= carried) copyRow(code, bytes, row(addressAt(place.results, i), bytes), number(address));
    });
    next(made);
  });
  finish();
};

/** Leaves the truth at an address on the stack. */
const emitTruth = (code: Code, address: number): void => {
  code.i32(0);
  code.scalar("load4", address);
  code.op(op.scalarPromote);
  code.f64(0);
  code.op(op.scalarNotEqual);
};

const emitWhile = (code: Code, { closed, inputs }: Of<"while">, place: Place): void => {
  const carried = inputs.length - closed;
  const [condition] = programAt(place, 0).outputs;
  emitStart(code, place, closed, carried);
  const { known, isInMemory, next, finish } = openCarries(code, place, closed, carried);
  code.repeatWhile(
    () => {
      place.run(0, { known });
      emitTruth(code, condition?.address ?? 0);
    },
    () => {
      next(place.run(1, { known, isInMemory }));
    },
  );
  finish();
};

const emitChoice = (code: Code, place: Place): void => {
  const { number } = arithmetic(code);
  const branch = (program: number) => (): void => {
    place.run(program);
    programAt(place, program).outputs.forEach(({ bytes, address }, i) =>
      emitCopy(code, bytes, number(addressAt(place.results, i)), number(address)),
    );
  };
  emitTruth(code, addressAt(place.operands, 0));
  code.when(branch(0), branch(1));
};

export const emitControl = (code: Code, place: Place): void => {
  const { definition } = place;
  switch (definition.kind) {
    case "scan":
      return emitScan(code, definition, place);
    case "while":
      return emitWhile(code, definition, place);
    case "cond":
      return emitChoice(code, place);
  }
};
