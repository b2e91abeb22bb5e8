import type { Mask, Term, Value } from "../scalar/lane.ts";
import { type Machine, recordRoutine, type Routine, type Variable } from "../scalar/routine.ts";

/* The routines that put rows in order. They write places: the operand is buffer 0, the result 1, and scratch follows. */

/** A row of n elements, and where each of them lies in the operand and in the result. */
interface Row {
  readonly n: Value;
  readonly at: (i: Term) => Value;
}

/** Whether x comes before y in a sorted row: it is less, or a number before NaN. */
const comesBefore = (m: Machine, x: Value, y: Value): Mask =>
  m.and(m.not(m.lessEqual(y, x)), m.equal(x, x));

const eachRow = (sortRow: (m: Machine, row: Row) => void): (() => Routine) =>
  recordRoutine((m) => {
    const n = m.size(1);
    const after = m.size(2);
    m.loop(0, m.size(0), (b) =>
      m.loop(0, after, (a) => {
        const first = m.add(m.mul(m.mul(b, n), after), a);
        sortRow(m, { n, at: (i) => m.add(first, m.mul(i, after)) });
      }),
    );
  });

/**
 * Insertion sort. The places so far are in buffer 2 and their elements in buffer 3, both from 1 on; an element that
 * nothing comes before is in front of them.
 */
export const byInsertion = eachRow((m, { n, at }) => {
  m.store(3, 0, -Infinity);
  m.loop(0, n, (i) => {
    const x = m.load(0, at(i));
    const free = m.variable(m.add(i, 1));
    const inFront = (): Value => m.sub(free.get(), 1);
    m.repeatWhile(
      () => comesBefore(m, x, m.load(3, inFront())),
      () => {
        const from = inFront();
        m.store(2, free.get(), m.load(2, from));
        m.store(3, free.get(), m.load(3, from));
        free.set(from);
      },
    );
    m.store(2, free.get(), i);
    m.store(3, free.get(), x);
  });
  m.loop(0, n, (i) => m.store(1, at(i), m.load(2, m.add(i, 1))));
});

/** Half of an element's bits: two elements are ordered as their high words, if these are equal as their low words, unsigned. */
type WordOf = (m: Machine, x: Value) => Value;

/** A word of every NaN is the greatest one. That of -0 is that of 0, and those of negative numbers descend. */
const ordered =
  (word: (m: Machine, x: Value, flipped: Value) => Value): WordOf =>
  (m, x) => {
    const number = m.add(x, 0);
    const flipped = m.sub(0, m.shiftRight(m.word(number, "high"), 31));
    return m.select(m.equal(x, x), word(m, number, flipped), -1);
  };

const lowWord = ordered((m, x, flipped) => m.xor(m.word(x, "low"), flipped));
const highWord = ordered((m, x, flipped) => m.xor(m.xor(m.word(x, "high"), m.shiftRight(flipped, 1)), -(2 ** 31)));

/** Pairs of a word and its place lie side by side in buffer 2: those that are read and, behind or before, the next ones. */
interface Pairs {
  readonly n: Value;
  readonly from: Variable;
  readonly to: Variable;
}

/** Where the word of a pair is; its place is behind it. */
const pairAt = (m: Machine, { from }: Pairs, i: Term): Value => m.add(from.get(), m.add(i, i));

