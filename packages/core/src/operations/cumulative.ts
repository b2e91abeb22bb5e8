import type { NDArray, Operand } from "../array/array.ts";
import { bind, type Primitive } from "../array/primitive.ts";
import { around, onlyAxis, type Shape } from "../array/shape.ts";
import { operand } from "../input/operand.ts";
import { arithmetic } from "../scalar/dtype.ts";
import { recordRoutine } from "../scalar/routine.ts";
import type { AxisClash, AxisMissing } from "../static/axes.ts";
import { typed } from "../static/door.ts";
import type { Unless } from "../static/text.ts";
import { linear } from "./family/linear.ts";
import { sequential } from "./family/sequential.ts";
import { flip } from "./flip.ts";
import { cast } from "./spread.ts";

/** The number of the size that says how many elements a row has. */
const ofRow = 2;

/** Row upon row of `after` elements, in `before` blocks of n rows. */
const runningSum = recordRoutine((m) => {
  const n = m.size(1);
  const after = m.size(ofRow);
  const block = m.mul(n, after);
  m.loop(0, m.size(0), (b) => {
    const start = m.mul(b, block);
    const end = m.add(start, block);
    // Along a row the sum is kept: it would come late from where it was just stored.
    m.when(m.and(m.equal(after, 1), m.less(start, end)), () => {
      const sum = m.variable(m.load(0, start));
      m.store(1, start, sum.get());
      m.loop(m.add(start, 1), end, (i) => {
        sum.set(m.round(m.add(sum.get(), m.load(0, i))));
        m.store(1, i, sum.get());
      });
    });
    m.when(m.less(1, after), () =>
      m.loop(0, n, (j) => {
        const row = m.add(start, m.mul(j, after));
        m.copy({ buffer: 0, at: row }, { buffer: 1, at: row }, ofRow);
        m.when(m.less(0, j), () => m.accumulate({ buffer: 1, at: m.sub(row, after) }, { buffer: 1, at: row }, ofRow));
      }),
    );
  });
});

const cumsumAlong = (axis: number): Primitive => {
  const { evaluate, loops } = sequential({
    name: "cumsum",
    type: ([x]) => ({ shape: x?.shape ?? [], dtype: x?.dtype ?? "float64" }),
    routine: runningSum,
    overwrites: true,
    sizes: ([x]) => around(x?.shape ?? [], axis),
  });
  return linear({
    name: "cumsum",
    parameters: { axis },
    type: (x) => x,
    evaluate: (x) => evaluate([x]),
    loops,
    transpose: (cotangent) => flip(cumsum(flip(cotangent, axis), axis), axis),
    batch: (stack) => bind(cumsumAlong(axis + 1), [stack]),
  });
};

/**
 * The running sums along an axis, which only a vector may leave out: each is the one before plus the next element.
 *
 * @throws ShapeError when the axis is missing or out of range
 * @example
 * import { array, cumsum, toNested } from "gradfold";
 * toNested(cumsum(array([1, 2, 3]))); // => [ 1, 3, 6 ]
 * toNested(cumsum(array([[1, 2], [3, 4]]), 1)); // => [ [ 1, 3 ], [ 3, 7 ] ]
 */
export const cumsum = typed<
  <S extends Shape, const Ax extends number | undefined = undefined>(
    x: Unless<AxisMissing<"cumsum(x, 0)", S, Ax>, NDArray<S>>,
    axis?: Unless<AxisClash<"cumsum", S, Ax>, Ax>,
  ) => NDArray<S>
>((x: Operand, axis?: number) => {
  const array: NDArray = operand("cumsum", x);
  const at = onlyAxis("cumsum", axis, array.shape, "cumsum(x, 0)");
  return bind(cumsumAlong(at), [cast(array, arithmetic(array.dtype))]);
});
