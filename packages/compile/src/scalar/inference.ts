import type { LaneOperation, Part, Routine, Step } from "@gradfold/core/transform";

/* What the numbers of a routine are: found before it is printed, since a variable may be set after it is read. */

/** A place or a count, as a whole number; a number of an array, as float64; or a truth. */
export type StepKind = "place" | "number" | "truth";

const ofPlaces: ReadonlySet<LaneOperation> = new Set<LaneOperation>(["add", "sub", "mul", "min", "max", "select"]);
/** Operations that give a truth. */
export const comparisons: ReadonlySet<LaneOperation> = new Set<LaneOperation>([
  "less",
  "lessEqual",
  "equal",
  "notEqual",
  "and",
  "or",
  "not",
]);

export type KindOf = (part: Part) => StepKind;

const isPlace = (value: number): boolean => Object.is(value | 0, value);

/** Places are made of sizes, counters and whole constants by arithmetic that leaves them whole. */
const appliedKind = (operation: LaneOperation, kinds: readonly StepKind[]): StepKind => {
  if (comparisons.has(operation)) return "truth";
  if (operation === "truth") return "place";
  return ofPlaces.has(operation) && !kinds.includes("number") ? "place" : "number";
};

/** The kind of every step of a routine, some of whose buffers hold places. */
export const kindsIn = (routine: Routine, holdsPlaces: (buffer: number) => boolean): KindOf => {
  const kinds = new Map<number, StepKind>();
  const kindOf: KindOf = (part) =>
    part.kind === "constant" ? (isPlace(part.value) ? "place" : "number") : known(part.id);
  const known = (id: number): StepKind => kinds.get(id) ?? "place";
  let isSettled = false;
  const note = (id: number, kind: StepKind): void => {
    if (kinds.get(id) !== kind) isSettled = false;
    kinds.set(id, kind);
  };
  /** A variable that is ever set to a number is one. */
  const assign = (variable: number, kind: StepKind): void => {
    if (kinds.get(variable) !== "number") note(variable, kind);
  };
  const visit = (step: Step): void => {
    switch (step.kind) {
      case "size":
      case "place":
        return note(step.id, "place");
      case "load":
        return note(step.id, holdsPlaces(step.buffer) ? "place" : "number");
      case "round":
        return note(step.id, "number");
      case "apply":
        return note(step.id, appliedKind(step.operation, step.parts.map(kindOf)));
      case "declare":
      case "set":
        return assign(step.variable, kindOf(step.value));
      case "get":
        return note(step.id, known(step.variable));
      case "loop":
        note(step.id, "place");
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
