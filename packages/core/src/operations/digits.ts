import type { Term, Value } from "../scalar/lane.ts";
import type { Machine, Variable } from "../scalar/routine.ts";

/* Radix sort inside of routines: the pairs lie in buffer 2, and digits are counted in buffer 3. */

/** n pairs of a word and what it is moved with, and room for as many: where the pairs are, and where they are moved to. */
export interface Pairs {
  readonly n: Value;
  readonly from: Variable;
  readonly to: Variable;
}

/** How a word is cut: the bits of a digit, how many values these have, and the digits of a word. */
export interface Digits {
  readonly bits: Value;
  readonly buckets: Value;
  readonly count: Value;
}

export const openPairs = (m: Machine, n: Value): Pairs => ({
  n,
  from: m.variable(0),
  to: m.variable(m.add(n, n)),
});

/** Where the word of a pair is; what it is moved with is behind it. */
export const pairAt = (m: Machine, { from }: Pairs, i: Term): Value => m.add(from.get(), m.add(i, i));

/** Puts pairs in the order of one digit, which keeps the order of equal ones. A digit that all have is passed over. */
const sortByDigit = (m: Machine, pairs: Pairs, buckets: Value, digitOf: (word: Value) => Value): void => {
  const { n, from, to } = pairs;
  const digitAt = (i: Term): Value => digitOf(m.load(2, pairAt(m, pairs, i)));
  m.loop(0, buckets, (b) => m.store(3, b, 0));
  m.loop(0, n, (i) => {
    const digit = digitAt(i);
    m.store(3, digit, m.add(m.load(3, digit), 1));
  });
  m.when(m.less(m.load(3, digitAt(0)), n), () => {
    const end = m.variable(to.get());
    m.loop(0, buckets, (b) => {
      const start = end.get();
      const count = m.load(3, b);
      end.set(m.add(start, m.add(count, count)));
      m.store(3, b, start);
    });
    m.loop(0, n, (i) => {
      const pair = pairAt(m, pairs, i);
      const word = m.load(2, pair);
      const digit = digitOf(word);
      const target = m.load(3, digit);
      m.store(3, digit, m.add(target, 2));
      m.store(2, target, word);
      m.store(2, m.add(target, 1), m.load(2, m.add(pair, 1)));
    });
    const read = from.get();
    from.set(to.get());
    to.set(read);
  });
};

/**
 * Puts pairs in the order of their words, as unsigned numbers, by the digits from one on, the least one first.
 *
 * D. E. Knuth, The Art of Computer Programming, volume 3, section 5.2.5.
 */
export const sortByDigits = (m: Machine, pairs: Pairs, { bits, buckets, count }: Digits, first: Term): void =>
  m.loop(first, count, (digit) => {
    // To the left, until the digit is in front; the last digit may share bits with the one before it.
    const turn = m.max(m.sub(32, m.mul(bits, m.add(digit, 1))), 0);
    sortByDigit(m, pairs, buckets, (word) => m.shiftRight(m.rotate(word, turn), m.sub(32, bits)));
  });
