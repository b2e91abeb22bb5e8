import { compileCode, literal, range, rounding } from "../scalar/code.ts";
import { type DType, dtypeCodes as dtypes, type Store } from "../scalar/dtype.ts";
import { lazy } from "../scalar/lazy.ts";
import { type Combine, combineCodes as combines, type Monoid, monoidOf } from "../scalar/monoid.ts";

/*
 * In which order numbers are added or multiplied is part of an operation, so that every engine gives the same bits.
 *
 * In lanes (sums, dot products, tiny results): eight accumulators from -0; term i goes to accumulator i mod 8 over a block
 * of 1024; the accumulators are folded by halves; the sums of blocks are summed by the same rule.
 * In blocks (matrix products, sums down the columns of a wide matrix): one accumulator from -0, terms in order, over a block
 * of 256; the sums of blocks are summed by the same rule.
 *
 * -0 is the identity of addition: -0 + x is x, and +0 + -0 is +0. Products start from 1. Every step rounds to the dtype.
 */

/** The accumulators of the order in lanes. */
export const lanes = 8;
/** Terms to a block of the order in lanes. */
export const block1 = 1024;
/** Terms to a block of the order in blocks. */
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
const fold = (terms: readonly string[], { nothing, print }: Monoid): string =>
  foldByHalves(terms, print) ?? literal(nothing);

const addition = (single: boolean): Monoid => monoidOf("add", single ? "float32" : "float64");

/** Source of a product of matrices whose every element is a dot product of a few terms. */
const printFewDots = (k: number, single: boolean): string => {
  const round = rounding(single);
  const terms = range(k).map((l) => round(`x[p + ${l} * s] * y[q + ${l} * t]`));
  return `(out, o, m, n, x, from, row, s, y, start, column, t) => {
    for (let i = 0, p = from; i < m; i++, p += row)
      for (let j = 0, q = start; j < n; j++, q += column) out[o++] = ${fold(terms, addition(single))};
  }`;
};

/** Source of the order in lanes over one block: straight-line up to eight terms, else eight accumulators. */
const printBlock = ({ parameters, at, computed }: Term, monoid: Monoid, single: boolean): string => {
  const round = rounding(single);
  const term = (i: string): string => (computed ? round(at(i)) : at(i));
  const few = range(lanes + 1).map(
    (n) =>
      `case ${n}: return ${fold(
        range(n).map((i) => term(String(i))),
        monoid,
      )};`,
  );
  const accumulators = range(lanes).map((j) => `a${j}`);
  const grow = (j: number): string => `a${j} = ${monoid.print(`a${j}`, term(`(i + ${j})`))};`;
  return `(n, ${parameters}) => {
    switch (n) { ${few.join(" ")} }
    let ${accumulators.map((a) => `${a} = ${literal(monoid.identity)}`).join(", ")};
    let i = 0;
    for (const end = n - ${lanes - 1}; i < end; i += ${lanes}) { ${range(lanes).map(grow).join(" ")} }
    ${range(lanes - 1)
      .map((j) => `if (i + ${j} < n) ${grow(j)}`)
      .join(" ")}
    return ${fold(accumulators, monoid)};
  }`;
};

/** Joins n elements of a strided run: their sum, say. */
export type Fold = (n: number, x: Store, p: number, s: number) => number;
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

const foldInLanes = (monoid: Monoid, single: boolean): Fold => {
  const block = compile<Fold>(printBlock(element, monoid, single));
  const run: Fold = (n, x, p, s) => {
    if (n <= block1) return block(n, x, p, s);
    const parts = partials(n, block1, single, (start, count) => block(count, x, p + start * s, s));
    return run(parts.length, parts, 0, 1);
  };
  return run;
};

const foldInTurn = ({ identity, nothing, print }: Monoid): Fold =>
  compile<Fold>(`(n, x, p, s) => {
    let a = ${literal(identity)};
    for (let i = 0; i < n; i++, p += s) a = ${print("a", "x[p]")};
    return n === 0 ? ${literal(nothing)} : a;
  }`);

const foldInBlocks = (monoid: Monoid, single: boolean): Fold => {
  const block = foldInTurn(monoid);
  const run: Fold = (n, x, p, s) => {
    if (n <= block2) return block(n, x, p, s);
    const parts = partials(n, block2, single, (start, count) => block(count, x, p + start * s, s));
    return run(parts.length, parts, 0, 1);
  };
  return run;
};

/** In which order a run is joined: in lanes, in blocks, or, where no order changes a bit, in turn. */
export type Rule = "lanes" | "blocks" | "turn";

const makeFold = (monoid: Monoid, dtype: DType, rule: Rule): Fold => {
  switch (rule) {
    case "lanes":
      return foldInLanes(monoid, dtype === "float32");
    case "blocks":
      return foldInBlocks(monoid, dtype === "float32");
    case "turn":
      return foldInTurn(monoid);
  }
};

const rules: Readonly<Record<Rule, number>> = { lanes: 0, blocks: 1, turn: 2 };

/** A number for each way to reduce, to find what was made for it. */
export const codeOf = (combine: Combine, dtype: DType, rule: Rule): number =>
  (combines[combine] * 4 + dtypes[dtype]) * 3 + rules[rule];

const folds: Fold[] = [];

/** How a run is joined; compiled at first use. */
export const foldOf = (combine: Combine, dtype: DType, rule: Rule): Fold =>
  (folds[codeOf(combine, dtype, rule)] ??= makeFold(monoidOf(combine, dtype), dtype, rule));

const makeDot1 = (single: boolean, sum: Fold): Dot => {
  const block = compile<Dot>(printBlock(product, addition(single), single));
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

/** Both rules of addition for one float dtype. */
interface Order {
  readonly sum1: Fold;
  /** Matrix products of k terms each. */
  readonly dots1: (k: number) => Dots;
  readonly sum2: Fold;
}

const make = (dtype: "float32" | "float64"): Order => {
  const single = dtype === "float32";
  const sum1 = foldOf("add", dtype, "lanes");
  return {
    sum1,
    dots1: makeDots(single, makeDot1(single, sum1)),
    sum2: foldOf("add", dtype, "blocks"),
  };
};

const order64 = lazy(() => make("float64"));
const order32 = lazy(() => make("float32"));

/** The order of addition in a buffer's dtype. */
export const orderOf = (out: Store): Order => (out instanceof Float32Array ? order32() : order64());
