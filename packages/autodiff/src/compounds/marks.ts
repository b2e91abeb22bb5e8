import { isFloat } from "@gradfold/core/library";
import { elementAt } from "../element.ts";
import { type Control, type ControlOf, type Equation, type Program, resultsOf } from "../program.ts";
import { traceLeaves } from "../trace.ts";
import type { Counts } from "./parts.ts";

/*
 * Which values of a program have tangents, or are mapped, if some of its inputs are: by dataflow analysis to a fixpoint,
 * before any program is derived. A value is marked once, and an equation is visited at most once for each of its operands.
 */

type Marks = readonly boolean[];

/** From marks of the operands to marks of the results. Marks of earlier calls stay. */
type Rule = (operands: Marks) => Marks;

/** The marks of a program's inputs and of its results. */
export interface Flow {
  readonly operands: Marks;
  readonly results: Marks;
}

type Apply = Extract<Equation, { readonly kind: "apply" }>;
type Call = Extract<Equation, { readonly kind: "call" }>;

/** What is followed through a program. */
interface Analysis {
  /** Whether the result of an operation is marked, of whose operands at least one is. */
  readonly isMarked: (equation: Apply, operands: Marks, program: Program) => boolean;
  /** The results of a function of which nothing else is known. */
  readonly ofFunction: (equation: Call, program: Program) => Marks;
  /** Whether a marked truth marks whatever it decides. */
  readonly isDecisive: boolean;
}

/** Of a program that is no body of a loop. */
const once: Counts = { closed: 0, carried: 0 };

export const either = (a: Marks, b: Marks): Marks => a.map((mark, i) => mark || elementAt(b, i));

const add = <K>(lists: Map<K, number[]>, key: K, value: number): void => {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
};

/** By value: the equations that read it. */
const readersOf = ({ equations }: Program): ReadonlyMap<number, readonly number[]> => {
  const readers = new Map<number, number[]>();
  equations.forEach(({ inputs }, at) => new Set(inputs).forEach((id) => add(readers, id, at)));
  return readers;
};

/** By value: the inputs that it becomes in the next turn. */
const nextTurnOf = ({ outputs }: Program, { closed, carried }: Counts): ReadonlyMap<number, readonly number[]> => {
  const next = new Map<number, number[]>();
  outputs.slice(0, carried).forEach((id, i) => add(next, id, closed + i));
  return next;
};

/** The analysis of a program whose first results may be carried; each call adds marks of inputs. */
const open = (analysis: Analysis, program: Program, counts: Counts = once): ((inputs: Marks) => Flow) => {
  const { equations, inputs, outputs } = program;
  const [readers, nextTurn] = [readersOf(program), nextTurnOf(program, counts)];
  const rules = equations.map((equation) => ruleOf(analysis, equation, program));
  const found = new Set<number>();
  const isFound = (id: number): boolean => found.has(id);
  const waiting: number[] = [];
  const mark = (id: number): void => {
    if (!found.has(id)) waiting.push(id);
    found.add(id);
  };
  const visit = (at: number): void => {
    const equation = elementAt(equations, at);
    const results = resultsOf(equation);
    if (results.every(isFound)) return;
    const marks = elementAt(rules, at)(equation.inputs.map(isFound));
    results.forEach((id, i) => elementAt(marks, i) && mark(id));
  };
  return (given) => {
    given.forEach((isGiven, id) => isGiven && mark(id));
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      nextTurn.get(id)?.forEach(mark);
      readers.get(id)?.forEach(visit);
    }
    return { operands: inputs.map((_, id) => found.has(id)), results: outputs.map(isFound) };
  };
};

/** A carry is marked from the first turn on, or not at all. */
const openLoop = (analysis: Analysis, body: Program, counts: Counts): ((inputs: Marks) => Flow) => {
  const flow = open(analysis, body, counts);
  const { closed, carried } = counts;
  return (given) => {
    const { operands, results } = flow(given);
    return { operands, results: [...operands.slice(closed, closed + carried), ...results.slice(carried)] };
  };
};

const ruleOf = (analysis: Analysis, equation: Equation, program: Program): Rule => {
  if (equation.kind === "apply")
    return (operands) => [operands.includes(true) && analysis.isMarked(equation, operands, program)];
  const { control } = equation.compound;
  if (control.kind !== "function") return ruleOfPrograms(analysis, control);
  return (operands) =>
    operands.includes(true) ? analysis.ofFunction(equation, program) : equation.outputs.map(() => false);
};

type OfPrograms = Exclude<Control, { readonly kind: "function" }>;

const ruleOfPrograms = (analysis: Analysis, control: OfPrograms): Rule => {
  switch (control.kind) {
    case "scan": {
      const flow = openLoop(analysis, control.body, control);
      return (operands) => flow(operands).results;
    }
    case "while": {
      const flow = openWhile(analysis, control);
      return (operands) => flow(operands).results;
    }
    case "cond": {
      const [yes, no] = [open(analysis, control.yes), open(analysis, control.no)];
      return ([truth = false, ...operands]) => {
        const marks = either(yes(operands).results, no(operands).results);
        return marks.map((mark) => mark || (truth && analysis.isDecisive));
      };
    }
    case "program": {
      const flow = open(analysis, control.program);
      return (operands) => flow(operands).results;
    }
  }
};

type While = ControlOf<"while">;

const openWhile = (analysis: Analysis, { condition, body, closed }: While): ((inputs: Marks) => Flow) => {
  const flow = openLoop(analysis, body, { closed, carried: body.outputs.length });
  const ends = open(analysis, condition);
  return (given) => {
    const { operands, results } = flow(given);
    const isApart = analysis.isDecisive && ends(operands).results.includes(true);
    return isApart
      ? { operands: operands.map((mark, i) => mark || i >= closed), results: results.map(() => true) }
      : { operands, results };
  };
};

/** Which values have tangents: an operation's record says so, of symbols in place of values. */
const moved: Analysis = {
  isMarked: ({ primitive, inputs, output }, operands, { types }) => {
    const type = elementAt(types, output);
    if (!isFloat(type.dtype)) return false;
    const symbols = [...inputs, output].map((id) => elementAt(types, id));
    const { result } = traceLeaves(
      symbols,
      (leaves) => {
        const xs = leaves.slice(0, -1);
        const tangents = xs.map((x, i) => (elementAt(operands, i) ? x : null));
        return primitive.jvp(tangents, xs, elementAt(leaves, xs.length)) !== null;
      },
      () => [],
    );
    return result;
  },
  ofFunction: ({ outputs }, { types }) => outputs.map((id) => isFloat(elementAt(types, id).dtype)),
  isDecisive: false,
};

/** Which values are stacks. */
const mapped: Analysis = {
  isMarked: () => true,
  ofFunction: ({ outputs }) => outputs.map(() => true),
  isDecisive: true,
};

const analyses = { moved, mapped };

/** Which results of a program are marked, if these inputs are. */
export const marksOf = (kind: keyof typeof analyses, program: Program, inputs: Marks): Marks =>
  open(analyses[kind], program)(inputs).results;

/** The marks of a loop's body: what is carried is marked if it ever becomes so. */
export const marksOfLoop = (kind: keyof typeof analyses, body: Program, counts: Counts, inputs: Marks): Flow =>
  openLoop(analyses[kind], body, counts)(inputs);

/** The same for a loop that a condition ends. Where each of a stack ends on its own, all that is carried is mapped. */
export const marksOfWhile = (kind: keyof typeof analyses, control: While, inputs: Marks): Flow =>
  openWhile(analyses[kind], control)(inputs);
