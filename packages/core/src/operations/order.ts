import type { Mask, Term, Value } from "../scalar/lane.ts";
import { type Machine, recordRoutine, type Routine } from "../scalar/routine.ts";
import { type Digits, openPairs, pairAt, type Pairs, sortByDigits } from "./digits.ts";

/* The routines that put rows in order. They write places: the operand is buffer 0, the result 1, and scratch follows. */

/** A row of n elements, and where each of them lies in the operand and in the result. */
interface Row {
  readonly n: Value;
  readonly at: (i: Term) => Value;
}

/** Whether x comes before y in a sorted row: it is less, or a number before NaN. */
export const comesBefore = (m: Machine, x: Value, y: Value): Mask => m.and(m.not(m.lessEqual(y, x)), m.equal(x, x));

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

/** A word of an element. As unsigned numbers, words are ordered as the elements are. */
type WordOf = (m: Machine, x: Value) => Value;

/** Half of a float's bits, flipped so that words rise with the floats: NaN has the greatest word, and -0 that of 0. */
const ordered =
  (word: (m: Machine, x: Value, flipped: Value) => Value): WordOf =>
  (m, x) => {
    const number = m.add(x, 0);
    const flipped = m.sub(0, m.shiftRight(m.word(number, "high"), 31));
    return m.select(m.equal(x, x), word(m, number, flipped), -1);
  };

const lowWord = ordered((m, x, flipped) => m.xor(m.word(x, "low"), flipped));
const highWord = ordered((m, x, flipped) => m.xor(m.xor(m.word(x, "high"), m.shiftRight(flipped, 1)), -(2 ** 31)));

const digitsOf = (m: Machine): Digits => ({ bits: m.size(3), buckets: m.size(4), count: m.size(5) });

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

const writePlaces = (m: Machine, { n, at }: Row, pairs: Pairs): void =>
  m.loop(0, n, (i) => m.store(1, at(i), m.load(2, m.add(pairAt(m, pairs, i), 1))));

/** By all digits of the low words, then by all of the high words. */
const sortByWords = (m: Machine, row: Row, pairs: Pairs): void => {
  for (const wordOf of [lowWord, highWord]) {
    m.loop(0, row.n, (i) => {
      const pair = pairAt(m, pairs, i);
      m.store(2, pair, wordOf(m, m.load(0, row.at(m.load(2, m.add(pair, 1))))));
    });
    sortByDigits(m, pairs, digitsOf(m), 0);
  }
  writePlaces(m, row, pairs);
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

/** Sorts by words that lie in pairs with their places. What is in order is kept, and in reverse order turned. */
const byWord = (wordOf: WordOf, sortPairs: (m: Machine, row: Row, pairs: Pairs) => void): (() => Routine) =>
  eachRow((m, row) => {
    const { n, at } = row;
    const isReversed = comesBefore(m, m.load(0, at(1)), m.load(0, at(0)));
    const isOrdered = m.equal(runOf(m, row, m.truth(isReversed)), n);
    m.when(isOrdered, () => m.loop(0, n, (i) => m.store(1, at(i), m.select(isReversed, m.sub(m.sub(n, 1), i), i))));
    m.when(m.not(isOrdered), () => {
      const pairs = openPairs(m, n);
      m.loop(0, n, (i) => {
        const pair = pairAt(m, pairs, i);
        m.store(2, pair, wordOf(m, m.load(0, at(i))));
        m.store(2, m.add(pair, 1), i);
      });
      sortPairs(m, row, pairs);
    });
  });

/** Radix sort of integers. */
export const byDigitsOfIntegers = byWord(
  (m, x) => m.wrappingAdd(x, -(2 ** 31)),
  (m, row, pairs) => {
    sortByDigits(m, pairs, digitsOf(m), 0);
    writePlaces(m, row, pairs);
  },
);

/** Radix sort by the leading digits, which nearly sorts most rows; where many elements have the same ones, by all digits. */
export const byDigitsOfFloats = byWord(highWord, (m, row, pairs) => {
  sortByDigits(m, pairs, digitsOf(m), m.size(6));
  const isSettled = settle(m, row, pairs);
  m.when(m.not(isSettled), () => sortByWords(m, row, pairs));
});
