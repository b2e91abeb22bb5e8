import type { Value } from "../scalar/lane.ts";
import { type Machine, recordRoutine, type Scratch } from "../scalar/routine.ts";
import { greatestOf, prepare } from "./decomposition.ts";
import {
  byPower,
  type Column,
  columnOf,
  type Columns,
  copyColumn,
  dot,
  formOrthogonal,
  loadColumns,
  normalize,
  reflectAll,
  reflectColumns,
} from "./householder.ts";

/*
 * Singular values by one-sided rotations: M. Hestenes, "Inversion of matrices by biorthogonalization and related results"
 * (1958). Of the matrix, Q R, pairs of columns of R are rotated until all are orthogonal; they are then U S, and the
 * rotations make V. Small singular values are as precise as large ones wherever the columns determine them (J. Demmel and
 * K. Veselić, "Jacobi's method is more accurate than QR", 1992).
 */

/** The result, with U above S above V; scratch for the matrix, its reflections' τ, its columns' exponents and their order. */
const [result, matrix, taus, exponents, order] = [1, 2, 3, 4, 5];
/** Scratch for R, for V, for the norms, for the vectors on the left of R, what completes them, and a column of U. */
const [square, rotations, norms, vectors, vectorTaus, whole] = [6, 7, 8, 9, 10, 11];

export const jacobiScratch = (m: number, n: number): readonly Scratch[] => [
  ...[m * n, n, n].map((size) => ({ dtype: "float64", size }) as const),
  { dtype: "int32", size: n },
  ...[n * n, n * n, n, n * n, n, m].map((size) => ({ dtype: "float64", size }) as const),
];

/** More than matrices need: some ten sweeps do. */
const mostSweeps = 60;

/** Rotates two columns: x becomes c x - s y, and y becomes s x + c y. */
const rotate = (m: Machine, of: Columns, [p, q]: readonly [Value, Value], [c, s]: readonly [Value, Value]): void => {
  const [first, second] = [columnOf(m, of, p, 0), columnOf(m, of, q, 0)];
  m.loop(0, of.height, (i) => {
    const [at, beside] = [m.add(first.at, i), m.add(second.at, i)];
    const [x, y] = [m.load(of.buffer, at), m.load(of.buffer, beside)];
    m.store(of.buffer, at, m.sub(m.mul(c, x), m.mul(s, y)));
    m.store(of.buffer, beside, m.add(m.mul(s, x), m.mul(c, y)));
  });
};

/** Makes two columns orthogonal, unless they are but for rounding; says so where they were not. */
const rotatePair = (m: Machine, a: Columns, v: Columns, [p, q]: readonly [Value, Value], note: () => void): void => {
  const [x, y] = [columnOf(m, a, p, 0), columnOf(m, a, q, 0)];
  const [ofX, ofY, ofBoth] = [dot(m, x, x), dot(m, y, y), dot(m, x, y)];
  const bound = m.mul(m.mul(m.sqrt(ofX), m.sqrt(ofY)), m.mul(2 ** -52, m.sqrt(a.height)));
  m.when(m.less(bound, m.abs(ofBoth)), () => {
    note();
    const ratio = m.div(m.sub(ofY, ofX), m.mul(2, ofBoth));
    const size = m.div(1, m.add(m.abs(ratio), m.sqrt(m.add(1, m.mul(ratio, ratio)))));
    const tangent = m.select(m.less(ratio, 0), m.neg(size), size);
    const cosine = m.div(1, m.sqrt(m.add(1, m.mul(tangent, tangent))));
    const angle = [cosine, m.mul(cosine, tangent)] as const;
    rotate(m, a, [p, q], angle);
    rotate(m, v, [p, q], angle);
  });
};

/** Sweeps over all pairs of columns, until a sweep rotates none. */
const orthogonalize = (m: Machine, a: Columns, v: Columns): void => {
  const n = m.size(2);
  m.loop(0, m.mul(n, n), (i) => m.store(v.buffer, i, 0));
  m.loop(0, n, (j) => m.store(v.buffer, columnOf(m, v, j, j).at, 1));
  const left = m.variable(mostSweeps);
  m.repeatWhile(
    () => m.less(0, left.get()),
    () => {
      const rotated = m.variable(0);
      m.loop(0, n, (p) => m.loop(m.add(p, 1), n, (q) => rotatePair(m, a, v, [p, q], () => rotated.set(1))));
      left.set(m.mul(rotated.get(), m.sub(left.get(), 1)));
    },
  );
};

const before = (m: Machine, place: Value): Value => m.max(m.sub(place, 1), 0);

/** Puts column j among those before it, by insertion: greater norms first, and of those that tie the first. */
const insert = (m: Machine, j: Value, norm: Value): void => {
  const place = m.variable(j);
  const isGreater = () => {
    const neighbour = m.load(norms, m.load(order, before(m, place.get())));
    return m.and(m.less(0, place.get()), m.less(neighbour, norm));
  };
  m.repeatWhile(isGreater, () => {
    const last = before(m, place.get());
    m.store(order, place.get(), m.load(order, last));
    place.set(last);
  });
  m.store(order, place.get(), j);
};

