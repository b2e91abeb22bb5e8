import { compileCode, range, rounding } from "./code.ts";
import type { Store } from "./dtype.ts";

/*
 * In which order numbers are added is part of an operation, so that every engine gives the same bits.
 *
 * Rule 1 (sums, dot products, tiny results): eight accumulators from -0; term i goes to accumulator i mod 8 over a block
 * of 1024; the accumulators are folded by halves; the sums of blocks are summed by the same rule.
 * Rule 2 (matrix products, sums down the columns of a wide matrix): one accumulator from -0, terms in order, over a block
 * of 256; the sums of blocks are summed by the same rule.
 *
 * -0 is the identity of addition: -0 + x is x, and +0 + -0 is +0. Every addition and product rounds to the dtype.
 */

/** The accumulators of rule 1. */
export const lanes = 8;
/** Terms to a block of rule 1. */
export const block1 = 1024;
/** Terms to a block of rule 2. */
export const block2 = 256;

/** Reads term i of a sum; `x` and `y` are strided runs. */
interface Term {
  readonly parameters: string;
  readonly at: (i: string) => string;
  /** Whether reading it computes anything: a product rounds before it is added. */
  readonly computed: boolean;
}

const element: Term = { parameters: "x, p, s", at: (i) => `x[p + ${i} * s]`, computed: false };
const product: Term = {
  parameters: "x, p, s, y, q, t",
  at: (i) => `x[p + ${i} * s] * y[q + ${i} * t]`,
  computed: true,
};

/** Folds by halves up to eight terms; undefined if there is none. */
export const foldByHalves = <A>(terms: readonly A[], add: (a: A, b: A) => A): A | undefined => {
  let folded = terms;
  for (let half = lanes / 2; half >= 1; half /= 2)
    folded = folded.slice(0, half).map((a, j) => {
      const b = folded[j + half];
      return b === undefined ? a : add(a, b);
    });
  return folded[0];
};

/** Source of the fold of some terms. */
const fold = (terms: readonly string[], round: (sum: string) => string): string =>
  foldByHalves(terms, (a, b) => round(`${a} + ${b}`)) ?? "0";

/** Source of a product of matrices whose every element is a dot product of a few terms. */
const printFewDots = (k: number, single: boolean): string => {
  const round = rounding(single);
  const terms = range(k).map((l) => round(`x[p + ${l} * s] * y[q + ${l} * t]`));
  return `(out, o, m, n, x, from, row, s, y, start, column, t) => {
    for (let i = 0, p = from; i < m; i++, p += row)
      for (let j = 0, q = start; j < n; j++, q += column) out[o++] = ${fold(terms, round)};
  }`;
};

/** Source of rule 1 over one block: straight-line up to eight terms, else eight accumulators. */
const printBlock = ({ parameters, at, computed }: Term, single: boolean): string => {
  const round = rounding(single);
  const term = (i: string): string => (computed ? round(at(i)) : at(i));
  const few = range(lanes + 1).map(
    (n) =>
      `case ${n}: return ${fold(
        range(n).map((i) => term(String(i))),
        round,
      )};`,
  );
  const accumulators = range(lanes).map((j) => `a${j}`);
  const grow = (j: number): string => `a${j} = ${round(`a${j} + ${term(`(i + ${j})`)}`)};`;
  return `(n, ${parameters}) => {
    switch (n) { ${few.join(" ")} }
    let ${accumulators.map((a) => `${a} = -0`).join(", ")};
    let i = 0;
    for (const end = n - ${lanes - 1}; i < end; i += ${lanes}) { ${range(lanes).map(grow).join(" ")} }
    ${range(lanes - 1)
      .map((j) => `if (i + ${j} < n) ${grow(j)}`)
      .join(" ")}
    return ${fold(accumulators, round)};
  }`;
};

/** The sum of n elements of a strided run. */
export type Sum = (n: number, x: Store, p: number, s: number) => number;
/** The sum of the products of two strided runs of n elements. */
type Dot = (n: number, x: Store, p: number, s: number, y: Store, q: number, t: number) => number;

/** Writes m x n dot products from `o` on: of rows of x, each `row` apart, and columns of y, each `column` apart. */
type Dots = (
  out: Store,
  o: number,
  m: number,
  n: number,
  x: Store,
  p: number,
  row: number,
  s: number,
  y: Store,
  q: number,
  column: number,
  t: number,
) => void;

const compile = <F>(source: string): F => compileCode<F>(source, { fround: Math.fround });

const partials = (
  n: number,
  block: number,
  single: boolean,
  sum: (start: number, count: number) => number,
): Float64Array | Float32Array => {
  const sums = new (single ? Float32Array : Float64Array)(Math.ceil(n / block));
  for (let k = 0; k < sums.length; k++) sums[k] = sum(k * block, Math.min(block, n - k * block));
  return sums;
};

const makeSum1 = (single: boolean): Sum => {
  const block = compile<Sum>(printBlock(element, single));
  const sum: Sum = (n, x, p, s) => {
    if (n <= block1) return block(n, x, p, s);
    const sums = partials(n, block1, single, (start, count) => block(count, x, p + start * s, s));
    return sum(sums.length, sums, 0, 1);
  };
  return sum;
};

const makeDot1 = (single: boolean, sum: Sum): Dot => {
  const block = compile<Dot>(printBlock(product, single));
  return (n, x, p, s, y, q, t) => {
    if (n <= block1) return block(n, x, p, s, y, q, t);
    const sums = partials(n, block1, single, (start, count) => block(count, x, p + start * s, s, y, q + start * t, t));
    return sum(sums.length, sums, 0, 1);
  };
};

const makeDots = (single: boolean, dot: Dot): ((k: number) => Dots) => {
  const few: Dots[] = [];
  const many =
    (k: number): Dots =>
    (out, o, m, n, x, p, row, s, y, q, column, t) => {
      for (let i = 0; i < m; i++)
        for (let j = 0; j < n; j++) out[o + i * n + j] = dot(k, x, p + i * row, s, y, q + j * column, t);
    };
  return (k) => (k > lanes ? many(k) : (few[k] ??= compile<Dots>(printFewDots(k, single))));
};

const makeSum2 = (single: boolean): Sum => {
  const block = compile<Sum>(`(n, x, p, s) => {
    let a = -0;
    for (let i = 0; i < n; i++, p += s) a = ${single ? "fround(a + x[p])" : "a + x[p]"};
    return n === 0 ? 0 : a;
  }`);
  const sum: Sum = (n, x, p, s) => {
    if (n <= block2) return block(n, x, p, s);
    const sums = partials(n, block2, single, (start, count) => block(count, x, p + start * s, s));
    return sum(sums.length, sums, 0, 1);
  };
  return sum;
};

/** Both rules for one float dtype. */
export interface Order {
  readonly sum1: Sum;
  /** Matrix products of k terms each. */
  readonly dots1: (k: number) => Dots;
  readonly sum2: Sum;
}

const make = (single: boolean): Order => {
  const sum1 = makeSum1(single);
  return { sum1, dots1: makeDots(single, makeDot1(single, sum1)), sum2: makeSum2(single) };
};

export const order64 = make(false);
export const order32 = make(true);
