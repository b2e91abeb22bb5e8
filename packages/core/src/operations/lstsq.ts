import type { ArrayType, NDArray, Operand } from "../array/array.ts";
import { bind, type Primitive } from "../array/primitive.ts";
import { broadcastShapes, frozen } from "../array/shape.ts";
import { zeros, zerosLike } from "../convert/make.ts";
import { TraceError } from "../error/error.ts";
import { operand } from "../input/operand.ts";
import { optionsOf } from "../input/options.ts";
import { floating, promote } from "../scalar/dtype.ts";
import type { Value } from "../scalar/lane.ts";
import { type Machine, recordRoutine } from "../scalar/routine.ts";
import { typed } from "../static/door.ts";
import type { LeastSquares } from "../static/factor.ts";
import { accumulate, add } from "./add.ts";
import { square, sub } from "./arithmetic.ts";
import { columnsOf } from "./block.ts";
import { matmul } from "./contract.ts";
import { buffersFrom, decompose, type Decomposition, decompositionScratch } from "./decomposition.ts";
import { allStacked } from "./family/batch.ts";
import { sequential } from "./family/sequential.ts";
import { copyColumn, dot, normalize, reflectAll } from "./householder.ts";
import { concatenate } from "./join.ts";
import { checkMatrix, checkSides, leadOf, stackOf } from "./matrix.ts";
import { pseudoInverse, thresholds } from "./pinv.ts";
import { loadAgain, refine, refinementFrom, refinementScratch } from "./refinement.ts";
import { expandDims, reshape, squeeze, swapLast, transpose } from "./reshape.ts";
import { slice } from "./slice.ts";
import { broadcastTo, cast, sum } from "./spread.ts";

const [sides, result, side] = [1, 3, 4];
const refinement = refinementFrom(5);
const buffers = buffersFrom(10);

/** Solves for column c of the right-hand sides of matrix s. */
const solveSide = (m: Machine, { reflections, solve }: Decomposition, s: Value, c: Value): void => {
  const [rows, n, width] = [m.size(1), m.size(2), m.size(3)];
  const start = m.mul(s, m.mul(rows, width));
  m.loop(0, rows, (i) => m.store(side, i, m.load(sides, m.add(start, m.add(m.mul(i, width), c)))));
  const column = { buffer: side, at: 0, length: rows };
  const exponent = normalize(m, column);
  const spoiled = m.mul(0, dot(m, column, column));
  copyColumn(m, column, { ...column, buffer: refinement.right });
  reflectAll(m, reflections, column);
  copyColumn(m, { ...column, length: reflections.count }, { ...column, buffer: buffers.solution });
  const write = (row: Value, x: Value): void =>
    m.store(result, m.add(m.mul(m.add(m.mul(s, n), row), m.add(width, 1)), c), m.add(x, spoiled));
  solve(exponent, write, () => refine(m, refinement, reflections, { side: column, solution: buffers.solution }));
};

/** Each result is the solutions' columns, and the matrix's rank at the top of one more. */
const solution = recordRoutine((m) => {
  const [rows, n, width] = [m.size(1), m.size(2), m.size(3)];
  m.loop(0, m.size(0), (s) => {
    const start = m.mul(s, m.mul(rows, n));
    const decomposition = decompose(m, buffers, start, m.load(2, s));
    m.when(m.less(0, n), () => m.store(result, m.add(m.mul(m.mul(s, n), m.add(width, 1)), width), decomposition.rank));
    loadAgain(m, refinement, buffers, start);
    m.loop(0, width, (c) => solveSide(m, decomposition, s, c));
  });
});

/** A matrix, right-hand sides, and the share of the first pivot below which others count as zero. */
const operandsOf = <A>([a, b, rcond]: readonly A[]): readonly [a: A, b: A, rcond: A] => {
  if (a === undefined || b === undefined || rcond === undefined)
    throw new TraceError("lstsq: applied to fewer than three operands");
  return [a, b, rcond];
};

const sizesOf = (inputs: readonly ArrayType[]): readonly [count: number, m: number, n: number, width: number] => {
  const [a, b] = operandsOf(inputs);
  return [...stackOf(a), stackOf(b)[2]];
};

const type = (inputs: readonly ArrayType[]): ArrayType => {
  const [{ shape, dtype }] = operandsOf(inputs);
  const [, , n, width] = sizesOf(inputs);
  return { shape: frozen([...leadOf(shape), n, width + 1]), dtype };
};

/** The columns of a result that are solutions. */
const solutions = (x: NDArray): NDArray => columnsOf(x, 0, stackOf(x)[2] - 1);

const ranks = (x: NDArray): NDArray => columnsOf(x, stackOf(x)[2] - 1, stackOf(x)[2]);

/** A stack of right-hand sides of one matrix: their columns side by side. */
const solveStack = ([a, b, rcond]: readonly [NDArray, NDArray, NDArray]): NDArray => {
  const rank = b.shape.length;
  const axes = b.shape.map((_, i) => i);
  const wide = transpose(b, [...axes.slice(1, -1), 0, rank - 1]);
  const [, count, width] = stackOf(wide);
  const solved = bind(primitive, [a, reshape(wide, [...wide.shape.slice(0, -2), count * width]), rcond]);
  const lead = solved.shape.slice(0, -1);
  const rankOfEach = broadcastTo(expandDims(ranks(solved), -1), [...lead, count, 1]);
  const apart = concatenate([reshape(solutions(solved), [...lead, count, width]), rankOfEach], -1);
  return transpose(apart, [rank - 2, ...axes.slice(0, -2), rank - 1]);
};

