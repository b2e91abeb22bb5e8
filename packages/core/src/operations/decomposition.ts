import type { Term, Value } from "../scalar/lane.ts";
import type { Machine, Scratch } from "../scalar/routine.ts";
import {
  byPower,
  columnOf,
  type Columns,
  dot,
  loadColumns,
  normalize,
  reflect,
  reflectAll,
  reflectColumns,
  type Reflections,
  reflector,
  substituteDown,
  substituteUp,
} from "./householder.ts";

/*
 * The complete orthogonal decomposition of a matrix [m, n], for routines (Golub and Van Loan, "Matrix Computations", 4th
 * edition, 5.5.2): a P = Q [T; 0], T = Lᵀ Zᵀ having as many rows as the matrix has rank. Columns are pivoted on as
 * if their norms were one, up to a power of two: their units do not count. Z is needed below full rank only, where the
 * solution of least norm is sought, and there the units do count.
 */

/** The numbers of buffers of scratch, from a first one on. */
interface Buffers {
  /** The columns: R above the reflections. */
  readonly matrix: number;
  readonly taus: number;
  readonly exponents: number;
  /** Which column comes at which place. */
  readonly order: number;
  /** The transpose of T by columns: L above the reflections that make Z. */
  readonly rows: number;
  readonly rowTaus: number;
  /** A right-hand side that becomes a solution. */
  readonly solution: number;
}

export const buffersFrom = (first: number): Buffers => ({
  matrix: first,
  taus: first + 1,
  exponents: first + 2,
  order: first + 3,
  rows: first + 4,
  rowTaus: first + 5,
  solution: first + 6,
});

export const decompositionScratch = (m: number, n: number): readonly Scratch[] => {
  const k = Math.min(m, n);
  return [
    { dtype: "float64", size: m * n },
    { dtype: "float64", size: n },
    { dtype: "float64", size: n },
    { dtype: "int32", size: n },
    { dtype: "float64", size: n * k },
    { dtype: "float64", size: k },
    { dtype: "float64", size: n },
  ];
};

/** What is known of the matrix at hand. */
export interface Decomposition {
  readonly reflections: Reflections;
  /** The rank, or 0 where an element is not finite. */
  readonly rank: Value;
  /**
   * Solves for a right-hand side over 2^k, whose share in the columns' space stands in the buffer of solutions. At full
   * rank the solution may be refined, as long as it is in the order and the units of the columns.
   */
  readonly solve: (k: Value | number, write: (row: Value, x: Value) => void, refine?: () => void) => void;
}

/** Brings the column of greatest norm from row k on to place k, and returns that norm: the first of those that tie. */
const pivot = (m: Machine, { order, exponents }: Buffers, a: Columns, k: Value): Value => {
  const squaresOf = (j: Value): Value => dot(m, columnOf(m, a, j, k), columnOf(m, a, j, k));
  const best = m.variable(squaresOf(k));
  const chosen = m.variable(k);
  m.loop(m.add(k, 1), m.size(2), (j) => {
    const found = squaresOf(j);
    m.when(m.less(best.get(), found), () => {
      best.set(found);
      chosen.set(j);
    });
  });
  const other = chosen.get();
  const swap = (buffer: number, p: Term, q: Term): void => {
    const [x, y] = [m.load(buffer, p), m.load(buffer, q)];
    m.store(buffer, p, y);
    m.store(buffer, q, x);
  };
  m.when(m.notEqual(other, k), () => {
    swap(order, k, other);
    swap(exponents, k, other);
    m.loop(0, a.height, (i) => swap(a.buffer, columnOf(m, a, k, i).at, columnOf(m, a, other, i).at));
  });
  return m.sqrt(best.get());
};

