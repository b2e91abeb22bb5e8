import type { NDArray, Operand } from "../array/array.ts";
import { describe } from "../array/description.ts";
import { bind, type Primitive } from "../array/primitive.ts";
import { formatShape, sizeOf } from "../array/shape.ts";
import { DomainError, ShapeError } from "../error/error.ts";
import { operands } from "../input/operand.ts";
import { optionsOf } from "../input/options.ts";
import { promote } from "../scalar/dtype.ts";
import { recordRoutine, type Routine } from "../scalar/routine.ts";
import type { ShapeOf } from "../static/broadcast.ts";
import { typed } from "../static/door.ts";
import { allStacked } from "./family/batch.ts";
import { pair } from "./family/operands.ts";
import { sequential } from "./family/sequential.ts";
import { comesBefore } from "./order.ts";
import { cast } from "./spread.ts";

type Side = "left" | "right";

/** Binary search for each of a stack of lists and of values: those that come before, or not behind, are passed. */
const searching = (side: Side): (() => Routine) =>
  recordRoutine((m) => {
    const n = m.size(1);
    const count = m.size(2);
    m.loop(0, m.size(0), (b) => {
      const first = m.mul(b, n);
      m.loop(m.mul(b, count), m.mul(m.add(b, 1), count), (i) => {
        const x = m.load(1, i);
        const start = m.variable(0);
        const end = m.variable(n);
        m.repeatWhile(
          () => m.less(start.get(), end.get()),
          () => {
            const middle = m.shiftRight(m.add(start.get(), end.get()), 1);
            const element = m.load(0, m.add(first, middle));
            const isPassed = side === "left" ? comesBefore(m, element, x) : m.not(comesBefore(m, x, element));
            m.when(isPassed, () => start.set(m.add(middle, 1)));
            m.when(m.not(isPassed), () => end.set(middle));
          },
        );
        m.store(2, i, start.get());
      });
    });
  });

const routines: Readonly<Record<Side, () => Routine>> = { left: searching("left"), right: searching("right") };

/** The list's axes before its last one are a stack, which the values share. */
const search = (side: Side): Primitive => {
  const type: Primitive["type"] = (inputs) => ({ shape: pair("searchSorted", inputs)[1].shape, dtype: "int32" });
  const primitive: Primitive = {
    name: "searchSorted",
    parameters: { side },
    type,
    ...sequential({
      name: "searchSorted",
      type,
      overwrites: true,
      routine: routines[side],
      sizes: (inputs) => {
        const [list, values] = pair("searchSorted", inputs);
        const stack = list.shape.length - 1;
        return [sizeOf(list.shape.slice(0, stack)), list.shape[stack] ?? 1, sizeOf(values.shape.slice(stack))];
      },
    }),
    jvp: () => null,
    vjp: () => null,
    batch: (inputs, mapped) => {
      const isOneList = mapped[0] !== true && pair("searchSorted", inputs)[0].shape.length === 1;
      return bind(primitive, isOneList ? inputs : allStacked(inputs, mapped));
    },
  };
  return primitive;
};

/**
 * Where each value would be put into a sorted vector so that it stays sorted, as int32: before equal elements, or with
 * `side: "right"` behind them. NaN is larger than any number, as `sort` has it.
 *
 * @param sorted - a vector in ascending order; what is given for another one is not defined
 * @throws ShapeError when `sorted` is no vector
 * @example
 * import { array, searchSorted, toNested } from "gradfold";
 * toNested(searchSorted(array([1, 2, 2, 3]), array([2, 9]))); // => [ 1, 4 ]
 */
export const searchSorted = typed<
  <X extends Operand>(
    sorted: NDArray<[number]>,
    values: X,
    options?: {
      /** Where a number goes that is there already: before its equals ("left", the default) or behind them. */
      readonly side?: "left" | "right";
    },
  ) => NDArray<ShapeOf<X>>
>((sorted: NDArray, values: Operand, options?: { readonly side?: "left" | "right" }) => {
  const { side } = optionsOf("searchSorted", options, { side: "left" });
  if (side !== "left" && side !== "right")
    throw new DomainError(`searchSorted: the side must be "left" or "right", not ${describe(side)}.`);
  const [list, wanted] = operands("searchSorted", sorted, values);
  if (list.shape.length !== 1)
    throw new ShapeError(`searchSorted: the sorted array must be a vector, not of shape ${formatShape(list.shape)}`);
  const dtype = promote(list.dtype, wanted.dtype);
  return bind(search(side), [cast(list, dtype), cast(wanted, dtype)]);
});