/** Finds the norms, orders them, and scales the columns to one. */
const arrange = (m: Machine, a: Columns): void =>
  m.loop(0, m.size(2), (j) => {
    const column = columnOf(m, a, j, 0);
    const exponent = normalize(m, column);
    const norm = m.sqrt(dot(m, column, column));
    const divisor = m.select(m.equal(norm, 0), 1, norm);
    m.loop(0, a.height, (i) => {
      const at = m.add(column.at, i);
      m.store(a.buffer, at, m.div(m.load(a.buffer, at), divisor));
    });
    const size = byPower(m, exponent)(norm);
    m.store(norms, j, size);
    insert(m, j, size);
  });

/** Puts the columns in order as U; where norms are 0, others that are orthogonal to all take their places. */
const complete = (m: Machine, a: Columns, u: Columns): void => {
  const n = m.size(2);
  m.loop(0, n, (j) => copyColumn(m, columnOf(m, a, m.load(order, j), 0), columnOf(m, u, j, 0)));
  const isSingular = m.variable(0);
  m.loop(0, n, (j) => m.when(m.equal(m.load(norms, j), 0), () => isSingular.set(1)));
  m.when(m.equal(isSingular.get(), 1), () => {
    m.loop(0, n, (j) => copyColumn(m, columnOf(m, u, j, 0), columnOf(m, a, j, 0)));
    reflectColumns(m, a, vectorTaus, n);
    formOrthogonal(m, { of: a, taus: vectorTaus, count: n }, u);
    m.loop(0, n, (j) => {
      const sign = m.select(m.less(m.load(a.buffer, columnOf(m, a, j, j).at), 0), -1, 1);
      const column = columnOf(m, u, j, 0);
      m.loop(0, u.height, (i) =>
        m.store(u.buffer, m.add(column.at, i), m.mul(sign, m.load(u.buffer, m.add(column.at, i)))),
      );
    });
  });
};

/** 1 or -1, so that the element of greatest size of a column, the first of those that tie, is positive. */
const signOf = (m: Machine, of: Columns, j: Value): Value => {
  const greatest = m.variable(0);
  m.loop(0, of.height, (i) => {
    const x = m.load(of.buffer, columnOf(m, of, j, i).at);
    m.when(m.less(m.abs(greatest.get()), m.abs(x)), () => greatest.set(x));
  });
  return m.select(m.less(greatest.get(), 0), -1, 1);
};

/** Writes a column of the result from a row on, times a sign. */
const writeColumn = (
  m: Machine,
  { buffer, at, length }: Column,
  start: Value,
  [sign, spoiled]: readonly [Value, Value],
): void =>
  m.loop(0, length, (i) => {
    const x = m.mul(sign, m.load(buffer, m.add(at, i)));
    m.store(result, m.add(start, m.mul(i, m.size(2))), m.add(x, spoiled));
  });

/** Writes the vectors and values, U being the reflections of the vectors on the left of R. */
const write = (
  m: Machine,
  [a, u, v]: readonly [Columns, Columns, Columns],
  start: Value,
  unit: Value,
  spoiled: Value,
): void => {
  const [height, n] = [m.size(1), m.size(2)];
  const restored = byPower(m, unit);
  const column = { buffer: whole, at: 0, length: height };
  m.loop(0, n, (j) => {
    const place = m.load(order, j);
    const sign = signOf(m, v, place);
    copyColumn(m, columnOf(m, u, j, 0), column);
    m.loop(n, height, (i) => m.store(whole, i, 0));
    reflectAll(m, { of: a, taus, count: n }, column, true);
    const top = m.add(start, j);
    const middle = m.add(top, m.mul(height, n));
    writeColumn(m, column, top, [sign, spoiled]);
    m.store(result, middle, m.add(restored(m.load(norms, place)), spoiled));
    writeColumn(m, columnOf(m, v, place, 0), m.add(middle, n), [sign, spoiled]);
  });
};

/** R, in the units of the matrix over 2 to a power. */
const copyTriangle = (m: Machine, a: Columns, r: Columns, unit: Value): void =>
  m.loop(0, r.height, (j) => {
    const inUnits = byPower(m, m.sub(m.load(exponents, j), unit));
    m.loop(0, r.height, (i) => {
      const element = m.select(m.lessEqual(i, j), m.load(a.buffer, columnOf(m, a, j, i).at), 0);
      m.store(r.buffer, columnOf(m, r, j, i).at, inUnits(element));
    });
  });

export const jacobi = recordRoutine((m) => {
  const [height, n] = [m.size(1), m.size(2)];
  const a: Columns = { buffer: matrix, height };
  const squareIn = (buffer: number): Columns => ({ buffer, height: n });
  const [r, v, u] = [squareIn(square), squareIn(rotations), squareIn(vectors)];
  const size = m.mul(height, n);
  m.loop(0, m.size(0), (s) => {
    loadColumns(m, m.mul(s, size), n, a);
    const spoiled = prepare(m, { exponents, order }, a);
    const unit = greatestOf(m, exponents, n);
    reflectColumns(m, a, taus, n);
    copyTriangle(m, a, r, unit);
    orthogonalize(m, r, v);
    arrange(m, r);
    complete(m, r, u);
    write(m, [a, u, v], m.mul(s, m.mul(m.add(m.add(height, n), 1), n)), unit, spoiled);
  });
});
