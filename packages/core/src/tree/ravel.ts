import type { NDArray, Vector } from "../array/array.ts";
import { formatShape, type Shape, sizeOf } from "../array/shape.ts";
import { zerosOf } from "../array/zeros.ts";
import { ShapeError } from "../error/error.ts";
import { operand } from "../input/operand.ts";
import { concatenate } from "../operations/join.ts";
import { reshape } from "../operations/reshape.ts";
import { slice } from "../operations/slice.ts";
import { cast } from "../operations/spread.ts";
import { promote } from "../scalar/dtype.ts";
import { typed } from "../static/door.ts";
import { flatten, unflatten } from "./structure.ts";

/**
 * All elements of a tree as one vector, leaf after leaf (keys sorted) in row-major order, and the way back: a function
 * from such a vector to a tree of the same structure, shapes and dtypes. The vector has the dtype in which all leaves
 * meet. Both are made of operations, so derivatives pass.
 *
 * @throws TreeError when it is no tree; the way back throws ShapeError for a vector of another length
 * @example
 * import { array, mul, tree } from "gradfold";
 * const [flat, back] = tree.ravel({ w: array([[1, 2]]), b: array(3) });
 * flat; // => float64 [3] [3, 1, 2]
 * back(mul(flat, 10)); // => { b: float64 [] 30, w: float64 [1, 2] [[10, 20]] }
 */
export const ravel = typed<<T>(tree: T) => readonly [Vector, (flat: Vector) => T]>((root: unknown) => {
  const { leaves, structure } = flatten(root);
  const dtype = leaves.map((x) => x.dtype).reduce(promote, leaves[0]?.dtype ?? "float64");
  const sizes = leaves.map((x) => sizeOf(x.shape));
  const size = sizes.reduce((sum, n) => sum + n, 0);
  const rows = leaves.map((x, i) => cast(reshape(x, [sizes[i] ?? 0]), dtype));
  const back = (flat: NDArray): unknown => {
    const vector = operand("tree.ravel", flat);
    if (formatShape(vector.shape) !== `[${size}]`)
      throw new ShapeError(`tree.ravel: the way back takes the shape [${size}], not ${formatShape(vector.shape)}`);
    let start = 0;
    const parts = leaves.map((x, i) => {
      const stop = start + (sizes[i] ?? 0);
      const part = slice(vector, [[start, stop]]);
      start = stop;
      const shape: Shape = x.shape;
      return cast(reshape(part, shape), x.dtype);
    });
    return unflatten(structure, parts);
  };
  return [rows.length === 0 ? zerosOf({ shape: [0], dtype }) : concatenate(rows), back];
});
