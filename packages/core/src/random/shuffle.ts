import { bind, type Primitive } from "../array/primitive.ts";
import { frozen, sizeOf } from "../array/shape.ts";
import { type Digits, openPairs, pairAt, type Pairs, sortByDigits } from "../operations/digits.ts";
import { only } from "../operations/family/operands.ts";
import { sequential } from "../operations/family/sequential.ts";
import type { Value } from "../scalar/lane.ts";
import { type Machine, recordRoutine } from "../scalar/routine.ts";
import { word } from "./fraction.ts";
import { threefry } from "./threefry.ts";

/* Random orders: numbers are sorted by random words, several times, with a new key each time. */

/** Insertion sort of pairs that are nearly in the order of their words, as unsigned numbers. */
const settle = (m: Machine, pairs: Pairs): void => {
  const unsigned = (x: Value): Value => m.xor(x, -(2 ** 31));
  const last = m.variable(-(2 ** 31));
  m.loop(0, pairs.n, (i) => {
    const pair = pairAt(m, pairs, i);
    const moved = m.load(2, pair);
    const rank = unsigned(moved);
    const isBehind = m.less(rank, last.get());
    m.when(m.not(isBehind), () => last.set(rank));
    m.when(isBehind, () => {
      const number = m.load(2, m.add(pair, 1));
      const free = m.variable(pair);
      const before = (): Value => m.max(m.sub(free.get(), 2), pairs.from.get());
      m.repeatWhile(
        () => m.and(m.less(pairs.from.get(), free.get()), m.less(rank, unsigned(m.load(2, before())))),
        () => {
          const at = before();
          m.store(2, free.get(), m.load(2, at));
          m.store(2, m.add(free.get(), 1), m.load(2, m.add(at, 1)));
          free.set(at);
        },
      );
      m.store(2, free.get(), moved);
      m.store(2, m.add(free.get(), 1), number);
    });
  });
};

/** Puts pairs in the order of the words that a key gives for their places. */
const shuffle = (m: Machine, pairs: Pairs, k0: Value, k1: Value): void => {
  m.loop(0, pairs.n, (i) => m.store(2, pairAt(m, pairs, i), word(m, threefry(m, k0, k1, 0, i))));
  const digits: Digits = { bits: m.size(3), buckets: m.size(4), count: m.size(5) };
  sortByDigits(m, pairs, digits, m.size(6));
  settle(m, pairs);
};

const shuffles = recordRoutine((m) => {
  const n = m.size(1);
  m.loop(0, m.size(0), (b) => {
    const pairs = openPairs(m, n);
    m.loop(0, n, (i) => m.store(2, m.add(pairAt(m, pairs, i), 1), i));
    const k0 = m.variable(m.xor(m.load(0, m.add(b, b)), 0));
    const k1 = m.variable(m.xor(m.load(0, m.add(m.add(b, b), 1)), 0));
    m.loop(0, m.size(2), () => {
      const next = threefry(m, k0.get(), k1.get(), 0, 0);
      const now = threefry(m, k0.get(), k1.get(), 0, 1);
      shuffle(m, pairs, now.high, now.low);
      k0.set(next.high);
      k1.set(next.low);
    });
    m.loop(0, n, (i) => m.store(1, m.add(m.mul(b, n), i), m.load(2, m.add(pairAt(m, pairs, i), 1))));
  });
});

/** How often n numbers are sorted anew, so that ties hardly matter: the least r of n^3 <= (2^32 - 1)^r. */
const roundsFor = (n: number): number => (n < 2 ? 0 : n <= 1625 ? 1 : n <= 2642245 ? 2 : 3);

/** How words are cut, and the first of the digits by which they are sorted: so many that few of n words share these. */
const digits = (n: number): readonly [bits: number, buckets: number, count: number, leading: number] =>
  n <= 2 ** 9 ? [8, 2 ** 8, 4, 3] : [11, 2 ** 11, 3, n <= 2 ** 12 ? 2 : n <= 2 ** 22 ? 1 : 0];

/** For each of a stack of keys, the numbers 0 to n - 1 in random order. Errors name the caller. */
export const orderOf = (n: number, caller: string): Primitive => {
  const type: Primitive["type"] = (inputs) => ({
    shape: frozen([...only("permutation", inputs).shape.slice(0, -1), n]),
    dtype: "int32",
  });
  const primitive: Primitive = {
    name: "permutation",
    parameters: { n },
    type,
    ...sequential({
      name: caller,
      type,
      overwrites: true,
      routine: shuffles,
      sizes: (inputs) => {
        const stacks = sizeOf(only("permutation", inputs).shape.slice(0, -1));
        return [stacks, n, roundsFor(n), ...digits(n)];
      },
      scratch: () => [
        { dtype: "int32", size: 4 * n },
        { dtype: "int32", size: digits(n)[1] },
      ],
    }),
    jvp: () => null,
    vjp: () => null,
    batch: (inputs) => bind(primitive, inputs),
  };
  return primitive;
};
