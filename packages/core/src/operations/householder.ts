import type { Term, Value } from "../scalar/lane.ts";
import type { Machine, Variable } from "../scalar/routine.ts";

/*
 * Householder's reflections of the columns of a matrix, for routines. The columns lie one after another in scratch of
 * dtype float64, and are scaled by powers of two, which is exact: no sum of squares overflows or vanishes.
 */

/** Elements of scratch one after another: how many, from where on. */
export interface Column {
  readonly buffer: number;
  readonly at: Term;
  readonly length: Value;
}

/** A matrix in scratch, by columns of a height. */
export interface Columns {
  readonly buffer: number;
  readonly height: Value;
}

/** The first reflections of a matrix, which its columns hold, each with its τ in a buffer. */
export interface Reflections {
  readonly of: Columns;
  readonly taus: number;
  readonly count: Value;
}

/** Column j of a matrix, from row i on. */
export const columnOf = (m: Machine, { buffer, height }: Columns, j: Value, i: Value | number): Column => ({
  buffer,
  at: m.add(m.mul(j, height), i),
  length: m.sub(height, i),
});

/** Copies the first operand's elements from a place on, rows of a width, to columns. */
export const loadColumns = (m: Machine, start: Value, width: Value, to: Columns): void =>
  m.loop(0, to.height, (i) => {
    const row = m.add(start, m.mul(i, width));
    m.loop(0, width, (j) => m.store(to.buffer, columnOf(m, to, j, i).at, m.load(0, m.add(row, j))));
  });

export const copyColumn = (m: Machine, from: Column, to: Column): void =>
  m.loop(0, from.length, (i) => m.store(to.buffer, m.add(to.at, i), m.load(from.buffer, m.add(from.at, i))));

/** A column without its first element. */
const below = (m: Machine, { buffer, at, length }: Column): Column => ({
  buffer,
  at: m.add(at, 1),
  length: m.sub(length, 1),
});

/** The sum of the products of elements, in four lanes: the i-th goes to lane i mod 4, those after the last four to lane 0. */
export const dot = (m: Machine, x: Column, y: Column): Value => {
  const lanes = [0, 0, 0, 0].map((): Variable => m.variable(0));
  const include = (lane: Variable | undefined, i: Value): void => {
    const product = m.mul(m.load(x.buffer, m.add(x.at, i)), m.load(y.buffer, m.add(y.at, i)));
    lane?.set(m.add(lane.get(), product));
  };
  const fours = m.shiftRight(x.length, 2);
  m.loop(0, fours, (k) => {
    const i = m.mul(k, 4);
    lanes.forEach((lane, j) => include(lane, m.add(i, j)));
  });
  m.loop(m.mul(fours, 4), x.length, (i) => include(lanes[0], i));
  const [a, b, c, d] = lanes.map((lane) => lane.get());
  return m.add(m.add(a ?? NaN, c ?? NaN), m.add(b ?? NaN, d ?? NaN));
};

/** Multiplies by 2^k in two steps, so that neither factor overflows; k counts within ±2044. */
export const byPower = (m: Machine, k: Value): ((x: Term) => Value) => {
  const within = m.max(-2044, m.min(k, 2044));
  const half = m.floor(m.mul(within, 0.5));
  const [first, second] = [m.pow2(half), m.pow2(m.sub(within, half))];
  return (x) => m.mul(m.mul(x, first), second);
};

/** Multiplies elements by 2^k. */
const multiply = (m: Machine, { buffer, at, length }: Column, k: Value): void => {
  const times = byPower(m, k);
  m.loop(at, m.add(at, length), (i) => m.store(buffer, i, times(m.load(buffer, i))));
};

/** The exponent of a number from 0 on as a normal one; 0 where it is infinite or NaN. */
const exponentOf = (m: Machine, x: Value): Value =>
  m.select(m.less(x, Infinity), m.min(m.exponent(m.max(x, 2 ** -1022)), 1022), 0);

/** Scales elements by the power of two that brings their norm to between √½ and √2, and returns its negative exponent. */
export const normalize = (m: Machine, column: Column): Value => {
  const { buffer, at, length } = column;
  const greatest = m.variable(0);
  m.loop(at, m.add(at, length), (i) => greatest.set(m.max(greatest.get(), m.abs(m.load(buffer, i)))));
  const coarse = exponentOf(m, greatest.get());
  multiply(m, column, m.neg(coarse));
  const fine = exponentOf(m, m.sqrt(dot(m, column, column)));
  multiply(m, column, m.neg(fine));
  return m.add(coarse, fine);
};

