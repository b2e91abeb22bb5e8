import type { NDArray, Operand } from "../array/array.ts";
import type { Primitive } from "../array/primitive.ts";
import { eye } from "../convert/make.ts";
import { operand } from "../input/operand.ts";
import { floating } from "../scalar/dtype.ts";
import type { Value } from "../scalar/lane.ts";
import { type Machine, recordRoutine } from "../scalar/routine.ts";
import { typed } from "../static/door.ts";
import type { OfSquare, Solve } from "../static/matrix.ts";
import { checkSquare } from "./matrix.ts";
import { cast } from "./spread.ts";
import { solveBy, system } from "./system.ts";

/** Buffers of scratch: the matrix as it is reduced, and the right-hand sides as they become the solution. */
const [matrix, columns] = [3, 4];

const swapRows = (m: Machine, buffer: number, i: Value, j: Value, width: Value): void => {
  const [a, b] = [m.mul(i, width), m.mul(j, width)];
  m.loop(0, width, (c) => {
    const [p, q] = [m.add(a, c), m.add(b, c)];
    const [x, y] = [m.load(buffer, p), m.load(buffer, q)];
    m.store(buffer, p, y);
    m.store(buffer, q, x);
  });
};

/** Takes a multiple of row j off row i, from some column on. */
const takeOff = (
  m: Machine,
  { buffer, width }: { readonly buffer: number; readonly width: Value },
  [i, j]: readonly [Value, Value],
  factor: Value,
  from: Value | number,
): void => {
  const [a, b] = [m.mul(i, width), m.mul(j, width)];
  m.loop(from, width, (c) => {
    const at = m.add(a, c);
    m.store(buffer, at, m.sub(m.load(buffer, at), m.mul(factor, m.load(buffer, m.add(b, c)))));
  });
};

/** The row from k on whose element in column k is greatest in size: the first of those that tie. */
const pivotRow = (m: Machine, k: Value, n: Value): Value => {
  const size = (row: Value): Value => m.abs(m.load(matrix, m.add(m.mul(row, n), k)));
  const best = m.variable(size(k));
  const at = m.variable(k);
  m.loop(m.add(k, 1), n, (i) => {
    const found = size(i);
    m.when(m.less(best.get(), found), () => {
      best.set(found);
      at.set(i);
    });
  });
  return at.get();
};

/**
 * Gaussian elimination with partial pivoting, then substitution from the bottom; in float64, rounded at the end. A pivot
 * of 0 counts as NaN, so that all of a singular system's solution is NaN.
 */
const elimination = recordRoutine((m) => {
  const n = m.size(1);
  const width = m.size(2);
  const ofMatrix = { buffer: matrix, width: n };
  const ofColumns = { buffer: columns, width };
  const pivot = (k: Value): Value => {
    const found = m.load(matrix, m.add(m.mul(k, n), k));
    return m.select(m.equal(found, 0), NaN, found);
  };
  m.loop(0, m.size(0), (s) => {
    const [squares, sides] = [m.mul(n, n), m.mul(n, width)];
    m.loop(0, squares, (i) => m.store(matrix, i, m.load(0, m.add(m.mul(s, squares), i))));
    m.loop(0, sides, (i) => m.store(columns, i, m.load(1, m.add(m.mul(s, sides), i))));
    m.loop(0, n, (k) => {
      const chosen = pivotRow(m, k, n);
      m.when(m.notEqual(chosen, k), () => {
        swapRows(m, matrix, k, chosen, n);
        swapRows(m, columns, k, chosen, width);
      });
      const divisor = pivot(k);
      m.loop(m.add(k, 1), n, (i) => {
        const factor = m.div(m.load(matrix, m.add(m.mul(i, n), k)), divisor);
        takeOff(m, ofMatrix, [i, k], factor, m.add(k, 1));
        takeOff(m, ofColumns, [i, k], factor, 0);
      });
    });
    m.loop(0, n, (r) => {
      const i = m.sub(m.sub(n, 1), r);
      m.loop(m.add(i, 1), n, (k) => takeOff(m, ofColumns, [i, k], m.load(matrix, m.add(m.mul(i, n), k)), 0));
      const divisor = pivot(i);
      m.loop(0, width, (c) => {
        const at = m.add(m.mul(i, width), c);
        m.store(columns, at, m.div(m.load(columns, at), divisor));
      });
    });
    m.loop(0, sides, (i) => m.store(2, m.add(m.mul(s, sides), i), m.load(columns, i)));
  });
});

const primitive: Primitive = system({
  name: "solve",
  parameters: {},
  routine: elimination,
  part: (a) => a,
  transposed: () => primitive,
});

/**
 * The x of a x = b, by Gaussian elimination with partial pivoting. `a` is `[…, n, n]`; `b` is a vector `[n]`, or columns
 * `[…, n, m]`; axes before the last two are stacks, which broadcast. Of a singular matrix, one that meets a pivot of 0,
 * all of the solution is NaN.
 *
 * @throws ShapeError when `a` is not square, or the sizes differ
 * @example
 * import { array, solve, toNested } from "gradfold";
 * toNested(solve(array([[3, 1], [1, 2]]), array([9, 8]))); // => [ 2, 3 ]
 */
export const solve = typed<Solve<"solve">>((a: Operand, b: Operand) => solveBy(primitive, a, b));

/**
 * The inverse of a square matrix, or of each of a stack of them. For a x = b, {@link solve} takes less and is more
 * precise. Of a singular matrix it is all NaN.
 *
 * @throws ShapeError when the matrix is not square
 * @example
 * import { array, inverse, toNested } from "gradfold";
 * toNested(inverse(array([[2, 0], [0, 4]]))); // => [ [ 0.5, 0 ], [ 0, 0.25 ] ]
 */
export const inverse = typed<OfSquare<"inverse">>((x: NDArray) => {
  const a = operand("inverse", x);
  checkSquare("inverse", a.shape);
  return solveBy(primitive, a, cast(eye(a.shape.at(-1) ?? 0), floating(a.dtype)));
});
