import { add, argsort, array, type Key, random, sort, take, toTypedArray, type Vector } from "@gradfold/core";

/* In which order the rows of an epoch come. */

/** The numbers of an epoch's rows in order, int32; the key is that epoch's own. */
export type Draw = (key: Key) => Vector;

/** Each of n rows once, shuffled. */
export const permuted =
  (n: number): Draw =>
  (key) =>
    random.permutation(key, n);

/** Some of n rows with replacement, each as likely, or in proportion to weights. */
export const replaced = (n: number, count: number, weights: Vector | undefined): Draw =>
  weights === undefined
    ? (key) => random.integers(key, [count], { max: n })
    : (key) => random.choice(key, n, [count], { p: weights });

/** Where each label starts and ends among labels in ascending order. */
const runsOf = (sorted: ArrayLike<number>): readonly (readonly [start: number, end: number])[] => {
  const starts = Array.from(sorted, (_, i) => i).filter((i) => i === 0 || sorted[i] !== sorted[i - 1]);
  return starts.map((start, c) => [start, starts[c + 1] ?? sorted.length]);
};

/**
 * Rows whose classes take turns, in ascending order of their labels. The rows of a class come in an order that is shuffled,
 * and begin again when there are no more.
 */
export const balanced = (labels: Vector, count: number): Draw => {
  const numbers = add(labels, 0); // −0 is 0
  const runs = runsOf(toTypedArray(sort(numbers)));
  const turns = Array.from({ length: Math.ceil(count / runs.length) }, (_, turn) =>
    runs.map(([start, end]) => start + (turn % (end - start))),
  );
  const places = array(turns.flat().slice(0, count), { dtype: "int32" });
  return (key) => {
    const rows = random.permutation(key, labels.shape[0]);
    const byClass = take(rows, argsort(take(numbers, rows)));
    return take(byClass, places);
  };
};

/**
 * A pure function that keeps its answers to the numbers that it was asked for last, `most` of them; that which was not
 * asked for longest is forgotten first.
 */
export const keeping = <A extends object>(most: number, f: (x: number) => A): ((x: number) => A) => {
  const kept = new Map<number, A>(); // those asked for last come last
  let last: { readonly x: number; readonly answer: A } | undefined;
  return (x) => {
    if (last?.x === x) return last.answer;
    const answer = kept.get(x) ?? f(x);
    kept.delete(x);
    kept.set(x, answer);
    const [oldest = x] = kept.keys();
    if (kept.size > most) kept.delete(oldest);
    last = { x, answer };
    return answer;
  };
};