/** Puts pairs in the order of one digit, which keeps the order of equal ones. The digits are counted in buffer 3. */
const sortByDigit = (m: Machine, pairs: Pairs, digitOf: (word: Value) => Value): void => {
  const { n, from, to } = pairs;
  const buckets = m.size(4);
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

/** Puts pairs in the order of their words, by the digits from one on, the least one first. */
const sortByDigits = (m: Machine, pairs: Pairs, first: Term): void => {
  const bits = m.size(3);
  m.loop(first, m.size(5), (digit) => {
    // To the left, until the digit is in front; the last digit may share bits with the one before it.
    const turn = m.max(m.sub(32, m.mul(bits, m.add(digit, 1))), 0);
    sortByDigit(m, pairs, (word) => m.shiftRight(m.rotate(word, turn), m.sub(32, bits)));
  });
};

/** Writes the places by insertion sort, which is fast for what is nearly sorted; whether it took less than n moves. */
const settle = (m: Machine, { n, at }: Row, pairs: Pairs): Mask => {
  const elementOf = (place: Value): Value => m.load(0, at(place));
  const moves = m.variable(0);
  const last = m.variable(-Infinity);
  m.loop(0, n, (i) => {
    const place = m.load(2, m.add(pairAt(m, pairs, i), 1));
    const x = elementOf(place);
    const free = m.variable(i);
    const isBehind = comesBefore(m, x, last.get());
    m.when(m.not(isBehind), () => last.set(x));
    m.when(m.and(isBehind, m.less(moves.get(), n)), () =>
      m.repeatWhile(
        () => {
          const before = m.place(m.load(1, at(m.max(m.sub(free.get(), 1), 0))));
          return m.and(m.less(0, free.get()), comesBefore(m, x, elementOf(before)));
        },
        () => {
          const from = m.sub(free.get(), 1);
          m.store(1, at(free.get()), m.load(1, at(from)));
          free.set(from);
          moves.set(m.add(moves.get(), 1));
        },
      ),
    );
    m.store(1, at(free.get()), place);
  });
  return m.less(moves.get(), n);
};

/** By all digits of the low words, then by all of the high words. */
const sortByWords = (m: Machine, { n, at }: Row, pairs: Pairs): void => {
  for (const wordOf of [lowWord, highWord]) {
    m.loop(0, n, (i) => {
      const pair = pairAt(m, pairs, i);
      m.store(2, pair, wordOf(m, m.load(0, at(m.load(2, m.add(pair, 1))))));
    });
    sortByDigits(m, pairs, 0);
  }
  m.loop(0, n, (i) => m.store(1, at(i), m.load(2, m.add(pairAt(m, pairs, i), 1))));
};

/** How many elements are in order, or in reverse order if the second one comes before the first. */
const runOf = (m: Machine, { n, at }: Row, isReversed: Value): Value => {
  const end = m.variable(1);
  const elementAt = (i: Value): Value => m.load(0, at(i));
  m.repeatWhile(
    () => {
      const next = m.min(end.get(), m.sub(n, 1));
      const falls = m.truth(comesBefore(m, elementAt(next), elementAt(m.sub(end.get(), 1))));
      return m.and(m.less(end.get(), n), m.equal(falls, isReversed));
    },
    () => end.set(m.add(end.get(), 1)),
  );
  return end.get();
};

/**
 * Radix sort by the leading digits of the elements, which nearly sorts most rows; where many elements have the same ones,
 * by all digits. A digit that is the same everywhere is passed over. What is in order, or in reverse, only is turned.
 *
 * D. E. Knuth, The Art of Computer Programming, volume 3, section 5.2.5.
 */
export const byDigits = eachRow((m, row) => {
  const { n, at } = row;
  const isReversed = comesBefore(m, m.load(0, at(1)), m.load(0, at(0)));
  const isOrdered = m.equal(runOf(m, row, m.truth(isReversed)), n);
  m.when(isOrdered, () =>
    m.loop(0, n, (i) => m.store(1, at(i), m.select(isReversed, m.sub(m.sub(n, 1), i), i))),
  );
  m.when(m.not(isOrdered), () => {
    const pairs: Pairs = { n, from: m.variable(0), to: m.variable(m.add(n, n)) };
    m.loop(0, n, (i) => {
      const pair = pairAt(m, pairs, i);
      m.store(2, pair, highWord(m, m.load(0, at(i))));
      m.store(2, m.add(pair, 1), i);
    });
    sortByDigits(m, pairs, m.size(6));
    const isSettled = settle(m, row, pairs);
    m.when(m.not(isSettled), () => sortByWords(m, row, pairs));
  });
});
