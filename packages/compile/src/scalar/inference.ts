import type { LaneOperation, Part, Routine, Step } from "@gradfold/core/transform";

/* Type inference for routines. It runs before code is emitted, since a loop may set a variable after reading it. */

/** An index or a count, as i32; an element of an array, as f64; or a boolean, as i32. */
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

/** Arithmetic of indices gives an index; an operation with a float operand gives a float. */
const appliedKind = (operation: LaneOperation, kinds: readonly ValueKind[]): ValueKind => {
  if (comparisons.has(operation)) return "boolean";
  if (operation === "truth") return "index";
  return onIndices.has(operation) && !kinds.includes("float") ? "index" : "float";
};

/** The kind of every value of a routine, some of whose buffers hold indices. */
export const inferKinds = (routine: Routine, holdsIndices: (buffer: number) => boolean): ValueKindOf => {
  const kinds = new Map<number, ValueKind>();
  const kindOf: ValueKindOf = (part) =>
    part.kind === "constant" ? (isInt32(part.value) ? "index" : "float") : known(part.id);
  const known = (id: number): ValueKind => kinds.get(id) ?? "index";
  let isSettled = false;
  const note = (id: number, kind: ValueKind): void => {
    if (kinds.get(id) !== kind) isSettled = false;
    kinds.set(id, kind);
  };
  /** A variable that is set to a float anywhere is a float. */
  const assign = (variable: number, kind: ValueKind): void => {
    if (kinds.get(variable) !== "float") note(variable, kind);
  };
  const visit = (step: Step): void => {
    switch (step.kind) {
      case "size":
      case "place":
        return note(step.id, "index");
      case "load":
        return note(step.id, holdsIndices(step.buffer) ? "index" : "float");
      case "round":
        return note(step.id, "float");
      case "apply":
        return note(step.id, appliedKind(step.operation, step.parts.map(kindOf)));
      case "declare":
      case "set":
        return assign(step.variable, kindOf(step.value));
      case "get":
        return note(step.id, known(step.variable));
      case "loop":
        note(step.id, "index");
        return step.body.forEach(visit);
      case "while":
        step.test.forEach(visit);
        return step.body.forEach(visit);
      case "when":
        return step.body.forEach(visit);
      case "store":
      case "refuse":
        return undefined;
    }
  };
  while (!isSettled) {
    isSettled = true;
    routine.forEach(visit);
  }
  return kindOf;
};
