import type { NDArray } from "@gradfold/core";
import { type ArrayType, isFloat, typed } from "@gradfold/core/library";
import { zerosOf } from "@gradfold/core/transform";
import { batch, spread } from "./batch.ts";
import type { Closed } from "./trace.ts";
import { elementAt } from "./element.ts";
import { evaluateProgram } from "./evaluate.ts";
import type { Program } from "./program.ts";
import { push } from "./push.ts";
import { programOf } from "./trace.ts";

/* Programs made of programs by the transforms: the program's operations are met by an interpreter, and recorded anew. */

interface PartsOf {
  <A, const K extends string>(
    list: readonly A[],
    lengths: Readonly<Record<K, number | readonly unknown[]>>,
  ): Readonly<Record<K, readonly A[]>>;
}

type Lengths = Readonly<Record<string, number | readonly unknown[]>>;

/** Consecutive parts of a list by name, which are all of it: of these lengths, or as long as these lists. */
export const partsOf = typed<PartsOf>((list: readonly unknown[], lengths: Lengths) => {
  let start = 0;
  const parts = Object.entries(lengths).map(([name, like]) => {
    const from = start;
    start += typeof like === "number" ? like : like.length;
    return [name, list.slice(from, start)];
  });
  if (start !== list.length) throw new RangeError(`a list of ${list.length} cut into parts of ${start}`);
  return Object.fromEntries(parts);
});

/** Those elements that are marked. */
export const marked = <A>(list: readonly A[], marks: readonly boolean[]): readonly A[] =>
  list.filter((_, i) => elementAt(marks, i));

/** Those that are there. */
export const present = <A>(list: readonly (A | null)[]): readonly A[] => list.flatMap((x) => (x === null ? [] : [x]));

/** The elements of a shorter list at the marked places, and null at the others. */
export const atMarks = <A>(list: readonly A[], marks: readonly boolean[]): readonly (A | null)[] => {
  let next = 0;
  return marks.map((mark) => (mark ? elementAt(list, next++) : null));
};

export const countOf = (marks: readonly boolean[]): number => marks.filter((mark) => mark).length;

export const isFloating = ({ dtype }: ArrayType): boolean => isFloat(dtype);

export const outputTypes = ({ outputs, types }: Program): readonly ArrayType[] =>
  outputs.map((id) => elementAt(types, id));

export const stackedType =
  (n: number) =>
  ({ shape, dtype }: ArrayType): ArrayType => ({ shape: Object.freeze([n, ...shape]), dtype });

/** Zeros where there is nothing. */
export const filled = (list: readonly (NDArray | null)[], like: readonly ArrayType[]): readonly NDArray[] =>
  like.map((type, i) => list[i] ?? zerosOf(type));

const unforeseen = (what: string, i: number): RangeError =>
  new RangeError(`result ${i} is ${what}, which its mark denies`);

/** A program's results and their tangents, which are 0 where no mark says otherwise. */
export const pushedResults = (
  program: Program,
  xs: readonly NDArray[],
  tangents: readonly (NDArray | null)[],
  marks: readonly boolean[],
): { readonly outputs: readonly NDArray[]; readonly tangents: readonly NDArray[] } => {
  const pushed = push((values) => evaluateProgram(program, values), xs, tangents);
  pushed.tangents.forEach((t, i) => {
    if (t !== null && !elementAt(marks, i)) throw unforeseen("moved", i);
  });
  return { outputs: pushed.outputs, tangents: filled(pushed.tangents, pushed.outputs) };
};

/** From [inputs, tangents of the moved ones] to [results, tangents of the marked ones]. */
export const pushedProgram = (program: Program, moved: readonly boolean[], marks: readonly boolean[]): Program =>
  programOf([...program.inputs, ...marked(program.inputs, moved)], (leaves) => {
    const { xs, ts } = partsOf(leaves, { xs: program.inputs.length, ts: countOf(moved) });
    const { outputs, tangents } = pushedResults(program, xs, atMarks(ts, moved), marks);
    return [...outputs, ...marked(tangents, marks)];
  });

/** The program for stacks of n: mapped inputs bear the stack in front, as do the marked results. */
export const batchedProgram = (
  program: Program,
  mapped: readonly boolean[],
  n: number,
  marks: readonly boolean[],
): Program =>
  programOf(stackedTypes(program.inputs, mapped, n), (leaves) => {
    const batched = batch((values) => evaluateProgram(program, values), leaves, mapped);
    const stacks = spread(batched, n);
    return batched.outputs.map((x, i) => {
      if (elementAt(batched.mapped, i) && !elementAt(marks, i)) throw unforeseen("mapped", i);
      return elementAt(marks, i) ? elementAt(stacks, i) : x;
    });
  });

/** Types of which the marked ones bear a stack of n in front. */
export const stackedTypes = (types: readonly ArrayType[], marks: readonly boolean[], n: number): readonly ArrayType[] =>
  types.map((type, i) => (elementAt(marks, i) ? stackedType(n)(type) : type));

/** Two programs of the same arguments, over what either of them closes over. */
export const together = (a: Closed<unknown>, b: Closed<unknown>) => {
  const closed = [...a.closed, ...b.closed];
  const operands = a.program.inputs.slice(a.closed.length);
  const lengths = { a: a.closed.length, b: b.closed.length, operands: operands.length };
  const over = (program: Program, own: "a" | "b"): Program =>
    programOf([...closed, ...operands], (xs) => {
      const parts = partsOf(xs, lengths);
      return evaluateProgram(program, [...parts[own], ...parts.operands]);
    });
  return { closed, programs: [over(a.program, "a"), over(b.program, "b")] as const };
};
