import type { NDArray, Operand } from "../array/array.ts";
import { bind, type Primitive } from "../array/primitive.ts";
import { operands } from "../input/operand.ts";
import type { Binary } from "../static/broadcast.ts";
import { typed } from "../static/door.ts";
import { batchBroadcast } from "./family/batch.ts";
import { elementwise } from "./family/elementwise.ts";
import { noted } from "./family/operation.ts";
import { exact } from "./family/rule.ts";
import { fitTo, growTo } from "./spread.ts";

/* Addition stands apart from the other binary operations: it is what their derivatives are added up with. */

const { type, evaluate, loops } = elementwise("add", 2, (L, a, b) => L.add(a, b), exact);

const primitive: Primitive = {
  name: "add",
  parameters: {},
  type,
  evaluate,
  loops,
  jvp: ([ta, tb], _, y) => accumulate(ta ? growTo(ta, y) : null, tb ? growTo(tb, y) : null),
  vjp: (operand, cotangent, inputs) => {
    const x = inputs[operand];
    return x ? fitTo(cotangent, x) : null;
  },
  batch: (inputs, mapped) => batchBroadcast(primitive, inputs, mapped),
};

/**
 * a + b, broadcast.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example
 * import { add, array, toNested } from "gradfold";
 * toNested(add(array([1, 2]), 0.5)); // => [ 1.5, 2.5 ]
 */
export const add: Binary<"add"> = noted(
  {
    primitive,
    domain: [
      [-3, 3],
      [-3, 3],
    ],
  },
  typed<Binary<"add">>((a: Operand, b: Operand) => bind(primitive, operands("add", a, b))),
);

/** The sum of two tangents or cotangents of one value; null is zero. */
export const accumulate = (a: NDArray | null, b: NDArray | null): NDArray | null =>
  a && b ? bind(primitive, [a, b]) : (a ?? b);