/** Reflects columns as long as their norms are more than a share of the first one; returns how many. */
const eliminate = (m: Machine, buffers: Buffers, a: Columns, rcond: Value): Value => {
  const n = m.size(2);
  const rank = m.variable(0);
  const least = m.variable(0);
  m.loop(0, m.min(a.height, n), (k) =>
    m.when(m.equal(rank.get(), k), () => {
      const norm = pivot(m, buffers, a, k);
      least.set(m.select(m.equal(k, 0), m.mul(rcond, norm), least.get()));
      m.when(m.less(least.get(), norm), () => {
        const column = columnOf(m, a, k, k);
        const tau = reflector(m, column);
        m.store(buffers.taus, k, tau);
        m.loop(m.add(k, 1), n, (j) => reflect(m, column, tau, columnOf(m, a, j, k)));
        rank.set(m.add(k, 1));
      });
    }),
  );
  return rank.get();
};

/** Scales the columns, and notes their exponents and order; returns 0, or NaN where an element is not finite. */
export const prepare = (m: Machine, { exponents, order }: Pick<Buffers, "exponents" | "order">, a: Columns): Value => {
  const spoiled = m.variable(0);
  m.loop(0, m.size(2), (j) => {
    const column = columnOf(m, a, j, 0);
    m.store(order, j, j);
    m.store(exponents, j, normalize(m, column));
    spoiled.set(m.add(spoiled.get(), m.mul(0, dot(m, column, column))));
  });
  return spoiled.get();
};

/** The greatest of some numbers, from -2044 on. */
export const greatestOf = (m: Machine, buffer: number, count: Value): Value => {
  const greatest = m.variable(-2044);
  m.loop(0, count, (j) => greatest.set(m.max(greatest.get(), m.load(buffer, j))));
  return greatest.get();
};

/** Factors the rows of T, in the units of the matrix: with the greatest of its exponents as that of one. */
const factorRows = (m: Machine, { exponents, rowTaus }: Buffers, [a, t]: readonly [Columns, Columns], rank: Value) => {
  const unit = greatestOf(m, exponents, t.height);
  m.loop(0, t.height, (j) => {
    const inUnits = byPower(m, m.sub(m.load(exponents, j), unit));
    m.loop(0, rank, (i) => {
      const element = m.select(m.lessEqual(i, j), m.load(a.buffer, columnOf(m, a, j, i).at), 0);
      m.store(t.buffer, columnOf(m, t, i, j).at, inUnits(element));
    });
  });
  reflectColumns(m, t, rowTaus, rank);
  return unit;
};

/** Decomposes the matrix that starts at a place of the first operand. */
export const decompose = (m: Machine, buffers: Buffers, start: Value, rcond: Value): Decomposition => {
  const n = m.size(2);
  const a: Columns = { buffer: buffers.matrix, height: m.size(1) };
  const t: Columns = { buffer: buffers.rows, height: n };
  loadColumns(m, start, n, a);
  const spoiled = prepare(m, buffers, a);
  const count = eliminate(m, buffers, a, rcond);
  const isFull = m.equal(count, n);
  const units = m.variable(0);
  m.when(m.not(isFull), () => units.set(factorRows(m, buffers, [a, t], count)));
  const { solution, order, exponents } = buffers;
  const solve: Decomposition["solve"] = (k, write, refine) => {
    const give = (j: Value, exponent: Value): void =>
      write(m.load(order, j), m.add(byPower(m, m.sub(k, exponent))(m.load(solution, j)), spoiled));
    m.when(isFull, () => {
      substituteUp(m, a, solution, n);
      refine?.();
      m.loop(0, n, (j) => give(j, m.load(exponents, j)));
    });
    m.when(m.not(isFull), () => {
      substituteDown(m, t, solution, count);
      m.loop(count, n, (i) => m.store(solution, i, 0));
      reflectAll(m, { of: t, taus: buffers.rowTaus, count }, { buffer: solution, at: 0, length: n }, true);
      m.loop(0, n, (j) => give(j, units.get()));
    });
  };
  const reflections = { of: a, taus: buffers.taus, count };
  return { reflections, rank: m.select(m.equal(spoiled, 0), count, 0), solve };
};
