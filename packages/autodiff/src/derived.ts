import type { NDArray } from "@gradfold/core";
import { type ArrayType, isFloat, zerosOf } from "@gradfold/core/transform";
import { batch, spread } from "./batch.ts";
import { evaluateProgram } from "./evaluate.ts";
import type { Program } from "./program.ts";
import { push } from "./push.ts";
import { type Closed, programOf } from "./trace.ts";

/* Programs made of programs by the transforms: the program's operations are met by an interpreter, and recorded anew. */

/** Consecutive parts of a list, of these lengths; the last part is what remains. */
export const cut = <A>(list: readonly A[], ...lengths: readonly number[]): readonly (readonly A[])[] => {
  let start = 0;
  const parts = lengths.map((length) => list.slice(start, (start += length)));
  return [...parts, list.slice(start)];
};

/** Those elements that are marked. */
export const marked = <A>(list: readonly A[], marks: readonly boolean[]): readonly A[] =>
  list.filter((_, i) => marks[i] === true);

/** The elements of a shorter list at the marked places, and null at the others. */
export const atMarks = <A>(list: readonly A[], marks: readonly boolean[]): readonly (A | null)[] => {
  let next = 0;
  return marks.map((mark) => (mark ? (list[next++] ?? null) : null));
};

export const isFloating = ({ dtype }: ArrayType): boolean => isFloat(dtype);

export const outputTypes = ({ outputs, types }: Program): readonly ArrayType[] =>
  outputs.flatMap((id) => types[id] ?? []);

export const stackedType =
  (n: number) =>
  ({ shape, dtype }: ArrayType): ArrayType => ({ shape: Object.freeze([n, ...shape]), dtype });

/** A program, and which of its results are marked. */
export interface Derived {
  readonly program: Program;
  readonly marks: readonly boolean[];
}

/** From [inputs, tangents of the marked ones] to [results, tangents of those that have one, or that are forced to]. */
export const pushedProgram = (
  program: Program,
  moved: readonly boolean[],
  forced: readonly boolean[] = [],
): Derived => {
  let marks: readonly boolean[] = [];
  const made = programOf([...program.inputs, ...marked(program.inputs, moved)], (leaves) => {
    const [xs = [], ts = []] = cut(leaves, program.inputs.length);
    const { outputs, tangents } = push((values) => evaluateProgram(program, values), xs, atMarks(ts, moved));
    marks = outputs.map((x, i) => isFloating(x) && (tangents[i] !== null || forced[i] === true));
    return [
      ...outputs,
      ...marked(
        outputs.map((x, i) => tangents[i] ?? zerosOf(x)),
        marks,
      ),
    ];
  });
  return { program: made, marks };
};

/** The program for stacks of n: marked inputs bear the stack in front, as do the marked results. */
export const batchedProgram = (
  program: Program,
  mapped: readonly boolean[],
  n: number,
  forced: readonly boolean[] = [],
): Derived => {
  let marks: readonly boolean[] = [];
  const types = program.inputs.map((type, i) => (mapped[i] === true ? stackedType(n)(type) : type));
  const made = programOf(types, (leaves) => {
    const batched = batch((values) => evaluateProgram(program, values), leaves, mapped);
    const all = spread(batched, n);
    marks = batched.mapped.map((mark, i) => mark || forced[i] === true);
    return batched.outputs.map((x, i) => (marks[i] === true ? (all[i] ?? x) : x));
  });
  return { program: made, marks };
};

/** The least marks that hold the given ones and whatever follows from them. */
export const settled = <A>(
  first: readonly boolean[],
  step: (marks: readonly boolean[]) => { readonly marks: readonly boolean[]; readonly made: A },
): { readonly marks: readonly boolean[]; readonly made: A } => {
  const next = step(first);
  const grown = first.map((mark, i) => mark || next.marks[i] === true);
  return grown.every((mark, i) => mark === first[i]) ? { marks: first, made: next.made } : settled(grown, step);
};

/** Zeros where there is nothing. */
export const filled = (list: readonly (NDArray | null)[], like: readonly ArrayType[]): readonly NDArray[] =>
  like.map((type, i) => list[i] ?? zerosOf(type));

/** Two programs of the same arguments, over what either of them closes over. */
export const together = (a: Closed<unknown>, b: Closed<unknown>) => {
  const closed = [...a.closed, ...b.closed];
  const types = [...closed, ...a.program.inputs.slice(a.closed.length)];
  const over = (program: Program, before: number, after: number): Program =>
    programOf(types, (xs) => evaluateProgram(program, [...xs.slice(before, after), ...xs.slice(closed.length)]));
  const count = a.closed.length;
  return {
    closed,
    programs: [over(a.program, 0, count), over(b.program, count, closed.length)] as const,
  };
};
