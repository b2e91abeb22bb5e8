import type { DType } from "./dtype.ts";
import { type Lane, laneOver, type LaneOperation, type Mask, type Term, type Value } from "./lane.ts";
import { lazy } from "./lazy.ts";

/** A buffer that a routine uses while it runs; it starts with zeros. */
export interface Scratch {
  readonly dtype: DType;
  readonly size: number;
}

/** The sign, the exponent and 20 bits of the fraction, or the other 32 bits. */
type Half = "high" | "low";

/** A number that changes while a routine runs. */
export interface Variable {
  readonly get: () => Value;
  readonly set: (x: Term) => void;
}

/** A place in a buffer. */
interface Place {
  readonly buffer: number;
  readonly at: Term;
}

/**
 * What a routine is written over: a lane's arithmetic, and in order around it loops, loads and stores. The buffers are
 * the operands', then the result's, which holds zeros, then scratch; places in them are whole numbers from 0 on.
 */
export interface Machine extends Lane {
  /** A number with which the routine is called, such as a length. */
  readonly size: (index: number) => Value;
  readonly load: (buffer: number, at: Term) => Value;
  readonly store: (buffer: number, at: Term, x: Term) => void;
  /**
   * Copies elements to the bit, from a place on to another on: as many as the size of this number. The two buffers have
   * one dtype, and both are scratch or neither is.
   */
  readonly copy: (from: Place, to: Place, size: number) => void;
  /** Adds elements of an operand or of the result likewise to those of the result; each sum is rounded. */
  readonly accumulate: (from: Place, to: Place, size: number) => void;
  /** To the result's dtype: an integer wraps at 32 bits. */
  readonly round: (x: Term) => Value;
  /** A number of an int32 array as a place, or as the difference of two: what is made of it are places. */
  readonly place: (x: Term) => Value;
  /** Half of the bits of a float64, as a 32-bit word. Sums of words are places: `wrappingAdd` is for those that overflow. */
  readonly word: (x: Term, half: Half) => Value;
  /** As in a lane, also by 0 to 31 places that are known as the routine runs. */
  readonly rotate: (x: Term, places: Term) => Value;
  /** As in a lane, also by 1 to 31 places that are known as the routine runs. */
  readonly shiftRight: (x: Term, places: Term) => Value;
  readonly variable: (initial: Term) => Variable;
  /** For every whole number from `from` up to, not including, `to`, which do not change meanwhile. */
  readonly loop: (from: Term, to: Term, body: (i: Value) => void) => void;
  readonly repeatWhile: (condition: () => Mask, body: () => void) => void;
  readonly when: (condition: Mask, body: () => void) => void;
  /** Ends the routine where a condition holds, with a number to complain of. */
  readonly refuse: (condition: Mask, value: Term) => void;
}

/** A number or truth that an earlier step gave, or one that is written out. */
export type Part =
  { readonly kind: "step"; readonly id: number } | { readonly kind: "constant"; readonly value: number };

/** Elements that are copied or added to others, one after another. */
export interface Bulk {
  readonly kind: "copy" | "accumulate";
  readonly from: { readonly buffer: number; readonly at: Part };
  readonly to: { readonly buffer: number; readonly at: Part };
  /** The number of the size that says how many they are. */
  readonly size: number;
}

/** One step of a routine. Steps that give something are numbered; so are variables. */
export type Step =
  | { readonly kind: "size"; readonly id: number; readonly index: number }
  | { readonly kind: "load"; readonly id: number; readonly buffer: number; readonly at: Part }
  | { readonly kind: "store"; readonly buffer: number; readonly at: Part; readonly value: Part }
  | Bulk
  | { readonly kind: "apply"; readonly id: number; readonly operation: LaneOperation; readonly parts: readonly Part[] }
  | { readonly kind: "round"; readonly id: number; readonly value: Part }
  | { readonly kind: "place"; readonly id: number; readonly value: Part }
  | { readonly kind: "word"; readonly id: number; readonly value: Part; readonly half: Half }
  | { readonly kind: "declare"; readonly variable: number; readonly value: Part }
  | { readonly kind: "get"; readonly id: number; readonly variable: number }
  | { readonly kind: "set"; readonly variable: number; readonly value: Part }
  | { readonly kind: "loop"; readonly id: number; readonly from: Part; readonly to: Part; readonly body: Routine }
  | { readonly kind: "while"; readonly test: Routine; readonly condition: Part; readonly body: Routine }
  | { readonly kind: "when"; readonly condition: Part; readonly body: Routine }
  | { readonly kind: "refuse"; readonly condition: Part; readonly value: Part };

/** A sequential program over buffers, recorded once and printed for each back end. */
export type Routine = readonly Step[];

/** An author's routine, run once over symbols when it is first asked for: what it did is kept. */
export const recordRoutine = (write: (machine: Machine) => void): (() => Routine) => lazy(() => record(write));

const record = (write: (machine: Machine) => void): Routine => {
  let count = 0;
  const open: Step[][] = [[]];
  const part = (term: Term | Mask): Part =>
    typeof term === "number" ? { kind: "constant", value: term } : { kind: "step", id: term.id };
  const emit = (step: Step): void => void open.at(-1)?.push(step);
  const place = ({ buffer, at }: Place): Bulk["from"] => ({ buffer, at: part(at) });
  const give = (step: (id: number) => Step): { readonly id: number } => {
    const id = count++;
    emit(step(id));
    return { id };
  };
  const within = (body: () => void): Routine => {
    open.push([]);
    body();
    return open.pop() ?? [];
  };
  const apply = (operation: LaneOperation, terms: readonly (Term | Mask)[]): { readonly id: number } =>
    give((id) => ({ kind: "apply", id, operation, parts: terms.map((term) => part(term)) }));
  write({
    ...laneOver(apply),
    rotate: (x, places) => apply("rotate", [x, places]),
    shiftRight: (x, places) => apply("shiftRight", [x, places]),
    size: (index) => give((id) => ({ kind: "size", id, index })),
    load: (buffer, at) => give((id) => ({ kind: "load", id, buffer, at: part(at) })),
    store: (buffer, at, x) => emit({ kind: "store", buffer, at: part(at), value: part(x) }),
    copy: (from, to, size) => emit({ kind: "copy", from: place(from), to: place(to), size }),
    accumulate: (from, to, size) => emit({ kind: "accumulate", from: place(from), to: place(to), size }),
    round: (x) => give((id) => ({ kind: "round", id, value: part(x) })),
    place: (x) => give((id) => ({ kind: "place", id, value: part(x) })),
    word: (x, half) => give((id) => ({ kind: "word", id, value: part(x), half })),
    variable: (initial) => {
      const variable = count++;
      emit({ kind: "declare", variable, value: part(initial) });
      return {
        get: () => give((id) => ({ kind: "get", id, variable })),
        set: (x) => emit({ kind: "set", variable, value: part(x) }),
      };
    },
    loop: (from, to, body) => {
      const id = count++;
      emit({ kind: "loop", id, from: part(from), to: part(to), body: within(() => body({ id })) });
    },
    repeatWhile: (condition, body) => {
      let last: Part = { kind: "constant", value: 0 };
      const test = within(() => (last = part(condition())));
      emit({ kind: "while", test, condition: last, body: within(body) });
    },
    when: (condition, body) => emit({ kind: "when", condition: part(condition), body: within(body) }),
    refuse: (condition, value) => emit({ kind: "refuse", condition: part(condition), value: part(value) }),
  });
  return open[0] ?? [];
};