/** Derivatives are those at a constant rank, as of the pseudo-inverse P times b, with x = P b and r = b - a x. */
const primitive: Primitive = {
  name: "lstsq",
  parameters: {},
  type,
  ...sequential({
    name: "lstsq",
    type,
    routine: solution,
    sizes: sizesOf,
    scratch: (inputs) => {
      const [, m, n] = sizesOf(inputs);
      return [{ dtype: "float64", size: m }, ...refinementScratch(m, n), ...decompositionScratch(m, n)];
    },
  }),
  // dx = P (db - da x + Pᵀ daᵀ r - a z) + z with z = daᵀ Pᵀ x.
  jvp: ([ta = null, tb = null], inputs, output) => {
    const [a, b, rcond] = operandsOf(inputs);
    const [x, p] = [solutions(output), bind(pseudoInverse, [a, rcond])];
    const z = ta && matmul(swapLast(ta), matmul(swapLast(p), x));
    const residuals = ta && matmul(swapLast(p), matmul(swapLast(ta), sub(b, matmul(a, x))));
    const ofMatrix = ta && z && residuals && sub(residuals, add(matmul(ta, x), matmul(a, z)));
    const change = accumulate(tb, ofMatrix);
    const solved = change && accumulate(matmul(p, change), z);
    return solved && concatenate([solved, zerosLike(ranks(output))], -1);
  },
  vjp: (place, cotangent, inputs, output) => {
    if (place === 2) return null;
    const [a, b, rcond] = operandsOf(inputs);
    const [x, u, p] = [solutions(output), solutions(cotangent), bind(pseudoInverse, [a, rcond])];
    const g = matmul(swapLast(p), u);
    if (place === 1) return g;
    const ofResiduals = matmul(sub(b, matmul(a, x)), swapLast(matmul(p, g)));
    const ofShortest = matmul(matmul(swapLast(p), x), swapLast(sub(u, matmul(swapLast(a), g))));
    return add(sub(ofResiduals, matmul(g, swapLast(x))), ofShortest);
  },
  batch: (inputs, mapped) =>
    mapped[0] === true || mapped[2] === true
      ? bind(primitive, allStacked(inputs, mapped))
      : solveStack(operandsOf(inputs)),
};

/** Of nothing the rank is 0: there is no place for it. */
const rankOf = (solved: NDArray): NDArray => {
  const [lead, [, n, width]] = [leadOf(solved.shape), stackOf(solved)];
  if (n === 0) return zeros(lead, { dtype: "int32" });
  return cast(slice(solved, [...lead.map(() => null), 0, width - 1]), "int32");
};

/**
 * The x that makes the sum of the squares of b - a x least; where several do, the shortest of them. `a` is `[…, m, n]`;
 * `b` is a vector `[m]`, or columns `[…, m, w]`, each with a solution of its own; axes before the last two are stacks,
 * which broadcast. By the complete orthogonal decomposition, with Householder's reflections and pivots (G. Golub and C.
 * Van Loan, "Matrix Computations", 4th edition, 5.5): never by aᵀ a, which would cost half of the digits.
 *
 * `solution` is x; `residualSumOfSquares` that least sum, for each right-hand side; `rank` how many columns of `a` count
 * as linearly independent. For that, columns are taken as if their norms were one: the units of the columns do not
 * matter, as they do in NumPy's `rcond`. Where `a` has a NaN or an infinity, x is NaN and the rank 0; where `b` has, its x
 * is NaN. Derivatives are those at a constant rank.
 *
 * @param options - `rcond`: a pivot of at most this share of the first one counts as zero; by default the greater of m
 *   and n times the distance from 1 to the next number of the dtype
 * @throws ShapeError when `a` has fewer than two axes, or the sizes differ; DomainError when `rcond` is not from 0 to
 *   below 1
 * @example
 * import { array, item, lstsq, toNested } from "gradfold";
 * const { solution, residualSumOfSquares, rank } = lstsq(array([[1, 0], [0, 1], [0, 0]]), array([2, 3, 4]));
 * toNested(solution); // => [ 2, 3 ]
 * item(residualSumOfSquares); // => 16
 * item(rank); // => 2
 */
export const lstsq = typed<LeastSquares<"lstsq">>((x: Operand, y: Operand, options?: { readonly rcond?: number }) => {
  const [a, b] = [operand("lstsq", x), operand("lstsq", y)];
  checkMatrix("lstsq", a.shape);
  checkSides("lstsq", a.shape, b.shape);
  const { rcond } = optionsOf("lstsq", options, { rcond: undefined });
  const dtype = floating(promote(a.dtype, b.dtype));
  const columns = cast(b.shape.length === 1 ? expandDims(b, -1) : b, dtype);
  const lead = broadcastShapes("lstsq", leadOf(a.shape), leadOf(columns.shape));
  const spread = (matrix: NDArray): NDArray => broadcastTo(matrix, [...lead, ...matrix.shape.slice(-2)]);
  const [matrix, right] = [spread(cast(a, dtype)), spread(columns)];
  const solved = bind(primitive, [matrix, right, thresholds("lstsq", rcond, matrix, dtype)]);
  const residuals = sum(square(sub(right, matmul(matrix, solutions(solved)))), -2);
  const single = (each: NDArray): NDArray => (b.shape.length === 1 ? squeeze(each, -1) : each);
  return {
    solution: single(solutions(solved)),
    residualSumOfSquares: single(residuals),
    rank: rankOf(solved),
  };
});
