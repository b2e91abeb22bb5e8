/*
 * The two orders of addition, as NUMERICS.md states them, literally: the library's printed code has to agree.
 */

type Round = (x: number) => number;

export const wide: Round = (x) => x;
export const narrow: Round = Math.fround;

/** The sums of consecutive blocks, by a rule. */
const blocks = (rule: Rule, size: number, terms: Float64Array, round: Round): Float64Array =>
  Float64Array.from({ length: Math.ceil(terms.length / size) }, (_, k) =>
    rule(terms.subarray(k * size, (k + 1) * size), round),
  );

export type Rule = (terms: Float64Array, round: Round) => number;

/** Rule 1: eight accumulators from -0 over blocks of 1024, folded by halves; blocks by the same rule. */
export const rule1: Rule = (terms, round) => {
  if (terms.length === 0) return 0;
  if (terms.length > 1024) return rule1(blocks(rule1, 1024, terms, round), round);
  const a = new Float64Array(8).fill(-0);
  terms.forEach((t, i) => (a[i % 8] = round((a[i % 8] ?? NaN) + t)));
  for (const h of [4, 2, 1]) for (let j = 0; j < h; j++) a[j] = round((a[j] ?? NaN) + (a[j + h] ?? NaN));
  return a[0] ?? NaN;
};

/** Rule 2: one accumulator from -0, in order, over blocks of 256; blocks by the same rule. */
export const rule2: Rule = (terms, round) => {
  if (terms.length === 0) return 0;
  if (terms.length > 256) return rule2(blocks(rule2, 256, terms, round), round);
  return terms.reduce((a, t) => round(a + t), -0);
};