/**
 * The reflection H = I - τ v vᵀ that takes a column to a multiple of the first axis (LAPACK's dlarfg): the multiple is
 * stored in its first place, v behind it without the leading 1. Returns τ, which is 0 where nothing is to be done.
 */
export const reflector = (m: Machine, column: Column): Value => {
  const { buffer, at } = column;
  const rest = below(m, column);
  const squares = dot(m, rest, rest);
  const tau = m.variable(0);
  m.when(m.notEqual(squares, 0), () => {
    const first = m.load(buffer, at);
    const norm = m.sqrt(m.add(m.mul(first, first), squares));
    const multiple = m.select(m.less(0, first), m.neg(norm), norm);
    const leading = m.sub(first, multiple);
    m.loop(rest.at, m.add(rest.at, rest.length), (i) => m.store(buffer, i, m.div(m.load(buffer, i), leading)));
    m.store(buffer, at, multiple);
    tau.set(m.neg(m.div(leading, multiple)));
  });
  return tau.get();
};

/** Applies a reflection, which its column holds, to another column. */
export const reflect = (m: Machine, column: Column, tau: Value, target: Column): void => {
  const [v, x] = [below(m, column), below(m, target)];
  const first = m.load(target.buffer, target.at);
  const factor = m.mul(tau, m.add(first, dot(m, v, x)));
  m.store(target.buffer, target.at, m.sub(first, factor));
  m.loop(0, v.length, (i) => {
    const at = m.add(x.at, i);
    m.store(x.buffer, at, m.sub(m.load(x.buffer, at), m.mul(factor, m.load(v.buffer, m.add(v.at, i)))));
  });
};

/** Reflects the columns from the first one on, each of them also those behind it. */
export const reflectColumns = (m: Machine, of: Columns, taus: number, count: Value): void =>
  m.loop(0, count, (k) => {
    const column = columnOf(m, of, k, k);
    const tau = reflector(m, column);
    m.store(taus, k, tau);
    m.loop(m.add(k, 1), count, (j) => reflect(m, column, tau, columnOf(m, of, j, k)));
  });

/** The first columns of the product of all reflections of a matrix, from the last one to the first. */
export const formOrthogonal = (m: Machine, { of, taus, count }: Reflections, to: Columns): void => {
  m.loop(0, m.mul(to.height, count), (i) => m.store(to.buffer, i, 0));
  m.loop(0, count, (done) => {
    const k = m.sub(m.sub(count, 1), done);
    const tau = m.load(taus, k);
    m.store(to.buffer, columnOf(m, to, k, k).at, 1);
    m.loop(k, count, (j) => reflect(m, columnOf(m, of, k, k), tau, columnOf(m, to, j, k)));
  });
};

/** Applies reflections of a matrix, from the first one to the last (Qᵀ), or from the last one to the first (Q). */
export const reflectAll = (m: Machine, { of, taus, count }: Reflections, target: Column, backwards = false): void =>
  m.loop(0, count, (i) => {
    const k = backwards ? m.sub(m.sub(count, 1), i) : i;
    const rest = { buffer: target.buffer, at: m.add(target.at, k), length: m.sub(target.length, k) };
    reflect(m, columnOf(m, of, k, k), m.load(taus, k), rest);
  });

/** Solves R x = b for the upper triangle of a matrix, from the bottom on and column by column; b becomes x. */
export const substituteUp = (m: Machine, r: Columns, sides: number, count: Value): void =>
  m.loop(0, count, (done) => {
    const k = m.sub(m.sub(count, 1), done);
    const column = columnOf(m, r, k, 0).at;
    const found = m.div(m.load(sides, k), m.load(r.buffer, m.add(column, k)));
    m.store(sides, k, found);
    m.loop(0, k, (i) => m.store(sides, i, m.sub(m.load(sides, i), m.mul(m.load(r.buffer, m.add(column, i)), found))));
  });

/** Solves Rᵀ x = b likewise, from the top on. */
export const substituteDown = (m: Machine, r: Columns, sides: number, count: Value): void =>
  m.loop(0, count, (i) => {
    const start = columnOf(m, r, i, 0).at;
    const known = dot(m, { buffer: r.buffer, at: start, length: i }, { buffer: sides, at: 0, length: i });
    m.store(sides, i, m.div(m.sub(m.load(sides, i), known), m.load(r.buffer, m.add(start, i))));
  });
