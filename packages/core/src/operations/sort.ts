import type { NDArray, Operand } from "../array/array.ts";
import { bind, type Primitive } from "../array/primitive.ts";
import { around, normalizeAxis } from "../array/shape.ts";
import { operand } from "../input/operand.ts";
import type { Value } from "../scalar/lane.ts";
import { type Machine, recordRoutine } from "../scalar/routine.ts";
import type { Along } from "../static/axes.ts";
import { typed } from "../static/door.ts";
import { sequential } from "./family/sequential.ts";
import { takeAlongAxis } from "./take.ts";

/** Merges two neighbouring runs of places, sorted by the numbers at these places; ties and NaNs keep their order. */
const merge = (m: Machine, start: Value, middle: Value, end: Value): void => {
  const last = m.sub(end, 1);
  const left = m.variable(start);
  const right = m.variable(middle);
  m.loop(start, end, (k) => {
    const i = left.get();
    const j = right.get();
    const a = m.load(2, m.min(i, last));
    const b = m.load(2, m.min(j, last));
    const x = m.load(4, a);
    const y = m.load(4, b);
    const isBehind = m.or(m.less(y, x), m.and(m.notEqual(x, x), m.equal(y, y)));
    const takesRight = m.and(m.less(j, end), m.or(m.not(m.less(i, middle)), isBehind));
    m.store(3, k, m.select(takesRight, b, a));
    left.set(m.select(takesRight, i, m.add(i, 1)));
    right.set(m.select(takesRight, m.add(j, 1), j));
  });
};

/** Merge sort from runs of one up; the places so far are in buffer 2, their next order in 3, the numbers in 4. */
const sortPlaces = recordRoutine((m) => {
  const n = m.size(1);
  const after = m.size(2);
  m.loop(0, m.size(0), (b) =>
    m.loop(0, after, (a) => {
      const first = m.add(m.mul(m.mul(b, n), after), a);
      m.loop(0, n, (i) => {
        m.store(2, i, i);
        m.store(4, i, m.load(0, m.add(first, m.mul(i, after))));
      });
      const width = m.variable(1);
      m.repeatWhile(
        () => m.less(width.get(), n),
        () => {
          const run = width.get();
          const start = m.variable(0);
          m.repeatWhile(
            () => m.less(start.get(), n),
            () => {
              const from = start.get();
              const middle = m.min(m.add(from, run), n);
              const end = m.min(m.add(middle, run), n);
              merge(m, from, middle, end);
              start.set(end);
            },
          );
          m.loop(0, n, (i) => m.store(2, i, m.load(3, i)));
          width.set(m.add(run, run));
        },
      );
      m.loop(0, n, (i) => m.store(1, m.add(first, m.mul(i, after)), m.load(2, i)));
    }),
  );
});

const argsortAlong = (axis: number): Primitive => {
  const type: Primitive["type"] = ([x]) => ({ shape: x?.shape ?? [], dtype: "int32" });
  return {
    name: "argsort",
    parameters: { axis },
    type,
    ...sequential({
      name: "argsort",
      type,
      routine: sortPlaces,
      sizes: ([x]) => around(x?.shape ?? [], axis),
      scratch: ([x]) => {
        const size = x?.shape[axis] ?? 1;
        return [
          { dtype: "int32", size },
          { dtype: "int32", size },
          { dtype: "float64", size },
        ];
      },
    }),
    jvp: () => null,
    vjp: () => null,
    batch: (inputs) => bind(argsortAlong(axis + 1), inputs),
  };
};

/**
 * The places, as int32, that put an axis, the last by default, in ascending order: `takeAlongAxis(x, argsort(x), -1)` is
 * sorted. Equal elements keep their order, and NaNs come last.
 *
 * @throws ShapeError when the axis is out of range
 * @example
 * import { argsort, array, toNested } from "@gradfold/core";
 * toNested(argsort(array([3, 1, 2]))); // => [ 1, 2, 0 ]
 */
export const argsort = typed<Along<"argsort">>((x: Operand, axis = -1) => {
  const array: NDArray = operand("argsort", x);
  return bind(argsortAlong(normalizeAxis("argsort", axis, array.shape)), [array]);
});

/**
 * The elements in ascending order along an axis, the last by default; NaNs come last.
 *
 * @throws ShapeError when the axis is out of range
 * @example
 * import { array, sort, toNested } from "@gradfold/core";
 * toNested(sort(array([[3, 1], [0, 2]]), 0)); // => [ [ 0, 1 ], [ 3, 2 ] ]
 */
export const sort = typed<Along<"sort">>((x: Operand, axis = -1) => {
  const array: NDArray = operand("sort", x);
  const at = normalizeAxis("sort", axis, array.shape);
  return takeAlongAxis(array, argsort(array, at), at);
});
