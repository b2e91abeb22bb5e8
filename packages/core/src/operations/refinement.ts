import type { Value } from "../scalar/lane.ts";
import { exactProduct, exactSum } from "../scalar/part.ts";
import type { Machine, Scratch } from "../scalar/routine.ts";
import {
  byPower,
  type Column,
  columnOf,
  type Columns,
  dot,
  reflectAll,
  type Reflections,
  substituteDown,
  substituteUp,
} from "./householder.ts";

/*
 * Least squares refined, for routines: Å. Björck, "Iterative refinement of linear least squares solutions I" (1967). The
 * solution x and its residuals r together solve r + a x = b, aᵀ r = 0. What they leave of both is summed with the
 * rounding errors of products and sums, and solved for by the factors that are there.
 */

/** The numbers of buffers of scratch, from a first one on. */
interface Buffers {
  /** The matrix, its columns in their order and units. */
  readonly matrix: number;
  readonly right: number;
  readonly residuals: number;
  /** What is left of r + a x = b, then the residuals' correction. */
  readonly left: number;
  /** What is left of aᵀ r = 0, then the solution's correction. */
  readonly correction: number;
}

export const refinementFrom = (first: number): Buffers => ({
  matrix: first,
  right: first + 1,
  residuals: first + 2,
  left: first + 3,
  correction: first + 4,
});

export const refinementScratch = (m: number, n: number): readonly Scratch[] =>
  [m * n, m, m, m, n].map((size) => ({ dtype: "float64", size }));

/** Copies the matrix that starts at a place of the first operand, its columns in an order and over powers of two. */
export const loadAgain = (
  m: Machine,
  { matrix }: Buffers,
  { order, exponents }: { readonly order: number; readonly exponents: number },
  start: Value,
): void => {
  const [rows, n] = [m.size(1), m.size(2)];
  m.loop(0, n, (j) => {
    const from = m.add(start, m.load(order, j));
    const inUnits = byPower(m, m.neg(m.load(exponents, j)));
    m.loop(0, rows, (i) => m.store(matrix, m.add(m.mul(j, rows), i), inUnits(m.load(0, m.add(from, m.mul(i, n))))));
  });
};

/** A sum less products, with the rounding errors of all of them. */
const openSum = (m: Machine, initial: Value | number) => {
  const [high, low] = [m.variable(initial), m.variable(0)];
  const add = (x: Value): void => {
    const sum = exactSum(m, high.get(), x);
    high.set(sum.high);
    low.set(m.add(low.get(), sum.low));
  };
  return {
    add,
    subtractProduct: (x: Value, y: Value): void => {
      const product = exactProduct(m, x, y);
      add(m.neg(product.high));
      low.set(m.sub(low.get(), product.low));
    },
    total: (): Value => m.add(high.get(), low.get()),
  };
};

/** What a solution and its residuals leave of the two equations. */
const findLeft = (m: Machine, { matrix, right, residuals, left, correction }: Buffers, solution: number): void => {
  const a: Columns = { buffer: matrix, height: m.size(1) };
  const n = m.size(2);
  m.loop(0, a.height, (i) => {
    const sum = openSum(m, m.load(right, i));
    sum.add(m.neg(m.load(residuals, i)));
    m.loop(0, n, (j) => sum.subtractProduct(m.load(matrix, columnOf(m, a, j, i).at), m.load(solution, j)));
    m.store(left, i, sum.total());
  });
  m.loop(0, n, (j) => {
    const sum = openSum(m, 0);
    const start = columnOf(m, a, j, 0).at;
    m.loop(0, a.height, (i) => sum.subtractProduct(m.load(matrix, m.add(start, i)), m.load(residuals, i)));
    m.store(correction, j, sum.total());
  });
};

/** Solves for what is left: the corrections of the residuals and of the solution take its place. */
const correct = (m: Machine, { left, correction }: Buffers, reflections: Reflections): void => {
  const { of, count } = reflections;
  const column = { buffer: left, at: 0, length: of.height };
  substituteDown(m, of, correction, count);
  reflectAll(m, reflections, column);
  m.loop(0, count, (k) => {
    const [x, y] = [m.load(correction, k), m.load(left, k)];
    m.store(left, k, x);
    m.store(correction, k, m.sub(y, x));
  });
  reflectAll(m, reflections, column, true);
  substituteUp(m, of, correction, count);
};

/**
 * Refines a solution of full rank, by steps of which each is less than half of the one before: at most three, and none
 * after one that is lost beside the solution. `side` holds Qᵀ b, whose share beyond the columns' space makes the residuals.
 */
export const refine = (
  m: Machine,
  buffers: Buffers,
  reflections: Reflections,
  { side, solution }: { readonly side: Column; readonly solution: number },
): void => {
  const { residuals, left, correction } = buffers;
  const { of, count } = reflections;
  const addTo = (buffer: number, from: number, length: Value): void =>
    m.loop(0, length, (i) => m.store(buffer, i, m.add(m.load(buffer, i), m.load(from, i))));
  const norm = (buffer: number): Value => {
    const column = { buffer, at: 0, length: count };
    return m.sqrt(dot(m, column, column));
  };
  m.loop(0, of.height, (i) => m.store(residuals, i, m.select(m.less(i, count), 0, m.load(side.buffer, i))));
  reflectAll(m, reflections, { buffer: residuals, at: 0, length: of.height }, true);
  const size = norm(solution);
  const last = m.variable(size);
  m.loop(0, 3, () =>
    m.when(m.less(m.mul(2 ** -53, size), last.get()), () => {
      findLeft(m, buffers, solution);
      correct(m, buffers, reflections);
      const step = norm(correction);
      const isLess = m.less(step, m.mul(0.5, last.get()));
      m.when(isLess, () => {
        addTo(solution, correction, count);
        addTo(residuals, left, of.height);
      });
      last.set(m.select(isLess, step, 0));
    }),
  );
};
