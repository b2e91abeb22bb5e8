import type { LaneOperation, Part, Routine, Step } from "@gradfold/core/compiler";
import { isInt32Operation } from "./int32.ts";

/* Type inference for routines. It runs before code is emitted, since a loop may set a variable after reading it. */

/** An index, a count or a word, as i32; an element of an array, as f64; or a boolean, as i32. */
export type ValueKind = "index" | "float" | "boolean";

const onIndices: ReadonlySet<LaneOperation> = new Set<LaneOperation>(["add", "sub", "mul", "min", "max", "select"]);
/** Operations whose result is a boolean. */
export const comparisons: ReadonlySet<LaneOperation> = new Set<LaneOperation>([
  "less",
  "lessEqual",
  "equal",
  "notEqual",
  "and",
  "or",
  "not",
]);

export type ValueKindOf = (part: Part) => ValueKind;

const isInt32 = (value: number): boolean => Object.is(value | 0, value);

/** Arithmetic of indices gives an index; an operation with a float operand gives a float, but one on words a word. */
const appliedKind = (operation: LaneOperation, kinds: readonly ValueKind[]): ValueKind => {
  if (comparisons.has(operation)) return "boolean";
  if (operation === "truth" || isInt32Operation(operation)) return "index";
  return onIndices.has(operation) && !kinds.includes("float") ? "index" : "float";
};

/** The kinds that are known so far. */
interface State {
  readonly kinds: Map<number, ValueKind>;
  readonly kindOf: ValueKindOf;
  readonly holdsIndices: (buffer: number) => boolean;
  /** Whether a visit of the whole routine changed no kind. */
  isSettled: boolean;
}

/** A value that no visit has met is an index. */
const knownIn = (kinds: ReadonlyMap<number, ValueKind>, id: number): ValueKind => kinds.get(id) ?? "index";

const note = (state: State, id: number, kind: ValueKind): void => {
  if (state.kinds.get(id) !== kind) state.isSettled = false;
  state.kinds.set(id, kind);
};

/** A variable that is set to a float anywhere is a float. */
const assign = (state: State, variable: number, kind: ValueKind): void => {
  if (state.kinds.get(variable) !== "float") note(state, variable, kind);
};

const visitAll = (state: State, steps: Routine): void => {
  for (const step of steps) visit(state, step);
};

const visit = (state: State, step: Step): void => {
  switch (step.kind) {
    case "size":
    case "place":
    case "word":
      return note(state, step.id, "index");
    case "load":
      return note(state, step.id, state.holdsIndices(step.buffer) ? "index" : "float");
    case "round":
      return note(state, step.id, "float");
    case "apply":
      return note(state, step.id, appliedKind(step.operation, step.parts.map(state.kindOf)));
    case "declare":
    case "set":
      return assign(state, step.variable, state.kindOf(step.value));
    case "get":
      return note(state, step.id, knownIn(state.kinds, step.variable));
    case "loop":
      note(state, step.id, "index");
      return visitAll(state, step.body);
    case "while":
      visitAll(state, step.test);
      return visitAll(state, step.body);
    case "when":
      return visitAll(state, step.body);
    case "store":
    case "copy":
    case "accumulate":
    case "refuse":
      return undefined;
  }
};

/** The kind of every value of a routine, some of whose buffers hold indices. */
export const inferKinds = (routine: Routine, holdsIndices: (buffer: number) => boolean): ValueKindOf => {
  const kinds = new Map<number, ValueKind>();
  const kindOf: ValueKindOf = (part) =>
    part.kind === "constant" ? (isInt32(part.value) ? "index" : "float") : knownIn(kinds, part.id);
  const state: State = { kinds, kindOf, holdsIndices, isSettled: false };
  while (!state.isSettled) {
    state.isSettled = true;
    visitAll(state, routine);
  }
  return kindOf;
};
