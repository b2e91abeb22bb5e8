import type { ArrayType, NDArray } from "../array/array.ts";
import { bind, type Primitive } from "../array/primitive.ts";
import { around, pick, sizeOf } from "../array/shape.ts";
import type { Mask, Value } from "../scalar/lane.ts";
import { type Machine, recordRoutine, type Routine } from "../scalar/routine.ts";
import { reduction, refuseNothing, without } from "./family/reduction.ts";
import { sequential } from "./family/sequential.ts";
import { reshape, transpose } from "./reshape.ts";

/** Whether an element may stand before the best one so far. */
type Beats = (m: Machine, x: Value, best: Value) => Mask;

/** A NaN beats all numbers, and nothing beats a NaN. */
const wins = (m: Machine, beats: Beats, x: Value, best: Value): Mask =>
  m.or(beats(m, x, best), m.and(m.notEqual(x, x), m.equal(best, best)));

/**
 * The place of the first winner along the axis in the middle of three: run by run where nothing is behind the axis, else
 * row by row, the best elements so far side by side in scratch.
 */
const search = (beats: Beats): (() => Routine) =>
  recordRoutine((m) => {
    const before = m.size(0);
    const n = m.size(1);
    const after = m.size(2);
    m.when(m.equal(after, 1), () => {
      m.loop(0, before, (b) => {
        const start = m.mul(b, n);
        const best = m.variable(m.load(0, start));
        const at = m.variable(0);
        m.loop(1, n, (i) => {
          const x = m.load(0, m.add(start, i));
          m.when(wins(m, beats, x, best.get()), () => {
            best.set(x);
            at.set(i);
          });
        });
        m.store(1, b, at.get());
      });
    });
    m.when(m.less(1, after), () => {
      m.loop(0, before, (b) => {
        const results = m.mul(b, after);
        m.loop(0, after, (j) => m.store(2, j, m.load(0, m.add(m.mul(results, n), j))));
        m.loop(1, n, (i) => {
          const row = m.mul(m.add(m.mul(b, n), i), after);
          m.loop(0, after, (j) => {
            const x = m.load(0, m.add(row, j));
            m.when(wins(m, beats, x, m.load(2, j)), () => {
              m.store(2, j, x);
              m.store(1, m.add(results, j), i);
            });
          });
        });
      });
    });
  });

const toGreatest = search((m, x, best) => m.less(best, x));
const toLeast = search((m, x, best) => m.less(x, best));

const none: ArrayType = { shape: [], dtype: "float64" };

const searchAlong = (entry: { readonly name: string; readonly routine: () => Routine }, axis: number): Primitive => {
  const { name, routine } = entry;
  const type = ([x = none]: readonly ArrayType[]): ArrayType => ({ shape: without(x.shape, [axis]), dtype: "int32" });
  return {
    name,
    parameters: { axis },
    type,
    ...sequential({
      name,
      type,
      routine,
      sizes: ([x = none]) => around(x.shape, axis),
      scratch: ([x = none]) => [{ dtype: x.dtype, size: around(x.shape, axis)[2] }],
    }),
    jvp: () => null,
    vjp: () => null,
    batch: (inputs) => bind(searchAlong(entry, axis + 1), inputs),
  };
};

const greatest = { name: "argmax", routine: toGreatest };
const least = { name: "argmin", routine: toLeast };

/** Searches along some axes as if they were one, in row-major order. */
const searchOver = (entry: typeof greatest, x: NDArray, axes: readonly number[]): NDArray => {
  refuseNothing(entry.name, x, axes);
  const [axis] = axes;
  if (axes.length === 1 && axis !== undefined) return bind(searchAlong(entry, axis), [x]);
  const kept = x.shape.map((_, i) => i).filter((i) => !axes.includes(i));
  const joined = reshape(transpose(x, [...kept, ...axes]), [...pick(x.shape, kept), sizeOf(pick(x.shape, axes))]);
  return bind(searchAlong(entry, kept.length), [joined]);
};

/**
 * Where the greatest element stands along an axis, as int32: the first of those that tie, or the first NaN. Over several
 * axes, all of them by default, elements are counted in row-major order.
 *
 * @param axes - one axis or several; negative ones count from the end
 * @param options - `keepDims`: leave the axes, with size 1
 * @throws ShapeError when an axis is out of range, or there is no element along the axes
 * @example
 * import { argmax, array, toNested } from "gradfold";
 * toNested(argmax(array([[1, 5], [3, 4]]), 1)); // => [ 1, 1 ]
 */
export const argmax = reduction("argmax", (x, axes) => searchOver(greatest, x, axes));

/**
 * Where the least element stands along an axis, as int32: the first of those that tie, or the first NaN. Over several
 * axes, all of them by default, elements are counted in row-major order.
 *
 * @param axes - one axis or several; negative ones count from the end
 * @param options - `keepDims`: leave the axes, with size 1
 * @throws ShapeError when an axis is out of range, or there is no element along the axes
 * @example
 * import { argmin, array, toNested } from "gradfold";
 * toNested(argmin(array([[1, 5], [3, 4]]), 1)); // => [ 0, 0 ]
 */
export const argmin = reduction("argmin", (x, axes) => searchOver(least, x, axes));
