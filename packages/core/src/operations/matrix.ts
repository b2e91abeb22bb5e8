import type { ArrayType } from "../array/array.ts";
import { broadcastShapes, formatShape, frozen, type Shape, sizeOf } from "../array/shape.ts";
import { ShapeError } from "../error/error.ts";

/* Matrices along the last two axes; those before them are a stack. */

export const leadOf = (shape: Shape): Shape => frozen(shape.slice(0, -2));

/** How many matrices a stack has, and the sizes of each. */
export const stackOf = ({ shape }: ArrayType): readonly [count: number, rows: number, columns: number] => [
  sizeOf(shape.slice(0, -2)),
  shape.at(-2) ?? 1,
  shape.at(-1) ?? 1,
];

export const checkSquare = (name: string, shape: Shape): void => {
  if (shape.length < 2 || shape.at(-1) !== shape.at(-2))
    throw new ShapeError(`${name}: the matrix must be square, not ${formatShape(shape)}`);
};

/** A matrix and the right-hand sides of its equations: a vector, or columns. */
export const checkSystem = (name: string, a: Shape, b: Shape): void => {
  checkSquare(name, a);
  if (b.length === 0) throw new ShapeError(`${name}: the right-hand side is a scalar. Use div`);
  const n = a.at(-1);
  const rows = b.length === 1 ? b[0] : b.at(-2);
  if (n !== rows)
    throw new ShapeError(`${name}: sizes differ: ${formatShape(a)} and ${formatShape(b)} (${n} is not ${rows})`);
  if (b.length > 1) broadcastShapes(`${name}: batch axes`, leadOf(a), leadOf(b));
};
