import type { Operand } from "../array/array.ts";
import type { Primitive } from "../array/primitive.ts";
import { optionsOf } from "../input/options.ts";
import type { Value } from "../scalar/lane.ts";
import { type Machine, recordRoutine, type Routine } from "../scalar/routine.ts";
import { typed } from "../static/door.ts";
import type { Solve } from "../static/matrix.ts";
import { solveBy, system } from "./system.ts";
import { tril, triu } from "./triangle.ts";

/** Takes what is known of x, times its factors, off a row of the columns in scratch, and divides by the diagonal. */
const substitute = (
  m: Machine,
  t: Value,
  row: Value,
  n: Value,
  width: Value,
  from: Value | number,
  to: Value,
): void => {
  const results = m.mul(row, width);
  m.loop(from, to, (k) => {
    const factor = m.load(0, m.add(m.add(t, m.mul(row, n)), k));
    const known = m.mul(k, width);
    m.loop(0, width, (c) => {
      const at = m.add(results, c);
      m.store(4, at, m.sub(m.load(4, at), m.mul(factor, m.load(4, m.add(known, c)))));
    });
  });
  const diagonal = m.load(0, m.add(m.add(t, m.mul(row, n)), row));
  m.loop(0, width, (c) => {
    const at = m.add(results, c);
    m.store(4, at, m.div(m.load(4, at), diagonal));
  });
};

/** Row by row, from the top for a lower triangle and from the bottom for an upper one; in float64, rounded at the end. */
const substitution = (lower: boolean): (() => Routine) =>
  recordRoutine((m) => {
    const n = m.size(1);
    const width = m.size(2);
    const size = m.mul(n, width);
    m.loop(0, m.size(0), (s) => {
      const t = m.mul(s, m.mul(n, n));
      const start = m.mul(s, size);
      m.loop(0, size, (i) => m.store(4, i, m.load(1, m.add(start, i))));
      m.loop(0, n, (i) => {
        if (lower) substitute(m, t, i, n, width, 0, i);
        else {
          const row = m.sub(m.sub(n, 1), i);
          substitute(m, t, row, n, width, m.add(row, 1), n);
        }
      });
      m.loop(0, size, (i) => m.store(2, m.add(start, i), m.load(4, i)));
    });
  });

const downwards = substitution(true);
const upwards = substitution(false);

export const triangularRecord = (lower: boolean): Primitive =>
  system({
    name: "triangularSolve",
    parameters: { lower },
    routine: lower ? downwards : upwards,
    part: (a) => (lower ? tril(a) : triu(a)),
    transposed: () => triangularRecord(!lower),
  });

/**
 * The x of a x = b for a triangular matrix a, by substitution; what stands on the other side of its diagonal does not
 * count. `a` is `[…, n, n]`; `b` is a vector `[n]`, or columns `[…, n, m]`; axes before the last two are stacks, which
 * broadcast. A zero on the diagonal gives what dividing by it gives: infinities and NaN.
 *
 * @param options - `lower`: which triangle counts, the lower one by default
 * @throws ShapeError when `a` is not square, or the sizes differ
 * @example
 * import { array, toNested, triangularSolve } from "gradfold";
 * toNested(triangularSolve(array([[2, 0], [1, 4]]), array([2, 9]))); // => [ 1, 2 ]
 */
export const triangularSolve = typed<
  Solve<
    "triangularSolve",
    {
      /** Whether the lower triangle counts; true by default. */
      readonly lower?: boolean;
    }
  >
>((a: Operand, b: Operand, options?: { readonly lower?: boolean }) => {
  const { lower } = optionsOf("triangularSolve", options, { lower: true });
  return solveBy(triangularRecord(lower), a, b);
});
