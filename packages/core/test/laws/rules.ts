/*
 * The two orders of addition, as the numbers page states them, literally: the library's printed code has to agree.
 */

type Round = (x: number) => number;

export const wide: Round = (x) => x;
export const narrow: Round = Math.fround;

/** What is joined: sums from -0, products from 1. */
export interface Joining {
  readonly identity: number;
  readonly nothing: number;
  readonly join: (a: number, b: number) => number;
}

export const addition: Joining = { identity: -0, nothing: 0, join: (a, b) => a + b };
export const multiplication: Joining = { identity: 1, nothing: 1, join: (a, b) => a * b };

/** The sums of consecutive blocks, by a rule. */
const blocks = (rule: Rule, size: number, terms: Float64Array, round: Round, joining: Joining): Float64Array =>
  Float64Array.from({ length: Math.ceil(terms.length / size) }, (_, k) =>
    rule(terms.subarray(k * size, (k + 1) * size), round, joining),
  );

export type Rule = (terms: Float64Array, round: Round, joining?: Joining) => number;

/** In lanes: eight accumulators from the identity over blocks of 1024, folded by halves; blocks in the same way. */
export const rule1: Rule = (terms, round, joining = addition) => {
  const { identity, nothing, join } = joining;
  if (terms.length === 0) return nothing;
  if (terms.length > 1024) return rule1(blocks(rule1, 1024, terms, round, joining), round, joining);
  const a = new Float64Array(8).fill(identity);
  terms.forEach((t, i) => (a[i % 8] = round(join(a[i % 8] ?? NaN, t))));
  for (const h of [4, 2, 1]) for (let j = 0; j < h; j++) a[j] = round(join(a[j] ?? NaN, a[j + h] ?? NaN));
  return a[0] ?? NaN;
};

/** In blocks: one accumulator from the identity, in order, over blocks of 256; blocks in the same way. */
export const rule2: Rule = (terms, round, joining = addition) => {
  const { identity, nothing, join } = joining;
  if (terms.length === 0) return nothing;
  if (terms.length > 256) return rule2(blocks(rule2, 256, terms, round, joining), round, joining);
  return terms.reduce((a, t) => round(join(a, t)), identity);
};
