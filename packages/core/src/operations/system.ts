import { type ArrayType, type NDArray, type Operand } from "../array/array.ts";
import { bind, type Primitive } from "../array/primitive.ts";
import { broadcastShapes } from "../array/shape.ts";
import { operand } from "../input/operand.ts";
import { floating, promote } from "../scalar/dtype.ts";
import type { Routine } from "../scalar/routine.ts";
import { accumulate } from "./add.ts";
import { neg } from "./arithmetic.ts";
import { matmul } from "./contract.ts";
import { allStacked } from "./family/batch.ts";
import { pair } from "./family/operands.ts";
import { sequential } from "./family/sequential.ts";
import { checkSystem, leadOf, stackOf } from "./matrix.ts";
import { expandDims, reshape, squeeze, swapLast, transpose } from "./reshape.ts";
import { broadcastTo, cast } from "./spread.ts";

/* What operations that solve a x = b for x have in common: x is linear in b, and a's derivative follows from x. */

interface SystemEntry {
  readonly name: string;
  readonly parameters: Primitive["parameters"];
  /** Of stacks of so many matrices [n, n] and [n, m]: the operands, the result, and a matrix and columns of scratch. */
  readonly routine: () => Routine;
  /** The elements of a matrix that count. */
  readonly part: (a: NDArray) => NDArray;
  /** The same for the transposed matrix. */
  readonly transposed: () => Primitive;
}

/** A stack of right-hand sides of one matrix: their columns side by side. */
const sideBySide = (primitive: Primitive, a: NDArray, stack: NDArray): NDArray => {
  const rank = stack.shape.length;
  const axes = stack.shape.map((_, i) => i);
  const wide = transpose(stack, [...axes.slice(1, -1), 0, rank - 1]);
  const [count = 0, columns = 0] = wide.shape.slice(-2);
  const solved = bind(primitive, [a, reshape(wide, [...wide.shape.slice(0, -2), count * columns])]);
  return transpose(reshape(solved, wide.shape), [rank - 2, ...axes.slice(0, -2), rank - 1]);
};

/** The record of a system of equations: stacks of equal shape, of square matrices and of matrices. */
export const system = (entry: SystemEntry): Primitive => {
  const { name, parameters, routine, part, transposed } = entry;
  const type = (inputs: readonly ArrayType[]): ArrayType => {
    const [, { shape, dtype }] = pair(name, inputs);
    return { shape, dtype };
  };
  const primitive: Primitive = {
    name,
    parameters,
    type,
    ...sequential({
      name,
      type,
      routine,
      sizes: (inputs) => stackOf(pair(name, inputs)[1]),
      scratch: (inputs) => {
        const [, n, m] = stackOf(pair(name, inputs)[1]);
        return [
          { dtype: "float64", size: n * n },
          { dtype: "float64", size: n * m },
        ];
      },
    }),
    // a x = b gives a dx = db - da x.
    jvp: ([ta, tb], [a], x) => {
      if (!a) return null;
      const change = accumulate(tb ?? null, ta ? neg(matmul(part(ta), x)) : null);
      return change ? bind(primitive, [a, change]) : null;
    },
    vjp: (operand, cotangent, [a], x) => {
      if (!a) return null;
      const ofRight = bind(transposed(), [swapLast(a), cotangent]);
      return operand === 1 ? ofRight : part(neg(matmul(ofRight, swapLast(x))));
    },
    batch: (inputs, mapped) => {
      const [a, b] = pair(name, inputs);
      return mapped[0] === true ? bind(primitive, allStacked(inputs, mapped)) : sideBySide(primitive, a, b);
    },
  };
  return primitive;
};

/** Solves for a vector or columns, after the stacks are broadcast to one shape. */
export const solveBy = (primitive: Primitive, x: Operand, y: Operand): NDArray => {
  const { name } = primitive;
  const [a, b] = [operand(name, x), operand(name, y)];
  checkSystem(name, a.shape, b.shape);
  const dtype = floating(promote(a.dtype, b.dtype));
  const isVector = b.shape.length === 1;
  const columns = cast(isVector ? expandDims(b, -1) : b, dtype);
  const lead = broadcastShapes(name, leadOf(a.shape), leadOf(columns.shape));
  const spread = (matrix: NDArray): NDArray => broadcastTo(matrix, [...lead, ...matrix.shape.slice(-2)]);
  const solved = bind(primitive, [spread(cast(a, dtype)), spread(columns)]);
  return isVector ? squeeze(solved, -1) : solved;
};
