import { elementAt } from "../element.ts";
import { marked, partsOf } from "../derived.ts";

/* The operands and results of a loop, and what belongs to each of them. */

/** What a loop closes over, what it carries, and what it takes or gives row by row. */
export interface Parts<A> {
  readonly closed: readonly A[];
  readonly carry: readonly A[];
  readonly rows: readonly A[];
}

/** How many operands a loop closes over, and how many it carries. */
export interface Counts {
  readonly closed: number;
  readonly carried: number;
}

export const operandsOf = <A>(list: readonly A[], { closed, carried }: Counts): Parts<A> =>
  partsOf(list, { closed, carry: carried, rows: list.length - closed - carried });

export const resultsOf = <A>(list: readonly A[], { carried }: Counts): Parts<A> =>
  operandsOf(list, { closed: 0, carried });

export const inOrder = <A>({ closed, carry, rows }: Parts<A>): readonly A[] => [...closed, ...carry, ...rows];

export const countsOf = ({ closed, carry }: Parts<unknown>): Counts => ({
  closed: closed.length,
  carried: carry.length,
});

const partwise = <A, B, C>(
  f: (a: readonly A[], b: readonly B[]) => readonly C[],
  a: Parts<A>,
  b: Parts<B>,
): Parts<C> => ({ closed: f(a.closed, b.closed), carry: f(a.carry, b.carry), rows: f(a.rows, b.rows) });

/** The marked ones of each part. */
export const markedParts = <A>(all: Parts<A>, marks: Parts<boolean>): Parts<A> => partwise(marked, all, marks);

/** Each part with another one behind it: values with their tangents. */
export const joined = <A>(front: Parts<A>, back: Parts<A>): Parts<A> => partwise((a, b) => [...a, ...b], front, back);

/** Joined parts taken apart, where the front is like another one. */
export const apart = <A>(
  all: Parts<A>,
  like: Parts<unknown>,
): { readonly front: Parts<A>; readonly back: Parts<A> } => ({
  front: partwise((a, b) => b.map((_, i) => elementAt(a, i)), all, like),
  back: partwise((a, b) => a.slice(b.length), all, like),
});
