/** A number inside a scalar function, at the place of one element. */
export interface Value {
  readonly id: number;
  readonly isMask?: false;
}

/** A truth inside a scalar function. */
export interface Mask {
  readonly id: number;
  readonly isMask?: true;
}

export type Term = Value | number;

/**
 * The arithmetic from which every scalar function is made, and all that is taken from the machine: each of these gives
 * the same bits in JavaScript and in WebAssembly SIMD. A function written over it is recorded once and printed for each
 * back end. Numbers are float64; for float32 arrays the function's result is rounded once.
 */
export interface Lane {
  readonly add: (x: Term, y: Term) => Value;
  readonly sub: (x: Term, y: Term) => Value;
  readonly mul: (x: Term, y: Term) => Value;
  readonly div: (x: Term, y: Term) => Value;
  readonly sqrt: (x: Term) => Value;
  readonly neg: (x: Term) => Value;
  readonly abs: (x: Term) => Value;
  readonly floor: (x: Term) => Value;
  /** NaN wins, and -0 is less than +0. */
  readonly min: (x: Term, y: Term) => Value;
  readonly max: (x: Term, y: Term) => Value;
  /** y < x ? y : x, and x < y ? y : x: one instruction each, where a selection takes several. */
  readonly pmin: (x: Term, y: Term) => Value;
  readonly pmax: (x: Term, y: Term) => Value;
  /** x - y trunc(x / y), exactly: the sign of x, and NaN where x is infinite or y is 0. */
  readonly rest: (x: Term, y: Term) => Value;
  /** 2^k for a whole k from -1022 to 1023. */
  readonly pow2: (k: Term) => Value;
  /** k of x = m 2^k with m in [sqrt 1/2, sqrt 2), for a positive normal x. */
  readonly exponent: (x: Term) => Value;
  /** m of x = m 2^k, as above. */
  readonly mantissa: (x: Term) => Value;
  readonly less: (x: Term, y: Term) => Mask;
  readonly lessEqual: (x: Term, y: Term) => Mask;
  readonly equal: (x: Term, y: Term) => Mask;
  readonly notEqual: (x: Term, y: Term) => Mask;
  readonly and: (a: Mask, b: Mask) => Mask;
  readonly or: (a: Mask, b: Mask) => Mask;
  readonly not: (a: Mask) => Mask;
  readonly select: (condition: Mask, yes: Term, no: Term) => Value;
  /** 1 where the condition holds, else 0. */
  readonly truth: (condition: Mask) => Value;
  /** x + y modulo 2^32. This and the next three take and give 32-bit words: whole numbers from -2^31 to 2^31 - 1. */
  readonly wrappingAdd: (x: Term, y: Term) => Value;
  readonly xor: (x: Term, y: Term) => Value;
  /** The bits of x moved to the left in a ring, 1 to 31 places. */
  readonly rotate: (x: Term, places: number) => Value;
  /** The bits of x moved to the right, 1 to 31 places; zeros come in. */
  readonly shiftRight: (x: Term, places: number) => Value;
}

/** The lane of a scalar function, which may also leave its straight line. */
export interface ScalarLane extends Lane {
  /** A costly function of x where the condition holds, which is rarely: it is skipped where no place needs it. */
  readonly rarely: (condition: Mask, usual: Term, x: Value, costly: Meaning) => Value;
}

export type LaneOperation = keyof Lane;

/** One step of a recorded function. Arguments are the numbers of earlier steps. */
export type Instruction =
  | { readonly kind: "argument"; readonly index: number }
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "apply"; readonly operation: LaneOperation; readonly arguments: readonly number[] }
  /** The second argument, or a costly function of the third where the first one holds. */
  | { readonly kind: "rarely"; readonly costly: ScalarFunction; readonly arguments: readonly number[] };

/** A scalar function as straight-line code: no step is written twice, none is unused, the last one is the result. */
export interface ScalarFunction {
  readonly arity: number;
  readonly instructions: readonly Instruction[];
}

const operations: readonly LaneOperation[] = [
  "add",
  "sub",
  "mul",
  "div",
  "sqrt",
  "neg",
  "abs",
  "floor",
  "min",
  "max",
  "pmin",
  "pmax",
  "rest",
  "pow2",
  "exponent",
  "mantissa",
  "less",
  "lessEqual",
  "equal",
  "notEqual",
  "and",
  "or",
  "not",
  "select",
  "truth",
  "wrappingAdd",
  "xor",
  "rotate",
  "shiftRight",
];

/** A lane whose operations are all done in one way: recorded. Its one cast gives them their types. */
export const laneOver = (
  apply: (operation: LaneOperation, terms: readonly (Value | Mask | number)[]) => { readonly id: number },
): Lane =>
  Object.fromEntries(
    operations.map((name) => [name, (...terms: readonly (Value | Mask | number)[]) => apply(name, terms)]),
  ) as unknown as Lane;

/** What an author writes: the value of a scalar function, over a lane and its arguments. */
export type Meaning = (lane: ScalarLane, ...x: Value[]) => Value;

/** Runs a meaning once over symbols and keeps what it did. */
export const record = (arity: number, meaning: Meaning): ScalarFunction => {
  const instructions: Instruction[] = [];
  const known = new Map<string, number>();
  const emit = (instruction: Instruction, key: string): number => {
    const old = known.get(key);
    if (old !== undefined) return old;
    known.set(key, instructions.length);
    return instructions.push(instruction) - 1;
  };
  const constant = (value: number): number =>
    emit({ kind: "constant", value }, `constant ${Object.is(value, -0) ? "-0" : value}`);
  const place = (term: Value | Mask | number): number => (typeof term === "number" ? constant(term) : term.id);
  const arithmetic = laneOver((operation, terms) => {
    const args = terms.map(place);
    return { id: emit({ kind: "apply", operation, arguments: args }, `${operation} ${args.join()}`) };
  });
  const lane: ScalarLane = {
    ...arithmetic,
    rarely: (condition, usual, x, costly) => {
      const args = [condition, usual, x].map(place);
      const step = { kind: "rarely", costly: record(1, costly), arguments: args } as const;
      return { id: emit(step, `rarely ${instructions.length}`) };
    },
  };
  const args = Array.from({ length: arity }, (_, index): Value => ({
    id: emit({ kind: "argument", index }, `argument ${index}`),
  }));
  return { arity, instructions: live(instructions, meaning(lane, ...args).id) };
};

/** Keeps the steps on which the result depends, and renumbers them; the result comes last. */
const live = (instructions: readonly Instruction[], result: number): readonly Instruction[] => {
  const place = new Map<number, number>();
  const kept: Instruction[] = [];
  const keep = (id: number): number => {
    const old = place.get(id);
    if (old !== undefined) return old;
    const instruction = instructions[id];
    if (instruction === undefined) throw new Error(`record: no step ${id}`);
    const copy: Instruction =
      "arguments" in instruction ? { ...instruction, arguments: instruction.arguments.map(keep) } : instruction;
    place.set(id, kept.length);
    return kept.push(copy) - 1;
  };
  keep(result);
  return kept;
};
