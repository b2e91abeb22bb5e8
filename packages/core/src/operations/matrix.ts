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

export const checkMatrix = (name: string, shape: Shape): void => {
  if (shape.length < 2) throw new ShapeError(`${name}: a matrix is needed, not ${formatShape(shape)}`);
};

export const checkSquare = (name: string, shape: Shape): void => {
  if (shape.length < 2 || shape.at(-1) !== shape.at(-2))
    throw new ShapeError(`${name}: the matrix must be square, not ${formatShape(shape)}`);
};

/** Right-hand sides of a matrix's equations, a vector or columns: as many equations as the matrix has rows. */
export const checkSides = (name: string, a: Shape, b: Shape, hint = ""): void => {
  if (b.length === 0) throw new ShapeError(`${name}: the right-hand side is a scalar${hint}`);
  const [m, rows] = [a.at(-2), b.length === 1 ? b[0] : b.at(-2)];
  if (m !== rows)
    throw new ShapeError(`${name}: sizes differ: ${formatShape(a)} and ${formatShape(b)} (${m} is not ${rows})`);
  if (b.length > 1) broadcastShapes(`${name}: batch axes`, leadOf(a), leadOf(b));
};

/** A square matrix and the right-hand sides of its equations. */
export const checkSystem = (name: string, a: Shape, b: Shape): void => {
  checkSquare(name, a);
  checkSides(name, a, b, ". Use div");
};
